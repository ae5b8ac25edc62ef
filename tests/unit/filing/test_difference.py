"""Differences between versions, field by field."""

from __future__ import annotations

from proofbook.filing.difference import ABSENT, Difference, find_differences


def test_equal_bodies_do_not_differ() -> None:
    """Applying the same file again is nothing."""
    assert find_differences({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) == ()


def test_the_reason_makes_no_difference() -> None:
    """It says why a version was written, not what it says."""
    assert find_differences({"a": 1, "because": "x"}, {"a": 1, "because": "y"}) == ()


def test_fields_are_named_by_path() -> None:
    """At any depth, in the order of the newer body."""
    before = {"a": 1, "b": {"c": "x", "d": True}, "e": ["p", "q"]}
    after = {"b": {"c": "y", "d": True}, "a": None, "e": ["p"], "f": 2}
    assert find_differences(before, after) == (
        Difference("b.c", "x", "y"),
        Difference("a", 1, None),
        Difference("e[1]", "q", ABSENT),
        Difference("f", ABSENT, 2),
    )


def test_items_with_ids_are_compared_by_id() -> None:
    """A flow that is put in at the top does not change all the others."""
    before = {"flows": [{"id": "F-1", "x": 1}, {"id": "F-2", "x": 2}]}
    after = {"flows": [{"id": "F-0", "x": 0}, {"id": "F-1", "x": 1}, {"id": "F-2", "x": 3}]}
    assert find_differences(before, after) == (
        Difference("flows[F-0]", ABSENT, {"id": "F-0", "x": 0}),
        Difference("flows[F-2].x", 2, 3),
    )


def test_ids_that_are_not_unique_are_no_ids() -> None:
    """Nothing may hide behind another item's id."""
    before, after = {"a": [{"id": "x", "n": 1}, {"id": "x", "n": 2}]}, {"a": [{"id": "x", "n": 1}, {"id": "x", "n": 3}]}
    assert find_differences(before, after) == (Difference("a[1].n", 2, 3),)


def test_a_number_is_not_a_truth_value() -> None:
    """In Python they would be equal."""
    assert find_differences({"a": True, "b": [0]}, {"a": 1, "b": [False]}) == (
        Difference("a", True, 1),
        Difference("b[0]", 0, False),
    )
