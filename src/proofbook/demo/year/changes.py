"""Changes of the sample year and the evaluations behind them: standards, suites, quarterly runs, runs before a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.cast import (
    APPROVER,
    HELP_DESK,
    HELP_DESK_CHANGED,
    NOTES,
    OPERATOR,
    OWNER,
    SYSTEMS,
    TRIAGE,
    TRIAGE_CHANGED,
    SampleAi,
    live_systems,
    model_of,
)
from proofbook.demo.year.plan import Step, keep, mark_entry

METRICS: Final = (("answers as expected", "task_quality", "0.90"), ("refusals as expected", "refusal", "0.95"))
_SUITE: Final = "sample-suite"
_RUN_DAYS: Final = 12


@dataclass(frozen=True, slots=True)
class SampleChange:
    """A change of the year, released on a day."""

    id: str
    system: str
    what: str
    day: int
    description: str
    emergency: bool = False


OTHER_CHANGES: Final = (
    SampleChange("sample-change-prompt-1", HELP_DESK, "prompt", 45, "Answers name the page they come from."),
    SampleChange("sample-change-guardrail-1", TRIAGE, "guardrail", 95, "Tickets that hold account numbers are not sorted."),
    SampleChange("sample-change-engine-1", HELP_DESK, "engine", 130, "Engine brought to the build that was decided on."),
    SampleChange("sample-change-prompt-2", TRIAGE, "prompt", 205, "Urgency is stated in one word."),
    SampleChange(
        "sample-change-emergency-1", HELP_DESK, "guardrail", 230, "Rule added at once after an injection.", emergency=True
    ),
    SampleChange("sample-change-sampling-1", NOTES, "sampling", 260, "Temperature lowered."),
    SampleChange("sample-change-driver-1", HELP_DESK, "driver", 300, "Driver brought up to date."),
)


def plan_changes(year: Year) -> Iterator[Step]:
    """All of it."""
    yield _suite(year)
    for system in SYSTEMS:
        yield _standard(year, system)
        yield from _first_release(year, system)
    for quarter in year.quarters():
        day = year.before(quarter, _RUN_DAYS)
        for place, system in enumerate(live_systems(year, day)):
            yield evaluate(
                year, system.id, f"{system.id}-evaluation-{quarter.id}", year.at(day, 8 + 2 * place),
                model=model_of(system.id, (day - year.first).days).digest, trigger="scheduled",
            )  # fmt: skip
    for system_id, number in ((HELP_DESK, HELP_DESK_CHANGED), (TRIAGE, TRIAGE_CHANGED)):
        yield from _model_change(year, system_id, number, f"{system_id}-change-model", "the newer model answers more questions")
    for change in OTHER_CHANGES:
        if change.day < (year.last - year.first).days - 7:
            yield _change(year, change)


def name_standard(system: str) -> str:
    """Id of a system's evaluation standard."""
    return f"{system}-standard"


def evaluate(year: Year, system: str, record: str, started: datetime, *, model: str, trigger: str, **more: Any) -> Step:
    """One run against the standard that holds when it begins; signed off by another person the same day."""
    ended = started + timedelta(minutes=40)
    results = []
    for metric, family, line in METRICS:
        value = 96 + year.number(f"{record} {metric}", 4)
        results.append(
            {
                "metric": metric, "family": family, "value": f"0.{value}", "n": 200, "low": f"0.{value - 3}", "high": "0.995",
                "threshold": f"at least {line}", "outcome": "met",
            }
        )  # fmt: skip
    given: dict[str, Any] = {
        "title": f"Sample evaluation {record}",
        "system": system,
        "suite": _SUITE,
        "suite_version": "1",
        "standard": name_standard(system),
        "standard_entry": mark_entry("evaluation.standard", name_standard(system)),
        "model": model,
        "engine": "llama.cpp b1-sample",
        "sampling": {"temperature": "0"},
        "seed": 7,
        "hardware": "one sample accelerator",
        "system_prompt": "sample-prompt-1",
        "guardrail": "sample-guardrail-1",
        "index": None,
        "started_at": started,
        "ended_at": ended,
        "operator": OPERATOR,
        "trigger": trigger,
        "results": results,
        "failures": [
            {"case": "sample-case-17", "metric": METRICS[0][0], "disposition": "accepted", "reason": "asks for an opinion"}
        ],
        "failures_total": 1,
        "signed_off_by": APPROVER,
        "signed_off_at": ended + timedelta(hours=1),
        "follow_up": "nothing to follow up",
        "report": "sample evaluation store",
        "raw_sha256": sha256(record.encode()).hexdigest(),
    }
    return keep("evaluation.run", record, OPERATOR, ended + timedelta(hours=1, minutes=10), **(given | more))


