"""Planted faults of the log, of oversight, incidents, boundaries, reliability, waivers and exceptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.cast import APPROVER, CHECKER, HELP_DESK, OPERATOR, OWNER, REVIEWER, SEGMENT, TRIAGE, live_systems
from proofbook.demo.year.counters import UPSTREAM
from proofbook.demo.year.fault import Planted, month_of, quarter_of
from proofbook.demo.year.governance import word_control
from proofbook.demo.year.plan import Plan, Step, keep
from proofbook.demo.year.traffic import GATEWAY, PROGRAM, record
from proofbook.primitives.instants import format_instant, parse_instant

GAP_DAY = 60
GAP_HOURS = 3
SECOND_RUN = "r_sample_2"


def gap_in_the_log(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """The recorder ended without a word and began again three hours later; what happened meanwhile nobody knows."""
    since, until = year.at(year.day(GAP_DAY), 1), year.at(year.day(GAP_DAY), 1 + GAP_HOURS)
    plan.add(
        record("source.started", GATEWAY, until, run=SECOND_RUN, program=PROGRAM, version="1", config=None,
               previous_end="unclean"),
        record(
            "source.gap", GATEWAY, until + timedelta(seconds=1), **{"from": format_instant(since)}, until=format_instant(until),
            reason="unclean_stop", detail="planted gap of the generated year", served_late=0, served_unrecorded=0,
        ),
    )  # fmt: skip
    plan.steps = [_of_second_run(step) if step.source == GATEWAY and step.recorded > until else step for step in plan.steps]
    month = f"{year.day(GAP_DAY):%Y-%m}"
    says = f"no recorder for {GAP_HOURS} hours"
    scopes = [f"{control}/{system.id}" for control in ("LC-07", "LC-13") for system in live_systems(year, year.day(GAP_DAY))]
    return (
        Planted("log_complete", "LC-20", "source.gap", f"{GATEWAY}@{format_instant(since)}", says),
        *(
            Planted(
                "occurrence_unknown", scope.partition("/")[0], "occurrence", f"{scope}/{month}", f"{says}: nobody could see it"
            )
            for scope in (*scopes, "LC-20")
        ),
    )


def verification_failed_to_run(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A day on which nobody verified the log."""
    day = year.day(77)
    plan.drop("integrity.check", f"sample-integrity-{day.isoformat()}")
    return (
        Planted(
            "occurrence_missed",
            "sample-control-log",
            "occurrence",
            f"sample-control-log#daily/{day.isoformat()}",
            "nobody verified the log that day",
        ),
    )


