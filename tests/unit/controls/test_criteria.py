"""The criteria: exactly those that exist."""

from __future__ import annotations

from collections import Counter

import pytest

from proofbook.controls.criteria import Category, Touch, check_criterion, load_criteria
from proofbook.errors import MalformedRecord

_SERIES = {
    "CC1": 5, "CC2": 3, "CC3": 4, "CC4": 2, "CC5": 3, "CC6": 8, "CC7": 5, "CC8": 1, "CC9": 2,
    "A1": 3, "C1": 2, "PI1": 5,
    "P1": 1, "P2": 1, "P3": 2, "P4": 3, "P5": 2, "P6": 7, "P7": 1, "P8": 1,
}  # fmt: skip


def test_they_are_exactly_the_61_ids() -> None:
    """One more would be invented, one less would be missing from every grid."""
    expected = [f"{series}.{number}" for series, count in _SERIES.items() for number in range(1, count + 1)]
    assert [entry.id for entry in load_criteria().criteria] == expected
    assert len(expected) == 61


def test_categories_have_the_counts_they_should() -> None:
    """33, 3, 2, 5 and 18; and each id starts with its category's letters."""
    criteria = load_criteria()
    counted = Counter(entry.category for entry in criteria.criteria)
    assert counted == {
        Category.SECURITY: 33,
        Category.AVAILABILITY: 3,
        Category.CONFIDENTIALITY: 2,
        Category.PROCESSING_INTEGRITY: 5,
        Category.PRIVACY: 18,
    }
    prefixes = {entry.id: entry.prefix for entry in criteria.categories}
    assert all(entry.id.rstrip("0123456789.") == prefixes[entry.category] for entry in criteria.criteria)


def test_principles_stand_behind_the_first_five_series_only() -> None:
    """COSO has 17 principles, each behind one criterion."""
    principles = {entry.id: entry.principle for entry in load_criteria().criteria if entry.principle is not None}
    assert sorted(principles.values()) == list(range(1, 18))
    assert all(criterion[:3] in {"CC1", "CC2", "CC3", "CC4", "CC5"} for criterion in principles)
    assert principles["CC2.1"] == 13  # information comes after control activities in COSO, before risk here
    assert principles["CC5.3"] == 12


def test_out_of_scope_categories_are_left_out_and_security_never_is() -> None:
    """A category that an engagement does not have must not show up as a gap."""
    criteria = load_criteria()
    assert len(criteria.within(frozenset())) == 33
    chosen = criteria.within(frozenset({Category.AVAILABILITY}))
    assert [entry.id for entry in chosen][-3:] == ["A1.1", "A1.2", "A1.3"]
    assert len(chosen) == 36
    assert len(criteria.within(frozenset(Category))) == 61


@pytest.mark.parametrize("invented", ["CC-AI-1", "CC6.9", "A1.4", "PP1.1", "cc6.1", "", "CC10.1", "AI-A1"])
def test_an_id_that_does_not_exist_is_refused_by_name(invented: str) -> None:
    """Invented criteria circulate; a record must not be able to name one."""
    with pytest.raises(MalformedRecord, match="is not known") as caught:
        check_criterion(invented)
    assert repr(invented) in caught.value.message


def test_a_criterion_is_found_by_its_id() -> None:
    """And says how local use of models touches it."""
    assert check_criterion("CC6.7").touch is Touch.DIRECT
    assert check_criterion("P6.4").touch is Touch.LOW
    assert check_criterion("CC1.2").touch is Touch.INDIRECT
