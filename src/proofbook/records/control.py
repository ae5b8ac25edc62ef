"""Controls of the organisation's own, and what is recorded about any control. Source: soc2.md 1, 5, 9, 11.

A control's text is never edited in place for the past: each version holds from a day on.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import (
    Action,
    ControlRef,
    Count,
    Day,
    EntryRef,
    Moment,
    Record,
    Several,
    Sha256,
    Stated,
    SystemRef,
    Text,
)

Cadence = Literal["annual", "semi_annual", "quarterly", "monthly", "weekly", "daily", "per_event", "continuous"]


class Duty(Document):
    """One promised occurrence of a control."""

    cadence: Cadence = Field(description="how often")
    per: Literal["organisation", "system"] = Field(default="organisation", description="once for all, or once for each system")
    grace_days: Count = Field(default=0, description="days after the interval's end within which it is still on time")


class Control(Record):
    """Body of `control`: a control as the organisation words it, from a day on."""

    artifact: ClassVar[str] = "SUP-20"

    based_on: Stated = Field(
        default=None, description="illustrative control it was made from, e.g. LC-02; it takes that one's place"
    )
    status: Literal["draft", "active", "retired"] = Field(description="`active` is refused while one of the five slots is blank")
    effective_on: Day = Field(description="first day this version holds")
    ends_on: Day | None = Field(default=None, description="last day; null: no end")
    who: Stated = Field(default=None, description="who does it")
    what: Stated = Field(default=None, description="does what")
    when: Stated = Field(default=None, description="when or how often, in words")
    standard: Stated = Field(default=None, description="to what standard")
    record: Stated = Field(default=None, description="leaving which record")
    owner: Stated = Field(default=None, description="person who owns it")
    nature: Literal["manual", "it_dependent", "automated", "unknown"] = Field(default="unknown", description="how it is done")
    type: Literal["preventive", "detective", "corrective", "unknown"] = Field(
        default="unknown", description="what it does about a risk"
    )
    key: bool = Field(default=False, description="whether it is relied on for the conclusion")
    criteria: list[Text] = Field(default=[], description="criteria it supports, by id")
    duties: list[Duty] = Field(default=[], description="what is owed, how often")
    design_change: Stated = Field(default=None, description="what changed in its design against the version before")


class ControlPerformance(Record):
    """Body of `control.performance`: a control was performed; for controls whose record is kept elsewhere."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-20"

    control: ControlRef = Field(description="which control")
    system: SystemRef | None = Field(default=None, description="system; null: the organisation")
    performed_at: Moment = Field(description="when it was finished")
    performed_by: Text = Field(description="who")
    reviewer: Stated = Field(default=None, description="who reviewed it")
    outcome: Literal["complete", "corrections_open", "unknown"] = Field(description="whether corrections were made too")
    evidence: Stated = Field(default=None, description="where the evidence is kept")


class NotApplicable(Record):
    """Body of `not_applicable`: an occurrence that was due does not apply, and who agreed."""

    happened: ClassVar[str | None] = "approved_at"
    artifact: ClassVar[str] = "SUP-20"

    control: ControlRef = Field(description="which control")
    system: SystemRef | None = Field(default=None, description="system; null: the organisation")
    interval: Text = Field(description="which interval, e.g. 2026-Q1")
    reason: Text = Field(description="why it does not apply")
    requested_by: Text = Field(description="who asked")
    approved_by: Text = Field(description="who agreed; another person")
    approved_at: Moment = Field(description="when")


class NilPopulation(Record):
    """Body of `nil_population`: a population of size zero, and what shows that it is one."""

    happened: ClassVar[str | None] = "certified_at"
    artifact: ClassVar[str] = "SUP-15"

    population: Text = Field(description="population, e.g. POP-19")
    first: Day = Field(description="first day")
    last: Day = Field(description="last day")
    zone: Text = Field(description="IANA time zone of these days")
    query: Text = Field(description="query that found nothing, whole")
    heartbeat: Text = Field(description="what shows that the collector ran all the time")
    gaps: Several = Field(default=None, description="stretches in which it did not; [] when stated to be none")
    secondary: list[Text] = Field(
        min_length=1, description="other places searched, with the words searched for and what was found"
    )
    certified_by: Text = Field(description="who signs")
    certified_at: Moment = Field(description="when")


