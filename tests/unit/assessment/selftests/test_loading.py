"""Self-test of what engines were seen to have loaded: weights that came without a change, before it, or that nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.selftests.table import CHECKS
from proofbook.primitives.verdict import Met
from support.facts_builder import digest
from support.planted import EXCEPTION, Planted, check_planted, check_unknown
from support.sound_records import A, B, sound_year

CHECK, C = "loaded_weights_have_change", digest("c")


def _about(moment: str, upstream: str = "sample-engine") -> tuple[str, str]:
    return "engine.sighting", f"{upstream}@{moment}:00.000000Z"


def _seen(moment: str, loaded: Any, upstream: str = "sample-engine") -> Any:
    return lambda builder: builder.sighting(moment, loaded, upstream=upstream)


FAULTS = [
    Planted(CHECK, _about("2026-09-01T02:00"), EXCEPTION, "no change to them is on record", plant=_seen("2026-09-01 02:00", {None: C})),
    Planted(CHECK, _about("2026-07-01T09:30"), EXCEPTION, "was released on 2026-07-01 12:00 UTC",
            change={("change", "ch-1"): {"happened": "2026-07-01 12:00"}}),
    Planted(CHECK, _about("2026-05-02T12:00", "other"), EXCEPTION, "support at other: from",
            plant=lambda builder: builder.sighting("2026-05-01", {"support": A, "draft": B}, upstream="other")
            .sighting("2026-05-02", {"support": C, "draft": B}, upstream="other")),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Whether or not anybody asked the engine for anything meanwhile."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("reason", "year"),
    [
        ("no engine was looked at by a recorder", {"drop": ["engine.sighting"]}),
        ("from 2026-09-01 02:00 UTC on the weights could not be told", {"plant": _seen("2026-09-01 02:00", {None: None})}),
    ],
)
def test_what_cannot_be_told_is_unknown(reason: str, year: dict[str, Any]) -> None:
    """An engine that stopped saying what it has loaded has not kept it."""
    check_unknown(CHECK, reason, **year)


@pytest.mark.parametrize(
    "plant", [_seen("2026-09-01", {None: A}), _seen("2026-09-01", {None: B}), _seen("2027-01-05", {None: C})]
)
def test_what_it_began_with_what_a_change_brought_and_what_came_later_is_in_order(plant: Any) -> None:
    """Going back to known weights needs no second record, and next year is another period's business."""
    assert isinstance(CHECKS[CHECK](sound_year(plant=plant), "LC-99").verdict, Met)
