"""SUP-11: people's decisions about outputs, and independent checks of them. Source: soc2.md 6.3."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import ArtifactRef, Count, Day, Moment, Record, Several, Sha256, Stated, SystemRef, Text


class DecisionRequest(Record):
    """Body of `decision.request`: an output that informs a decision waits for a person. Its review has the same id."""

    happened: ClassVar[str | None] = "requested_at"
    artifact: ClassVar[str] = "SUP-11"

    decision: Text = Field(description="business decision it informs, by its reference there")
    decision_type: Stated = Field(default=None, description="type in the decision register")
    system: SystemRef = Field(description="system that produced the output")
    exchanges: list[Text] = Field(default=[], description="exchanges it rests on, by id; empty: not stated")
    model: ArtifactRef | None = Field(default=None, description="artifact that answered; null: unknown")
    shown_sha256: Sha256 | None = Field(default=None, description="hash of what is shown to the reviewer; null: not kept")
    requested_by: Stated = Field(default=None, description="who asks, or gains by it")
    requested_at: Moment = Field(description="when it was asked for")
    due_at: Moment | None = Field(default=None, description="by when it is needed; null: not stated")
    withdrawn_at: Moment | None = Field(default=None, description="when it was withdrawn; null while it waits")


class DecisionReview(Record):
    """Body of `decision.review`: somebody reviewed an output that informs a decision."""

    happened: ClassVar[str | None] = "decided_at"
    artifact: ClassVar[str] = "SUP-11"

    decision: Text = Field(description="business decision it informs, by its reference there")
    decision_type: Stated = Field(default=None, description="type in the decision register")
    system: SystemRef = Field(description="system that produced the output")
    exchanges: list[Text] = Field(default=[], description="exchanges it rests on, by id; empty: not stated")
    model: ArtifactRef | None = Field(default=None, description="artifact that answered; null: unknown")
    shown_sha256: Sha256 | None = Field(default=None, description="hash of what the reviewer saw; null: not kept")
    requested_by: Stated = Field(default=None, description="who asked, or gains by it")
    reviewer: Text = Field(description="who reviewed")
    authority: Stated = Field(default=None, description="authorisation of the reviewer at that time")
    opened_at: Moment | None = Field(default=None, description="when the reviewer opened it")
    decided_at: Moment = Field(description="when the reviewer decided")
    outcome: Literal["accepted", "accepted_with_edits", "rejected", "escalated"] = Field(description="what was decided")
    reason_code: Stated = Field(default=None, description="why, when it is not a plain acceptance")
    edit_distance: int | None = Field(default=None, ge=0, description="characters changed")
    effective_at: Moment | None = Field(default=None, description="when the decision took effect; null: not yet or unknown")
    second_reviewer: Stated = Field(default=None, description="second reviewer, where one is required")
    batch: Stated = Field(default=None, description="id of a bulk action it was part of; null: decided singly")


class SpotCheckItem(Document):
    """One output that was checked again."""

    review: Text = Field(description="id of the review that was checked")
    first_reviewer: Stated = Field(default=None, description="who had reviewed it")
    verdict: Literal["right", "wrong", "unclear"] = Field(description="against the written criteria")
    note: Stated = Field(default=None, description="why")


class SpotCheck(Record):
    """Body of `spot_check`: an independent check of accepted outputs."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-11"

    system: SystemRef = Field(description="system")
    covers_from: Day = Field(description="first day covered")
    covers_until: Day = Field(description="last day covered")
    population: Count = Field(description="accepted outputs in that time")
    seed: Stated = Field(default=None, description="seed of the selection")
    checker: Text = Field(description="who checked")
    blind: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether the first outcome was hidden")
    items: list[SpotCheckItem] = Field(default=[], description="what was checked")
    tolerance: Stated = Field(default=None, description="share of errors above which more is checked")
    follow_up: Stated = Field(default=None, description="what was done about errors")
    performed_at: Moment = Field(description="when")
    records: Several = Field(default=None, description="corrections that followed, by id")
