"""Today: folded findings and what mends them, the week, signs of life; and the whole list behind it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from support.sample_portal import Visitor


def links(text: str) -> list[str]:
    """Where a page leads."""
    return [unescape(each) for each in re.findall(r'href="([^"]+)"', text)]


def test_every_finding_is_on_the_page_or_counted_beside_a_link(morning: Visitor) -> None:
    """A page that folds must not swallow."""
    text = morning.ask("/").text
    counts = {level: int(number) for level, number in re.findall(r'href="#(\w+)"><strong>(\d+)</strong>', text)}
    whole = morning.ask("/due").words
    assert f"of {sum(counts.values())} findings" in whole
    shown = text.count('<li class="fold ')
    more = sum(int(each) for each in re.findall(r">(\d+) more of this control<", text))
    left = sum(int(each) for each in re.findall(r">(\d+) more findings? of \d+ controls?<", text))
    assert shown + more + left == sum(counts.values())


def test_findings_of_one_control_are_one_line(morning: Visitor) -> None:
    """Three hundred lines hide the one that matters."""
    text = morning.ask("/").text
    for section in text.split('<ul class="folds">')[1:]:
        controls = re.findall(r'<p class="which"><a href="/coverage/([^?"]+)', section.partition("</ul>")[0])
        assert len(controls) == len(set(controls))


def test_each_finding_has_one_click_to_what_mends_it(morning: Visitor) -> None:
    """A queue, not a report."""
    folds = morning.ask("/").text.split('<li class="fold ')[1:]
    assert folds
    for each in folds:
        steps = each.partition('class="steps-to">')[2].partition("</p>")[0]
        assert "href=" in steps or "<code" in steps or len(re.sub(r"<[^>]+>", "", steps).strip()) > 20, each[:400]
    found = links("".join(folds))
    assert "/records/policy/sample-incident-playbook/edit" in found
    assert any(each.startswith("/records/new/training") for each in found)


def test_who_may_not_write_reads_what_mends_it_and_finds_no_button(year: Visitor) -> None:
    """A button that ends at a refusal is worse than a sentence."""
    for path in ("/", "/due", "/coverage/LC-06?engagement=sample-year"):
        assert "/records/new/" not in year.ask(path).text, path
        assert not re.search(r'href="/records/[^"]+/edit"', year.ask(path).text), path
    assert "proofbook record template training" in year.ask("/").words


def test_list_narrows_to_an_owner_and_says_so(morning: Visitor) -> None:
    """Somebody else's work is noise."""
    words = morning.ask("/?owner=sample-person-4").words
    found = re.search(r"(\d+) findings? of (\d+)", words)
    assert found is not None
    assert 0 < int(found[1]) < int(found[2])
    assert "Nothing of this owner." in morning.ask("/?owner=nobody-here").words


def test_week_names_records_sign_offs_and_exchanges(morning: Visitor) -> None:
    """What a lead asks first on a Monday."""
    week = morning.ask("/").words.partition("Since last week")[2].partition("Signs of life")[0]
    assert re.search(r"\d+ exchanges recorded, \d+ in the week before", week)
    assert "1 sign-off" in week
    assert re.search(r"\d+ integrity.check", week)


def test_week_without_anything_does_not_look_like_good_news(year: Visitor) -> None:
    """The same year, looked at long afterwards: silence is silence."""
    week = year.ask("/").words.partition("Since last week")[2]
    assert "Nothing was recorded since" in week
    assert "a recorder that is not heard of" in week


def test_signs_of_life_give_ages_and_no_good_word_for_silence(morning: Visitor) -> None:
    """A collector that never beats is said not to."""
    signs = morning.ask("/").words.partition("Signs of life")[2]
    assert "gateway:sample" in signs
    assert "stopped: end of the generated year" in signs
    assert "does not beat" in signs
    assert re.search(r"195 d ago", signs)


def test_times_are_the_engagement_s_with_utc_behind_them(morning: Visitor) -> None:
    """An auditor in another country reads the same moment."""
    found = re.findall(r'<time datetime="([^"]+)" title="([^"]+)">([^<]+ CES?T)</time>', morning.ask("/").text)
    assert found
    assert all(
        title == f"{stated[:10]} {stated[11:-8] if stated.endswith('.000000Z') else stated[11:-1].rstrip('0')} UTC"
        for stated, title, _ in found
    )


def test_whole_list_is_narrowed_by_sort_and_control(morning: Visitor) -> None:
    """Where the folds of Today lead."""
    words = morning.ask("/due?consequence=exception&control=LC-14").words
    assert "Breaks the trail" not in words.partition("Show all")[2]
    assert "released on 2024-08-15 07:00 CEST" in words
    assert "LC-25" not in words.partition("Show all")[2]


@pytest.mark.parametrize("query", ["consequence=worst", "page=0", "page=x", "page=1e3", "page=99999999"])
def test_wish_that_makes_no_sense_is_said_in_words(morning: Visitor, query: str) -> None:
    """A mistyped address is nobody's alarm."""
    assert morning.ask(f"/due?{query}").status == 400


def test_page_behind_the_last_one_is_empty(morning: Visitor) -> None:
    """Somebody mended things while another read."""
    assert "Nothing is listed" in morning.ask("/due?page=50").words


@pytest.mark.parametrize("page", ["/", "/due", "/answers", "/coverage/LC-34"])
def test_what_is_named_leads_to_its_page_or_is_no_link(morning: Visitor, page: str) -> None:
    """A finding about a system nobody registered, weights named by their file, a control that an own one stands for."""
    text = morning.ask(page).text
    led = {unescape(each).partition("#")[0] for each in re.findall(r'href="(/(?:records|models|coverage)[^"]*)"', text)}
    assert led
    wanted = [each for each in led if "/edit" not in each and "/new/" not in each]
    assert [each for each in wanted if morning.ask(each).status not in {200, 303}] == []
