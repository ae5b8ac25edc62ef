"""Self-test of exceptions to rules: decided by another, with an end, and not used beyond it (LC-32)."""

from __future__ import annotations

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.reading import count_of, day_later, day_of, missing, same, text_of
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, state_in
from proofbook.readmodel.documents import DocumentVersion

_EXCEPTION, _LATE = Consequence.EXCEPTION, Consequence.LATE


def waiver_not_expired(facts: Facts, control: str) -> Outcome:
    """Looks at waivers that held in the period and what relied on them, at requests for tools, and at the approved list.

    Met: every waiver was approved by another person, ended by its day and was closed; every request was decided in time by
    another. Unmet: a waiver was used after its end, somebody approved their own, or a request is undecided or late. Unknown:
    nothing on record and none attested, or whether something is still used is not shown.
    """
    tally = Tally(facts, "waiver_not_expired", control)
    first = facts.scope.period.first.isoformat()
    for waiver in facts.scoped("waiver"):
        approved, closed = str(waiver.body.get("approved_at")), text_of(waiver.body, "closed_at")
        if approved < tally.horizon and (closed is None or closed >= tally.since or str(waiver.body.get("expires_on")) >= first):
            _waiver(tally, tally.look(waiver), closed)
    _relied_on(tally)
    for request in tally.events("tool.request"):
        _request(tally, request)
    for tool in tally.documents("approved_tool"):
        expires = text_of(tool.body, "expires_on")
        if expires is not None and expires < day_of(tally.facts, tally.now) and text_of(tool.body, "removed_on") is None:
            tally.unstated(
                tool, f"approved until {expires}; whether it is still used is not shown", "removed_on, or a new expires_on"
            )
    return tally.outcome(
        sound="nothing was used beyond its end", empty="no waiver, request or approved tool is on record", population="POP-21"
    )


def _waiver(tally: Tally, waiver: DocumentVersion, closed: str | None) -> None:
    body, expires = waiver.body, str(waiver.body.get("expires_on"))
    used = text_of(body, "used_at")
    if same(text_of(body, "approved_by"), text_of(body, "requested_by")):
        tally.deviates(waiver, f"{short(str(body.get('approved_by')))} approved what they had asked for themselves")
    if used is not None and day_of(tally.facts, used) > expires:
        tally.deviates(waiver, f"its last day was {expires}, and it was relied on until {moment(used)}")
    elif used is not None and closed is not None and used > closed:
        tally.deviates(waiver, f"closed on {moment(closed)}, and relied on until {moment(used)}")
    elif closed is None and expires < day_of(tally.facts, tally.now):
        tally.unstated(waiver, f"its last day was {expires}; whether it is still relied on is not shown", "closed_at and used_at")


def _relied_on(tally: Tally) -> None:
    """Changes and decisions that name a waiver on a day it did not hold."""
    for kind, field in (("change", "released_at"), ("upstream.decision", "decided_at")):
        for record in tally.facts.scoped(kind):
            named, when = text_of(record.body, "waiver"), str(record.body.get(field))
            waiver = None if named is None else tally.facts.current("waiver", named)
            if named is None or not tally.since <= when < tally.horizon:
                continue
            if waiver is None:
                tally.unstated(record, f"waiver {short(named)}, which it relies on, is not on record", "waiver, or record it")
            elif day_of(tally.facts, when) > str(waiver.body.get("expires_on")):
                tally.deviates(
                    record, f"relied on waiver {short(named)} on {moment(when)}; its last day was {waiver.body.get('expires_on')}"
                )


def _request(tally: Tally, request: DocumentVersion) -> None:
    body, days = request.body, count_of(request.body, "decide_within_days")
    about = f"{short(str(body.get('what')))}, asked for by {short(str(body.get('requested_by')))}"
    due = None if days is None else day_later(day_of(tally.facts, str(body.get("requested_at"))), days)
    decided, today = text_of(body, "decided_at"), day_of(tally.facts, tally.now)
    if body.get("decision") == "withdrawn":
        return
    if body.get("decision") == "undecided" or decided is None:
        fix = f"decide, then {state_in(request.kind, request.id, 'decision, decided_by, decided_at and reason')}"
        if due is None:
            tally.fault(request, Consequence.NOT_SHOWN, f"{about}: undecided, and no time for deciding is stated", fix)
        else:
            consequence = _EXCEPTION if due < today else Consequence.COMING
            tally.fault(request, consequence, f"{about}: to be decided by {due}, and undecided", fix)
        return
    if due is not None and day_of(tally.facts, decided) > due:
        tally.fault(request, _LATE, f"{about}: decided on {moment(decided)}, due by {due}", CANNOT_BE_UNDONE)
    if same(text_of(body, "decided_by"), text_of(body, "requested_by")):
        tally.deviates(request, f"{about}: decided by the same person")
    lacking = missing(body, "decided_by", "reason")
    if lacking:
        tally.unstated(request, f"{about}: {' and '.join(lacking)} not stated", " and ".join(lacking))
