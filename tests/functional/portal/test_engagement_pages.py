"""What the pages about an engagement say: today's list, the grid, answers, artifacts; and what they say without one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from proofbook.wiring.home import open_home
from proofbook.wiring.portal import make_sources
from support.dated_home import ENGAGEMENT, dated_home
from support.sample_portal import Visitor, running

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp.exe{{7*7}}"
MARKUP = "<script>alert(1)</script>"
JUDGING = re.compile(r"\b(compliant|certified|passed|effective|\d+ ?%)", re.IGNORECASE)
PAGES = ("/due", "/coverage", "/answers", "/artifacts", "/artifacts/ART-01")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A home in which titles, owners and answers are hostile."""
    place = dated_home(tmp_path_factory.mktemp("hostile")).engagement(entity="Sample Organisation", title=HOSTILE)
    place.system("help-desk", title=HOSTILE, business_owner=HOSTILE, purpose=HOSTILE)
    place.add("answer", "card-1", "2026-01-05", card=1, answer=HOSTILE, limits=HOSTILE, owner=HOSTILE, title=HOSTILE)
    place.write()
    with running(make_sources(open_home(place.folder / "home"))) as visitor:
        yield visitor


def test_list_names_what_its_record_owner_and_what_mends_it(year: Visitor) -> None:
    """A finding that nobody can act on is noise."""
    words = year.ask("/due").words
    assert "sample-year" in words.partition("What was owed")[0]
    assert words.index("Breaks the trail") < words.index("Exceptions") < words.index("Not shown")
    row = words.partition("advisory of llama.cpp published on 2024-08-14")[2]
    assert "upstream.event sample-upstream-2024-w33" in row[:200]
    assert "proofbook record template upstream.decision" in row[:600]
    assert re.search(r"\d missed", words)


def test_nothing_is_concluded_and_no_share_is_given(year: Visitor) -> None:
    """The pages are management's own check; an auditor concludes."""
    for path in (*PAGES, "/coverage/sample-control-inventory", "/answers/1"):
        reply = year.ask(path)
        assert reply.status == 200, path
        assert not JUDGING.search(reply.words), (path, JUDGING.search(reply.words))


def test_square_says_its_state_in_words_and_leads_to_its_reasons(year: Visitor) -> None:
    """A letter in a colour tells nothing to who cannot see it."""
    grid = year.ask("/coverage").text
    found = re.search(r'<td class="missed"><a href="([^"]+)#([^"]+)" title="[^"]+: missed">.*?class="hidden">missed<', grid)
    assert found is not None
    target, name = found[1].replace("&amp;", "&"), found[2]
    row = year.ask(target).text.partition(f'id="{name}"')[2].partition("</tr>")[0]
    assert "missed" in row
    assert "was due by" in row


def test_every_square_has_the_place_it_leads_to(year: Visitor) -> None:
    """A link to an anchor that is not there shows the wrong thing without a word."""
    links = {each.replace("&amp;", "&") for each in re.findall(r'<td class="\w+"><a href="([^"]+)"', year.ask("/coverage").text)}
    assert len(links) > 300
    pages: dict[str, str] = {}
    for link in links:
        page, _, name = link.partition("#")
        pages.setdefault(page, "") or pages.update({page: year.ask(page).text})
        assert f'id="{name}"' in pages[page], link


def test_grid_switches_to_quarters_and_shows_versions_with_their_dates(year: Visitor) -> None:
    """A control that changed within the period is two controls to an auditor."""
    words = year.ask("/coverage?by=quarter").words
    assert "2024 Q3" in words
    assert "version 1, from 2024-06-06 to 2024-12-27; version 2, from 2024-12-28" in words
    assert year.ask("/coverage?by=week").status == 400


def test_all_cards_are_listed_with_what_is_missing(year: Visitor) -> None:
    """The list is where a person who was asked begins."""
    reply = year.ask("/answers")
    assert len(set(re.findall(r'href="/answers/(\d+)\?', reply.text))) == 32
    assert "9 cards have the organisation's own words, of 32" in reply.words


def test_card_names_evidence_missing_and_limits(year: Visitor) -> None:
    """An answer without its limits is a promise."""
    own, none = year.ask("/answers/1").words, year.ask("/answers/22").words
    assert "Sample answer: none." in own
    assert re.search(r"available : \d+ on record in the period", own)
    assert re.search(r"title=\"e_[0-9a-z]{26}\"", year.ask("/answers/1").text)
    assert "Nobody has written an answer for this card" in none
    assert "our own words: nobody has written" in none.partition(" Missing ")[2]
    assert "What this does not show" in none


