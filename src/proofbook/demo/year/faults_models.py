"""Planted faults of models, changes, evaluations, upstreams and the index."""

from __future__ import annotations

from datetime import timedelta

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.cast import (
    APPROVER,
    HANDBOOK,
    HELP_DESK,
    KEYS,
    NOTES,
    OPERATOR,
    SMALL_MODEL,
    TRIAGE,
    SampleModel,
)
from proofbook.demo.year.changes import METRICS, name_standard
from proofbook.demo.year.counters import UPSTREAM
from proofbook.demo.year.fault import Planted, quarter_of
from proofbook.demo.year.plan import Plan, keep
from proofbook.demo.year.sightings import loaded_on, sighting
from proofbook.demo.year.supply import approve, record_artifact
from proofbook.demo.year.traffic import exchange
from proofbook.primitives.instants import format_instant, parse_instant

SWAPPED = SampleModel(
    "sample-model-4", "sample-reader-0.4.gguf", "sample-publisher", "hash_matches_publisher_metadata", "3_anchored", 170
)
_STRANGER = "sample-stranger"
UNKNOWN = SampleModel("sample-model-5", "never recorded", "unknown", "unverified", "0_named", 0)


def change_by_oneself(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A change approved by the person who asked for it."""
    plan.change("change", "sample-change-prompt-1", approved_by=OPERATOR)
    return (Planted("change_self_approval", "LC-14", "change", "sample-change-prompt-1", "requested and approved by one person"),)


def change_before_approval(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A change that served a day before it was approved."""
    record = "sample-change-prompt-2"
    released = parse_instant(str(plan.find("change", record).body["released_at"]))
    plan.change("change", record, approved_at=released + timedelta(days=1), recorded=released + timedelta(days=1, hours=1))
    return (Planted("change_approved_first", "LC-14", "change", record, "released a day before it was approved"),)


def change_before_test(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A change that was tested after it served."""
    record = "sample-change-guardrail-1"
    released = parse_instant(str(plan.find("change", record).body["released_at"]))
    plan.change("change", record, tested_at=released + timedelta(days=2), recorded=released + timedelta(days=2, hours=1))
    return (Planted("change_tested_first", "LC-14", "change", record, "tested two days after it was released"),)


def model_without_change(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Other weights served for three days, recorded and approved, and no change says so."""
    plan.add(record_artifact(year, SWAPPED, year.day(SWAPPED.taken_in)))
    approval = approve(year, SWAPPED, SWAPPED.taken_in + 1)
    plan.add(approval)
    plan.change("model.approval", approval.id, systems=[HANDBOOK])
    for number in range(3):
        plan.add(*exchange(KEYS[1], HANDBOOK, SWAPPED.digest, f"swapped {number}", year.at(year.day(180 + number), 19, 20)))
    return (
        Planted(
            "served_model_has_change", "LC-14", "model.artifact", SWAPPED.digest, "served for three days; no change put it there"
        ),
    )


def weights_loaded_at_night(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Other weights were loaded for two hours, answered nobody, and no change says so."""
    day = 201
    loaded, night = loaded_on(year, day), year.at(year.day(day), 1, 5)
    plan.add(sighting(night, loaded | {HANDBOOK: UNKNOWN.digest}), sighting(year.at(year.day(day), 3, 5), loaded))
    says = "weights that nobody knows were loaded for two hours"
    return (Planted("loaded_weights_have_change", "LC-14", "engine.sighting", f"{UPSTREAM}@{format_instant(night)}", says),)


def model_without_record(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Bytes served of which nobody recorded where they came from."""
    plan.add(*exchange(KEYS[4], TRIAGE, UNKNOWN.digest, "unknown bytes", year.at(year.day(66), 19, 40)))
    says = "served once; no record says where it came from, nobody approved it, no change put it there"
    return (
        Planted("served_model_recorded", "LC-12", "model.artifact", UNKNOWN.digest, says),
        Planted("served_hash_approved", "LC-13", "model.artifact", UNKNOWN.digest, says),
        Planted("served_model_has_change", "LC-14", "model.artifact", UNKNOWN.digest, says),
        Planted("vendor_registered", "LC-25", "model.artifact", UNKNOWN.digest, says),
    )


def approval_claims_more(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """An approval that says a signature was verified where the record shows a hash that was seen here first."""
    record = f"{SMALL_MODEL.id}-approval"
    plan.change("model.approval", record, verification="publisher_signature_verified")
    return (
        Planted(
            "provenance_verified_honestly",
            "LC-12",
            "model.approval",
            record,
            "claims a verified signature; the record shows none",
        ),
    )


def evaluation_of_other_model(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A quarterly run on weights that did not serve: it says nothing about what did, so the quarter is missed."""
    quarter = quarter_of(year, 2)
    record = f"{HELP_DESK}-evaluation-{quarter.id}"
    plan.change("evaluation.run", record, model=SMALL_MODEL.digest)
    return (
        Planted("evaluation_on_served_model", "LC-17", "evaluation.run", record, "was run on weights that did not serve"),
        Planted("occurrence_missed", "LC-17", "occurrence", f"LC-17/{HELP_DESK}/{quarter.id.upper()}", "no run on what served"),
    )


def threshold_moved(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A line lowered after the run had begun, and the run held against the lowered one."""
    record = f"{TRIAGE}-evaluation-{quarter_of(year, 1).id}"
    run = plan.find("evaluation.run", record)
    lowered = parse_instant(str(run.body["ended_at"])) + timedelta(hours=2)
    moved = tuple((metric, family, "0.80") for metric, family, _ in METRICS)
    versions = ((moved, lowered, "the run did not reach the line"), (METRICS, lowered + timedelta(days=4), "set back"))
    for lines, at, because in versions:
        plan.add(
            keep(
                "evaluation.standard", name_standard(TRIAGE), OPERATOR, title="Sample evaluation standard of ticket triage",
                system=TRIAGE, because=because, effective_at=at, set_by=OPERATOR, approved_by=APPROVER,
                approved_at=at - timedelta(minutes=10),
                thresholds=[{"metric": metric, "family": family, "at_least": line} for metric, family, line in lines],
            )
        )  # fmt: skip
    results = [{**result, "value": "0.85", "low": "0.82", "threshold": "at least 0.80"} for result in run.body["results"]]
    plan.change("evaluation.run", record, recorded=lowered + timedelta(hours=3), results=results)
    return (
        Planted("evaluation_threshold_predates", "LC-17", "evaluation.run", record, "held against a line set after it had ended"),
    )


def failure_left_open(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A failed case that nobody decided about."""
    record = f"{HANDBOOK}-evaluation-{quarter_of(year, 2).id}"
    failures = [{"case": "sample-case-44", "metric": METRICS[0][0], "disposition": "open"}]
    plan.change("evaluation.run", record, failures=failures)
    return (
        Planted(
            "evaluation_failures_dispositioned", "LC-17", "evaluation.run", record, "a failed case that nobody decided about"
        ),
    )


def vendor_overdue(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """An upstream that was not looked at in the year."""
    plan.drop("vendor.review", "sample-driver-vendor-review")
    plan.change(
        "vendor", "sample-driver-vendor", diligence_at=year.at(year.day(-39), 9) - timedelta(days=400), first_used=year.day(-300)
    )
    return (Planted("vendor_reviewed_in_time", "LC-25", "vendor", "sample-driver-vendor", "not looked at for more than a year"),)


def unregistered_converter(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """Weights that were converted by somebody who is in no vendor record."""
    plan.change("model.artifact", SMALL_MODEL.digest, converter=_STRANGER)
    plan.change("model.approval", f"{SMALL_MODEL.id}-approval", quantizer=_STRANGER)
    return (
        Planted("vendor_registered", "LC-25", "model.artifact", SMALL_MODEL.digest, "converted by somebody in no vendor record"),
    )


def advisory_undecided(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """An advisory about which nothing was decided."""
    event = _advisories(plan)[1]
    plan.drop("upstream.decision", f"{event}-decision")
    return (Planted("upstream_decided_in_time", "LC-16", "upstream.event", event, "an advisory about which nothing was decided"),)


def advisory_late(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """An advisory decided long after the policy's days."""
    event = _advisories(plan)[3]
    published = parse_instant(str(plan.find("upstream.event", event).body["published_at"]))
    plan.change("upstream.decision", f"{event}-decision", decided_at=published + timedelta(days=40))
    return (
        Planted(
            "upstream_decided_in_time", "LC-16", "upstream.event", event, "decided 40 days after publication; the policy says 14"
        ),
    )


def emergency_not_reviewed(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """An emergency change that nobody looked at afterwards."""
    record = "sample-change-emergency-1"
    released = parse_instant(str(plan.find("change", record).body["released_at"]))
    plan.change("change", record, recorded=released + timedelta(hours=1), reviewed_by=None, reviewed_at=None)
    return (Planted("emergency_reviewed", "LC-15", "change", record, "nobody looked at it afterwards"),)


def nothing_certified(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """No change of engine, driver or system image is on file, and nobody certified that there was none."""
    for record in ("sample-change-engine-1", "sample-change-driver-1"):
        plan.drop("change", record)
    says = "no change of engine, driver or image on file, and no certificate that there was none"
    return (Planted("nil_not_certified", "LC-14", "population", "POP-11", says),)


def excluded_source_built(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A build with documents of a source that must not be in the index."""
    build = "sample-build-009"
    sources = [*plan.find("index.build", build).body["sources"], {"source": "sample-personnel-files", "documents": 3}]
    plan.change("index.build", build, sources=sources, outside_manifest=3)
    return (Planted("index_within_manifest", "LC-10", "index.build", build, "three documents of an excluded source"),)


def new_system_without_assessment(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A system that came into use without an assessment of its risks."""
    plan.drop("risk.assessment", "sample-assessment-notes")
    return (Planted("risk_assessed", "LC-31", "ai_system", NOTES, "came into use without an assessment of its risks"),)


def _advisories(plan: Plan) -> list[str]:
    return [step.id for step in plan.of("upstream.event") if step.body["what"] == "advisory"]


FAULTS = (
    change_by_oneself, change_before_approval, change_before_test, model_without_change, weights_loaded_at_night,
    model_without_record, approval_claims_more,
    evaluation_of_other_model, threshold_moved, failure_left_open, vendor_overdue, unregistered_converter, advisory_undecided,
    advisory_late, emergency_not_reviewed, excluded_source_built, nothing_certified, new_system_without_assessment,
)  # fmt: skip
