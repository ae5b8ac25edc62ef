"""ART-07: what happened when the AI did something wrong, and what was practised. Source: soc2.md 14.3, 14.4.

Real incidents, near misses and exercises are three kinds of record: none can be turned into another by editing a field.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import Action, ArtifactRef, Count, Day, Moment, Record, Several, Sha256, Stated, SystemRef, Text

Severity = Literal["critical", "high", "medium", "low", "unknown"]
Category = Literal[
    "disclosure_retrieval",
    "disclosure_output",
    "wrong_output_acted_on",
    "harmful_output",
    "injection",
    "compromised_model",
    "wrong_model",
    "unauthorised_change",
    "unavailable",
    "unapproved_use",
    "evaluation_failure",
    "other",
]


class Step(Document):
    """Something done during an incident or exercise."""

    at: Moment = Field(description="when")
    who: Text = Field(description="by whom")
    what: Text = Field(description="what")


class Kept(Document):
    """A piece of evidence that was kept."""

    what: Text = Field(description="what it is")
    sha256: Sha256 | None = Field(default=None, description="hash of its bytes; null: not a file")
    collected_by: Stated = Field(default=None, description="who collected it")
    collected_at: Moment | None = Field(default=None, description="when")


class Incident(Record):
    """What real incidents and near misses share."""

    happened: ClassVar[str | None] = "detected_at"
    artifact: ClassVar[str] = "ART-07"

    category: Category = Field(description="category of the playbook")
    systems: list[SystemRef] = Field(default=[], description="systems concerned")
    model: ArtifactRef | None = Field(default=None, description="artifact concerned; null: unknown or none")
    description: Text = Field(description="what happened, as facts")
    detected_by: Text = Field(description="who or what noticed")
    detected_at: Moment = Field(description="when it was noticed")
    started_at: Moment | None = Field(default=None, description="when it began; null: unknown")
    classified_by: Stated = Field(default=None, description="who classified")
    classified_at: Moment | None = Field(default=None, description="when")
    severity: Severity = Field(default="unknown", description="by the severity matrix")
    severity_reason: Stated = Field(default=None, description="why that severity")
    data_classes: Several = Field(default=None, description="classes of data concerned; [] when stated to be none")
    people_affected: int | None = Field(default=None, ge=0, description="people affected; null: unknown")
    decisions_affected: int | None = Field(default=None, ge=0, description="decisions affected; null: unknown")
    containment: list[Step] = Field(default=[], description="what was done to contain it")
    notifications: list[Step] = Field(default=[], description="who was told, when, under which obligation")
    evidence: list[Kept] = Field(default=[], description="what was kept")
    exchanges: list[Text] = Field(default=[], description="exchanges concerned, by id")
    root_cause: Stated = Field(default=None, description="root cause; null: not found yet")
    contributing: Several = Field(default=None, description="contributing factors")
    lookback: Stated = Field(default=None, description="who saw it, which decisions used it")
    actions: list[Action] = Field(default=[], description="corrective actions")
    new_evaluation_case: Stated = Field(default=None, description="case added so that it cannot recur unseen")
    commitment_impact: Literal["yes", "no", "unknown"] = Field(
        default="unknown", description="whether commitments to customers were significantly impaired (DC 4)"
    )
    commitment_reason: Stated = Field(default=None, description="why")
    changes: list[Text] = Field(default=[], description="changes that belong to it, by id")
    closed_by: Stated = Field(default=None, description="who closed it")
    closed_at: Moment | None = Field(default=None, description="when; null: open")


class RealIncident(Incident):
    """Body of `incident.real`: it happened."""


class NearMiss(Incident):
    """Body of `incident.near_miss`: it nearly happened."""


class Exercise(Record):
    """Body of `incident.exercise`: a tabletop exercise. EXERCISE: nothing in it happened."""

    happened: ClassVar[str | None] = "held_at"
    artifact: ClassVar[str] = "ART-07"

    scenario: Text = Field(description="scenario")
    scenario_version: Text = Field(description="version of its script")
    held_at: Moment = Field(description="when it began")
    minutes: Count = Field(description="how long it took, in minutes")
    facilitator: Text = Field(description="who led it")
    observer: Stated = Field(default=None, description="who observed it")
    participants: list[Text] = Field(description="who took part, with their roles")
    objectives: Several = Field(default=None, description="what was to be practised")
    injects: list[Text] = Field(default=[], description="what was told to the participants, with times")
    decisions: list[Step] = Field(default=[], description="what was decided, when, by whom")
    expected_actual: Stated = Field(default=None, description="what was expected and what happened")
    gaps: Several = Field(default=None, description="what could not be answered; [] when stated to be none")
    actions: list[Action] = Field(default=[], description="what is to be done")
    signed_off_by: Stated = Field(default=None, description="who signed it off")
    signed_off_at: Moment | None = Field(default=None, description="when")
    next_by: Day | None = Field(default=None, description="when the next is due")


class AlertTriage(Record):
    """Body of `alert.triage`: an alert was looked at."""

    happened: ClassVar[str | None] = "raised_at"
    artifact: ClassVar[str] = "ART-07"

    alert: Text = Field(description="id of the alert where it was raised")
    source: Text = Field(description="what raised it")
    system: SystemRef | None = Field(default=None, description="system")
    raised_at: Moment = Field(description="when it was raised")
    triaged_by: Stated = Field(default=None, description="who looked at it; null: nobody yet")
    triaged_at: Moment | None = Field(default=None, description="when")
    within_hours: Count = Field(default=24, description="hours within which it is looked at")
    disposition: Literal["incident", "near_miss", "event", "false_alarm", "duplicate", "undecided"] = Field(
        default="undecided", description="what it turned out to be"
    )
    reason: Stated = Field(default=None, description="why")
    incident: Stated = Field(default=None, description="incident it became, by id")
