"""ART-10, SUP-16, SUP-17: rules, who accepted them, what is allowed, what was asked for, risks. Source: soc2.md 14.1, 14.11."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import Action, ControlRef, Day, Moment, Record, Several, Stated, SystemRef, Text


class Section(Document):
    """A part of a document."""

    heading: Text = Field(description="heading")
    text: Text = Field(description="text, plain or Markdown; [[...]] marks a blank")


class Policy(Record):
    """Body of `policy`: a policy, procedure, standard or playbook, with its control block."""

    artifact: ClassVar[str] = "ART-10"

    type: Literal["policy", "procedure", "standard", "playbook", "scenario", "schedule", "conventions"] = Field(
        description="what sort of document"
    )
    version: Text = Field(description="version the organisation gives it")
    status: Literal["draft", "in_review", "approved", "superseded", "withdrawn"] = Field(
        description="`approved` is refused while blanks are open or nothing was edited"
    )
    owner_role: Stated = Field(default=None, description="role that owns it")
    owner: Stated = Field(default=None, description="person in that role")
    author: Stated = Field(default=None, description="who wrote this version")
    approver: Stated = Field(default=None, description="who approved this version; another person than the author")
    approved_at: Moment | None = Field(default=None, description="when it was approved")
    effective_on: Day | None = Field(default=None, description="first day it holds")
    next_review: Day | None = Field(default=None, description="day it is to be reviewed")
    applies_to: Stated = Field(default=None, description="people and systems it applies to")
    criteria: list[Text] = Field(default=[], description="criteria it supports, by id")
    controls: list[ControlRef] = Field(default=[], description="controls that carry it out")
    records_produced: Several = Field(default=None, description="kinds of record it produces")
    starter: Stated = Field(default=None, description="id and version of the starter text it came from; null: none")
    sections: list[Section] = Field(min_length=1, description="its text")


class PolicyAcknowledgement(Record):
    """Body of `policy.acknowledgement`: somebody read and accepted a policy."""

    happened: ClassVar[str | None] = "acknowledged_at"
    artifact: ClassVar[str] = "SUP-17"

    policy: Text = Field(description="id of the policy")
    policy_version: Text = Field(description="version that was accepted")
    person: Text = Field(description="who")
    acknowledged_at: Moment = Field(description="when")
    how: Stated = Field(default=None, description="how it was shown")


class Training(Record):
    """Body of `training`: somebody was trained for an AI role."""

    happened: ClassVar[str | None] = "completed_at"
    artifact: ClassVar[str] = "SUP-17"

    person: Text = Field(description="who")
    role: Literal["user", "reviewer", "operator", "approver", "other"] = Field(description="for which role")
    course: Text = Field(description="what was learnt, and its version")
    completed_at: Moment = Field(description="when")
    valid_until: Day | None = Field(default=None, description="last day it counts")
    result: Stated = Field(default=None, description="test result, where there was a test")


class ApprovedTool(Record):
    """Body of `approved_tool`: a tool, model or service on the approved list."""

    artifact: ClassVar[str] = "ART-10"

    tool: Text = Field(description="what is approved")
    hosting: Literal["local", "hosted", "embedded", "unknown"] = Field(default="unknown", description="where it runs")
    uses: Text = Field(description="for which uses")
    data_classes: Several = Field(default=None, description="classes of data it may be given")
    approved_by: Stated = Field(default=None, description="who approved")
    approved_at: Moment | None = Field(default=None, description="when")
    expires_on: Day | None = Field(default=None, description="last day")
    removed_on: Day | None = Field(default=None, description="day it was taken off the list")


class ToolRequest(Record):
    """Body of `tool.request`: somebody asked for a tool or a use."""

    happened: ClassVar[str | None] = "requested_at"
    artifact: ClassVar[str] = "ART-10"

    requested_by: Text = Field(description="who asked")
    requested_at: Moment = Field(description="when")
    what: Text = Field(description="what was asked for")
    decide_within_days: int | None = Field(default=None, ge=0, description="days the policy allows; null: it names none")
    decision: Literal["approved", "approved_with_conditions", "refused", "withdrawn", "undecided"] = Field(
        default="undecided", description="what was decided"
    )
    decided_by: Stated = Field(default=None, description="who decided")
    decided_at: Moment | None = Field(default=None, description="when")
    reason: Stated = Field(default=None, description="why")
    expires_on: Day | None = Field(default=None, description="last day of the approval")
    closed_at: Moment | None = Field(default=None, description="when it was closed")


class Waiver(Record):
    """Body of `waiver`: an exception to a rule, for a time."""

    happened: ClassVar[str | None] = "approved_at"
    artifact: ClassVar[str] = "ART-10"

    rule: Text = Field(description="what is excepted: a policy section, a threshold, a control")
    system: SystemRef | None = Field(default=None, description="system; null: the organisation")
    reason: Text = Field(description="why")
    compensating: Stated = Field(default=None, description="what reduces the risk meanwhile")
    requested_by: Text = Field(description="who asked")
    approved_by: Text = Field(description="who approved; another person")
    approved_at: Moment = Field(description="when")
    expires_on: Day = Field(description="last day")
    closed_at: Moment | None = Field(default=None, description="when it was closed; null: open")
    used_at: Moment | None = Field(default=None, description="when it was last relied on")


class Risk(Record):
    """Body of `risk`: an entry of the risk register."""

    artifact: ClassVar[str] = "SUP-16"

    description: Text = Field(description="what could happen, and why")
    systems: list[SystemRef] = Field(default=[], description="systems concerned")
    themes: list[
        Literal[
            "disclosure",
            "wrong_output",
            "tampered_weights",
            "injection",
            "agency",
            "capacity",
            "supply_chain",
            "concentration",
            "fraud",
            "legal",
            "other",
        ]
    ] = Field(default=[], description="what it is about")
    likelihood: Literal["high", "medium", "low", "unknown"] = Field(default="unknown", description="before treatment")
    impact: Literal["high", "medium", "low", "unknown"] = Field(default="unknown", description="before treatment")
    treatment: Literal["reduce", "accept", "avoid", "transfer", "undecided"] = Field(
        default="undecided", description="what is done about it"
    )
    treatment_detail: Stated = Field(default=None, description="how")
    controls: list[ControlRef] = Field(default=[], description="controls that reduce it")
    residual: Literal["high", "medium", "low", "unknown"] = Field(default="unknown", description="after treatment")
    owner: Stated = Field(default=None, description="who answers for it")
    accepted_by: Stated = Field(default=None, description="who accepted what remains")
    accepted_at: Moment | None = Field(default=None, description="when")
    next_review: Day | None = Field(default=None, description="when it is reviewed")
    closed_on: Day | None = Field(default=None, description="day it was closed")


class RiskAssessment(Record):
    """Body of `risk.assessment`: AI risks were assessed."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-16"

    performed_at: Moment = Field(description="when")
    systems: list[SystemRef] = Field(default=[], description="systems covered; empty: all")
    trigger: Literal["annual", "new_system", "significant_change", "incident", "other"] = Field(description="why")
    trigger_record: Stated = Field(default=None, description="system or change that called for it, by id")
    participants: list[Text] = Field(description="who took part")
    risks: list[Text] = Field(default=[], description="entries that came of it, by id")
    outcome: Stated = Field(default=None, description="summary")
    actions: list[Action] = Field(default=[], description="what is to be done")
