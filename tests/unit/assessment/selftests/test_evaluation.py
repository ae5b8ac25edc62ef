"""Self-tests of evaluations: other weights, lines moved after the result, failures nobody decided about."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.selftests.table import CHECKS
from proofbook.primitives.verdict import Met
from support.facts_builder import FactsBuilder, at, digest
from support.planted import EXCEPTION, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_documents import P2, PAGE
from support.sound_records import RECORDS, B, sound_year

RUN, BEFORE, STANDARD = ("evaluation.run", "run-q1"), ("evaluation.run", "run-b"), ("evaluation.standard", "es-1")
ACCURACY, SECONDS = next(fields["results"] for kind, name, fields in RECORDS if (kind, name) == RUN)
FAILED = {"case": "c-7", "metric": "accuracy", "disposition": "open"}
LINES = [{"metric": "accuracy", "at_least": "0.80"}, {"metric": "seconds", "at_most": "2.5"}]


def results(accuracy: dict[str, Any]) -> dict[str, Any]:
    """The results of the run, accuracy otherwise."""
    return {"results": [ACCURACY | accuracy, SECONDS]}


def moved(recorded: str, effective: str) -> Any:
    """A later version of the standard with a lower line."""

    def move(builder: FactsBuilder) -> None:
        builder.add("evaluation.standard", "es-1", happened=effective, recorded=recorded, system="sample-desk", set_by=P2,
                    thresholds=LINES)  # fmt: skip

    return move


FAULTS = [
    Planted("evaluation_on_served_model", RUN, EXCEPTION, "served then for sample-desk", {"model": B}),
    Planted("evaluation_on_served_model", RUN, NOT_SHOWN, "which weights answered", {"model": None}),
    Planted("evaluation_on_served_model", BEFORE, EXCEPTION, "served or was approved", {"model": digest("d")}),
    Planted("evaluation_threshold_predates", RUN, EXCEPTION, "before its lines were drawn", {"started_at": at("2025-12-01")}),
    Planted("evaluation_threshold_predates", RUN, NOT_SHOWN, "es-9, is not on record", {"standard": "es-9"}),
    Planted("evaluation_threshold_predates", RUN, NOT_SHOWN, "is none of es-1", {"standard_entry": PAGE}),
    Planted("evaluation_threshold_predates", RUN, EXCEPTION, "“at least 0.80”, version 1 of es-1 says at least 0.90",
            results({"threshold": "at least 0.80"})),
    Planted("evaluation_threshold_predates", RUN, EXCEPTION, "accuracy is 0.84 and said to be met", results({"value": "0.84"})),
    Planted("evaluation_threshold_predates", RUN, NOT_SHOWN, "whether accuracy meets", results({"outcome": "unknown"})),
    Planted("evaluation_threshold_predates", RUN, NOT_SHOWN, "a line that version 1 of es-1 does not have",
            {"results": [ACCURACY, SECONDS, ACCURACY | {"metric": "tone"}]}),
    Planted("evaluation_threshold_predates", RUN, NOT_SHOWN, "no result for seconds", {"results": [ACCURACY]}),
    Planted("evaluation_failures_dispositioned", RUN, EXCEPTION, "1 failed case is open: c-7", {"failures": [FAILED]}),
    Planted("evaluation_failures_dispositioned", RUN, NOT_SHOWN, "without a reason: c-7",
            {"failures": [FAILED | {"disposition": "waived"}]}),
    Planted("evaluation_failures_dispositioned", RUN, NOT_SHOWN, "4 cases failed, 1 listed", {"failures_total": 4}),
    Planted("evaluation_failures_dispositioned", RUN, EXCEPTION, "accuracy not met", results({"outcome": "not_met"})),
    Planted("evaluation_failures_dispositioned", RUN, NOT_SHOWN, "nobody signed it off", {"signed_off_by": None}),
    Planted("evaluation_failures_dispositioned", RUN, EXCEPTION, "ran it and signed it off", {"signed_off_by": P2}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way in which an evaluation can say less than it seems is told apart."""
    check_planted(planted)


@pytest.mark.parametrize(
    "check", ["evaluation_on_served_model", "evaluation_threshold_predates", "evaluation_failures_dispositioned"]
)
def test_nothing_to_look_at_is_unknown(check: str) -> None:
    """Absence is never none."""
    check_unknown(check, "no evaluation in the period", drop=["evaluation.run"])


def test_a_line_that_is_moved_after_the_run_is_named_and_does_not_alter_it() -> None:
    """The run keeps the standard it ran under, and a reader sees that it changed since."""
    planted = Planted("evaluation_threshold_predates", RUN, EXCEPTION, "", plant=moved("2026-08-01", "2026-08-01"))
    outcome = outcome_of(planted)
    assert outcome.findings == ()
    assert isinstance(outcome.verdict, Met)
    assert any("other lines since version 2; run run-q1 keeps version 1" in reason for reason in outcome.verdict.reasons)


def test_a_line_that_is_backdated_over_the_run_does_not_count() -> None:
    """Written after the result, in force before it: the version on record when the run began is the one that held."""
    planted = Planted("evaluation_threshold_predates", RUN, EXCEPTION, "", plant=moved("2026-08-01", "2026-01-05"))
    assert outcome_of(planted).findings == ()


def test_a_run_held_against_the_backdated_version_is_found() -> None:
    """Naming the very version shows what it was held against."""
    builder_entry: list[str] = []

    def plant(builder: FactsBuilder) -> None:
        builder_entry.append(builder.next_entry())
        moved("2026-08-01", "2026-01-05")(builder)

    outcome_of(Planted("evaluation_threshold_predates", RUN, EXCEPTION, "", plant=plant))
    check_planted(
        Planted(
            "evaluation_threshold_predates", RUN, EXCEPTION, "held against version 2 of es-1, but version 1 held",
            {"standard_entry": builder_entry[0]}, plant=plant,
        )
    )  # fmt: skip


def test_without_traffic_a_run_on_an_approved_model_is_no_fault() -> None:
    """Where nothing served, what was approved for the system is what counts."""
    assert isinstance(CHECKS["evaluation_on_served_model"](sound_year(traffic=False), "LC-17").verdict, Met)
