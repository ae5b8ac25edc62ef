"""Self-tests of people: who joined accepted the rules, who has a role was trained for it (LC-29, LC-30)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.policies import in_force
from proofbook.assessment.selftests.reading import day_later, day_of, key_of, text_of
from proofbook.assessment.selftests.tally import Matter, Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, write_new
from proofbook.readmodel.documents import DocumentVersion

WITHIN_DAYS: Final = 30
"""Days from joining (or moving) within which rules are accepted and training is done."""

_NO_ROSTER: Final = "no staff roster is recorded, so nobody can be told to have joined"


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Somebody who joined or moved, and when they left, if they did."""

    record: DocumentVersion
    person: str
    since: str
    due: str
    left: str


def _arrivals(tally: Tally) -> Iterator[_Arrival]:
    """People who joined or moved up to the end of the period and were there in it; only their newest arrival counts."""
    facts = tally.facts
    newest: dict[str, DocumentVersion] = {}
    left: dict[str, str] = {}
    for change in sorted(facts.scoped("roster.change"), key=lambda each: str(each.body.get("effective_at"))):
        when, person = str(change.body.get("effective_at")), key_of(str(change.body.get("person")))
        if when >= tally.horizon:
            continue
        if change.body.get("change") == "left":
            left[person] = when
        elif change.body.get("change") in {"joined", "moved"}:
            newest[person] = change
            left.pop(person, None)
    for person, change in newest.items():
        gone = left.get(person, "~")
        if gone >= tally.since:
            since = day_of(facts, str(change.body.get("effective_at")))
            due = day_later(since, WITHIN_DAYS)
            yield _Arrival(change, person, since, due, gone if gone == "~" else day_of(facts, gone))


def policy_acknowledged(facts: Facts, control: str) -> Outcome:
    """Looks at people whom the roster says joined or moved, and at the policies in force that they accepted.

    Met: each accepted every policy in force within 30 days. Unmet: an acknowledgement is missing or late. Unknown: no roster, no
    policy in force, nobody joined on record, or the role of somebody is not stated. People the roster does not name are not seen.
    """
    tally = Tally(facts, "policy_acknowledged", control)
    if not facts.scoped("roster.change"):
        return tally.outcome(sound="", empty=_NO_ROSTER)
    policies = _policies(facts)
    if not policies:
        return tally.outcome(sound="", empty="no policy is in force on record, so nothing could be accepted")
    accepted = _accepted(tally)
    for arrival in _arrivals(tally):
        if arrival.record.body.get("ai_role") != "none":
            tally.look(arrival.record)
            for policy, held_from in policies.items():
                due = day_later(max(arrival.since, held_from), WITHIN_DAYS)
                _accepts(tally, arrival, policy, due, accepted.get((arrival.person, policy)))
    tally.remark("people whom no roster record names are not seen here")
    return tally.outcome(
        sound="each accepted every policy in force", empty="nobody joined or moved on record", population="POP-22"
    )


def _policies(facts: Facts) -> dict[str, str]:
    """Policies in force, with the day the first approved version held from; the earliest day there is when it is not stated."""
    found: dict[str, str] = {}
    for newest in facts.scoped("policy"):
        if newest.body.get("type") == "policy" and in_force(facts, newest) is not None:
            approved = [each.body for each in facts.history(newest.kind, newest.id) if each.body.get("status") == "approved"]
            found[newest.id] = min(text_of(each, "effective_on") or "" for each in approved)
    return found


def _accepted(tally: Tally) -> Mapping[tuple[str, str], str]:
    """Day on which a person first accepted a policy, of versions that are on record."""
    facts = tally.facts
    versions = {
        (each.id, str(version.body.get("version")))
        for each in facts.scoped("policy")
        for version in facts.history(each.kind, each.id)
    }
    found: dict[tuple[str, str], str] = {}
    for each in facts.scoped("policy.acknowledgement"):
        policy, version = str(each.body.get("policy")), str(each.body.get("policy_version"))
        when = str(each.body.get("acknowledged_at"))
        if (policy, version) not in versions:
            if tally.since <= when < tally.horizon:
                what = f"accepts version {short(version)} of {short(policy)}, which is not on record"
                tally.unstated(each, what, "policy and policy_version")
            continue
        tally.rest_on(each.entry)
        key = (key_of(str(each.body.get("person"))), policy)
        found[key] = min(found.get(key, "~"), day_of(facts, when))
    return found


