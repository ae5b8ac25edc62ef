"""Self-tests of rules and risks: approved by another, reviewed in time, exceptions followed up (LC-29, LC-31, LC-35)."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.policies import in_force
from proofbook.assessment.selftests.reading import day_later, day_of, missing, rows_of, same, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, listed, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.record import find_blanks

STILL_AFTER_DAYS: Final = 90
"""An exception that is open and was not touched for so long lies still."""

_EXCEPTION, _LATE = Consequence.EXCEPTION, Consequence.LATE


def policy_approved(facts: Facts, control: str) -> Outcome:
    """Looks at the version in force of every policy, procedure, standard and playbook, and at drafts.

    Met: each was approved by another person than its author before it held, has no blank, and its review is not overdue. Unmet:
    one is its author's own, holds unapproved or with blanks, or its review is overdue or came late. Unknown: no document is in
    force, or approver, author or next review is not stated.
    """
    tally = Tally(facts, "policy_approved", control)
    for newest in facts.scoped("policy"):
        version = in_force(facts, newest)
        if version is None:
            _not_in_force(tally, newest)
            continue
        _approval(tally, tally.look(version))
        _review(tally, version)
        _reviewed_late(tally, version)
    return tally.outcome(
        sound="each was approved by another person and its review is not overdue", empty="no policy is in force on record"
    )


def _not_in_force(tally: Tally, newest: DocumentVersion) -> None:
    status, effective = newest.body.get("status"), text_of(newest.body, "effective_on")
    if status not in {"draft", "in_review"}:
        return
    if effective is not None and effective <= day_of(tally.facts, tally.now):
        what = f"says it holds since {effective}, and is a {str(status).replace('_', ' ')}: nobody approved it"
        fix = f"have it approved, then {state_in(newest.kind, newest.id, 'status, approver and approved_at')}"
        tally.fault(newest, _EXCEPTION, what, f"{fix}; {CANNOT_BE_UNDONE}")
    else:
        fix = f"have it approved, then {state_in(newest.kind, newest.id, 'status, approver and approved_at')}"
        tally.fault(newest, Consequence.COMING, f"is a {str(status).replace('_', ' ')}, and no version of it is in force", fix)


def _approval(tally: Tally, version: DocumentVersion) -> None:
    body = version.body
    lacking = missing(body, "author", "approver", "approved_at", "next_review")
    if lacking:
        tally.unstated(version, f"{', '.join(lacking)} not stated", ", ".join(lacking))
    if same(text_of(body, "author"), text_of(body, "approver")):
        tally.deviates(
            version, f"{short(str(body.get('author')))} wrote version {short(str(body.get('version')))} and approved it"
        )
    approved, effective = text_of(body, "approved_at"), text_of(body, "effective_on")
    if approved is not None and effective is not None and effective < day_of(tally.facts, approved):
        tally.deviates(version, f"holds since {effective} and was approved on {moment(approved)}")
    blanks = find_blanks(body)
    if blanks:
        fix = f"fill them in, then {state_in(version.kind, version.id, 'a new version, approved again')}"
        tally.fault(version, _EXCEPTION, f"approved with {counted(len(blanks), 'blank', 'blanks')} open: {listed(blanks)}", fix)


def _review(tally: Tally, version: DocumentVersion) -> None:
    due = text_of(version.body, "next_review")
    if due is not None and due < day_of(tally.facts, tally.horizon):
        fix = f"review it, then {state_in(version.kind, version.id, 'version, approved_at and next_review')}"
        tally.fault(version, _EXCEPTION, f"its review was due on {due}", f"{fix}; what is late {CANNOT_BE_UNDONE}")


def _reviewed_late(tally: Tally, version: DocumentVersion) -> None:
    """A version that was approved, in the period, after the day the one before it was to be reviewed."""
    approved = [each for each in tally.facts.history(version.kind, version.id) if each.body.get("status") == "approved"]
    for before, after in pairwise(approved):
        due, when = text_of(before.body, "next_review"), text_of(after.body, "approved_at")
        if due is None or when is None or when == before.body.get("approved_at") or not tally.since <= when < tally.horizon:
            continue
        if day_of(tally.facts, when) > due:
            tally.fault(version, _LATE, f"its review was due on {due} and done on {moment(when)}", CANNOT_BE_UNDONE)


def risk_assessed(facts: Facts, control: str) -> Outcome:
    """Looks at risk assessments of the period, at systems that went live in it, and at the open entries of the register.

    Met: risks were assessed, before each new system went live, and every open risk has owner, treatment and a review to come.
    Unmet: none by the end of the period, a system went live first, or a review is overdue. Unknown: none yet, or owner or
    treatment is not stated. Which changes are significant is not told here.
    """
    tally = Tally(facts, "risk_assessed", control)
    assessments = list(tally.events("risk.assessment"))
    for assessment in assessments:
        if not texts_of(assessment.body, "risks"):
            tally.unstated(assessment, "the entries that came of it are not named", "risks")
        note_overdue(tally, assessment)
    if not assessments and tally.is_over:
        period = facts.scope.period
        what = f"no assessment of AI risks from {period.first} to {period.last} is on record"
        fix = f"{write_new('risk.assessment', 'it, if one was made')}; else {CANNOT_BE_UNDONE}"
        tally.fault(Matter("control", control), _EXCEPTION, what, fix)
    elif not assessments:
        tally.doubt("risks have not been assessed in the period yet")
    _new_systems(tally)
    for risk in facts.scoped("risk"):
        if text_of(risk.body, "closed_on") is None:
            _open_risk(tally, tally.look(risk))
    tally.remark("which changes were significant enough to assess is not told here")
    return tally.outcome(sound="risks are assessed and owned", empty="no assessment of risks in the period")


def _new_systems(tally: Tally) -> None:
    first, today = tally.facts.scope.period.first.isoformat(), day_of(tally.facts, tally.horizon)
    covered: dict[str, str] = {}
    for assessment in tally.facts.scoped("risk.assessment"):
        day = day_of(tally.facts, str(assessment.body.get("performed_at")))
        named = {*texts_of(assessment.body, "systems"), text_of(assessment.body, "trigger_record") or ""} - {""}
        for system in named or {""}:
            covered[system] = min(covered.get(system, day), day)
    for page in tally.facts.systems():
        live = text_of(page.body, "go_live")
        if live is None or not first <= live <= today:
            continue
        tally.look(page)
        assessed = covered.get(page.id)
        if assessed is None:
            what = f"it went live on {live}, and no assessment that names it is on record"
            tally.fault(page, _EXCEPTION, what, f"{write_new('risk.assessment', 'the assessment')}; {CANNOT_BE_UNDONE}")
        elif assessed > live:
            tally.fault(page, _LATE, f"it went live on {live} and its risks were assessed on {assessed}", CANNOT_BE_UNDONE)


def _open_risk(tally: Tally, risk: DocumentVersion) -> None:
    body, due = risk.body, text_of(risk.body, "next_review")
    if text_of(body, "owner") is None:
        tally.unstated(risk, "nobody owns it", "owner")
    if body.get("treatment") == "undecided":
        tally.unstated(risk, "what is done about it is undecided", "treatment")
    elif body.get("treatment") == "accept" and text_of(body, "accepted_by") is None:
        tally.unstated(risk, "who accepted it is not stated", "accepted_by and accepted_at")
    if due is not None and due < day_of(tally.facts, tally.horizon):
        fix = f"review it, then {state_in(risk.kind, risk.id, 'next_review')}"
        tally.fault(risk, _EXCEPTION, f"its review was due on {due}", f"{fix}; what is late {CANNOT_BE_UNDONE}")


def exceptions_followed_up(facts: Facts, control: str) -> Outcome:
    """Looks at control exceptions found in the period, or open in it.

    Met: each has owner, cause and correction, was told to somebody, and no action is overdue. Unmet: an action is overdue, or
    one lies still. Unknown: none on record and none attested, or owner, cause or correction is not stated, or an auditor's has
    no answer.
    """
    tally = Tally(facts, "exceptions_followed_up", control)
    answered = {str(each.body.get("exception")) for each in facts.scoped("management.response")}
    for exception in facts.scoped("control.exception"):
        found, status = str(exception.body.get("found_at")), exception.body.get("status")
        if found >= tally.horizon or (found < tally.since and status == "closed"):
            continue
        body = tally.look(exception).body
        lacking = missing(body, "owner", "cause") if status == "open" else missing(body, "owner", "cause", "effect", "correction")
        if lacking:
            tally.unstated(exception, f"{status}; {', '.join(lacking)} not stated", ", ".join(lacking))
        if status != "open" and not rows_of(body, "actions"):
            tally.unstated(exception, f"{status}, and nothing says what prevents it from happening again", "actions")
        if not texts_of(body, "told"):
            tally.unstated(exception, "nobody is named who was told", "told")
        if body.get("found_by") == "auditor" and exception.id not in answered:
            what = "an auditor found it, and management has not answered"
            tally.fault(exception, Consequence.NOT_SHOWN, what, write_new("management.response", "the answer"))
        _lies_still(tally, exception)
        note_overdue(tally, exception)
    return tally.outcome(sound="each has owner, cause and correction", empty="no exception is on record", population="POP-30")


def _lies_still(tally: Tally, exception: DocumentVersion) -> None:
    touched = day_of(tally.facts, exception.recorded)
    if exception.body.get("status") == "open" and day_later(touched, STILL_AFTER_DAYS) < day_of(tally.facts, tally.now):
        fix = f"go on with it or escalate it, then {state_in(exception.kind, exception.id, 'where it stands')}"
        tally.fault(exception, _EXCEPTION, f"open, and untouched since {touched}", fix)
