"""The populations: what is counted, and how anybody can tell that nothing is left out."""

from __future__ import annotations

import pytest

from proofbook.controls.control import load_controls
from proofbook.controls.population import check_population, load_populations
from proofbook.errors import MalformedRecord
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS


def test_there_are_30_and_each_says_how_it_is_whole() -> None:
    """A list whose completeness nobody can show is a screenshot with extra steps."""
    populations = load_populations().populations
    assert [entry.id for entry in populations] == [f"POP-{number:02d}" for number in range(1, 31)]
    assert all(entry.completeness and entry.secondary_search and entry.system_of_record for entry in populations)


def test_populations_are_drawn_from_kinds_that_exist() -> None:
    """A kind nobody can record would make an empty list look like nothing happened."""
    known = set(KEPT) | set(KINDS)
    assert {kind for entry in load_populations().populations for kind in entry.record_kinds} <= known


def test_controls_and_populations_name_each_other() -> None:
    """The relation is written in two files; they must not drift apart."""
    from_controls = {(control.id, entry) for control in load_controls().controls for entry in control.populations}
    from_populations = {(control, entry.id) for entry in load_populations().populations for control in entry.controls}
    assert from_controls == from_populations


def test_leavers_come_from_the_roster() -> None:
    """A list of leavers made by the tool they should have been removed from proves nothing."""
    leavers = check_population("POP-05")
    assert "roster" in leavers.system_of_record
    assert leavers.record_kinds[0] == "roster.change"


def test_incidents_and_exercises_are_told_apart() -> None:
    """Three kinds, so that an exercise can never be counted as an incident."""
    assert check_population("POP-19").record_kinds == ("incident.real", "incident.near_miss", "incident.exercise")


def test_the_traps_are_named() -> None:
    """Seven ways in which a list that looks whole is not."""
    assert [trap.id for trap in load_populations().traps] == list("abcdefg")


@pytest.mark.parametrize("invented", ["POP-31", "POP-00", "pop-01", ""])
def test_a_population_that_does_not_exist_is_refused_by_name(invented: str) -> None:
    """The message must say which id was wrong."""
    with pytest.raises(MalformedRecord, match=r"population .* is not known") as caught:
        check_population(invented)
    assert repr(invented) in caught.value.message
