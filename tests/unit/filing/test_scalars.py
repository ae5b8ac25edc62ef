"""Plain words of YAML: what is a number or a truth value, and what stays text."""

from __future__ import annotations

import pytest

from proofbook.filing.scalars import normalise_moment, resolve_plain


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "Yes",
        "on",
        "off",
        "y",
        "0755",
        "0x1F",
        "0o7",
        "1.50",
        "1e3",
        "+1",
        "-0",
        ".5",
        "2026-03-28",
        "1_000",
        "12:30",
        ".inf",
        "NaN",
        "9007199254740992",
    ],
)
def test_stays_the_text_it_was_written_as(text: str) -> None:
    """A country code that turns into false, or an amount that is rounded, would be recorded for ever."""
    assert resolve_plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-12", -12),
        ("9007199254740991", 2**53 - 1),
    ],
)
def test_is_what_it_looks_like(text: str, value: object) -> None:
    """The few words that mean something."""
    assert resolve_plain(text) is value or resolve_plain(text) == value
    assert type(resolve_plain(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-28T09:00:00+01:00", "2026-03-28T08:00:00.000000Z"),
        ("2026-03-28t09:00:00z", "2026-03-28T09:00:00.000000Z"),
        ("2026-03-28 09:00:00.5-02:30", "2026-03-28T11:30:00.500000Z"),
        ("2026-03-28T09:00:00.123456000Z", "2026-03-28T09:00:00.123456Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"),
    ],
)
def test_a_time_with_an_offset_becomes_utc(text: str, instant: str) -> None:
    """People write their own zone; text order in the book must be time order."""
    assert normalise_moment(text) == instant
    assert normalise_moment(instant) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-28T09:00:00",
        "2026-03-28",
        "2026-02-30T09:00:00Z",
        "2026-03-28T09:00:00.1234567Z",
        "2026-03-28T24:00:00Z",
        "2026-03-28T09:00:00+25:00",
        "0001-01-01T00:00:00+10:00",
        "٢٠٢٦-03-28T09:00:00Z",
        "soon",
    ],
)
def test_anything_else_is_left_to_be_refused(text: str) -> None:
    """A time without its offset is a guess, and evidence is not rounded."""
    assert normalise_moment(text) == text
