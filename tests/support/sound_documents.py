"""The documents of the sound year: pages, grants that began before it, rules, vendors, policies, risks. Sample data only."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from support.facts_builder import at, digest

Sample: TypeAlias = tuple[str, str, dict[str, Any]]
"""Kind, id and fields of a record; `happened` and `recorded` as `FactsBuilder.add` takes them."""

A, B = digest("a"), digest("b")
P1, P2, P3, P4, P5, P6 = (f"sample-person-{number}" for number in range(1, 7))
SCAN, PAGE = f"e_{0:026d}", f"e_{1:026d}"
"""Entries of the scan and of the page of sample-desk: they are added first."""

_LIVE: Final[dict[str, Any]] = {
    "purpose": "sample", "status": "production", "environment": "production", "approved_by": P4, "business_owner": P1,
    "technical_owner": P2, "risk_tier": "high", "network_segment": "sample-ai-net", "hosting": "own_building",
    "log_retention_days": 400, "personal_data": "no",
}  # fmt: skip

DOCUMENTS: Final[tuple[Sample, ...]] = (
    ("ai_system", "sample-desk", _LIVE | {
        "recorded": "2025-12-02", "go_live": "2025-06-01", "registered_at": at("2025-05-01"), "approved_at": at("2025-05-20"),
        "indexes": ["sample-index"], "upstreams": ["sample-publisher"], "availability_target": "0.995",
    }),
    ("ai_system", "sample-new", _LIVE | {
        "recorded": "2026-04-26", "go_live": "2026-05-04", "registered_at": at("2026-04-20"), "approved_at": at("2026-04-25"),
        "indexes": [], "upstreams": [],
    }),
    ("engagement", "sample-audit", {
        "recorded": "2025-12-02", "categories": ["security"], "type": "type_2", "first": "2026-01-01", "last": "2026-12-31",
        "zone": "UTC",
    }),
    ("access.grant", "g-admin", {
        "happened": "2025-12-05", "subject_id": P2, "subject_kind": "person", "role": "administer_hosts", "privileged": "yes",
        "mfa": "yes", "requested_by": P2, "approved_by": P1, "approved_at": at("2025-12-04"),
    }),
    ("access.grant", "g-review", {
        "happened": "2025-12-05", "subject_id": P3, "subject_kind": "person", "system": "sample-desk", "role": "review_outputs",
        "requested_by": P3, "approved_by": P1, "approved_at": at("2025-12-04"),
    }),
    ("access.grant", "g-6", {
        "happened": "2025-12-05", "subject_id": P6, "subject_kind": "person", "system": "sample-desk", "role": "use",
        "requested_by": P6, "approved_by": P1, "approved_at": at("2025-12-04"),
    }),
    *(("roster.change", f"r-{person[-1]}", {
        "happened": "2025-12-02", "person": person, "change": "joined", "roster": "sample HR", "ai_role": role,
    }) for person, role in ((P1, "approver"), (P2, "operator"), (P3, "reviewer"))),
    *(("training", f"t-{person[-1]}", {
        "happened": "2025-12-10", "person": person, "role": role, "course": "sample course 1", "valid_until": "2027-06-30",
    }) for person, role in ((P1, "approver"), (P2, "operator"), (P3, "reviewer"))),
    *(("policy.acknowledgement", f"ack-{person[-1]}", {
        "happened": "2025-12-12", "person": person, "policy": "sample-policy", "policy_version": "1",
    }) for person in (P1, P2, P3)),
    ("data_flow", "df-1", {
        "recorded": "2025-12-03", "system": "sample-desk", "as_of": "2025-12-03", "author": P2,
        "elements": [{"id": "P-1", "label": "gateway"}, {"id": "D-1", "label": "book"}],
        "flows": [{"id": "F-1", "source": "P-1", "target": "D-1", "data": "entries", "classification": "internal"}],
    }),
    ("index.manifest", "im-1", {
        "happened": "2025-12-06", "index": "sample-index", "systems": ["sample-desk"], "requested_by": P2, "approved_by": P1,
        "approved_at": at("2025-12-05"), "included": [{"id": "handbook"}], "excluded": [{"id": "personnel"}],
        "permission_filter": "groups of the source",
    }),
    ("model.approval", "ma-a", {
        "happened": "2025-12-04", "artifact_digest": A, "systems": ["sample-desk"], "publisher": "sample-publisher",
        "quantizer": "sample-quantizer", "verification": "internal_baseline_only", "license_decision": "allowed",
        "scan_tool": "sample-scan 1", "scan_result": "nothing_found", "decision": "approved", "decided_by": P1,
    }),
    ("evaluation.standard", "es-1", {
        "happened": "2025-12-05", "system": "sample-desk", "set_by": P2, "approved_by": P1, "approved_at": at("2025-12-05"),
        "thresholds": [{"metric": "accuracy", "at_least": "0.90"}, {"metric": "seconds", "at_most": "2.5"}],
    }),
    ("evaluation.suite", "suite-1", {"recorded": "2025-12-05", "version": "1", "dataset_sha256": "5" * 64, "cases": 100}),
    *(("vendor", name, {
        "recorded": "2025-12-03", "kind": [kind], "takes": "weights", "tier": "T2", "diligence_decision": "accepted",
        "diligence_by": P1, "diligence_at": at("2025-05-01"), "first_used": "2025-06-01",
    }) for name, kind in (("sample-publisher", "publisher"), ("sample-quantizer", "quantizer"))),
    ("policy", "sample-policy", {
        "recorded": "2025-12-02", "type": "policy", "version": "1", "status": "approved", "author": P2, "approver": P1,
        "owner": P1, "approved_at": at("2025-11-28"), "effective_on": "2025-12-01", "next_review": "2027-01-31",
        "sections": [{"heading": "Scope", "text": "Sample text."}],
    }),
    ("approved_tool", "at-1", {"recorded": "2025-12-03", "tool": "sample tool", "uses": "drafts", "expires_on": "2027-06-30"}),
    ("risk", "rk-1", {
        "recorded": "2025-12-03", "description": "sample risk", "systems": ["sample-desk"], "treatment": "reduce", "owner": P1,
        "next_review": "2027-03-01",
    }),
    ("egress.rule", "er-1", {
        "happened": "2025-12-03", "segment": "sample-ai-net", "systems": ["sample-desk"], "default": "deny",
        "destination": "updates.sample.example:443", "purpose": "updates", "owner": P2, "requested_by": P2, "approved_by": P1,
        "approved_at": at("2025-12-02"),
    }),
    ("control", "LC-02", {"recorded": "2025-12-03", "status": "active", "effective_on": "2025-12-03", "who": "owners"}),
    ("answer", "card-1", {"recorded": "2025-12-03", "card": 1, "answer": "Sample answer."}),
)  # fmt: skip
