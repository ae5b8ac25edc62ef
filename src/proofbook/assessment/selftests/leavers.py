"""Self-test of leavers: grants, gateway keys and calls of people whom the roster says have left (LC-05)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.grants import Standing, standing_by_subject
from proofbook.assessment.selftests.reading import count_of, key_of, later
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, moment, short, write_new
from proofbook.readmodel.documents import END_OF_TIME, DocumentVersion
from proofbook.readmodel.keys import AccessKey
from proofbook.readmodel.traffic import Caller

_STATED_HOURS = 24


@dataclass(frozen=True, slots=True)
class _Leaver:
    """Somebody who left, until when their access had to end, and when they came back, if they did."""

    record: DocumentVersion
    person: str
    left: str
    deadline: str
    back: str


@dataclass(frozen=True, slots=True)
class _Access:
    """What could still let people in, by person."""

    grants: Mapping[str, tuple[Standing, ...]]
    keys: Mapping[str, list[AccessKey]]
    calls: Mapping[str, list[Caller]]


def leaver_revoked_in_time(facts: Facts, control: str) -> Outcome:
    """Looks at people whom the roster says left in the period: their grants, their gateway keys, their calls.

    Met: every grant and key ended within the hours the roster states, and nobody called after their last day. Unmet: one ended
    late, still stands, or was used. Unknown: no staff roster is recorded, or nobody is recorded to have left. Accounts that no
    grant and no key names cannot be seen.
    """
    tally = Tally(facts, "leaver_revoked_in_time", control)
    changes = facts.scoped("roster.change")
    if not changes:
        return tally.outcome(sound="", empty="no staff roster is recorded, so nobody can be told to have left")
    returns: defaultdict[str, list[str]] = defaultdict(list)
    for change in changes:
        if change.body.get("change") == "joined":
            returns[key_of(str(change.body.get("person")))].append(str(change.body.get("effective_at")))
    access = _access(facts)
    for change in tally.events("roster.change", "change", {"left"}):
        leaver = _leaver(change, returns)
        _grants_end(tally, leaver, access.grants.get(key_of(leaver.person), ()))
        _keys_end(tally, leaver, access.keys.get(key_of(leaver.person), []))
        _no_calls(tally, leaver, access.calls.get(key_of(leaver.person), []))
    tally.remark("accounts that neither a grant nor a gateway key names are not seen here")
    return tally.outcome(
        sound="their grants and keys ended in time", empty="the roster names nobody who left in the period", population="POP-05"
    )


def _access(facts: Facts) -> _Access:
    keys: defaultdict[str, list[AccessKey]] = defaultdict(list)
    calls: defaultdict[str, list[Caller]] = defaultdict(list)
    for key in facts.keys:
        keys[key_of(key.principal)].append(key)
    for call in facts.callers:
        calls[key_of(call.principal)].append(call)
    return _Access(standing_by_subject(facts), keys, calls)


def _leaver(change: DocumentVersion, returns: Mapping[str, list[str]]) -> _Leaver:
    person, left = str(change.body.get("person")), str(change.body.get("effective_at"))
    hours = count_of(change.body, "revoke_within_hours")
    back = min((each for each in returns.get(key_of(person), ()) if each > left), default=END_OF_TIME)
    return _Leaver(change, person, left, later(left, _STATED_HOURS if hours is None else hours), back)


def _grants_end(tally: Tally, leaver: _Leaver, standings: tuple[Standing, ...]) -> None:
    for standing in standings:
        if not standing.overlaps(leaver.left, leaver.left):
            continue
        tally.rest_on(standing.grant.entry)
        name = f"{standing.grant.body.get('role')} on {short(str(standing.grant.body.get('system') or 'all systems'))}"
        _ended(tally, leaver, f"{name} (access.grant {standing.grant.id})", standing.ended, "access.revocation")
        if standing.revocation is not None:
            tally.rest_on(standing.revocation.entry)


def _keys_end(tally: Tally, leaver: _Leaver, keys: list[AccessKey]) -> None:
    for key in keys:
        if key.issued >= leaver.back:
            continue
        ended = min((each for each in (key.revoked, key.expires) if each is not None), default=None)
        if ended is None or ended > leaver.left:
            _ended(tally, leaver, f"gateway key {short(key.key)}", ended, "")


def _ended(tally: Tally, leaver: _Leaver, what: str, ended: str | None, kind: str) -> None:
    """`kind`: record that tells of the end; empty for a gateway key."""
    who, until = f"{short(leaver.person)} left on {moment(leaver.left)}", moment(leaver.deadline)
    end_it = write_new(kind, "its end") if kind else "proofbook key revoke KEY"
    if ended is not None and ended <= leaver.deadline:
        return
    if ended is not None and ended <= tally.now:
        tally.deviates(leaver.record, f"{who}; {what} ended on {moment(ended)}, due by {until}")
    elif leaver.deadline < tally.now:
        said = "nothing on record says that it ended" if kind else "it is valid still"
        fix = f"{end_it}; what is late {CANNOT_BE_UNDONE}"
        tally.fault(leaver.record, Consequence.EXCEPTION, f"{who}; {what} was to end by {until}, {said}", fix)
    else:
        tally.fault(leaver.record, Consequence.COMING, f"{who}; {what} has to end by {until}", end_it)


def _no_calls(tally: Tally, leaver: _Leaver, calls: list[Caller]) -> None:
    for call in calls:
        if leaver.left < call.last < leaver.back:
            number = counted(call.exchanges, "exchange", "exchanges")
            what = f"{short(leaver.person)} called {short(call.system or 'a system')} until {moment(call.last)}, after leaving"
            tally.deviates(leaver.record, f"{what} ({number} in the period in all)")
