"""The events of the sound year, 2026: reviews, changes, runs, decisions, incidents, checks. Sample data only."""

from __future__ import annotations

from typing import Any, Final

from support.facts_builder import at, digest
from support.sound_documents import P1, P2, P3, P4, P5, P6, PAGE, SCAN, Sample

A, B = digest("a"), digest("b")
DESK: Final = {"system": "sample-desk"}
_DONE: Final = {"what": "sample action", "owner": P2, "due": "2026-05-31", "done_at": at("2026-05-20"), "evidence": "ticket 1"}


def _run(started: str, ended: str, model: str, **more: Any) -> dict[str, Any]:
    return DESK | {
        "happened": ended, "started_at": at(started), "suite": "suite-1", "suite_version": "1", "standard": "es-1", "model": model,
        "operator": P2, "signed_off_by": P1, "signed_off_at": at(ended), "failures_total": 1,
        "failures": [{"case": "c-7", "metric": "accuracy", "disposition": "accepted", "reason": "ambiguous question"}],
        "results": [
            {"metric": "accuracy", "value": "0.93", "n": 100, "threshold": "at least 0.90", "outcome": "met"},
            {"metric": "seconds", "value": "1.2", "n": 100, "threshold": "at most 2.5", "outcome": "met"},
        ],
    } | more  # fmt: skip


def _review(decided: str, opened: str, outcome: str = "accepted", **more: Any) -> dict[str, Any]:
    return DESK | {
        "happened": decided, "decision": "sample decision", "exchanges": ["x_1"], "shown_sha256": "7" * 64, "requested_by": P5,
        "reviewer": P3, "authority": "reviewer since 2025", "opened_at": at(opened), "outcome": outcome,
        "effective_at": at(decided[:10] + " 18:00") if outcome == "accepted" else None,
    } | more  # fmt: skip


def _row(person: str, role: str, decision: str = "keep", **more: Any) -> dict[str, Any]:
    return {"subject_id": person, "role": role, "decision": decision} | more


