"""ART-01: which AI systems exist, and that somebody looked at each page when it was due. Source: soc2.md 6.4, 10.1, 14.10."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.record import (
    Action,
    ArtifactRef,
    ControlRef,
    Day,
    Decimal,
    Moment,
    Record,
    RecordId,
    Several,
    Stated,
    SystemRef,
    Text,
)


class AiSystem(Record):
    """Body of `ai_system`: the inventory page of one AI system."""

    artifact: ClassVar[str] = "ART-01"

    purpose: Text = Field(description="what it is for, in one or two sentences")
    status: Literal["proposed", "pilot", "production", "retired", "unknown"] = Field(description="where it is in its life")
    environment: Literal["production", "non_production", "unknown"] = Field(
        default="unknown", description="which environment it runs in"
    )
    go_live: Day | None = Field(default=None, description="first day it served users; null: not yet or not stated")
    retired_on: Day | None = Field(default=None, description="last day it served users; null: not retired or not stated")
    registered_at: Moment | None = Field(default=None, description="when it was registered; null: not stated")
    approved_by: Stated = Field(default=None, description="who approved its use")
    approved_at: Moment | None = Field(default=None, description="when its use was approved")
    business_owner: Stated = Field(default=None, description="person who answers for its use")
    technical_owner: Stated = Field(default=None, description="person who answers for how it runs")
    model_approver: Stated = Field(default=None, description="person who approves its models")
    data_owner: Stated = Field(default=None, description="person who answers for its data")
    users: Several = Field(default=None, description="groups of people or services that use it")
    facing: Literal["internal", "customer", "both", "unknown"] = Field(default="unknown", description="who meets its output")
    decisions_informed: Several = Field(default=None, description="decisions its output informs; [] when stated to be none")
    autonomy: Literal["suggests", "acts_after_approval", "acts_alone", "unknown"] = Field(
        default="unknown", description="what it may do by itself"
    )
    intended_use: Stated = Field(default=None, description="what it is meant to be used for")
    prohibited_use: Stated = Field(default=None, description="what it must not be used for")
    oversight: Literal["approve_before_effect", "review_after", "sampled", "none", "unknown"] = Field(
        default="unknown", description="how people watch over its output"
    )
    scope_decision: Literal["in_system", "supporting", "outside", "unknown"] = Field(
        default="unknown", description="place in the system description"
    )
    scope_reason: Stated = Field(default=None, description="why that place")
    scope_decided_by: Stated = Field(default=None, description="who decided")
    categories: list[Literal["security", "availability", "confidentiality", "processing_integrity", "privacy"]] | None = Field(
        default=None, description="categories it touches"
    )
    commitments: Several = Field(default=None, description="commitments made to customers that touch it")
    models: list[ArtifactRef] | None = Field(default=None, description="artifacts approved for it, by digest")
    aliases: Several = Field(default=None, description="names under which callers ask for its models")
    quantization: Stated = Field(default=None, description="number format in use")
    adapters: Several = Field(default=None, description="adapters in use")
    system_prompt_version: Stated = Field(default=None, description="version or hash of the system prompt")
    guardrail_version: Stated = Field(default=None, description="version or hash of guardrails")
    engine: Stated = Field(default=None, description="inference engine and version")
    hosting: Literal["own_building", "colocation", "iaas", "managed", "unknown"] = Field(
        default="unknown", description="who keeps it running (soc2.md 6.4)"
    )
    hosting_provider: Stated = Field(default=None, description="provider, where not in an own building")
    location: Stated = Field(default=None, description="site and country")
    hosts: Several = Field(default=None, description="hosts it runs on")
    gpu: Stated = Field(default=None, description="accelerators")
    network_segment: Stated = Field(default=None, description="network segment of its hosts")
    exposed_ports: Several = Field(default=None, description="ports reachable from other machines")
    input_classes: Several = Field(default=None, description="classes of data that may go in")
    personal_data: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether personal data may go in")
    indexes: Several = Field(default=None, description="retrieval indexes it reads, by id")
    output_destinations: Several = Field(default=None, description="where its output goes")
    log_store: Stated = Field(default=None, description="where its exchanges are kept")
    log_retention_days: int | None = Field(default=None, ge=0, description="days its content is kept")
    upstreams: Several = Field(default=None, description="vendors it depends on, by id")
    tools: Several = Field(default=None, description="tools it may call; [] when stated to be none")
    fallback: Stated = Field(default=None, description="what is used when it is down")
    risk_tier: Literal["high", "medium", "low", "unknown"] = Field(default="unknown", description="the organisation's tier")
    risks: Several = Field(default=None, description="risk entries, by id")
    eu_ai_act_note: Stated = Field(
        default=None, description="role and class under the EU AI Act, with the reasoning and who decided"
    )
    last_risk_assessment: Day | None = Field(default=None, description="day of the last assessment")
    availability_target: Decimal | None = Field(
        default=None, description="share of time promised, e.g. 0.995; null: nothing promised or not stated"
    )
    availability_definition: Stated = Field(default=None, description="what counts as available")
    controls: list[ControlRef] | None = Field(default=None, description="controls in force for it")
    review_cadence: Literal["quarterly", "semi_annual", "annual", "unknown"] = Field(
        default="quarterly", description="how often the page is reviewed"
    )


class InventoryReview(Record):
    """Body of `inventory.review`: somebody looked at an inventory page."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "ART-01"

    system: SystemRef = Field(description="system whose page was reviewed")
    performed_at: Moment = Field(description="when the review was finished")
    reviewer: Text = Field(description="who reviewed")
    reviewer_role: Stated = Field(default=None, description="in which role, e.g. business owner")
    outcome: Literal["no_change", "changed", "changes_open", "unknown"] = Field(description="what came of it")
    changes: Stated = Field(default=None, description="what changed since the last review")
    reviewed_version: Stated = Field(default=None, description="entry id of the page that was reviewed")
    actions: list[Action] = Field(default=[], description="what is to be done")


