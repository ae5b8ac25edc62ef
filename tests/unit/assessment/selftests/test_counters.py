"""Self-test of the engines' own counters: traffic around the gateway, counters lost, days that cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.exceptions import derive_exceptions
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.selftests.table import CHECKS
from proofbook.primitives.verdict import Met, Unknown
from support.facts_builder import FactsBuilder
from support.planted import BREAKS, EXCEPTION, NOT_SHOWN, Planted, check_planted, check_unknown
from support.sound_records import sound_year

CHECK, DAY = "engine_counters_agree", ("engine.counters", "other-engine@2026-05-03")
NAMED = {("control.exception", "cx-1"): {"instances": [DAY[1]]}}


def looks(*days: tuple[str, int, int | None]) -> Any:
    """A second engine with these looks at its counters."""
    return lambda builder: builder.counters(("2026-01-01 00:10", 0, 0), *days, upstream="other-engine")


AROUND = looks(("2026-05-03 00:05", 40, 40), ("2026-05-04 00:05", 9, 12), ("2026-12-31 23:50", 3, 3))
FAULTS = [
    Planted(CHECK, DAY, BREAKS, "12 requests, the book accounts for 9: 3 more", plant=AROUND),
    Planted(CHECK, DAY, NOT_SHOWN, "explained, but what was served is not on record", {}, NAMED, plant=AROUND),
    Planted(CHECK, DAY, EXCEPTION, "1 fewer: its counters were lost", plant=looks(("2026-05-03 00:05", 4, 4),
            ("2026-05-04 00:05", 9, 8))),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each with the record, the gravity and the way to mend it."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("reason", "year"),
    [
        ("no counters of any engine are on record", {"drop": ["engine.counters"]}),
        ("cannot be read any more: the engine did not answer",
         {"plant": looks(("2026-05-03 00:05", 4, 4), ("2026-05-04 00:05", 9, None))}),
        ("the engine did not answer", {"plant": looks(("2026-05-03 00:05", 4, None))}),
        ("traffic from 2026-01-02 08:00 UTC",
         {"drop": ["engine.counters"],
          "plant": lambda builder: builder.counters(("2026-05-03", 0, 0), ("2026-05-04", 4, 4))}),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_unknown(reason: str, year: dict[str, Any]) -> None:
    """A second source that is missing is not one that agrees."""
    check_unknown(CHECK, reason, **year)


def test_unexplained_difference_is_listed_until_an_exception_names_it() -> None:
    """What an auditor asks of a difference: who explained it."""

    def unrecorded(change: dict[Any, Any]) -> list[str]:
        facts = sound_year(change, plant=AROUND)
        findings = CHECKS[CHECK](facts, "LC-20").findings
        return [each.id for each in derive_exceptions(derive_grid(facts), findings).unrecorded]

    assert unrecorded({}) == [DAY[1]]
    assert unrecorded(NAMED) == []


def test_counters_that_began_anew_are_told_beside_the_result() -> None:
    """A restart is no difference; that something before it is lost is said."""
    builder = FactsBuilder().counters(("2026-01-01", 0, 0), ("2026-02-01", 5, 5), ("2026-02-02", 5, -4), ("2026-02-03", 2, 2))
    outcome = CHECKS[CHECK](builder.build(), "LC-99")
    assert outcome.findings == ()
    assert isinstance(outcome.verdict, Met)
    assert any("began anew 1 time" in each for each in outcome.verdict.reasons)


def test_nothing_on_record_at_all_is_unknown() -> None:
    """An empty book has no second source."""
    assert isinstance(CHECKS[CHECK](FactsBuilder().build(), "LC-99").verdict, Unknown)
