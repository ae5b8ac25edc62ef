"""ART-04 and ART-08: models taken in, what is new upstream, what was decided, what was changed.

Source: soc2.md ART-04, ART-08, 14.2.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.provenance import VerificationStatus
from proofbook.records.record import (
    Action,
    ArtifactRef,
    Count,
    Day,
    Moment,
    Record,
    Several,
    Sha256,
    Stated,
    SystemRef,
    Text,
    VendorRef,
)


class ModelApproval(Record):
    """Body of `model.approval`: an artifact was looked at and may, or may not, be used."""

    happened: ClassVar[str | None] = "decided_at"
    artifact: ClassVar[str] = "ART-04"

    artifact_digest: ArtifactRef = Field(description="which bytes")
    systems: list[SystemRef] = Field(default=[], description="systems it may serve; empty: none yet")
    publisher: VendorRef | None = Field(default=None, description="vendor that published it")
    quantizer: VendorRef | None = Field(default=None, description="vendor that converted or quantised it")
    verification: VerificationStatus = Field(
        description="how far the bytes were tied to somebody; never more than the provenance record shows"
    )
    verification_detail: Stated = Field(default=None, description="what was compared with what")
    license: Stated = Field(default=None, description="licence as declared")
    license_sha256: Sha256 | None = Field(default=None, description="hash of its text")
    license_decision: Literal["allowed", "allowed_with_conditions", "refused", "undecided"] = Field(
        default="undecided", description="what was decided about the licence"
    )
    license_decided_by: Stated = Field(default=None, description="who decided")
    scan_tool: Stated = Field(default=None, description="tool and version that looked for unsafe content")
    scan_result: Literal["nothing_found", "findings", "not_scanned", "unknown"] = Field(
        default="unknown", description="what it said"
    )
    card_sha256: Sha256 | None = Field(default=None, description="hash of the model card as read")
    training_data_statement: Stated = Field(
        default=None, description="what the publisher says about training data; null: not looked for"
    )
    advisories_reviewed: Several = Field(default=None, description="advisories looked at; [] when none was found")
    evaluations: Several = Field(default=None, description="evaluation runs relied on, by id")
    requested_by: Stated = Field(default=None, description="who asked for it")
    decision: Literal["approved", "approved_with_conditions", "refused", "withdrawn", "undecided"] = Field(
        description="what was decided"
    )
    conditions: Stated = Field(default=None, description="under which conditions")
    decided_by: Stated = Field(default=None, description="who decided")
    decided_at: Moment = Field(description="when")
    expires_on: Day | None = Field(default=None, description="last day of the approval; null: no end stated")


UpstreamClass = Literal["security_critical", "security", "safety", "quality", "feature", "deprecation", "license", "unknown"]


class UpstreamEvent(Record):
    """Body of `upstream.event`: a release, advisory, deprecation or licence change of something that is run here."""

    happened: ClassVar[str | None] = "published_at"
    artifact: ClassVar[str] = "ART-08"

    vendor: VendorRef | None = Field(default=None, description="upstream it comes from")
    product: Text = Field(description="model, engine, driver or image")
    version: Stated = Field(default=None, description="version it is about")
    what: Literal["release", "advisory", "deprecation", "license_change", "compromise", "other"] = Field(description="what it is")
    classification: UpstreamClass = Field(default="unknown", description="class by the version policy")
    published_at: Moment = Field(description="when upstream published it")
    noticed_at: Moment | None = Field(default=None, description="when it was noticed here")
    link: Stated = Field(default=None, description="where it was published")
    systems: list[SystemRef] = Field(default=[], description="systems it concerns")
    decide_within_days: int | None = Field(
        default=None, ge=0, description="days the policy allows from publication; null: policy names none"
    )


class UpstreamDecision(Record):
    """Body of `upstream.decision`: what was decided about an upstream event."""

    happened: ClassVar[str | None] = "decided_at"
    artifact: ClassVar[str] = "ART-08"

    event: Text = Field(description="id of the upstream event")
    decision: Literal["adopt", "mitigate", "decline", "defer", "undecided"] = Field(description="what was decided")
    reason: Text = Field(description="why")
    decided_by: Text = Field(description="who decided")
    decided_at: Moment = Field(description="when")
    defer_until: Day | None = Field(default=None, description="for how long it is put off")
    waiver: Stated = Field(default=None, description="id of the waiver, where the policy's time is exceeded")
    change: Stated = Field(default=None, description="id of the change that carries it out")


class Change(Record):
    """Body of `change`: something that shapes what the model says or does was changed."""

    happened: ClassVar[str | None] = "released_at"
    artifact: ClassVar[str] = "ART-08"

    system: SystemRef = Field(description="system")
    what: Literal[
        "model",
        "adapter",
        "quantization",
        "tokenizer",
        "prompt",
        "guardrail",
        "sampling",
        "tools",
        "index_scope",
        "embedding_model",
        "engine",
        "driver",
        "os_image",
        "other",
    ] = Field(description="what was changed")
    description: Text = Field(description="what and why")
    before: Stated = Field(default=None, description="version or digest before")
    after: Stated = Field(default=None, description="version or digest after; of a model its artifact digest")
    requested_by: Stated = Field(default=None, description="who asked")
    requested_at: Moment | None = Field(default=None, description="when")
    evaluations: Several = Field(default=None, description="evaluation runs relied on, by id")
    tested_at: Moment | None = Field(default=None, description="when testing was finished")
    test_outcome: Literal["met", "not_met", "waived", "not_tested", "unknown"] = Field(
        default="unknown", description="result against the thresholds set before"
    )
    approved_by: Stated = Field(default=None, description="who approved; another person than the requester")
    approved_at: Moment | None = Field(default=None, description="when")
    released_by: Stated = Field(default=None, description="who released")
    released_at: Moment = Field(description="when it began to serve")
    rollback: Stated = Field(default=None, description="what to go back to, and that it can be loaded")
    watched_until: Day | None = Field(default=None, description="end of the watch after release")
    emergency: bool = Field(default=False, description="whether the emergency path was used")
    reviewed_by: Stated = Field(default=None, description="of an emergency: who reviewed it afterwards")
    reviewed_at: Moment | None = Field(default=None, description="of an emergency: when")
    review_within_days: Count = Field(default=5, description="days within which an emergency is reviewed")
    upstream_event: Stated = Field(default=None, description="upstream event it carries out, by id")
    waiver: Stated = Field(default=None, description="waiver it relies on, by id")
    actions: list[Action] = Field(default=[], description="what is to be done")