class DiscoveryReview(Record):
    """Body of `discovery.review`: what a scan found was held against the inventory."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "ART-01"

    performed_at: Moment = Field(description="when the reconciliation was finished")
    reviewer: Text = Field(description="who reconciled")
    scan: Stated = Field(default=None, description="entry id of the discovery run")
    networks: Several = Field(default=None, description="networks and hosts that were scanned")
    left_out: Several = Field(default=None, description="what the scan did not reach")
    differences: int | None = Field(default=None, ge=0, description="differences found")
    unresolved: int | None = Field(default=None, ge=0, description="of these, unresolved")
    resolution: Stated = Field(default=None, description="what was done about the differences")
    actions: list[Action] = Field(default=[], description="what is to be done")


class Engagement(Record):
    """Body of `engagement`: whose audit, which days, which systems."""

    artifact: ClassVar[str] = "SUP-14"

    categories: list[Literal["security", "availability", "confidentiality", "processing_integrity", "privacy"]] = Field(
        description="categories in scope; security is always one of them"
    )
    type: Literal["type_1", "type_2"] = Field(description="as of a date, or throughout a period")
    first: Day = Field(description="first day of the period, inclusive; of type 1 the date")
    last: Day = Field(description="last day of the period, inclusive; of type 1 the same date")
    zone: Text = Field(description="IANA time zone the days are counted in")
    systems: list[SystemRef] = Field(default=[], description="systems in scope; empty: all of the entity")
    environment: Literal["production", "non_production", "unknown"] = Field(default="unknown", description="environment in scope")
    firm: Stated = Field(default=None, description="auditor's firm")
    contacts: Several = Field(default=None, description="people of the firm")
    controls: list[ControlRef] | None = Field(
        default=None, description="controls in scope; null: all that support the criteria in scope"
    )
    previous_report: Stated = Field(default=None, description="period and auditor of the last report")
    subject: RecordId | None = Field(default=None, description="service the report is about, by a short id")
