"""Instants as pages tell them: in a zone, with UTC behind each; alone, in sentences, in drawings and in documents."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from markupsafe import Markup

from proofbook.portal import telling
from proofbook.portal.rendering import make_environment
from proofbook.portal.zones import find_zone

KATHMANDU, NEW_YORK, BERLIN = (find_zone(each) for each in ("Asia/Kathmandu", "America/New_York", "Europe/Berlin"))
NINE = "2026-03-28T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("zone", "instant", "words"),
    [
        ("UTC", NINE, "2026-03-28 09:00 UTC"),
        ("Asia/Kathmandu", NINE, "2026-03-28 14:45 UTC+05:45"),
        ("Europe/Berlin", NINE, "2026-03-28 10:00 CET"),
        ("Europe/Berlin", "2026-03-29T09:00:00.000000Z", "2026-03-29 11:00 CEST"),
        ("America/New_York", "2026-11-01T05:30:00.000000Z", "2026-11-01 01:30 EDT"),
        ("America/New_York", "2026-11-01T06:30:00.000000Z", "2026-11-01 01:30 EST"),
        ("America/New_York", "2026-03-28T03:59:59.999999Z", "2026-03-27 23:59 EDT"),
        ("America/Sao_Paulo", NINE, "2026-03-28 06:00 UTC-03:00"),
        ("Asia/Kathmandu", "9999-12-31T23:00:00.000000Z", "9999-12-31 23:00 UTC"),
        ("America/New_York", "0001-01-01T00:00:00.000000Z", "0001-01-01 00:00 UTC"),
    ],
)
def test_an_instant_is_told_in_the_zone(zone: str, instant: str, words: str) -> None:
    """An hour that comes twice is told apart by what the clocks are called; the ends of the calendar take no page down."""
    with telling.telling_in(find_zone(zone)):
        told = telling.instant(instant)
    assert f">{words}</time>" in told
    assert f'datetime="{instant}"' in told


@pytest.mark.parametrize(
    ("instant", "behind"),
    [
        (NINE, "2026-03-28 09:00:00 UTC"),
        ("2026-03-28T09:00:07.250000Z", "2026-03-28 09:00:07.25 UTC"),
        ("2026-03-28T09:00:07.000001Z", "2026-03-28 09:00:07.000001 UTC"),
    ],
)
def test_utc_stands_behind_it_as_exact_as_it_was_recorded(instant: str, behind: str) -> None:
    """Two entries of one second are told apart."""
    with telling.telling_in(KATHMANDU):
        assert f'title="{behind}"' in telling.instant(instant)


def test_seconds_are_told_where_they_are_asked_for() -> None:
    """In lists of what happened within a minute."""
    with telling.telling_in(KATHMANDU):
        assert ">2026-03-28 14:45:07 UTC+05:45<" in telling.instant("2026-03-28T09:00:07.250000Z", True)


def test_what_is_no_instant_is_shown_as_the_text_it_is() -> None:
    """A damaged row must not take a page down, nor a hostile one harm it."""
    assert telling.instant(None) == '<span class="unknown">not stated</span>'
    assert telling.instant("<b>\u202e") == "&lt;b&gt;\\u202e"
    assert telling.instant("2026-02-30T09:00:00.000000Z") == "2026-02-30T09:00:00.000000Z"
    assert telling.in_zone('<a href="x">2026-13-01 09:00 UTC') == "&lt;a href=&#34;x&#34;&gt;2026-13-01 09:00 UTC"


def test_sentences_tell_the_instants_that_programs_wrote_into_them() -> None:
    """Findings carry UTC, as the book does; who reads them thinks in the days of the period."""
    text = "blind from 2026-03-28 09:00 UTC to 2026-03-28 10:30:15 UTC; seen 2026-03-28T09:00:00.000000Z, due 2026-03-29"
    with telling.telling_in(KATHMANDU):
        told = telling.in_zone(text)
        plainly = telling.in_zone_plainly(text)
    assert told.count("<time ") == 3
    assert plainly == (
        "blind from 2026-03-28 14:45 UTC+05:45 to 2026-03-28 16:15:15 UTC+05:45; seen 2026-03-28 14:45 UTC+05:45, due 2026-03-29"
    )


def test_a_stretch_of_which_only_the_end_says_utc_is_told_whole() -> None:
    """Half of it in another zone would be a wrong hour."""
    with telling.telling_in(BERLIN):
        told = telling.in_zone_plainly("2026-03-28 09:00:00 to 2026-03-28 10:00:00 UTC: not covered")
    assert told == "2026-03-28 10:00 CET to 2026-03-28 11:00 CET: not covered"


@pytest.mark.parametrize(
    "text",
    ["gateway:main@2026-03-28T09:00:00.000000Z", "2026-03-28T09:00:00.000000Z-backup", "2026-03-28 09:00", "2026-03-28 UTC"],
)
def test_a_moment_that_is_part_of_a_name_stays(text: str) -> None:
    """What is looked up by its name must be there under it."""
    with telling.telling_in(KATHMANDU):
        assert telling.in_zone(text) == text


@pytest.mark.parametrize("length", range(1, 60))
def test_a_sentence_is_not_cut_inside_of_an_instant(length: int) -> None:
    """Half an instant would stay in UTC without saying so."""
    text = "blind 2026-03-28 09:00 to 2026-03-28 10:00 UTC, seen 2026-03-28T09:00:00.000000Z; on"
    with telling.telling_in(KATHMANDU):
        told = telling.in_zone_plainly(text[: telling.cut_before(text, length)])
    assert "09:00" not in told
    assert "10:0" not in told


def test_drawings_tell_their_instants_and_stay_what_they_are() -> None:
    """A picture is markup already: nothing in it is escaped twice."""
    drawing = Markup('<svg><title>2026-03-28 09:00:00 UTC: 3 &lt;b&gt;</title>\n<rect x="1"/></svg>')
    with telling.telling_in(NEW_YORK):
        told = telling.drawn_in_zone(drawing)
    assert told == Markup('<svg><title>2026-03-28 05:00 EDT: 3 &lt;b&gt;</title>\n<rect x="1"/></svg>')
    assert telling.drawn_in_zone(None) == ""


def test_documents_keep_their_words_and_get_utc_behind_them() -> None:
    """A page of an artifact is what is handed over; here it can be pointed at."""
    body = Markup(
        '<td title="2026-03-28 10:00 +01:00">2026-03-28 10:00 +01:00 to 2026-03-29 10:00 +02:00</td>'
        "<code>2026-03-28 10:00 +01:00</code><dd>signed 2026-03-28T09:00:00.000000Z; &lt;b&gt;</dd><dd>2026-13-28 10:00 +01:00</dd>"
    )
    told = telling.document_in_zone(body, "Europe/Berlin")
    assert (
        '<time datetime="2026-03-28T09:00:00.000000Z" title="2026-03-28 09:00:00 UTC">2026-03-28 10:00 +01:00</time> to' in told
    )
    assert 'title="2026-03-29 08:00:00 UTC">2026-03-29 10:00 +02:00</time></td>' in told
    assert '<td title="2026-03-28 10:00 +01:00">' in told
    assert "<code>2026-03-28 10:00 +01:00</code>" in told
    assert (
        'signed <time datetime="2026-03-28T09:00:00.000000Z" title="2026-03-28 09:00:00 UTC">2026-03-28 10:00:00 CET</time>'
        in told
    )
    assert "&lt;b&gt;</dd><dd>2026-13-28 10:00 +01:00</dd>" in told


def test_days_are_counted_where_the_clocks_are() -> None:
    """Kathmandu's today is not in the future."""
    now = datetime(2026, 3, 28, 19, tzinfo=UTC)
    with telling.telling_in(KATHMANDU):
        assert [telling.days_ago(day, now) for day in ("2026-03-29", "2026-03-28", "2026-03-19", "soon")] == [
            "today",
            "1 day ago",
            "10 days ago",
            "unknown",
        ]
        assert telling.midnight_utc("2026-03-28") == "05:45"
    assert telling.midnight_utc("2026-03-28") == "00:00"


@pytest.mark.parametrize("name", [each for each in make_environment().list_templates() if each.endswith(".html")])
def test_no_template_makes_an_instant_of_its_own(name: str) -> None:
    """There is one way from an instant to a page; a second one would tell another hour some day."""
    text = files("proofbook.portal").joinpath("templates", name).read_text("utf-8")
    assert "datetime=" not in text
    assert not re.search(r"\}\}\s*UTC\b|\(UTC\)", text)


def test_a_zone_holds_for_one_rendering() -> None:
    """The next page is somebody else's."""
    with pytest.raises(ZeroDivisionError), telling.telling_in(KATHMANDU):
        _ = 1 / 0
    assert ">2026-03-28 09:00 UTC<" in telling.instant(NINE)


@pytest.mark.parametrize(
    ("zone", "offset"), [("Asia/Kathmandu", "UTC+05:45"), ("America/New_York", "UTC-05:00"), ("Africa/Abidjan", "UTC")]
)
def test_the_offset_is_said_in_words(zone: str, offset: str) -> None:
    """For whoever does not know the zone by its name."""
    assert telling.offset_of(datetime(2026, 1, 1, tzinfo=UTC), find_zone(zone)) == offset
