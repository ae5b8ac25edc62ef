"""Rules of the sample year: policies and who read them, training, tools, waivers, risks, own controls, exceptions, answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from proofbook.demo.year.access import joined_on, people_on, role_of
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import (
    APPROVER,
    CHECKER,
    HELP_DESK,
    JOINED,
    JOINER,
    NOTES,
    NOTES_REGISTERED,
    OPERATOR,
    OWNER,
    SYSTEMS,
)
from proofbook.demo.year.plan import Step, keep, mark_entry

POLICIES: Final = (
    ("sample-ai-policy", "policy", "Sample policy on the use of AI"),
    ("sample-version-policy", "policy", "Sample policy on versions and patches"),
    ("sample-incident-playbook", "playbook", "Sample playbook for AI incidents"),
    ("sample-oversight-procedure", "procedure", "Sample procedure of human oversight"),
)
ACKNOWLEDGED: Final = ("sample-ai-policy", "sample-version-policy")
_COURSE: Final = "sample course on local models, version 1"


def plan_governance(year: Year) -> Iterator[Step]:
    """All of it."""
    renewed = year.by_year_end()
    for place, (record, sort, title) in enumerate(POLICIES):
        yield _policy(year, record, sort, title, "1", year.day(-36), 9 + place)
        yield _policy(year, record, sort, title, "2", renewed, 11 + place)
    for person in people_on(0):
        yield from _acknowledge(year, person, "1", year.day(-30))
        yield _train(year, person, year.day(-29), "")
    yield from _acknowledge(year, JOINER, "2" if year.day(JOINED + 3) > renewed else "1", year.day(JOINED + 3))
    yield _train(year, JOINER, year.day(JOINED + 4), "")
    number = (renewed - year.first).days + 6
    for person in people_on(number):
        if joined_on(person) <= number - 10:
            yield from _acknowledge(year, person, "2", year.day(number))
            yield _train(year, person, year.day(number + 1), "-again")
    yield from _tools(year)
    yield from _risks(year)


def plan_controls(year: Year) -> Iterator[Step]:
    """Own controls, exceptions that were found, the quarterly summary, answers to the questions auditors ask."""
    for effective, words in ((year.day(-25), "by the last working day"), (year.day(180), "a week before the quarter ends")):
        yield _control(year, effective, words)
    yield from _own_controls(year)
    yield from _exception(year)
    for quarter in year.quarters():
        yield keep(
            "control.performance", f"sample-exceptions-{quarter.id}", APPROVER,
            title=f"Sample summary of exceptions, {quarter.id}",
            control="LC-35", performed_at=year.at(year.before(quarter, 3), 15), performed_by=APPROVER, reviewer=OWNER,
            outcome="complete", evidence="minutes of the sample management meeting",
        )  # fmt: skip
    for card, words in _ANSWERS:
        yield keep(
            "answer", f"sample-answer-{card:02d}", APPROVER, year.at(year.workday(30), 10), title=f"Sample answer to card {card}",
            card=card, answer=words, limits="Generated sample data: shows the form, not a fact.", owner=APPROVER,
            reviewed_at=year.at(year.workday(30), 9), evidence=[f"ai_system/{HELP_DESK}", "data_flow/sample-flow-help-desk"],
        )  # fmt: skip


def _policy(year: Year, record: str, sort: str, title: str, version: str, day: date, hour: int) -> Step:
    approved = year.at(day, hour)
    return keep(
        "policy", record, OPERATOR, approved + timedelta(minutes=30), title=title, because=f"version {version}", type=sort,
        version=version, status="approved", owner_role="security lead", owner=APPROVER, author=OPERATOR, approver=APPROVER,
        approved_at=approved, effective_on=day, next_review=day + 365 * DAY,
        applies_to="everybody who uses or runs sample systems",
        criteria=["CC5.3"], controls=["LC-29"], records_produced=["policy.acknowledgement"],
        sections=[{"heading": "Sample", "text": f"Generated sample text, version {version}: local models only, people decide."}],
    )  # fmt: skip


def _acknowledge(year: Year, person: str, version: str, day: date) -> Iterator[Step]:
    for minute, policy in enumerate(ACKNOWLEDGED):
        yield keep(
            "policy.acknowledgement", f"{policy}-{person.removeprefix('sample-')}-{version}", person,
            title=f"{person} read {policy}, version {version}", policy=policy, policy_version=version, person=person,
            acknowledged_at=year.at(day, 10, minute), how="shown on the sample intranet",
        )  # fmt: skip


def _train(year: Year, person: str, day: date, again: str) -> Step:
    role = role_of(person)
    return keep(
        "training", f"sample-training-{person.removeprefix('sample-')}{again}", APPROVER, title=f"{person} was trained (sample)",
        person=person, role=role, course=_COURSE, completed_at=year.at(day, 16), valid_until=day + 400 * DAY, result="9 of 10",
    )  # fmt: skip


def _tools(year: Year) -> Iterator[Step]:
    approved = year.at(year.day(-31), 9)
    yield keep(
        "approved_tool", "sample-tool-assistant", APPROVER, approved + timedelta(minutes=15),
        title="Sample assistant on own machines",
        tool="sample assistant", hosting="local", uses="questions of staff", data_classes=["internal"], approved_by=APPROVER,
        approved_at=approved,
    )  # fmt: skip
    for number, (what, decision) in enumerate((("a hosted translator", "refused"), ("a local transcriber", "approved"))):
        asked = year.at(year.workday(60 + 90 * number), 9)
        yield keep(
            "tool.request", f"sample-request-{number + 1}", OWNER, asked + timedelta(days=3, hours=1),
            title=f"Sample request for {what}",
            requested_by=OWNER, requested_at=asked, what=what, decide_within_days=14, decision=decision, decided_by=APPROVER,
            decided_at=asked + timedelta(days=3), reason="sample reason",
            expires_on=year.last + 90 * DAY if decision == "approved" else None, closed_at=asked + timedelta(days=3),
        )  # fmt: skip
    given = year.at(year.day(80), 11)
    yield keep(
        "waiver", "sample-waiver-1", APPROVER, title="Sample waiver: longer watch of a prompt",
        rule="sample-version-policy, section 3",
        system=HELP_DESK, reason="holidays", compensating="daily look at answers", requested_by=OPERATOR, approved_by=APPROVER,
        approved_at=given, expires_on=year.day(110), closed_at=None, used_at=year.at(year.day(100), 12),
    )  # fmt: skip
    yield keep(
        "waiver", "sample-waiver-1", APPROVER, year.at(year.day(109), 12), title="Sample waiver: longer watch of a prompt",
        because="no longer needed", rule="sample-version-policy, section 3", system=HELP_DESK, reason="holidays",
        compensating="daily look at answers", requested_by=OPERATOR, approved_by=APPROVER, approved_at=given,
        expires_on=year.day(110), closed_at=year.at(year.day(109), 11), used_at=year.at(year.day(100), 12),
    )  # fmt: skip


def _risks(year: Year) -> Iterator[Step]:
    made = year.at(year.day(-33), 13)
    for name, theme in (("wrong-output", "wrong_output"), ("disclosure", "disclosure"), ("tampered-weights", "tampered_weights")):
        yield keep(
            "risk", f"sample-risk-{name}", APPROVER, made, title=f"Sample risk: {name.replace('-', ' ')}",
            description=f"Sample text: {name.replace('-', ' ')} harms somebody who relies on it.", themes=[theme],
            systems=[system.id for system in SYSTEMS[:3]], likelihood="medium", impact="medium", treatment="reduce",
            treatment_detail="the controls named", controls=["LC-18", "LC-10", "LC-12"], residual="low", owner=OWNER,
            accepted_by=APPROVER, accepted_at=made - timedelta(minutes=30), next_review=year.last + 60 * DAY,
        )  # fmt: skip
    risks = ["sample-risk-wrong-output", "sample-risk-disclosure", "sample-risk-tampered-weights"]
    for name, day, trigger, systems, about in (
        ("before", -32, "new_system", [system.id for system in SYSTEMS[:3]], None),
        ("notes", NOTES_REGISTERED + 3, "new_system", [NOTES], NOTES),
        ("annual", (year.by_year_end() - year.first).days + 3, "annual", [], None),
    ):
        yield keep(
            "risk.assessment", f"sample-assessment-{name}", APPROVER, title=f"Sample risk assessment: {name}",
            performed_at=year.at(year.day(day), 14), systems=systems, trigger=trigger, trigger_record=about,
            participants=[OWNER, OPERATOR, APPROVER], risks=risks, outcome="no risk above what is accepted", actions=[],
        )  # fmt: skip


def _control(year: Year, effective: date, words: str) -> Step:
    return keep(
        "control", "sample-control-inventory", APPROVER, year.at(effective - 2 * DAY, 9),
        title="Sample control: owners review their page",
        because="when it is done is stated more exactly", based_on="LC-02", status="active", effective_on=effective,
        who="the owner",
        what="reviews the inventory page", when=f"each quarter, {words}", standard="sample-ai-policy", record="inventory.review",
        owner=OWNER, nature="manual", type="detective", key=True, criteria=["CC2.1", "CC1.3"],
        duties=[{"cadence": "quarterly", "per": "system", "grace_days": 14}],
        design_change=None if effective < year.first else "from the last working day to a week before",
    )  # fmt: skip


def _own_controls(year: Year) -> Iterator[Step]:
    """What is promised each day has no day of grace here, so that each day is told by itself."""
    daily = {"cadence": "daily", "grace_days": 0}
    for name, based_on, duties in (
        ("log", "LC-21", [daily, {"cadence": "monthly", "grace_days": 10}]),
        ("backup", "LC-28", [daily, {"cadence": "annual", "grace_days": 30}]),
        ("log-access", "LC-34", [{"cadence": "quarterly", "grace_days": 14}]),
    ):
        yield word_control(year, name, based_on, duties, year.day(-25), year.at(year.day(-27), 9))


def word_control(year: Year, name: str, based_on: str, duties: list[dict[str, Any]], effective: date, recorded: datetime) -> Step:
    """One version of an own control, in few words."""
    what = {"log": "verifies the log", "backup": "backs everything up", "log-access": "reviews who read the log"}[name]
    return keep(
        "control", f"sample-control-{name}", APPROVER, recorded, title=f"Sample control: somebody {what}",
        because="first version" if effective < year.first else "duties stated anew", based_on=based_on, status="active",
        effective_on=effective, who="the operator", what=what, when=" and ".join(duty["cadence"] for duty in duties),
        standard="sample-ai-policy", record="as the illustrative control", owner=OPERATOR, nature="it_dependent",
        type="detective",
        key=True, criteria=[], duties=duties,
    )  # fmt: skip


def _exception(year: Year) -> Iterator[Step]:
    found = year.at(year.workday(101), 10)
    corrected = found + timedelta(days=2)
    given: dict[str, Any] = {
        "title": "Sample exception: a spot check was noted in the wrong place", "control": "LC-19", "criteria": ["CC4.1"],
        "type": "operating", "found_by": "self", "found_at": found, "facts": "One check stood in a sheet for a day.",
        "instances": [f"spot_check/{HELP_DESK}"], "population": "POP-17", "affected_from": year.workday(100),
        "affected_until": year.workday(101), "cause": "the form was down", "effect": "none", "compensating": "the sheet was kept",
        "owner": CHECKER, "told": [f"{APPROVER}, the same day"],
    }  # fmt: skip
    yield keep("control.exception", "sample-exception-1", CHECKER, found + timedelta(hours=1), **given)
    action = {"what": "say where to note it when the form is down", "owner": CHECKER, "due": year.day(130), "done_at": corrected}
    yield keep(
        "control.exception", "sample-exception-1", CHECKER, corrected + timedelta(hours=2), because="corrected", status="closed",
        correction="noted in the right place", corrected_at=corrected, closed_by=APPROVER,
        actions=[action | {"evidence": "procedure"}], **given,
    )  # fmt: skip
    yield keep(
        "management.response", "sample-response-1", APPROVER, title="Sample response to the exception",
        exception="sample-exception-1",
        fact="One spot check was noted in the wrong place.", cause="The form was down.",
        correction="Noted in the right place two days later; no other instance was found.",
        prevention=f"The procedure says where to note it; {CHECKER}, done.", responded_by=APPROVER,
        responded_at=corrected + timedelta(days=1),
    )  # fmt: skip
    yield keep(
        "sign_off", "sample-exception-1-signed", APPROVER, title="Sample sign-off of the exception", of_kind="control.exception",
        of_id="sample-exception-1", of_entry=mark_entry("control.exception", "sample-exception-1"), role="reviewer",
        signer=APPROVER,
        statement="I looked at the exception and at what was done.", checked=["cause", "correction"], decision="approved",
        signed_at=corrected + timedelta(days=1, hours=1),
    )  # fmt: skip


_ANSWERS: Final = (
    (1, "Sample answer: none. The sample models run in the sample server room; nothing leaves it, and what tries is refused."),
    (3, "Sample answer: no. Exchanges are kept in the book for 400 days, and no model is trained here."),
    (6, "Sample answer: in the sample server room, in the sample country."),
    (15, "Sample answer: no. Weights are files here; others are served only after a change that somebody else approved."),
    (
        16,
        "Sample answer: each exchange names the digest of the weights that answered, and the page says since when they serve.",
    ),
    (19, "Sample answer: the weights stay here and on the mirror; the engine can be built from its source."),
    (
        24,
        "Sample answer: nobody at a vendor. One person here may read the log; each look is recorded and reviewed.",
    ),
    (28, "Sample answer: each upstream was looked at before its first use and is looked at again each year."),
    (30, "Sample answer: only tools of the approved list; a request for a hosted translator was refused in the year."),
)
