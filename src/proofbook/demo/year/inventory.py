"""Inventory of the sample year: pages, quarterly reviews, monthly discovery held against them, data flows, the engagement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from proofbook.demo.organisation import ENTITY
from proofbook.demo.year.calendar import DAY, Span, Year
from proofbook.demo.year.cast import (
    APPROVER,
    ENGAGEMENT,
    HANDBOOK,
    HELP_DESK_CHANGED,
    HOST,
    INDEX,
    OPERATOR,
    OWNER,
    SEGMENT,
    SYSTEMS,
    TRIAGE_CHANGED,
    SampleAi,
    live_systems,
    model_of,
)
from proofbook.demo.year.plan import Step, keep, mark_entry, observe

DISCOVERER: Final = "collector:sample-discovery"
_REVIEW_DAY: Final = 9
"""Working days before a quarter's end that reviews are done; the owner has a fortnight's grace after it and needs none."""


def plan_inventory(year: Year) -> Iterator[Step]:
    """All of it."""
    for system in SYSTEMS:
        yield _page(year, system, system.registered, APPROVER, "registered before use")
        yield _page(year, system, system.live, OWNER, "in use from today")
        yield _flow(year, system)
    yield _page(year, SYSTEMS[0], HELP_DESK_CHANGED, OWNER, "another model")
    yield _page(year, SYSTEMS[1], TRIAGE_CHANGED, OWNER, "another model")
    for quarter in year.quarters():
        day = year.before(quarter, _REVIEW_DAY)
        for place, system in enumerate(live_systems(year, day)):
            yield _review(year, system, quarter, 9 + place)
    for month in year.months():
        yield from _discovery(year, month)
    yield _engagement(year)


def _page(year: Year, system: SampleAi, day: int, by: str, because: str) -> Step:
    registered = year.at(year.day(system.registered), 10)
    return keep(
        "ai_system", system.id, by, year.at(year.day(day), 10, 30),
        title=system.name,
        entity=ENTITY,
        because=because,
        purpose=system.purpose,
        status="production" if day >= system.live else "proposed",
        environment="production",
        go_live=system.live_on(year),
        registered_at=registered,
        approved_by=APPROVER,
        approved_at=registered,
        business_owner=OWNER,
        technical_owner=OPERATOR,
        model_approver=APPROVER,
        data_owner=OWNER,
        users=["staff of the sample organisation"],
        facing="internal",
        decisions_informed=list(system.decisions),
        autonomy="suggests",
        intended_use=system.purpose,
        prohibited_use="decisions about people without a person who decides",
        oversight="approve_before_effect" if system.decisions else "sampled",
        scope_decision="in_system",
        scope_reason="serves the sample service that the report is about",
        scope_decided_by=APPROVER,
        categories=["security", "availability", "confidentiality", "processing_integrity"],
        commitments=[],
        **_running(system, max(day, system.live)),
        risk_tier=system.tier,
        risks=["sample-risk-wrong-output", "sample-risk-disclosure"],
        eu_ai_act_note="sample text: deployer; no prohibited or high-risk use; decided by " + APPROVER,
        last_risk_assessment=year.day(system.registered),
        availability_target="0.990",
        availability_definition="the gateway answers a probe within five seconds",
        controls=["LC-01", "LC-02", "LC-06", "LC-14", "LC-17", "LC-20"],
    )  # fmt: skip


def _running(system: SampleAi, day: int) -> dict[str, Any]:
    """How a system runs on a day."""
    return {
        "models": [model_of(system.id, day).digest],
        "aliases": ["sample-assistant"],
        "quantization": "Q4_K_M",
        "adapters": [],
        "system_prompt_version": "sample-prompt-1",
        "guardrail_version": "sample-guardrail-1",
        "engine": "llama.cpp b1-sample",
        "hosting": "own_building",
        "location": "sample server room",
        "hosts": [HOST],
        "gpu": "one sample accelerator",
        "network_segment": SEGMENT,
        "exposed_ports": ["8400/tcp, gateway only"],
        "input_classes": ["internal"],
        "personal_data": "no",
        "indexes": [INDEX] if system.id == HANDBOOK else [],
        "output_destinations": ["the user who asked"],
        "log_store": "the book",
        "log_retention_days": 400,
        "upstreams": ["sample-publisher", "sample-hub", "sample-engine-project", "sample-driver-vendor"],
        "tools": [],
        "fallback": "a person answers",
    }


def _flow(year: Year, system: SampleAi) -> Step:
    day, approved = year.day(system.registered + 1), year.at(year.day(system.registered + 1), 15)
    flow: dict[str, Any] = {"personal_data": "no", "classification": "internal", "protocol": "HTTP", "encryption": "same_host"}
    flows = [
        flow | {"id": "F-1", "source": "E-user", "target": "P-gateway", "data": "questions", "encryption": "tls",
                "authentication": "API key", "initiator": "user", "crosses": ["TB-segment"], "logged_in": "the book"},
        flow | {"id": "F-2", "source": "P-gateway", "target": "P-engine", "data": "questions", "initiator": "gateway"},
        flow | {"id": "F-3", "source": "P-gateway", "target": "D-book", "data": "every exchange", "retention": "400 days"},
        flow | {"id": "F-4", "source": "P-engine", "target": "E-hub", "data": "nothing",
                "excluded_by": "outbound traffic is denied",
                "crosses": ["TB-segment"]},
    ]  # fmt: skip
    elements = [
        {"id": "E-user", "label": "Staff of the sample organisation"},
        {"id": "E-hub", "label": "Sample hub"},
        {"id": "P-gateway", "label": "Gateway", "boundary": "TB-segment"},
        {"id": "P-engine", "label": "Inference engine", "boundary": "TB-segment"},
        {"id": "D-book", "label": "Book", "boundary": "TB-segment", "classification": "internal", "retention": "400 days"},
    ]
    return keep(
        "data_flow", f"sample-flow-{system.id.removeprefix('sample-')}", OPERATOR, approved + timedelta(minutes=5),
        title=f"Data flow of {system.name}", system=system.id, level="L1", as_of=day, author=OPERATOR, approver=APPROVER,
        approved_at=approved, next_review=year.last + 60 * DAY, origin="generated", differences_found=0, elements=elements,
        boundaries=[{"id": "TB-segment", "label": "Sample inference segment"}], flows=flows,
    )  # fmt: skip


def _review(year: Year, system: SampleAi, quarter: Span, hour: int) -> Step:
    return keep(
        "inventory.review", f"{system.id}-{quarter.id}", OWNER,
        title=f"Sample review of {system.name}, {quarter.id}",
        system=system.id,
        performed_at=year.at(year.before(quarter, _REVIEW_DAY), hour),
        reviewer=OWNER,
        reviewer_role="business owner",
        outcome="no_change",
        reviewed_version=mark_entry("ai_system", system.id),
    )  # fmt: skip


def _discovery(year: Year, month: Span) -> Iterator[Step]:
    day = year.before(month, 5)
    scanned = year.at(day, 8)
    run = f"sample-scan-{month.id}"
    yield observe(
        "discovery.run", run, DISCOVERER, scanned,
        host=HOST, started=scanned - timedelta(minutes=2), ended=scanned,
        engines=[{"product": "llama.cpp", "address": "127.0.0.1:8080", "note": "sample"}], processes=[], devices=[], stores=[],
        connections=None, differences=[], not_looked_at=[],
    )  # fmt: skip
    yield keep(
        "discovery.review", f"sample-discovery-{month.id}", OPERATOR,
        title=f"Sample reconciliation of discovery, {month.id}", performed_at=year.at(day, 11), reviewer=OPERATOR,
        scan=mark_entry("discovery.run", run), networks=[SEGMENT], left_out=[], differences=0, unresolved=0,
        resolution="nothing to resolve",
    )  # fmt: skip


def _engagement(year: Year) -> Step:
    return keep(
        "engagement", ENGAGEMENT, APPROVER, year.at(year.day(-28), 9),
        title="Sample year (generated demonstration data)", entity=ENTITY,
        categories=["security", "availability", "confidentiality", "processing_integrity"], type="type_2", first=year.first,
        last=year.last, zone=year.zone, systems=[], environment="production", firm="Sample Auditors (demonstration data)",
        contacts=["sample-auditor-1"], controls=None, subject="sample-service",
    )  # fmt: skip