def _suite(year: Year) -> Step:
    return keep(
        "evaluation.suite", _SUITE, OPERATOR, year.at(year.day(-35), 9), title="Sample questions with one right answer",
        systems=[system.id for system in SYSTEMS[:3]], version="1", dataset_sha256=sha256(b"sample questions").hexdigest(),
        cases=200,
        source="written for the sample organisation", sensitivity="internal", owner=OPERATOR, scorers=["exact match 1"],
        families=["task_quality", "refusal"],
    )  # fmt: skip


def _standard(year: Year, system: SampleAi) -> Step:
    approved = year.at(year.day(system.registered + 2), 9)
    return keep(
        "evaluation.standard", name_standard(system.id), OPERATOR, approved + timedelta(minutes=30),
        title=f"Evaluation standard of {system.name}", system=system.id, effective_at=approved + timedelta(minutes=15),
        thresholds=[{"metric": m, "family": f, "at_least": line, "reason": "what users accept"} for m, f, line in METRICS],
        set_by=OPERATOR, approved_by=APPROVER, approved_at=approved, triggers=["each change of model"],
        failure_handling="not released until decided",
    )  # fmt: skip


def _first_release(year: Year, system: SampleAi) -> Iterator[Step]:
    return _model_change(year, system.id, system.live, f"{system.id}-change-first", "first release")


def _model_change(year: Year, system: str, day: int, record: str, why: str) -> Iterator[Step]:
    run = f"{record}-evaluation"
    model = model_of(system, day)
    started = year.at(year.day(day - 3), 9)
    before = model_of(system, day - 1).digest if record.endswith("-model") else None
    yield evaluate(year, system, run, started, model=model.digest, trigger="change", change=record)
    released = year.at(year.day(day), 6)
    yield keep(
        "change", record, OPERATOR, title=f"Sample change of the model of {system}", system=system, what="model", description=why,
        before=before, after=model.digest, requested_by=OPERATOR, requested_at=released - timedelta(days=6),
        evaluations=[run], tested_at=started + timedelta(minutes=40), test_outcome="met", approved_by=APPROVER,
        approved_at=released - timedelta(hours=18), released_by=OPERATOR, released_at=released,
        rollback="the artifact before stays on the host" if before else "take it out of use", watched_until=year.day(day + 7),
    )  # fmt: skip


def _change(year: Year, change: SampleChange) -> Step:
    released = year.at(year.workday(change.day), 7)
    given: dict[str, Any] = {
        "title": f"Sample change: {change.description}",
        "system": change.system,
        "what": change.what,
        "description": change.description,
        "before": "sample version before",
        "after": f"sample version {change.id.removeprefix('sample-change-')}",
        "requested_by": OWNER if change.emergency else OPERATOR,
        "requested_at": released - timedelta(days=4),
        "evaluations": [],
        "tested_at": released - timedelta(days=2),
        "test_outcome": "met",
        "approved_by": APPROVER,
        "approved_at": released - timedelta(days=1),
        "released_by": OPERATOR,
        "released_at": released,
        "rollback": "version before, kept in the repository",
        "watched_until": year.workday(change.day + 7),
    }
    if change.emergency:
        given |= {
            "requested_at": released - timedelta(hours=2), "tested_at": released - timedelta(hours=1),
            "approved_at": released - timedelta(minutes=30), "emergency": True, "reviewed_by": APPROVER,
            "reviewed_at": released + timedelta(days=2), "review_within_days": 5,
        }  # fmt: skip
        return keep("change", change.id, OPERATOR, released + timedelta(days=2, hours=1), **given)
    return keep("change", change.id, OPERATOR, **given)
