"""Values in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import get_args

import pytest
from markupsafe import Markup

from proofbook.gateway.admission import Flag
from proofbook.gateway.identity.caller import CallerFlag
from proofbook.portal import wording
from proofbook.primitives.instants import format_instant
from proofbook.records.exchange import State
from proofbook.records.provenance import Rung, VerificationStatus

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ‘typography’ ü 模型", "plain ‘typography’ ü 模型"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("a\u200bb", "a\\u200bb"),
        ("two\nlines\x00\x1b[31m", "two\\nlines\\x00\\x1b[31m"),
    ],
)
def test_characters_without_a_shape_are_shown_as_escapes(text: str, shown: str) -> None:
    """A direction mark in a model's name could make a reader see another name."""
    assert wording.visible(text) == shown


def test_what_is_missing_is_put_out_in_words() -> None:
    """`None` on a page would be read as a value."""
    assert wording.finalize(None) == "not stated"
    assert wording.finalize(Markup("<b>")) == Markup("<b>")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00.000000Z", "<b>"])
def test_what_is_no_instant_is_shown_as_it_is(text: str) -> None:
    """A damaged row must not take the page down."""
    assert wording.moment(text) is None
    assert wording.clock(text) == text
    assert wording.age(text, NOW) == "unknown"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (90_000, "1 d 1 h"), (86_400, "1 d")]
)
def test_durations_have_their_two_largest_units(seconds: float, words: str) -> None:
    """Short enough for a table, exact enough for a gap."""
    assert wording.duration(seconds) == words


def test_time_between_is_none_when_the_order_is_wrong() -> None:
    """A negative latency is two clocks, not a duration."""
    later = format_instant(NOW + timedelta(milliseconds=250))
    assert wording.between(format_instant(NOW), later) == "250 ms"
    assert wording.between(later, format_instant(NOW)) is None
    assert wording.between(None, later) is None


def test_future_instants_are_named_as_such() -> None:
    """An age of zero would hide that a clock stepped."""
    assert wording.age(format_instant(NOW + timedelta(minutes=5)), NOW) == "in the future: clocks disagree"
    assert wording.age(format_instant(NOW - timedelta(seconds=70)), NOW) == "1 min 10 s ago"


@pytest.mark.parametrize(("count", "words"), [(None, "not stated"), (0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB")])
def test_sizes(count: int | None, words: str) -> None:
    """Unknown is not zero."""
    assert wording.size(count) == words


def test_largest_unit_is_kept_for_absurd_sizes() -> None:
    """A hostile file may claim any size."""
    assert wording.size(2**80) == "1,073,741,824.0 PiB"


def test_every_word_of_the_closed_lists_is_known_here() -> None:
    """A state the page does not know would be shown without its sentence."""
    assert set(wording.STATES) == {each.value for each in State} | {"open", "denied", "refused"}
    assert set(wording.FLAGS) == {*get_args(Flag), *get_args(CallerFlag)}
    assert set(wording.VERIFICATIONS) == {each.value for each in VerificationStatus}
    assert [name for name, _, _ in wording.RUNGS] == [each.value for each in Rung]


def test_digests_are_shortened_from_the_middle() -> None:
    """Both ends are what people compare."""
    assert wording.short("sha256:" + "ab" * 32) == "ababab…ababab"
    assert wording.short("short") == "short"


@pytest.mark.parametrize("text", ["two\nlines", "a\u00a0b\u200cc", "\u202egnp.exe", '"><script>', "\u0085", "\ttab"])
def test_fields_of_forms_keep_what_was_typed(text: str) -> None:
    """A form that is shown anew must send back the same text, or correcting one field damages the others."""
    shown = wording.exact(text)
    assert unescape(shown) == text
    assert not {"<", '"', "\u202e", "\u200c"} & set(shown)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/srv/sample home/d_1/files/header.json: is none", "header.json: is none"),
        ("key file '/srv/a/b.key' is gone", "key file 'b.key' is gone"),
        ("control LC-14/2: see a/b", "control LC-14/2: see a/b"),
        ("https://sample.example/a/b", "https://sample.example/a/b"),
    ],
)
def test_guests_are_told_names_without_folders(text: str, told: str) -> None:
    """Where a machine keeps its files is nothing for an auditor."""
    assert wording.without_folders(text) == told
