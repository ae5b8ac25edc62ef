"""SUP-13 and SUP-19: what may leave, what was tried, and what was disposed of. Source: soc2.md SUP-13, SUP-19."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.record import Action, Count, Day, Moment, Record, Several, Stated, SystemRef, Text


class EgressRule(Record):
    """Body of `egress.rule`: an allowance for traffic out of an AI segment began, changed or ended."""

    happened: ClassVar[str | None] = "effective_at"
    artifact: ClassVar[str] = "SUP-13"

    segment: Text = Field(description="network segment")
    systems: list[SystemRef] = Field(default=[], description="systems in it")
    default: Literal["deny", "allow", "unknown"] = Field(description="what happens to traffic no rule names")
    destination: Stated = Field(default=None, description="what is allowed; null: nothing")
    purpose: Stated = Field(default=None, description="why")
    owner: Stated = Field(default=None, description="who answers for it")
    requested_by: Stated = Field(default=None, description="who asked")
    approved_by: Stated = Field(default=None, description="who approved")
    approved_at: Moment | None = Field(default=None, description="when")
    effective_at: Moment = Field(description="from when")
    expires_on: Day | None = Field(default=None, description="last day; null: no end stated")
    removed_at: Moment | None = Field(default=None, description="when it was taken away")


class EgressReview(Record):
    """Body of `egress.review`: rules and refused traffic were looked at."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-13"

    segment: Text = Field(description="network segment")
    performed_at: Moment = Field(description="when")
    reviewer: Text = Field(description="who")
    rules: int | None = Field(default=None, ge=0, description="rules in force")
    without_owner: int | None = Field(default=None, ge=0, description="of these, without an owner")
    denied: int | None = Field(default=None, ge=0, description="refused connections in the time covered; null: not counted")
    covers_from: Moment = Field(description="first moment covered")
    covers_until: Moment = Field(description="first moment no longer covered")
    findings: Several = Field(default=None, description="what was found; [] when stated to be nothing")
    actions: list[Action] = Field(default=[], description="what is to be done")


class BoundaryTest(Record):
    """Body of `boundary.test`: somebody tried what must not work."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-13"

    system: SystemRef | None = Field(default=None, description="system; null: all")
    test: Literal[
        "egress_denied",
        "unauthenticated_refused",
        "bypass_refused",
        "offline_load",
        "telemetry_off",
        "permission_mirrored",
        "altered_weights_refused",
        "canary",
        "other",
    ] = Field(description="what was tried")
    performed_at: Moment = Field(description="when")
    performed_by: Text = Field(description="who")
    expected: Text = Field(description="what should happen")
    observed: Text = Field(description="what happened")
    outcome: Literal["as_expected", "not_as_expected", "unclear"] = Field(description="compared")
    actions: list[Action] = Field(default=[], description="what is to be done")


class Disposal(Record):
    """Body of `disposal`: something was deleted, and how that is known."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-19"

    what: Literal["logs", "vectors", "caches", "weights", "disks", "evaluation_data", "other"] = Field(
        description="what was disposed of"
    )
    system: SystemRef | None = Field(default=None, description="system; null: all")
    performed_at: Moment = Field(description="when")
    performed_by: Text = Field(description="who or which job")
    items: Count = Field(description="how many items")
    older_than: Day | None = Field(default=None, description="items older than this day")
    schedule: Stated = Field(default=None, description="rule of the retention schedule")
    verified: Literal["requeried", "certificate", "not_verified", "unknown"] = Field(
        default="unknown", description="how its end is known"
    )
    failed: Count = Field(default=0, description="items that could not be disposed of")