class ControlException(Record):
    """Body of `control.exception`: a control did not operate as described."""

    happened: ClassVar[str | None] = "found_at"
    artifact: ClassVar[str] = "SUP-20"

    control: ControlRef = Field(description="which control")
    criteria: list[Text] = Field(default=[], description="criteria it bears on, by id")
    type: Literal["design", "description", "operating", "unknown"] = Field(
        default="unknown", description="what sort of exception"
    )
    found_by: Literal["self", "auditor", "customer", "unknown"] = Field(description="who found it")
    found_at: Moment = Field(description="when")
    facts: Text = Field(description="what was found")
    instances: Several = Field(default=None, description="instances, by record id")
    population: Stated = Field(default=None, description="population and its count")
    affected_from: Day | None = Field(default=None, description="first day affected")
    affected_until: Day | None = Field(default=None, description="last day affected")
    cause: Stated = Field(default=None, description="why")
    effect: Stated = Field(default=None, description="what could have happened, and what did")
    compensating: Stated = Field(default=None, description="what reduced it, and what shows that it worked")
    correction: Stated = Field(default=None, description="what was done about the instance")
    corrected_at: Moment | None = Field(default=None, description="when")
    actions: list[Action] = Field(default=[], description="what prevents it from happening again")
    incident: Stated = Field(default=None, description="incident it belongs to, by id")
    told: list[Text] = Field(default=[], description="who was told, and when")
    status: Literal["open", "corrected", "closed"] = Field(default="open", description="where it stands")
    closed_by: Stated = Field(default=None, description="who closed it")
    owner: Stated = Field(default=None, description="who answers for it")


class ManagementResponse(Record):
    """Body of `management.response`: management's answer to an exception, in four parts."""

    happened: ClassVar[str | None] = "responded_at"
    artifact: ClassVar[str] = "SUP-20"

    exception: Text = Field(description="id of the exception")
    fact: Text = Field(description="the fact, acknowledged")
    cause: Text = Field(description="its cause")
    correction: Text = Field(description="what was done about the instance, when, and what looking back showed")
    prevention: Text = Field(description="what prevents it from happening again, who, by when")
    responded_by: Text = Field(description="who answers")
    responded_at: Moment = Field(description="when")


class SignOff(Record):
    """Body of `sign_off`: somebody put their name to one version of one record."""

    happened: ClassVar[str | None] = "signed_at"
    artifact: ClassVar[str] = "SUP-15"

    of_kind: Text = Field(description="kind of the record")
    of_id: Text = Field(description="its id")
    of_entry: EntryRef = Field(description="the very version: its entry id")
    role: Literal["preparer", "reviewer", "approver", "owner", "observer"] = Field(description="in which role")
    signer: Text = Field(description="who")
    statement: Text = Field(description="what is signed, in words")
    checked: Several = Field(default=None, description="what was checked")
    decision: Literal["approved", "changes_requested", "refused", "noted"] = Field(description="what was decided")
    signed_at: Moment = Field(description="when")


class IntegrityCheck(Record):
    """Body of `integrity.check`: the log was verified."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "ART-06"

    performed_at: Moment = Field(description="when")
    performed_by: Text = Field(description="who or which job; not the log's administrator alone")
    size: Count = Field(description="entries covered")
    root: Sha256 | None = Field(default=None, description="root of the checkpoint it was held against")
    outcome: Literal["checks_out", "damaged", "unclear"] = Field(description="what it showed")
    gaps_open: int | None = Field(default=None, ge=0, description="gaps without an explanation; null: not looked at")
    reviewer: Stated = Field(default=None, description="who reviewed gaps")
    actions: list[Action] = Field(default=[], description="what is to be done")


class Answer(Record):
    """Body of `answer`: the organisation's own words for one translation card."""

    artifact: ClassVar[str] = "SUP-18"

    card: int = Field(ge=1, description="number of the card")
    answer: Text = Field(description="our answer, in our words; [[...]] marks a blank")
    limits: Stated = Field(default=None, description="what the evidence does not show")
    owner: Stated = Field(default=None, description="who keeps it")
    reviewed_at: Moment | None = Field(default=None, description="when it was last looked at")
    evidence: list[Text] = Field(default=[], description="further records it rests on, as kind/id")


class SelfTest(Record):
    """Body of `self_test`: automatic checks of evidence were run; a self-assessment, not an opinion."""

    happened: ClassVar[str | None] = "run_at"
    artifact: ClassVar[str] = "SUP-20"

    engagement: Text = Field(description="engagement it was run for")
    first: Day = Field(description="first day of the period")
    last: Day = Field(description="last day of the period")
    run_at: Moment = Field(description="when")
    book_size: Count = Field(description="entries the check could see")
    met: Count = Field(description="checks with result Met")
    unmet: Count = Field(description="checks with result Unmet")
    unknown: Count = Field(description="checks with result Unknown")
    outcomes: dict[str, Literal["met", "unmet", "unknown"]] = Field(description="result by control and check, as CONTROL/check")
    findings_sha256: Sha256 = Field(description="hash of the canonical list of findings")
    findings: Count = Field(description="how many findings")
