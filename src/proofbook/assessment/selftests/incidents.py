"""Self-tests of alerts, incidents and exercises: looked at in time, every step done, actions closed (LC-22 to LC-24)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from proofbook.assessment.facts import Facts, happened_at
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue, note_unproven
from proofbook.assessment.selftests.reading import count_of, is_stated, later, missing, rows_of, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion

_REGISTER = ("incident.real", "incident.near_miss")


def alerts_triaged(facts: Facts, control: str) -> Outcome:
    """Looks at every alert raised in the period and at what became of it.

    Met: each was looked at within its hours by somebody named, with a reason, and what became an incident is in the register.
    Unmet: nobody looked, or late, or the incident is not registered. Unknown: no alert and none attested, or a reason is not
    stated.
    """
    tally = Tally(facts, "alerts_triaged", control)
    for alert in tally.events("alert.triage"):
        body, raised = alert.body, str(alert.body.get("raised_at"))
        hours = count_of(body, "within_hours")
        due, triaged = later(raised, 24 if hours is None else hours), text_of(body, "triaged_at")
        about = f"alert {short(str(body.get('alert')))} of {short(str(body.get('source')))}, raised on {moment(raised)}"
        if triaged is None or body.get("disposition") == "undecided":
            _untriaged(tally, alert, about, due)
            continue
        if triaged > due:
            what = f"{about}, was looked at on {moment(triaged)}, due by {moment(due)}"
            tally.fault(alert, Consequence.LATE, what, CANNOT_BE_UNDONE)
        lacking = missing(body, "triaged_by", "reason")
        if lacking:
            tally.unstated(alert, f"{about}; {' and '.join(lacking)} not stated", " and ".join(lacking))
        _registered(tally, alert, about)
    return tally.outcome(sound="each was looked at in time", empty="no alert was raised in the period", population="POP-18")


def _untriaged(tally: Tally, alert: DocumentVersion, about: str, due: str) -> None:
    fix = f"look at it, then {state_in(alert.kind, alert.id, 'triaged_by, triaged_at, disposition and reason')}"
    if due < tally.now:
        what = f"{about}; nobody decided about it by {moment(due)}"
        tally.fault(alert, Consequence.EXCEPTION, what, f"{fix}; {CANNOT_BE_UNDONE}")
    else:
        tally.fault(alert, Consequence.COMING, f"{about}; to be looked at by {moment(due)}", fix)


def _registered(tally: Tally, alert: DocumentVersion, about: str) -> None:
    """An alert that became an incident or near miss leads to one in the register."""
    disposition, incident = str(alert.body.get("disposition")), text_of(alert.body, "incident")
    if disposition not in {"incident", "near_miss"}:
        return
    kind = "incident.real" if disposition == "incident" else "incident.near_miss"
    if incident is None:
        tally.unstated(alert, f"{about}, is said to be an {disposition.replace('_', ' ')}; which one is not stated", "incident")
    elif tally.facts.current(kind, incident) is None:
        what = f"{about}, is said to be {short(incident)}, and the register has no such {kind}"
        tally.fault(alert, Consequence.EXCEPTION, what, f"{write_new(kind, 'it')}; {CANNOT_BE_UNDONE}")


def incident_steps_complete(facts: Facts, control: str) -> Outcome:
    """Looks at every incident and near miss noticed in the period and at the steps of the playbook.

    Met: each has classification, severity, containment, root cause, look-back and closure by somebody named. Unmet: one was
    closed without a step. Unknown: none on record and none attested, or one is open with steps still to do.
    """
    tally = Tally(facts, "incident_steps_complete", control)
    for incident in chain(tally.events("incident.real"), tally.events("incident.near_miss")):
        lacking = list(_steps_missing(incident))
        if text_of(incident.body, "closed_at") is None:
            still = f"; still missing: {', '.join(lacking)}" if lacking else ""
            consequence = Consequence.NOT_SHOWN if lacking else Consequence.COMING
            what = f"noticed on {moment(str(incident.body.get('detected_at')))} and open{still}"
            tally.fault(
                incident, consequence, what, f"go on with it, then {state_in(incident.kind, incident.id, 'what was done')}"
            )
        elif lacking:
            what = f"closed on {moment(str(incident.body.get('closed_at')))} without {', '.join(lacking)}"
            fix = f"{state_in(incident.kind, incident.id, ', '.join(lacking))}, if it was done; else record an exception"
            tally.fault(incident, Consequence.EXCEPTION, what, fix)
        _commitments(tally, incident)
    return tally.outcome(
        sound="each has every step of the playbook", empty="no incident or near miss in the period", population="POP-19"
    )


def _steps_missing(incident: DocumentVersion) -> Iterator[str]:
    body = incident.body
    yield from missing(body, "classified_by", "classified_at", "severity", "root_cause")
    if incident.kind == "incident.real":
        yield from missing(body, "lookback")
        yield from (field for field in ("containment", "evidence") if not rows_of(body, field))
    if text_of(body, "closed_at") is not None:
        yield from missing(body, "closed_by")


def _commitments(tally: Tally, incident: DocumentVersion) -> None:
    """Whether commitments to customers were impaired belongs into the system description."""
    if incident.kind == "incident.real" and incident.body.get("commitment_impact") == "unknown":
        what = "whether commitments to customers were significantly impaired is not stated"
        tally.unstated(incident, what, "commitment_impact and commitment_reason")
    classified, noticed = text_of(incident.body, "classified_at"), str(incident.body.get("detected_at"))
    if classified is not None and classified < noticed:
        tally.unstated(incident, f"classified on {moment(classified)}, before it was noticed", "classified_at or detected_at")


def incident_actions_closed(facts: Facts, control: str) -> Outcome:
    """Looks at corrective actions of incidents, near misses and exercises up to the end of the period.

    Met: each is done by its day with something that shows it, or not yet due. Unmet: one is overdue or was done late. Unknown:
    nothing on record, nothing shows that one was done, or a closed incident has no action at all.
    """
    tally = Tally(facts, "incident_actions_closed", control)
    for kind in (*_REGISTER, "incident.exercise"):
        for record in facts.scoped(kind):
            if happened_at(record) < tally.horizon and _concerns(tally, record):
                tally.look(record)
                note_overdue(tally, record)
                note_unproven(tally, record)
                if kind == "incident.real" and text_of(record.body, "closed_at") and not rows_of(record.body, "actions"):
                    tally.unstated(
                        record, "closed, and no corrective action is on record", "actions, or in notes why none was needed"
                    )
    return tally.outcome(
        sound="no action is overdue", empty="no incident, near miss or exercise up to the end of the period", population="POP-19"
    )


def _concerns(tally: Tally, record: DocumentVersion) -> bool:
    """Noticed in the period, or with an action that was not done before it began."""
    if happened_at(record) >= tally.since:
        return True
    return any((text_of(action, "done_at") or "~") >= tally.since for action in rows_of(record.body, "actions"))


def exercise_held(facts: Facts, control: str) -> Outcome:
    """Looks at tabletop exercises held in the period, who took part and what came of them.

    Met: one was held, with participants and a sign-off, and every gap became an action. Unmet: none was held by the end of the
    period, or gaps led to nothing. Unknown: none yet, or participants, gaps or sign-off are not recorded.
    """
    tally = Tally(facts, "exercise_held", control)
    for exercise in tally.events("incident.exercise"):
        gaps = texts_of(exercise.body, "gaps")
        if not texts_of(exercise.body, "participants"):
            tally.unstated(exercise, "nobody is named who took part", "participants")
        if not is_stated(exercise.body, "gaps"):
            tally.unstated(exercise, "which questions could not be answered is not stated", "gaps")
        elif gaps and not rows_of(exercise.body, "actions"):
            fix = f"decide what is done, then {state_in(exercise.kind, exercise.id, 'actions')}"
            tally.fault(exercise, Consequence.EXCEPTION, f"it showed gaps ({len(gaps)}), and no action came of them", fix)
        if text_of(exercise.body, "signed_off_by") is None:
            tally.unstated(exercise, "nobody signed it off on record", "signed_off_by and signed_off_at")
    if not tally.examined and tally.is_over:
        first, last = facts.scope.period.first, facts.scope.period.last
        what = f"no exercise held from {first} to {last} is on record"
        fix = f"{write_new('incident.exercise', 'it, if one was held')}; else {CANNOT_BE_UNDONE}"
        tally.fault(Matter("control", control), Consequence.EXCEPTION, what, fix)
    return tally.outcome(sound="an exercise was held and followed up", empty="no exercise has been held in the period yet")