def exercise_filed_as_incident(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A practice filed as if it had nearly happened."""
    at = year.at(year.day(120), 14)
    plan.add(
        keep(
            "incident.near_miss", "sample-near-miss-3", APPROVER, at + timedelta(hours=3),
            title="Sample tabletop exercise: leaked prompt",
            category="disclosure_output", systems=[HELP_DESK],
            description="In the tabletop exercise the participants were told of a leak.",
            detected_by="facilitator of the exercise", detected_at=at, started_at=at, classified_by=APPROVER, classified_at=at,
            severity="low", severity_reason="exercise", data_classes=[], people_affected=0, decisions_affected=0,
            containment=[{"at": at, "who": OPERATOR, "what": "said what would be done"}],
            evidence=[{"what": "notes of the exercise"}], root_cause="none, it was practised", contributing=[],
            lookback="nothing to look back at", commitment_impact="no", commitment_reason="exercise", closed_by=APPROVER,
            closed_at=at + timedelta(hours=2),
        )
    )  # fmt: skip
    return (
        Planted("exercise_as_incident", "LC-23", "incident.near_miss", "sample-near-miss-3", "an exercise filed as a near miss"),
    )


def decision_before_review(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A decision that took effect an hour before it was reviewed."""
    step = _review(plan, HELP_DESK, 20)
    decided = parse_instant(str(plan.find("decision.review", step).body["decided_at"]))
    plan.change("decision.review", step, effective_at=decided - timedelta(hours=1))
    return (
        Planted(
            "decision_reviewed_before_effect", "LC-18", "decision.review", step, "took effect an hour before it was reviewed"
        ),
    )


def bulk_acceptance(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Twelve outputs accepted with one click."""
    decided = year.at(year.workday(70), 16)
    checks = (step for step in plan.of("spot_check") if step.body["system"] == TRIAGE)
    check = next(step for step in checks if step.body["covers_until"] >= year.workday(70).isoformat())
    plan.change("spot_check", check.id, population=int(check.body["population"]) + 12)
    example = plan.find("decision.review", _review(plan, TRIAGE, 30)).body
    for number in range(12):
        plan.add(
            keep(
                "decision.review", f"sample-bulk-{number:02d}", REVIEWER, decided + timedelta(minutes=5),
                title="Sample decision, in bulk",
                decision=f"sample-bulk-case-{number:02d}", decision_type="sample order of tickets", system=TRIAGE,
                reviewer=REVIEWER,
                requested_by=OWNER, authority="named in the sample oversight procedure", opened_at=decided - timedelta(minutes=1),
                decided_at=decided, outcome="accepted", effective_at=decided + timedelta(hours=1), batch="sample-batch-1",
                exchanges=example["exchanges"], shown_sha256=example["shown_sha256"],
            )
        )  # fmt: skip
    return (
        Planted("review_bulk_acceptance", "LC-18", "decision.review", "sample-bulk-00", "twelve outputs accepted in one action"),
    )


def reviewer_without_authority(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A review by the person who gains by it."""
    step = _review(plan, TRIAGE, 40)
    plan.change("decision.review", step, requested_by=REVIEWER)
    return (Planted("review_authorised", "LC-18", "decision.review", step, "reviewed by the person who asked for it"),)


def check_by_first_reviewer(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A spot check by the person who had reviewed the outputs."""
    step = f"{TRIAGE}-check-{month_of(year, 4).id}"
    plan.change("spot_check", step, checker=REVIEWER)
    return (Planted("spot_check_independent", "LC-19", "spot_check", step, "checked by the person who had reviewed"),)


def waiver_used_after_end(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A waiver that was relied on after its last day."""
    approved, used = year.at(year.day(85), 10), year.at(year.day(140), 12)
    fields = {
        "rule": "sample-version-policy, section 2",
        "system": TRIAGE,
        "reason": "vendor late",
        "compensating": "more checks",
    }
    for number, moment in enumerate((approved + timedelta(minutes=10), used + timedelta(hours=1))):
        plan.add(
            keep(
                "waiver", "sample-waiver-2", APPROVER, moment, title="Sample waiver: an older driver", **fields,
                requested_by=OPERATOR,
                approved_by=APPROVER, approved_at=approved, expires_on=year.day(120), used_at=used if number else None,
                closed_at=used if number else None,
            )
        )  # fmt: skip
    return (Planted("waiver_not_expired", "LC-32", "waiver", "sample-waiver-2", "relied on twenty days after its last day"),)


def egress_without_owner(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """An allowance for traffic to the outside that nobody answers for."""
    effective = year.at(year.day(190), 9)
    plan.add(
        keep(
            "egress.rule", "sample-egress-telemetry", OPERATOR, title="Sample rule: telemetry", segment=SEGMENT,
            systems=[HELP_DESK],
            default="deny", destination="telemetry.sample.example:443", purpose="driver telemetry", owner=None,
            approved_by=APPROVER,
            approved_at=effective - timedelta(hours=2), effective_at=effective,
        )
    )  # fmt: skip
    return (Planted("egress_default_deny", "LC-09", "egress.rule", "sample-egress-telemetry", "nobody answers for it"),)


def missed_capacity_month(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A month in which nobody looked at load and headroom."""
    month = month_of(year, 6)
    plan.drop("capacity.review", f"sample-capacity-{month.id}")
    return (Planted("occurrence_missed", "LC-26", "occurrence", f"LC-26/{month.id}", "nobody looked at capacity that month"),)


def unknown_probes(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A month in which probes are missing, and the report does not count them as unknown."""
    step = f"{TRIAGE}-availability-{month_of(year, 5).id}"
    body = plan.find("availability.report", step).body
    plan.change("availability.report", step, up=int(body["up"]) - 40)
    return (
        Planted(
            "availability_measured", "LC-27", "availability.report", step, "40 probes are missing and not counted as unknown"
        ),
    )


def failed_backup(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A backup that failed and that nobody looked into."""
    step = f"sample-backup-{year.day(133).isoformat()}"
    plan.change("backup.run", step, outcome="failed")
    day = year.day(133).isoformat()
    return (
        Planted("restore_tested", "sample-control-backup", "backup.run", step, "failed, and nobody says what was done"),
        Planted(
            "occurrence_missed",
            "sample-control-backup",
            "occurrence",
            f"sample-control-backup#daily/{day}",
            "no complete backup that day",
        ),
    )


def overdue_action(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A near miss that was closed while what was to be done is not done."""
    body = plan.find("incident.near_miss", "sample-near-miss-1").body
    actions = [{**action, "done_at": None, "evidence": None} for action in body["actions"]]
    plan.change("incident.near_miss", "sample-near-miss-1", actions=actions)
    return (
        Planted(
            "incident_actions_closed", "LC-23", "incident.near_miss", "sample-near-miss-1", "an action long past its day is open"
        ),
    )


def incident_without_cause(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A near miss closed without a root cause."""
    plan.change("incident.near_miss", "sample-near-miss-2", root_cause=None)
    return (
        Planted("incident_steps_complete", "LC-23", "incident.near_miss", "sample-near-miss-2", "closed without a root cause"),
    )


def alert_left(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """An alert looked at three days later; two hours became three days."""
    step = "sample-alert-09"
    raised = parse_instant(str(plan.find("alert.triage", step).body["raised_at"]))
    plan.change("alert.triage", step, recorded=raised + timedelta(days=3, hours=1), triaged_at=raised + timedelta(days=3))
    return (Planted("alerts_triaged", "LC-22", "alert.triage", step, "looked at after three days; 24 hours are allowed"),)


def disposal_failed(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A disposal that left items behind."""
    step = f"sample-disposal-{month_of(year, 3).id}"
    plan.change("disposal", step, failed=4, verified="not_verified")
    return (Planted("disposal_on_schedule", "LC-33", "disposal", step, "four items could not be disposed of"),)


def log_access_unexplained(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Somebody read the log and nobody knows why."""
    step = f"sample-log-access-{quarter_of(year, 2).id}"
    plan.change("log_access.review", step, unexplained=1)
    return (
        Planted(
            "log_access_explained", "sample-control-log-access", "log_access.review", step, "one access without an explanation"
        ),
    )


def exception_not_followed(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """An exception that was noted and then left."""
    plan.add(
        keep(
            "control.exception", "sample-exception-2", CHECKER, title="Sample exception: a review without its list",
            control="LC-06",
            criteria=["CC6.2"], type="operating", found_by="self", found_at=year.at(year.day(90), 10),
            facts="The list was not kept.",
            actions=[{"what": "keep the list", "owner": OPERATOR, "due": year.day(120)}], owner=OPERATOR,
        )
    )  # fmt: skip
    return (Planted("exceptions_followed_up", "LC-35", "control.exception", "sample-exception-2", "open long after its day"),)


def bypass_not_refused(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """The engine's port answered from another host."""
    step = f"sample-try-bypass-refused-{month_of(year, 7).id}"
    plan.change("boundary.test", step, observed="answered with 200", outcome="not_as_expected")
    return (Planted("endpoint_authenticated", "LC-07", "boundary.test", step, "the engine answered around the gateway"),)


def permissions_not_mirrored(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A reader found what they may not read at the source."""
    step = f"sample-try-permission-mirrored-{month_of(year, 8).id}"
    plan.change("boundary.test", step, observed="both readers found the page", outcome="not_as_expected")
    return (Planted("index_permissions", "LC-11", "boundary.test", step, "a reader found what they may not read at the source"),)


def gap_left_open(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A verification that named a gap, and nobody explained it."""
    step = f"sample-integrity-{year.day(250).isoformat()}"
    plan.change("integrity.check", step, gaps_open=1)
    return (Planted("log_integrity_verified", "sample-control-log", "integrity.check", step, "a gap that nobody explained"),)


def breach_ignored(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A threshold was exceeded, and nothing followed."""
    step = f"sample-capacity-{month_of(year, 9).id}"
    plan.change("capacity.review", step, breaches=2)
    return (Planted("capacity_reviewed", "LC-26", "capacity.review", step, "two thresholds exceeded, and nothing followed"),)


def control_changed_afterwards(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """More days of grace, said to hold from a month before somebody wrote it down."""
    duties = [{"cadence": "quarterly", "grace_days": 60}]
    plan.add(word_control(year, "log-access", "LC-34", duties, year.day(200), year.at(year.day(230), 9)))
    record = "sample-control-log-access"
    return (Planted("control_backdated", record, "control", record, "duties changed for a time that was over"),)


def certified_against_records(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A certificate that there were no control exceptions, while one is on file."""
    plan.add(
        keep(
            "nil_population", "sample-nil-exceptions", APPROVER, title="Sample certificate: no control exceptions",
            population="POP-30",
            first=year.first, last=year.last, zone=year.zone, query="record list control.exception", heartbeat="none is needed",
            gaps=[], secondary=["sample ticket system, 'exception': not searched"], certified_by=APPROVER,
            certified_at=year.at(year.last, 20),
        )
    )  # fmt: skip
    return (Planted("nil_contradicted", "LC-35", "population", "POP-30", "a certificate says none, and exceptions are on file"),)


def exercise_without_lessons(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A tabletop exercise showed a gap, and nothing came of it."""
    plan.change("incident.exercise", "sample-exercise-1", actions=[])
    return (Planted("exercise_held", "LC-24", "incident.exercise", "sample-exercise-1", "showed a gap, and nothing came of it"),)


def requests_around_the_gateway(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Somebody asked the engine directly; its own counters have it, the book has nothing."""
    day = year.day(141)
    asked = (year.at(day, 15, minute) for minute in (10, 12, 19))
    plan.around += [(format_instant(moment), 31, 18) for moment in asked]
    difference = f"{UPSTREAM}@{day.isoformat()}"
    says = "three requests that did not come through the gateway"
    return (Planted("engine_counters_agree", "LC-20", "engine.counters", difference, says),)


def _of_second_run(step: Step) -> Step:
    return replace(step, body={**step.body, "run": SECOND_RUN}) if "run" in step.body else step


def _review(plan: Plan, system: str, number: int) -> str:
    found = [
        step.id for step in plan.of("decision.review") if step.body["system"] == system and step.body["effective_at"] is not None
    ]
    return found[number]


FAULTS = (
    gap_in_the_log, verification_failed_to_run, exercise_filed_as_incident, decision_before_review, bulk_acceptance,
    reviewer_without_authority, check_by_first_reviewer, waiver_used_after_end, egress_without_owner, missed_capacity_month,
    unknown_probes, failed_backup, overdue_action, incident_without_cause, alert_left, disposal_failed, log_access_unexplained,
    exception_not_followed,
    bypass_not_refused, permissions_not_mirrored, gap_left_open, breach_ignored, exercise_without_lessons,
    control_changed_afterwards, requests_around_the_gateway,
    certified_against_records,
)  # fmt: skip
