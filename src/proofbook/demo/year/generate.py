"""The sample year as submissions: first a plan in which all is sound, then the faults, then everything in order.

Promises: the same last day, seed and zone give the same submissions, byte for byte, in every process; nothing reads a clock or a
random source. Marks that stand for other entries' ids are put in by `writing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from proofbook.demo.year.access import plan_access
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.changes import plan_changes
from proofbook.demo.year.counters import plan_counters
from proofbook.demo.year.fault import Fault, Planted
from proofbook.demo.year.faults import FAULTS
from proofbook.demo.year.governance import plan_controls, plan_governance
from proofbook.demo.year.incidents import plan_incidents
from proofbook.demo.year.inventory import plan_inventory
from proofbook.demo.year.looks import plan_looks
from proofbook.demo.year.oversight import plan_oversight
from proofbook.demo.year.plan import Plan, Step
from proofbook.demo.year.reliability import plan_log_checks, plan_reliability
from proofbook.demo.year.retrieval import plan_boundary, plan_retrieval
from proofbook.demo.year.sightings import plan_sightings
from proofbook.demo.year.supply import plan_supply
from proofbook.demo.year.traffic import plan_traffic
from proofbook.journal.receipt import Submission

_FAMILIES = (
    plan_governance, plan_controls, plan_supply, plan_access, plan_inventory, plan_changes, plan_retrieval, plan_boundary,
    plan_reliability, plan_log_checks, plan_oversight, plan_incidents, plan_traffic, plan_sightings,
)  # fmt: skip


def generate_year(last: date, seed: int, zone: str, faults: Sequence[Fault] = FAULTS) -> tuple[tuple[datetime, Submission], ...]:
    """Twelve months up to `last`: each submission with the moment it is recorded, in order. Without faults all is sound."""
    return tuple((step.recorded, step.submission()) for step in plan_year(Year(last, seed, zone), faults))


def plan_year(year: Year, faults: Sequence[Fault] = FAULTS) -> tuple[Step, ...]:
    """The steps of a year, in order, with the faults planted."""
    return _plant(year, faults)[0]


def list_planted(year: Year, faults: Sequence[Fault] = FAULTS) -> tuple[Planted, ...]:
    """The findings that the faults must lead to, by check and record."""
    return tuple(sorted(_plant(year, faults)[1], key=lambda each: (each.check, each.kind, each.id)))


def _plant(year: Year, faults: Sequence[Fault]) -> tuple[tuple[Step, ...], tuple[Planted, ...]]:
    plan = Plan()
    planted: list[Planted] = []
    for family in _FAMILIES:
        plan.add(*family(year))
    plan.add(*plan_looks(plan, year))
    for fault in faults:
        planted += fault(plan, year)
    plan.add(*plan_counters(plan, year))
    end = year.at(year.last + DAY, 0, 1)
    return tuple(step for step in plan.in_order() if step.recorded <= end), tuple(planted)
