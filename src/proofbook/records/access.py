"""ART-02: who may use, configure, approve, read; how they got it, and how it ended. Source: soc2.md ART-02, 14.6."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import Action, Count, Day, Moment, Record, Several, Stated, SystemRef, Text

SubjectKind = Literal["person", "group", "service", "shared", "unknown"]
Role = Literal[
    "use",
    "configure",
    "approve_models",
    "administer_hosts",
    "edit_prompts",
    "change_index_scope",
    "read_logs",
    "export_evidence",
    "review_outputs",
    "other",
]


class AccessGrant(Record):
    """Body of `access.grant`: access was given."""

    happened: ClassVar[str | None] = "granted_at"
    artifact: ClassVar[str] = "ART-02"

    subject_id: Text = Field(description="person, group or service that was given access")
    subject_kind: SubjectKind = Field(description="what it is")
    system: SystemRef | None = Field(default=None, description="system it is for; null: all systems")
    role: Role = Field(description="what it may do")
    scope: Stated = Field(default=None, description="narrower scope, e.g. models or an index")
    via: Literal["idp_group", "local_account", "api_key", "host_account", "other", "unknown"] = Field(
        default="unknown", description="where the access is granted"
    )
    reference: Stated = Field(default=None, description="group, key id or account by which it is enforced")
    requested_by: Stated = Field(default=None, description="who asked")
    requested_at: Moment | None = Field(default=None, description="when it was asked for")
    approved_by: Stated = Field(default=None, description="who approved")
    approved_at: Moment | None = Field(default=None, description="when it was approved")
    ticket: Stated = Field(default=None, description="request it was approved in")
    granted_at: Moment = Field(description="when access began")
    expires_on: Day | None = Field(default=None, description="last day; null: no end stated")
    privileged: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether it is privileged")
    mfa: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether a second factor is required")


class AccessRevocation(Record):
    """Body of `access.revocation`: access ended."""

    happened: ClassVar[str | None] = "revoked_at"
    artifact: ClassVar[str] = "ART-02"

    grant: Stated = Field(default=None, description="id of the grant that ended; null: all of the subject")
    subject_id: Text = Field(description="person, group or service whose access ended")
    system: SystemRef | None = Field(default=None, description="system; null: all systems")
    revoked_at: Moment = Field(description="when access ended")
    revoked_by: Text = Field(description="who ended it")
    reason: Literal["leaver", "mover", "review", "expired", "incident", "rotation", "other", "unknown"] = Field(description="why")
    verified: Literal["requeried", "not_verified", "unknown"] = Field(
        default="unknown", description="whether its end was seen in the live system"
    )


class ReviewedRow(Document):
    """One row of an access review."""

    subject_id: Text = Field(description="whose access")
    role: Role = Field(description="which role")
    decision: Literal["keep", "change", "remove", "undecided"] = Field(description="what was decided; never kept by default")
    decided_by: Stated = Field(default=None, description="who decided this row")
    reason: Stated = Field(default=None, description="why, for privileged rows")
    actioned_at: Moment | None = Field(default=None, description="when a change or removal was carried out")
    verified: Literal["requeried", "not_verified", "not_needed", "unknown"] = Field(
        default="unknown", description="whether it was seen in the live system"
    )


class AccessReview(Record):
    """Body of `access.review`: the list of who has access was reviewed by the owner."""

    happened: ClassVar[str | None] = "completed_at"
    artifact: ClassVar[str] = "ART-02"

    system: SystemRef | None = Field(default=None, description="system; null: all systems")
    list_as_of: Moment = Field(description="moment the list was drawn from the live system")
    list_source: Text = Field(description="where the list came from")
    places: Several = Field(default=None, description="places that grant access and were covered")
    rows_in_source: int | None = Field(default=None, ge=0, description="rows counted at the source")
    rows: list[ReviewedRow] = Field(description="every row and its decision")
    reviewer: Text = Field(description="who reviewed")
    second_reviewer: Stated = Field(default=None, description="who decided the reviewer's own rows")
    completed_at: Moment = Field(description="when all rows were decided and removals verified")
    roster_reconciled: Literal["yes", "no", "unknown"] = Field(
        default="unknown", description="whether the list was held against the staff roster"
    )
    lookback: Stated = Field(default=None, description="whether inappropriate access had been used")
    actions: list[Action] = Field(default=[], description="what is to be done")


class RosterChange(Record):
    """Body of `roster.change`: somebody joined, moved or left, according to the staff roster."""

    happened: ClassVar[str | None] = "effective_at"
    artifact: ClassVar[str] = "ART-02"

    person: Text = Field(description="who")
    change: Literal["joined", "moved", "left", "unknown"] = Field(description="what happened")
    effective_at: Moment = Field(description="when it took effect; of a leaver the end of the last day")
    roster: Text = Field(description="system of record, e.g. the HR system")
    reference: Stated = Field(default=None, description="its record there")
    ai_role: Literal["user", "reviewer", "operator", "approver", "none", "unknown"] = Field(
        default="unknown", description="role with AI systems"
    )
    revoke_within_hours: Count = Field(default=24, description="hours within which a leaver's access ends")


class LogAccessReview(Record):
    """Body of `log_access.review`: who read conversation logs and took evidence was reviewed."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "ART-06"

    performed_at: Moment = Field(description="when it was reviewed")
    reviewer: Text = Field(description="who reviewed")
    covers_from: Moment = Field(description="first moment covered")
    covers_until: Moment = Field(description="first moment no longer covered")
    accesses: int | None = Field(default=None, ge=0, description="accesses in that time")
    unexplained: int | None = Field(default=None, ge=0, description="of these, without an explanation")
    actions: list[Action] = Field(default=[], description="what is to be done")
