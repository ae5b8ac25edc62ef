"""ART-05: does the production model do what is said of it. Standards come first; a run keeps the standard it ran under.

Source: soc2.md ART-05, 14.7.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import (
    ArtifactRef,
    Count,
    Day,
    Decimal,
    EntryRef,
    Moment,
    Record,
    Several,
    Sha256,
    Stated,
    SystemRef,
    Text,
)

Family = Literal[
    "task_quality", "groundedness", "refusal", "leakage", "injection", "bias", "format", "regression", "latency", "other"
]


class Threshold(Document):
    """A line set before anything is measured against it."""

    metric: Text = Field(description="metric")
    family: Family = Field(default="other", description="what it speaks of")
    at_least: Decimal | None = Field(default=None, description="lowest value that meets it")
    at_most: Decimal | None = Field(default=None, description="highest value that meets it")
    reason: Stated = Field(default=None, description="why this line")


class EvaluationStandard(Record):
    """Body of `evaluation.standard`: the thresholds of a system, and who set them when."""

    happened: ClassVar[str | None] = "effective_at"
    artifact: ClassVar[str] = "ART-05"

    system: SystemRef = Field(description="system")
    effective_at: Moment = Field(description="from when these thresholds hold")
    thresholds: list[Threshold] = Field(min_length=1, description="lines, by metric")
    set_by: Text = Field(description="who set them")
    approved_by: Stated = Field(default=None, description="who approved them")
    approved_at: Moment | None = Field(default=None, description="when")
    triggers: Several = Field(default=None, description="when a run is due, besides each quarter")
    failure_handling: Stated = Field(default=None, description="what happens when a threshold is not met")


class EvaluationSuite(Record):
    """Body of `evaluation.suite`: what is asked, and how answers are scored."""

    artifact: ClassVar[str] = "ART-05"

    systems: list[SystemRef] = Field(default=[], description="systems it is for")
    version: Text = Field(description="version of the suite")
    dataset_sha256: Sha256 = Field(description="hash of the questions and expected answers")
    cases: Count = Field(description="number of cases")
    source: Stated = Field(default=None, description="where the cases come from")
    sensitivity: Stated = Field(default=None, description="class of the data in it")
    owner: Stated = Field(default=None, description="who keeps it")
    scorers: Several = Field(default=None, description="scorers and their versions; of a model-graded metric the grader's digest")
    families: list[Family] = Field(default=[], description="what it covers")


class Result(Document):
    """One metric of one run."""

    metric: Text = Field(description="metric")
    family: Family = Field(default="other", description="what it speaks of")
    value: Decimal = Field(description="measured value")
    n: Count = Field(description="cases behind it")
    low: Decimal | None = Field(default=None, description="lower end of the interval")
    high: Decimal | None = Field(default=None, description="upper end of the interval")
    threshold: Stated = Field(default=None, description="the line as it stood when the run began, in words, e.g. at least 0.90")
    outcome: Literal["met", "not_met", "no_threshold", "unknown"] = Field(description="against that line")


class CaseFailure(Document):
    """One case that failed, without its text."""

    case: Text = Field(description="case id")
    metric: Text = Field(description="metric")
    disposition: Literal["accepted", "fixed", "waived", "open"] = Field(description="what was decided about it")
    reason: Stated = Field(default=None, description="why")


class EvaluationRun(Record):
    """Body of `evaluation.run`: one run, bound to the configuration that serves."""

    happened: ClassVar[str | None] = "ended_at"
    artifact: ClassVar[str] = "ART-05"

    system: SystemRef = Field(description="system")
    suite: Text = Field(description="id of the suite")
    suite_version: Text = Field(description="its version")
    standard: Text = Field(description="id of the evaluation standard")
    standard_entry: EntryRef | None = Field(
        default=None, description="the very version of the standard that held when the run began"
    )
    model: ArtifactRef | None = Field(description="artifact that answered; null: unknown")
    engine: Stated = Field(default=None, description="engine and version")
    sampling: dict[str, str] = Field(default={}, description="sampling settings as text")
    seed: int | None = Field(default=None, description="seed; null: none or not known")
    hardware: Stated = Field(default=None, description="hardware")
    system_prompt: Stated = Field(default=None, description="version or hash of the system prompt")
    guardrail: Stated = Field(default=None, description="version or hash of guardrails")
    index: Stated = Field(default=None, description="version of the index")
    started_at: Moment = Field(description="when it began")
    ended_at: Moment = Field(description="when it ended")
    operator: Text = Field(description="who ran it")
    trigger: Literal["scheduled", "change", "incident", "new_use", "other", "unknown"] = Field(
        default="unknown", description="why it was run"
    )
    change: Stated = Field(default=None, description="change it was run for, by id")
    results: list[Result] = Field(min_length=1, description="every metric")
    failures: list[CaseFailure] = Field(default=[], description="cases that failed and what was decided")
    failures_total: Count = Field(default=0, description="how many cases failed")
    signed_off_by: Stated = Field(default=None, description="who looked at the result; another person than the operator")
    signed_off_at: Moment | None = Field(default=None, description="when")
    follow_up: Stated = Field(default=None, description="what was done about what was not met")
    report: Stated = Field(default=None, description="where the whole result is kept")
    raw_sha256: Sha256 | None = Field(default=None, description="hash of the whole result")
    repeated: Day | None = Field(default=None, description="day a part of it was run again to check it")
