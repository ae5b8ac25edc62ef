"""Ids are our own, sort by time and cannot be guessed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from proofbook.errors import MalformedRecord
from proofbook.primitives.ids import CountingIds, TimeOrderedIds, check_id
from proofbook.primitives.instants import FixedClock


def test_ids_of_later_milliseconds_sort_later() -> None:
    """Listings by id must read in order of time."""
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    ids = TimeOrderedIds(clock, os.urandom)
    made = []
    for _ in range(50):
        made.append(ids.new("x"))
        clock.advance(timedelta(milliseconds=1))
    assert made == sorted(made)
    assert len(set(made)) == 50


def test_ids_carry_time_and_all_of_the_randomness() -> None:
    """The layout is the public one: 48 bits of milliseconds, 80 of entropy."""
    clock = FixedClock(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1))
    assert TimeOrderedIds(clock, lambda count: b"\xff" * count).new("e") == "e_0000000001" + "z" * 16


def test_ids_of_one_millisecond_differ() -> None:
    """Two entries of one batch must not share an id."""
    ids = TimeOrderedIds(FixedClock(datetime(2026, 1, 1, tzinfo=UTC)), os.urandom)
    assert len({ids.new("e") for _ in range(1000)}) == 1000


def test_counting_ids_are_the_same_every_time() -> None:
    """Vectors and tests need to be repeatable."""
    ids = CountingIds()
    assert [ids.new("e"), ids.new("x")] == ["e_" + "0" * 25 + "1", "x_" + "0" * 25 + "2"]


def test_an_id_of_the_right_form_is_given_back() -> None:
    """The check stands between a request's text and a query."""
    made = CountingIds().new("e")
    assert check_id(made, "e") == made


@pytest.mark.parametrize(
    "text",
    ["", "e_", "e_" + "0" * 25, "e_" + "0" * 27, "e_" + "i" * 26, "e_" + "U" * 26, "x_" + "0" * 26, "e_" + "0" * 26 + "\n"],
)
def test_other_texts_are_refused(text: str) -> None:
    """Wrong prefix, length or letters: not an id of this kind."""
    with pytest.raises(MalformedRecord, match="is not an id"):
        check_id(text, "e")