def _accepts(tally: Tally, arrival: _Arrival, policy: str, due: str, day: str | None) -> None:
    who = f"{short(str(arrival.record.body.get('person')))} {arrival.record.body.get('change')} on {arrival.since}"
    fix = write_new("policy.acknowledgement", "the acknowledgement, if it was given")
    if day is not None and day <= due:
        return
    if day is not None:
        if due >= tally.facts.scope.period.first.isoformat():
            what = f"{who} and accepted {policy} on {day}, due by {due}"
            tally.fault(arrival.record, Consequence.LATE, what, CANNOT_BE_UNDONE)
    elif arrival.left <= due:
        return
    elif due >= day_of(tally.facts, tally.now):
        tally.fault(arrival.record, Consequence.COMING, f"{who} and has to accept {policy} by {due}", fix)
    elif text_of(arrival.record.body, "ai_role") is None:
        what = f"{who}, with an AI role that is not stated, and no acknowledgement of {policy} is on record"
        tally.fault(arrival.record, Consequence.NOT_SHOWN, what, fix)
    else:
        what = f"{who} and no acknowledgement of {policy} is on record by {due}"
        tally.fault(arrival.record, Consequence.EXCEPTION, what, f"{fix}; {CANNOT_BE_UNDONE}")


def training_current(facts: Facts, control: str) -> Outcome:
    """Looks at people with an AI role on the roster, at those who reviewed in the period, and at their trainings.

    Met: each was trained for the role within 30 days, or before they reviewed, and it is valid. Unmet: training is missing,
    late or ran out. Unknown: no roster and no reviews, or a role is not stated. People the roster does not name are not seen.
    """
    tally = Tally(facts, "training_current", control)
    trained: defaultdict[tuple[str, str], list[DocumentVersion]] = defaultdict(list)
    for training in facts.scoped("training"):
        if str(training.body.get("completed_at")) < tally.horizon:
            trained[key_of(str(training.body.get("person"))), str(training.body.get("role"))].append(training)
    seen: set[tuple[str, str]] = set()
    for arrival in _arrivals(tally):
        role = text_of(arrival.record.body, "ai_role")
        if role == "none":
            continue
        tally.look(arrival.record)
        if role is None:
            tally.unstated(arrival.record, f"the AI role of {short(arrival.person)} is not stated", "ai_role")
        else:
            seen.add((arrival.person, role))
            _trained(tally, arrival, role, trained[arrival.person, role])
    _reviewers(tally, seen, trained)
    if not facts.scoped("roster.change"):
        tally.doubt(_NO_ROSTER)
    tally.remark("people whom no roster record names, and who did not review, are not seen here")
    return tally.outcome(
        sound="each was trained for the role they have",
        empty="nobody with an AI role joined, moved or reviewed",
        population="POP-22",
    )


def _trained(tally: Tally, arrival: _Arrival, role: str, trainings: list[DocumentVersion]) -> None:
    who = f"{short(str(arrival.record.body.get('person')))}, {role} since {arrival.since}"
    tally.rest_on(*(each.entry for each in trainings))
    fix = write_new("training", "the training, if it took place")
    if not trainings:
        if arrival.left <= arrival.due:
            return
        if arrival.due >= day_of(tally.facts, tally.now):
            tally.fault(arrival.record, Consequence.COMING, f"{who}, has to be trained by {arrival.due}", fix)
        else:
            what = f"{who}, and no training for it is on record by {arrival.due}"
            tally.fault(arrival.record, Consequence.EXCEPTION, what, f"{fix}; {CANNOT_BE_UNDONE}")
        return
    first = min(day_of(tally.facts, str(each.body.get("completed_at"))) for each in trainings)
    if first > arrival.due and first >= tally.facts.scope.period.first.isoformat():
        what = f"{who}, trained on {first}, due by {arrival.due}"
        tally.fault(arrival.record, Consequence.LATE, what, CANNOT_BE_UNDONE)
    until = max(text_of(each.body, "valid_until") or "~" for each in trainings)
    if until < min(day_of(tally.facts, tally.horizon), arrival.left):
        what = f"{who}, and the training ran out on {until}"
        tally.fault(arrival.record, Consequence.EXCEPTION, what, f"{fix}; {CANNOT_BE_UNDONE}")


def _reviewers(tally: Tally, seen: set[tuple[str, str]], trained: Mapping[tuple[str, str], list[DocumentVersion]]) -> None:
    """Who reviewed in the period acted as a reviewer, whatever the roster says."""
    first: dict[str, DocumentVersion] = {}
    for review in tally.facts.scoped("decision.review"):
        when, person = str(review.body.get("decided_at")), key_of(str(review.body.get("reviewer")))
        if tally.since <= when < tally.horizon and (person not in first or when < str(first[person].body.get("decided_at"))):
            first[person] = review
    for person, review in first.items():
        if (person, "reviewer") in seen:
            continue
        tally.look(review)
        when = str(review.body.get("decided_at"))
        trainings = trained.get((person, "reviewer"), [])
        if any(str(each.body.get("completed_at")) <= when for each in trainings):
            tally.rest_on(*(each.entry for each in trainings))
            continue
        name = str(review.body.get("reviewer"))
        what = f"reviewed for the first time in the period on {moment(when)} ({review.id}), and no earlier training is on record"
        fix = f"{write_new('training', 'the training, if it took place')}; {CANNOT_BE_UNDONE}"
        tally.fault(Matter("person", short(name, 200), entries=(review.entry,)), Consequence.EXCEPTION, what, fix)
