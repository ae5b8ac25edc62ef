"""The report test kit: a year with planted faults, in which exactly these must be found.

An auditor may test the logic of reports once with it and rely on them while the logic stays the same. So must we.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from proofbook.assessment.finding import Finding
from proofbook.assessment.selftests.table import CHECKS, EVERYWHERE
from proofbook.demo.year.calendar import Year
from proofbook.demo.year.fault import Fault
from proofbook.demo.year.faults import FAULTS
from proofbook.demo.year.generate import list_planted
from proofbook.demo.year.kit import KIT_YEAR
from proofbook.primitives.verdict import Met
from support.command_line import Place
from support.kit_home import assess_year

Found = set[tuple[str, str, str]]


def name(findings: Iterable[Finding]) -> Found:
    """Check, kind and id of what was found."""
    return {(each.check, each.kind, each.id) for each in findings}


def find(folder: Path, faults: tuple[Fault, ...], year: Year = KIT_YEAR) -> Found:
    """What is found in a year with some faults."""
    return name(assess_year(folder, year, faults).findings)


def expect(faults: tuple[Fault, ...], year: Year = KIT_YEAR) -> Found:
    """The same of everything that was planted."""
    return {(each.check, each.kind, each.id) for each in list_planted(year, faults)}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    """What is found in the year with all faults."""
    return tuple(assess_year(tmp_path_factory.mktemp("kit"), KIT_YEAR, FAULTS).findings)


def test_exactly_the_planted_faults_are_found(findings: tuple[Finding, ...]) -> None:
    """A fault that is not found would be found by the auditor; a finding that is not there costs the trust in all others."""
    found, expected = name(findings), expect(FAULTS)
    assert sorted(expected - found) == []
    assert sorted(found - expected) == []


def test_command_line_finds_what_the_command_line_says(tmp_path: Path) -> None:
    """As an auditor does it: write the kit, run the report, hold one against the other. Nothing in between."""
    place = Place(tmp_path)
    listed = place.run("--json", "demo", "--kit", "--home", "kit").json["expected"]
    found = place.run("--home", "kit", "--json", "due", "--engagement", "sample-year", "--all").json["findings"]
    keys = ("check", "kind", "id")
    assert sorted(tuple(each[key] for key in keys) for each in found) == sorted(
        tuple(each[key] for key in keys) for each in listed
    )


def test_sound_year_has_no_findings(tmp_path: Path) -> None:
    """The faults are what is found, not something the year is made of: without them every check is Met."""
    assessed = assess_year(tmp_path, KIT_YEAR, ())
    assert [each.what for each in assessed.findings] == []
    assert [(each.check, each.verdict) for each in assessed.outcomes if not isinstance(each.verdict, Met)] == []


def test_findings_name_the_control_they_are_listed_under(findings: tuple[Finding, ...]) -> None:
    """The list says which control a fault bears on; a finding under another would be looked for in the wrong place."""
    listed = {(each.check, each.kind, each.id): each.control for each in list_planted(KIT_YEAR)}
    named = {(each.check, each.kind, each.id): each.control for each in findings}
    assert {key: (control, listed.get(key)) for key, control in named.items() if listed.get(key) != control} == {}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize("last", [date(2024, 2, 29), date(2025, 12, 31), date(2026, 3, 15)], ids=str)
def test_same_holds_for_any_year_and_zone(tmp_path: Path, last: date, zone: str) -> None:
    """Leap days, calendar years, quarters cut by the period, a zone on the other side: nothing is found but what was planted."""
    year = Year(last, 3, zone)
    assert find(tmp_path, FAULTS, year) == expect(FAULTS, year)


def test_every_check_has_a_planted_fault() -> None:
    """A check that nothing was planted for is one whose silence means nothing."""
    assert sorted((set(CHECKS) | set(EVERYWHERE)) - {each.check for each in list_planted(KIT_YEAR)}) == []


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("bit", range((len(FAULTS) - 1).bit_length()))
def test_no_fault_hides_or_shows_because_of_another(tmp_path: Path, bit: int, there: bool) -> None:  # noqa: FBT001
    """Together, one fault could hide behind another's finding.

    The faults are numbered, and each of these years has those whose number has one bit set, or not set. Two numbers differ in
    some bit, so for any two faults there is a year with the first and without the second, and one the other way round.
    """
    faults = tuple(fault for number, fault in enumerate(FAULTS) if bool(number >> bit & 1) is there)
    found, expected = find(tmp_path, faults), expect(faults)
    assert sorted(expected - found) == []
    assert sorted(found - expected) == []