EVENTS: Final[tuple[Sample, ...]] = (
    ("inventory.review", "ir-q1", DESK | {
        "happened": "2026-03-20", "reviewer": P1, "outcome": "no_change", "reviewed_version": PAGE,
    }),
    ("access.grant", "g-5", DESK | {
        "happened": "2026-02-03 13:00", "subject_id": P5, "subject_kind": "person", "role": "use", "requested_by": P5,
        "approved_by": P1, "approved_at": at("2026-02-02"), "reference": "k_5",
    }),
    ("access.revocation", "rv-6", DESK | {
        "happened": "2026-10-01 08:00", "grant": "g-6", "subject_id": P6, "revoked_by": P2, "reason": "leaver",
        "verified": "requeried",
    }),
    ("access.review", "ar-q1", DESK | {
        "happened": "2026-04-03", "list_as_of": at("2026-04-01"), "list_source": "gateway", "places": ["gateway", "hosts"],
        "rows_in_source": 5, "reviewer": P1, "roster_reconciled": "yes",
        "rows": [
            _row(P2, "administer_hosts"), _row(P3, "review_outputs"), _row(P5, "use"), _row(P6, "use"),
            _row("sample-person-7", "use", "remove", actioned_at=at("2026-04-02"), verified="requeried"),
        ],
    }),
    ("roster.change", "r-5", {
        "happened": "2026-02-02", "person": P5, "change": "joined", "roster": "sample HR", "ai_role": "user",
    }),
    ("roster.change", "r-6", {
        "happened": "2026-09-30 22:00", "person": P6, "change": "left", "roster": "sample HR", "revoke_within_hours": 24,
    }),
    ("training", "t-5", {"happened": "2026-02-10", "person": P5, "role": "user", "course": "sample course 1"}),
    ("policy.acknowledgement", "ack-5", {
        "happened": "2026-02-05", "person": P5, "policy": "sample-policy", "policy_version": "1",
    }),
    ("log_access.review", "la-q1", {
        "happened": "2026-04-02", "reviewer": P4, "covers_from": at("2026-01-01 00:00"), "covers_until": at("2026-04-01 00:00"),
        "accesses": 3, "unexplained": 0,
    }),
    ("log_access.review", "la-q2", {
        "happened": "2026-07-02", "reviewer": P4, "covers_from": at("2026-04-01 00:00"), "covers_until": at("2026-07-01 00:00"),
        "accesses": 0, "unexplained": 0,
    }),
    *(("boundary.test", f"bt-{test}", {
        "happened": "2026-02-20", "test": test, "performed_by": P4, "expected": "refused", "observed": "refused",
        "outcome": "as_expected",
    }) for test in (
        "unauthenticated_refused", "bypass_refused", "egress_denied", "permission_mirrored", "altered_weights_refused",
    )),
    ("egress.review", "eg-q1", {
        "happened": "2026-03-31", "segment": "sample-ai-net", "reviewer": P4, "rules": 1, "without_owner": 0, "denied": 12,
        "covers_from": at("2026-01-01"), "covers_until": at("2026-03-31"),
    }),
    *(("index.build", f"ib-{number}", {
        "happened": f"2026-0{number - 5}-01", "index": "sample-index", "systems": ["sample-desk"], "number": number,
        "manifest": "im-1", "sources": [{"source": "handbook", "documents": 10}], "outside_manifest": 0, "canaries_planted": 2,
        "canaries_found": 0,
    }) for number in (7, 8)),
    ("discovery.review", "dv-1", {
        "happened": "2026-03-05", "reviewer": P2, "networks": ["sample-ai-net"], "left_out": [], "differences": 0, "unresolved": 0,
        "scan": SCAN,
    }),
    ("model.approval", "ma-b", {
        "happened": "2026-06-20", "artifact_digest": B, "systems": ["sample-desk"], "publisher": "sample-publisher",
        "verification": "internal_baseline_only", "license_decision": "allowed", "scan_tool": "sample-scan 1",
        "scan_result": "nothing_found", "decision": "approved", "decided_by": P1,
    }),
    ("evaluation.run", "run-q1", _run("2026-03-10 09:00", "2026-03-10 10:00", A, trigger="scheduled")),
    ("evaluation.run", "run-b", _run("2026-06-24 09:00", "2026-06-24 10:00", B, trigger="change", change="ch-1")),
    ("change", "ch-1", DESK | {
        "happened": "2026-07-01 09:00", "what": "model", "description": "sample change", "before": A, "after": B,
        "requested_by": P2, "requested_at": at("2026-06-18"), "evaluations": ["run-b"], "tested_at": at("2026-06-25"),
        "test_outcome": "met", "approved_by": P1, "approved_at": at("2026-06-30"), "released_by": P2, "rollback": "to A",
    }),
    ("change", "ch-2", DESK | {
        "happened": "2026-08-01", "what": "guardrail", "description": "sample emergency", "emergency": True, "requested_by": P2,
        "approved_by": P1, "approved_at": at("2026-08-01"), "released_by": P2, "reviewed_by": P1, "reviewed_at": at("2026-08-03"),
    }),
    ("upstream.event", "ue-1", {
        "happened": "2026-03-01", "product": "sample engine", "what": "release", "classification": "feature",
        "decide_within_days": 14,
    }),
    ("upstream.decision", "ud-1", {
        "happened": "2026-03-05", "event": "ue-1", "decision": "decline", "reason": "not needed", "decided_by": P1,
    }),
    ("decision.review", "dr-1", _review("2026-03-02 10:05", "2026-03-02 10:00")),
    ("decision.review", "dr-2", _review("2026-03-03 10:07", "2026-03-03 10:01")),
    ("decision.review", "dr-3", _review("2026-03-04 10:07", "2026-03-04 10:01", "rejected", reason_code="wrong")),
    ("spot_check", "sc-1", DESK | {
        "happened": "2026-04-04", "covers_from": "2026-03-01", "covers_until": "2026-03-31", "population": 2, "seed": "17",
        "checker": P4, "blind": "yes", "items": [{"review": "dr-1", "first_reviewer": P3, "verdict": "right"}],
    }),
    ("integrity.check", "ic-1", {
        "happened": "2026-03-31", "performed_by": "sample-job", "size": 10, "root": "8" * 64, "outcome": "checks_out",
        "gaps_open": 0, "reviewer": P4,
    }),
    ("alert.triage", "al-1", DESK | {
        "happened": "2026-03-08 09:00", "alert": "a-1", "source": "sample monitor", "triaged_by": P4,
        "triaged_at": at("2026-03-08 10:00"), "disposition": "false_alarm", "reason": "a test of the monitor",
    }),
    ("alert.triage", "al-2", DESK | {
        "happened": "2026-03-10 09:00", "alert": "a-2", "source": "sample monitor", "triaged_by": P4,
        "triaged_at": at("2026-03-10 10:00"), "disposition": "incident", "reason": "answers were slow", "incident": "in-1",
    }),
    *((kind, name, {
        "happened": "2026-03-10 09:30", "category": "unavailable", "systems": ["sample-desk"], "description": text,
        "detected_by": "sample monitor", "classified_by": P4, "classified_at": at("2026-03-10 10:00"), "severity": "low",
        "containment": [{"at": at("2026-03-10 10:10"), "who": P2, "what": "restarted"}],
        "evidence": [{"what": "monitor graph"}], "root_cause": "too little memory", "lookback": "nobody acted on it",
        "actions": [_DONE], "commitment_impact": "no", "closed_by": P1, "closed_at": at("2026-03-20"),
    }) for kind, name, text in (
        ("incident.real", "in-1", "Answers took minutes."), ("incident.near_miss", "nm-1", "Memory was nearly full."),
    )),
    ("incident.exercise", "ex-1", {
        "happened": "2026-05-11", "scenario": "A leaked prompt.", "scenario_version": "1", "minutes": 60, "facilitator": P4,
        "participants": [P1, P2], "gaps": ["who calls the customer"], "signed_off_by": P1,
        "actions": [_DONE | {"due": "2026-06-30"}],
    }),
    *(("vendor.review", f"vr-{name[7:]}", {
        "happened": "2026-04-01", "vendor": name, "reviewer": P1, "outcome": "keep", "findings": [],
    }) for name in ("sample-publisher", "sample-quantizer")),
    ("tool.request", "tr-1", {
        "happened": "2026-02-01", "requested_by": P5, "what": "sample tool", "decide_within_days": 10, "decision": "refused",
        "decided_by": P1, "decided_at": at("2026-02-05"), "reason": "another one is approved",
    }),
    ("waiver", "wv-1", DESK | {
        "happened": "2026-02-01", "rule": "sample rule", "reason": "sample reason", "requested_by": P2, "approved_by": P1,
        "expires_on": "2026-03-31", "closed_at": at("2026-03-20"), "used_at": at("2026-03-10"),
    }),
    ("risk.assessment", "rs-1", {"happened": "2026-02-15", "trigger": "annual", "participants": [P1, P2], "risks": ["rk-1"]}),
    ("risk.assessment", "rs-2", {
        "happened": "2026-04-22", "systems": ["sample-new"], "trigger": "new_system", "participants": [P1], "risks": ["rk-1"],
    }),
    ("outage", "out-1", DESK | {
        "happened": "2026-03-10 09:00", "ended_at": at("2026-03-10 11:00"), "extent": "degraded", "cause": "too little memory",
        "incident": "in-1",
    }),
    ("availability.report", "av-03", DESK | {
        "happened": "2026-04-02", "first": "2026-03-01", "last": "2026-03-31", "definition": "answers within 10 s",
        "prober": "sample prober", "probes_expected": 1000, "up": 980, "down": 10, "unknown": 10, "reviewer": P1,
        "outages": ["out-1"],
    }),
    ("capacity.review", "cr-03", {
        "happened": "2026-04-02", "reviewer": P1, "covers_from": "2026-03-01", "covers_until": "2026-03-31", "breaches": 1,
        "forecast": "enough until 2027", "actions": [_DONE],
    }),
    ("backup.run", "bk-1", {"happened": "2026-03-01", "job": "nightly", "outcome": "complete"}),
    ("backup.run", "bk-2", {"happened": "2026-03-02", "job": "nightly", "outcome": "failed", "resolved": "repeated at noon"}),
    ("restore.test", "rt-1", {
        "happened": "2026-06-01", "what": ["book"], "performed_by": P2, "hashes_match": "yes", "outcome": "restored",
    }),
    ("disposal", "dp-1", DESK | {
        "happened": "2026-06-01", "what": "logs", "performed_by": "sample-job", "items": 4, "older_than": "2025-05-01",
        "schedule": "logs 400 days", "verified": "requeried",
    }),
    ("control.performance", "cp-1", {
        "happened": "2026-03-01", "control": "LC-26", "performed_by": P1, "outcome": "complete",
    }),
    ("control.exception", "cx-1", {
        "happened": "2026-03-15", "control": "LC-27", "found_by": "auditor", "facts": "sample facts", "cause": "sample cause",
        "effect": "none seen", "correction": "repaired", "actions": [_DONE], "told": [P1], "status": "closed", "owner": P2,
    }),
    ("management.response", "mr-1", {
        "happened": "2026-03-20", "exception": "cx-1", "fact": "f", "cause": "c", "correction": "r", "prevention": "p",
        "responded_by": P1,
    }),
    ("not_applicable", "na-1", {
        "happened": "2026-03-20", "control": "LC-26", "interval": "2026-01", "reason": "not live", "requested_by": P2,
        "approved_by": P1,
    }),
    ("nil_population", "nil-1", {
        "happened": "2027-01-04", "population": "POP-21", "first": "2026-01-01", "last": "2026-12-31", "zone": "UTC", "query": "all",
        "heartbeat": "sample", "gaps": [], "secondary": ["tickets: nothing"], "certified_by": P1,
    }),
    ("sign_off", "so-1", {
        "happened": "2026-03-21", "of_kind": "ai_system", "of_id": "sample-desk", "of_entry": PAGE, "role": "owner", "signer": P1,
        "statement": "read", "decision": "approved",
    }),
    ("self_test", "st-1", {
        "happened": "2026-04-01", "engagement": "sample-audit", "first": "2026-01-01", "last": "2026-12-31", "book_size": 10,
        "met": 1, "unmet": 0, "unknown": 0, "outcomes": {}, "findings_sha256": "9" * 64, "findings": 0,
    }),
)  # fmt: skip