@pytest.mark.parametrize(
    "path", ["/answers/0", "/answers/33", "/answers/01", "/answers/x", "/coverage/LC-99", "/artifacts/ART-11"]
)
def test_what_is_not_there_is_404_in_words(year: Visitor, path: str) -> None:
    """An address of one's own invention is no mistake of ours."""
    reply = year.ask(path)
    assert reply.status == 404
    assert "Not in this book" in reply.words


def test_artifact_page_stands_in_the_frame_with_its_evidence_header(year: Visitor) -> None:
    """One place to read them, without writing a folder first."""
    shelf = year.ask("/artifacts/ART-01").text
    target = re.findall(r'href="(/artifacts/ART-01/[^"]+)"', shelf)[0].replace("&amp;", "&")
    reply = year.ask(target)
    assert reply.status == 200
    assert 'href="/artifact.css"' in reply.text
    assert "<style" not in reply.text
    for part in ("Evidence header", "Signed checkpoint", "root", "drawn for this page"):
        assert part in reply.words
    assert year.ask("/artifacts/ART-01/nothing").status == 404


def test_every_artifact_has_its_pages(year: Visitor) -> None:
    """All ten, drawings included."""
    ids = re.findall(r'href="/artifacts/(ART-\d\d)\?', year.ask("/artifacts").text)
    assert len(ids) == 10
    for each in ids:
        for target in re.findall(rf'href="(/artifacts/{each}/[^"]+)"', year.ask(f"/artifacts/{each}").text):
            assert year.ask(target.replace("&amp;", "&")).status == 200, target


def test_engagement_of_the_settings_can_be_chosen_and_is_carried_on(year: Visitor) -> None:
    """Whoever looks at one engagement stays with it while walking about."""
    reply = year.ask("/due?engagement=fy2026")
    assert reply.status == 200
    assert '<option value="fy2026" selected>' in reply.text
    assert 'href="/coverage?engagement=fy2026"' in reply.text
    assert "2026-01-01 to 2026-12-31" in reply.words


@pytest.mark.parametrize("path", PAGES)
def test_unknown_engagement_is_404_and_names_those_that_are_known(year: Visitor, path: str) -> None:
    """A mistyped id must not show somebody else's period."""
    reply = year.ask(f"{path}?engagement=%3Cscript%3Ealert(1)%3C/script%3E")
    assert reply.status == 404
    assert MARKUP not in reply.text
    assert "Engagement not known" in reply.words
    assert "sample-year" in reply.words


@pytest.mark.parametrize("path", PAGES)
def test_home_without_an_engagement_learns_how_to_record_one(day: Any, path: str) -> None:
    """An empty page would be the end of the visit."""
    reply = day.visitor.ask(path)
    assert reply.status == 200
    assert "proofbook record template engagement" in reply.words


@pytest.mark.parametrize("path", [*PAGES, "/answers/1", "/artifacts/ART-01/help-desk"])
def test_hostile_words_of_records_are_only_ever_text(hostile: Visitor, path: str) -> None:
    """A title is written by anybody and read by an auditor."""
    reply = hostile.ask(f"{path}?engagement={ENGAGEMENT}")
    assert reply.status == 200
    for part in (MARKUP, "<img src=x", "\u202e", "gnp.exe49"):
        assert part not in reply.text
    if path.startswith(("/answers/", "/artifacts/")):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in reply.text


def test_style_of_these_pages_needs_the_key_like_they_do(year: Visitor) -> None:
    """Only what the page for strangers uses is open."""
    stranger = Visitor(year.port, year.key)
    for path in ("/rooms.css", "/artifact.css"):
        assert stranger.ask(path).status == 403
        assert year.ask(path).headers["content-type"].startswith("text/css")


def test_assessment_is_used_again_while_the_book_stays(year: Visitor) -> None:
    """A second look must not cost a second assessment; both say which moment they are of."""
    moment = re.compile(r"Assessed at <time datetime=\"([^\"]+)\"")
    first = moment.findall(year.ask("/due").text)
    time.sleep(0.01)
    assert moment.findall(year.ask("/answers").text) == first
