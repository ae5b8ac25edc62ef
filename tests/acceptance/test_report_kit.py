"""The report test kit: a year with planted faults, in which exactly these must be found.

An auditor may test the logic of reports once with it and rely on them while the logic stays the same. So must we.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

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


def find(folder: Path, faults: tuple[Fault, ...], year: Year = KIT_YEAR) -> Found:
    """Check, kind and id of everything that is found."""
    return {(each.check, each.kind, each.id) for each in assess_year(folder, year, faults).findings}


def expect(faults: tuple[Fault, ...], year: Year = KIT_YEAR) -> Found:
    """The same of everything that was planted."""
    return {(each.check, each.kind, each.id) for each in list_planted(year, faults)}


def test_exactly_the_planted_faults_are_found(tmp_path: Path) -> None:
    """A fault that is not found would be found by the auditor; a finding that is not there costs the trust in all others."""
    found, expected = find(tmp_path, FAULTS), expect(FAULTS)
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


def test_findings_name_the_control_they_are_listed_under(tmp_path: Path) -> None:
    """The list says which control a fault bears on; a finding under another would be looked for in the wrong place."""
    listed = {(each.check, each.kind, each.id): each.control for each in list_planted(KIT_YEAR)}
    found = assess_year(tmp_path, KIT_YEAR, FAULTS).findings
    named = {(each.check, each.kind, each.id): each.control for each in found}
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


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_fault_alone_leads_to_its_own_findings(tmp_path: Path, fault: Fault) -> None:
    """Together, one fault could hide behind another's finding."""
    assert find(tmp_path, (fault,)) == expect((fault,))
