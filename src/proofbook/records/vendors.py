"""ART-09: upstreams that models, engines, drivers and hosts come from. Source: soc2.md 10.3, 14.5."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.record import Action, Day, Moment, Record, Several, Stated, SystemRef, Text, VendorRef


class Vendor(Record):
    """Body of `vendor`: one upstream and what is known of it."""

    artifact: ClassVar[str] = "ART-09"

    kind: list[
        Literal["publisher", "hub", "quantizer", "engine", "dataset", "driver", "hardware", "hosting", "monitoring", "other"]
    ] = Field(min_length=1, description="what it is to us")
    takes: Text = Field(description="what is taken from it")
    systems: list[SystemRef] = Field(default=[], description="systems that depend on it")
    publishes_as: Several = Field(default=None, description="names under which it appears in provenance records")
    tier: Literal["T1", "T2", "T3", "unknown"] = Field(
        default="unknown", description="T1 production with sensitive data or decisions, T2 production, T3 experimental"
    )
    tier_reason: Stated = Field(default=None, description="why that tier")
    holds_our_data: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether it holds data of ours")
    operates_for_us: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether it runs anything for us")
    relationship: Literal["vendor", "subservice_carve_out", "subservice_inclusive", "unknown"] = Field(
        default="unknown", description="place in the system description"
    )
    identity_evidence: Stated = Field(default=None, description="how we know it is them")
    signing: Stated = Field(default=None, description="what it signs, and how")
    hash_publication: Stated = Field(default=None, description="where it publishes hashes")
    security_contact: Stated = Field(default=None, description="whom to tell")
    advisory_channel: Stated = Field(default=None, description="where it publishes advisories")
    release_habit: Stated = Field(default=None, description="how it releases and how long it supports")
    known_incidents: Several = Field(default=None, description="known incidents; [] when none was found")
    licenses: Several = Field(default=None, description="licences, with limits on use")
    jurisdiction: Stated = Field(default=None, description="where it sits, sanctions and export notes")
    training_data_statement: Stated = Field(default=None, description="what it says about training data")
    diligence_decision: Literal["accepted", "accepted_with_conditions", "refused", "undecided"] = Field(
        default="undecided", description="decision before first use"
    )
    diligence_by: Stated = Field(default=None, description="who decided")
    diligence_at: Moment | None = Field(default=None, description="when")
    first_used: Day | None = Field(default=None, description="first day anything of it was used")
    conditions: Stated = Field(default=None, description="conditions")
    mirror: Stated = Field(default=None, description="where its bytes are held here")
    mirror_checked: Day | None = Field(default=None, description="day the mirror was last checked")
    alternatives: Several = Field(default=None, description="what could replace it")
    exit: Stated = Field(default=None, description="what leaving would take")
    feed: Stated = Field(default=None, description="what watches it")
    review_every: Literal["annual", "semi_annual", "before_promotion", "unknown"] = Field(
        default="annual", description="how often it is reviewed"
    )
    soc_report: Stated = Field(default=None, description="of a subservice organisation: its report and period")
    ended_on: Day | None = Field(default=None, description="day the relationship ended")


class VendorReview(Record):
    """Body of `vendor.review`: an upstream was looked at again."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "ART-09"

    vendor: VendorRef = Field(description="which upstream")
    performed_at: Moment = Field(description="when")
    reviewer: Text = Field(description="who")
    findings: Several = Field(default=None, description="what was found; [] when stated to be nothing")
    soc_report_read: Literal["yes", "no", "not_applicable", "unknown"] = Field(
        default="unknown", description="of a subservice organisation: whether its report, exceptions and user controls were read"
    )
    outcome: Literal["keep", "keep_with_conditions", "replace", "undecided"] = Field(description="what was decided")
    actions: list[Action] = Field(default=[], description="what is to be done")
