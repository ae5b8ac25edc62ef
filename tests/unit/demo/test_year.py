"""The generated year: the same for the same seed everywhere, valid, labelled, in order, and sound but for what was planted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import sha256

import pytest

from proofbook.demo.organisation import ENTITY
from proofbook.demo.year import faults_populations
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.fault import Fault
from proofbook.demo.year.faults import FAULTS
from proofbook.demo.year.generate import generate_year, list_planted, plan_year
from proofbook.demo.year.kit import KIT_YEAR
from proofbook.demo.year.plan import Step
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.instants import parse_instant
from proofbook.records.kept import KEPT
from proofbook.records.kinds import check_body
from proofbook.records.record import find_references

LASTS = (date(2024, 2, 29), date(2025, 2, 28), date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 20))
PRINTED = """
from hashlib import sha256
from datetime import date
from proofbook.demo.year.generate import generate_year
moments = generate_year(date(2026, 6, 30), 7, "Europe/Berlin")
print(sha256(repr([(at.isoformat(), each) for at, each in moments]).encode()).hexdigest())
"""


@cache
def sound_steps() -> Sequence[Step]:
    """The kit's year without faults."""
    return plan_year(KIT_YEAR, ())


def digest(year: Year) -> str:
    """Hash over moments, subjects and bodies."""
    rows = [(step.recorded.isoformat(), step.kind, step.id, canonical_bytes(step.body)) for step in plan_year(year)]
    return sha256(repr(rows).encode()).hexdigest()


def test_same_year_in_every_process() -> None:
    """Hash seeds and the machine's time zone must not show: the expected findings are listed once, for everybody."""
    seen = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Kathmandu")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        done = subprocess.run([sys.executable, "-c", PRINTED], env=env, capture_output=True, text=True, check=True)
        seen.add(done.stdout)
    assert len(seen) == 1


def test_other_seed_gives_another_year() -> None:
    """A seed that changed nothing would be decoration."""
    assert digest(KIT_YEAR) != digest(Year(KIT_YEAR.last, KIT_YEAR.seed + 1, KIT_YEAR.zone))


@pytest.mark.parametrize("last", LASTS, ids=str)
@pytest.mark.parametrize("faults", [(), FAULTS], ids=["sound", "planted"])
def test_any_year_is_valid_and_in_order(last: date, faults: tuple[Fault, ...]) -> None:
    """Leap days, ends of years, any yesterday: every body is what its kind publishes, and time never goes back."""
    moments = generate_year(last, 3, "UTC", faults)
    for _, each in moments:
        check_body(each.draft.kind, each.draft.body)
    recorded = [moment for moment, _ in moments]
    assert recorded == sorted(recorded)
    year = Year(last, 3, "UTC")
    assert year.setup <= recorded[0].date()
    assert recorded[-1] <= year.at(last + DAY, 0, 1)


def test_size_and_kinds_of_the_kit_year() -> None:
    """A year of records of nearly every kind, small enough to be written while somebody watches."""
    kinds = Counter(step.kind for step in plan_year(KIT_YEAR))
    assert 3000 < sum(kinds.values()) < 6000
    assert kinds["exchange.request"] == kinds["exchange.response"] > 900
    assert kinds["decision.review"] > 200
    # what is not in it: what nothing calls for in this year, what the assessment itself records, and what auditors write
    auditors = {"audit_request", "audit_comment"}
    assert set(KEPT) - set(kinds) - auditors == {"decision.request", "not_applicable", "self_test"}


def test_everything_says_that_it_is_sample_data() -> None:
    """A screenshot travels further than its caption: ids and titles carry the word, people are numbers."""
    for step in plan_year(KIT_YEAR):
        if step.kind in KEPT:
            assert "sample" in step.id, step.id
            assert "sample" in str(step.body["title"]).lower(), step.body["title"]
            assert step.actor.id.startswith("sample-person-")
            assert step.body["entity"] in {None, ENTITY}


def test_written_down_when_it_happened() -> None:
    """In the sound year nothing is recorded before it happened, or more than a week after."""
    first: dict[tuple[str, str], Step] = {}
    for step in sound_steps():
        first.setdefault((step.kind, step.id), step)
    for step in first.values():
        happened = parse_instant(step.occurred)
        assert timedelta() <= step.recorded - happened <= timedelta(days=7), (step.kind, step.id)


def test_references_lead_somewhere() -> None:
    """In the sound year every record that another names is there."""
    steps = sound_steps()
    there = {(step.kind, step.id) for step in steps}
    missing: list[tuple[str, str, str]] = []
    for step in steps:
        if step.kind in KEPT:
            found = find_references(KEPT[step.kind](**step.body))
            missing += [(step.id, kind, name) for _, kind, name in found if kind != "entry" and (kind, name) not in there]
    assert [each for each in missing if not (each[1] == "control" and each[2].startswith("LC-"))] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_fault_is_really_planted(fault: Fault) -> None:
    """A fault that edits nothing would make the kit a list of wishes."""
    assert plan_year(KIT_YEAR, (fault,)) != sound_steps()
    planted = list_planted(KIT_YEAR, (fault,))
    assert planted or fault in faults_populations.FAULTS  # which show in a population, not in a finding
    assert all(each.says and each.id for each in planted)


def test_no_finding_is_planted_twice() -> None:
    """Two faults behind one finding could not be told apart."""
    planted = [(each.check, each.kind, each.id) for each in list_planted(KIT_YEAR)]
    assert [each for each, count in Counter(planted).items() if count > 1] == []


@pytest.mark.parametrize("last", LASTS, ids=str)
def test_faults_can_be_planted_in_any_year(last: date) -> None:
    """The demonstration's year ends yesterday, whatever day that is."""
    assert len(list_planted(Year(last, 1, "UTC"))) >= len(FAULTS)
