"""What an address asks of the list of exchanges, and what it may not ask."""

from __future__ import annotations

import pytest

from proofbook.errors import ProofbookError
from proofbook.portal.asking import FIELDS, read_asked
from proofbook.portal.histogram import HEIGHT, MOST_BARS, derive_histogram
from proofbook.readmodel.walking import DayCount, Filters

EVERYTHING = {
    "from": "2026-03-28", "to": "2026-03-29", "system": " desk ", "principal": "p", "state": "complete", "model": "m", "verified": "v",
    "claimed": "c", "artifact": "a" * 64, "protocol": "openai.chat", "finish": "stop", "reason": "rate_limited", "flag": "grant_missing",
    "class": "email", "conversation": "c_1", "id": "x_01jz0293", "tokens": "10", "latency": "20", "bytes": "30",
}  # fmt: skip


def test_every_field_narrows_and_days_are_those_of_the_zone() -> None:
    """The night the clocks change has 23 hours in Berlin."""
    asked = read_asked(EVERYTHING, "Europe/Berlin")
    wanted = asked.filters
    assert (wanted.since, wanted.until) == ("2026-03-27T23:00:00.000000Z", "2026-03-29T22:00:00.000000Z")
    assert (wanted.system, wanted.found, wanted.prefix, wanted.tokens) == ("desk", "email", "x_01jz0293", 10)
    assert wanted.artifact == "sha256:" + "a" * 64
    assert all(getattr(wanted, name) is not None for name in Filters.__slots__)
    assert {chip.label for chip in asked.chips()} == {"From", "To", *(each.label for each in FIELDS)}
    assert not asked.turned


def test_empty_fields_do_not_narrow() -> None:
    """A form sends all of its fields."""
    asked = read_asked(dict.fromkeys(EVERYTHING, " ") | {"before": "", "other": "x"}, "UTC")
    assert asked.filters == Filters()
    assert asked.chips() == ()
    assert asked.address() == "/exchanges"
    assert asked.address(before=7) == "/exchanges?before=7"


def test_filter_is_taken_away_and_the_others_stay() -> None:
    """Each chip leads to the list without it."""
    asked = read_asked({"system": "a&b=c", "state": "open"}, "UTC")
    without = {chip.label: chip.without for chip in asked.chips()}
    assert without == {"System": "/exchanges?state=open", "State": "/exchanges?system=a%26b%3Dc"}
    assert read_asked({"reason": "rate_limited"}, "UTC").chips()[0].shown == "rate limited"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "yesterday"), ("to", "2026-02-30"), ("state", "good"), ("artifact", "sha256:zz"), ("id", "x_01"), ("tokens", "-1"),
        ("latency", "1e9"), ("bytes", "9" * 10), ("before", "x"), ("after", "-1"), ("system", "s" * 513), ("tokens", "٣"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_its_field_is_explained(name: str, value: str) -> None:
    """Nothing is guessed, and no wrong value silently widens the list."""
    with pytest.raises(ProofbookError):
        read_asked({name: value}, "UTC")


def test_before_and_after_do_not_go_together() -> None:
    """A page has one direction."""
    with pytest.raises(ProofbookError, match="both"):
        read_asked({"before": "3", "after": "2"}, "UTC")


def days(*counts: tuple[str, int]) -> tuple[DayCount, ...]:
    """Counts of days."""
    return tuple(DayCount(day, count, 0, 0) for day, count in counts)


def test_bars_stand_for_their_days_and_empty_ones_are_empty() -> None:
    """The highest one is as high as the drawing."""
    drawn = derive_histogram(days(("2026-03-01", 4), ("2026-03-03", 2)), None, None)
    assert drawn is not None
    assert [(each.days, each.count, each.height) for each in drawn.columns] == [
        ("2026-03-01", 4, HEIGHT), ("2026-03-02", 0, 0.0), ("2026-03-03", 2, HEIGHT / 2),
    ]  # fmt: skip
    assert (drawn.step, drawn.top, drawn.total) == ("day", 4, 6)


def test_long_stretch_is_drawn_in_weeks_and_nothing_in_nothing() -> None:
    """A year must be readable; what lies outside the stretch is not counted."""
    drawn = derive_histogram(days(("2024-12-31", 9), ("2025-01-01", 1), ("2025-12-31", 1)), "2025-01-01", "2025-12-31")
    assert drawn is not None
    assert (drawn.step, drawn.total, len(drawn.columns)) == ("week", 2, 53)
    assert drawn.columns[-1].last == "2025-12-31"
    newest = derive_histogram(days(("2020-01-01", 5), ("2025-12-31", 1)), None, None)
    assert newest is not None
    assert (len(newest.columns), newest.total, newest.last) == (MOST_BARS, 1, "2025-12-31")
    single = derive_histogram(days(("2025-12-31", 1)), "2025-12-31", "2025-12-31")
    assert single is not None
    assert len(single.columns) == 1
    assert derive_histogram((), "2025-01-01", "2025-01-02") is None
