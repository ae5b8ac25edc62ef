"""Why a request would be let pass or turned away: every question of the policy, its answer, and the records it rests on.

Promises: pure; the verdict is that of `judging`, so what is explained is what is done. For the operator's eyes: it names grants
and approvals, which refusals to callers never do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from proofbook.gateway.admission import Asked
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.rules.hours import is_open
from proofbook.gateway.rules.judging import LISTINGS, Held, Seen, Verdict, is_remote, judge_request
from proofbook.gateway.rules.settings import Stance
from proofbook.gateway.rules.snapshot import APPROVAL, GRANT, IN_USE, REVOCATION, SYSTEM, Grant


class Basis(NamedTuple):
    """A record that an answer rests on."""

    kind: str
    id: str
    entry: str


class Answer(NamedTuple):
    """One question: what the policy does with a lack, whether something is lacking, in words, and from which records."""

    question: str
    stance: Stance
    lacking: bool
    says: str
    records: tuple[Basis, ...] = ()


class Explanation(NamedTuple):
    """What would be decided, and why."""

    verdict: Verdict
    answers: tuple[Answer, ...]


def explain(seen: Seen, held: Held, caller: VerifiedCaller, asked: Asked) -> Explanation:
    """Every question, asked or not: one that is `off` is answered too, so that it is seen what refusing would do."""
    answers = [_grant(seen, held, caller, asked), _registered(seen, held, caller.system)]
    if asked.protocol not in LISTINGS:
        answers += _weights(seen, held, caller.system, asked)
    outside = not is_open(held.windows, seen.moment.astimezone(held.zone))
    hours = "; ".join(held.policy.hours) or "none set: at any time"
    answers.append(Answer("outside_hours", held.policy.outside_hours, outside, f"hours {hours}, in {held.zone.key}"))
    return Explanation(judge_request(seen, held, caller, asked), tuple(answers))


def _grant(seen: Seen, held: Held, caller: VerifiedCaller, asked: Asked) -> Answer:
    stance, now, system = held.policy.grant, seen.now, caller.system
    grants = tuple(seen.rules.grants_of(caller))
    binding = asked.binding
    for grant in grants:
        if grant.holds(system, now) and grant.covers(binding["asked"], binding["artifact"]):
            says = f"in force since {grant.since}{_until(grant.until)}{_scope(grant)}"
            return Answer("grant", stance, False, says, _basis(grant))
    told = [(grant, _why_not(grant, system, now)) for grant in grants]
    if not told:
        return Answer("grant", stance, True, "no grant of the role use is recorded for them")
    says = "; ".join(f"{grant.id} {why}" for grant, why in told)
    return Answer("grant", stance, True, says, tuple(each for grant, _ in told for each in _basis(grant)))


def _why_not(grant: Grant, system: str, now: str) -> str:
    if grant.system not in {None, system}:
        return f"is for {grant.system}"
    if now < grant.since:
        return f"begins only at {grant.since}"
    ended = next((each for each in grant.endings if each.system in {None, system} and each.at <= now), None)
    if ended is not None:
        return f"was revoked at {ended.at} ({ended.id})"
    return f"ended at {grant.until}" if grant.until <= now else f"is limited to {grant.scope}"


def _until(until: str) -> str:
    return "" if until.startswith("9999") else f", until {until}"


def _scope(grant: Grant) -> str:
    if grant.scope is None:
        return ""
    if grant.models is None:
        return f"; its scope {grant.scope!r} is none that the gateway can hold"
    return f", limited to {grant.scope}"


def _basis(grant: Grant) -> tuple[Basis, ...]:
    return Basis(GRANT, grant.id, grant.entry), *(Basis(REVOCATION, each.id, each.entry) for each in grant.endings)


def _registered(seen: Seen, held: Held, system: str) -> Answer:
    stance, page = held.policy.registered, seen.rules.systems.get(system)
    if page is None:
        return Answer("registered", stance, True, "it has no inventory page")
    basis = (Basis(SYSTEM, page.id, page.entry),)
    if page.holds(seen.now):
        return Answer("registered", stance, False, f"its status is {page.status}", basis)
    says = f"its last day is over since {page.until}" if page.status in IN_USE else f"its status is {page.status}"
    return Answer("registered", stance, True, says, basis)


def _weights(seen: Seen, held: Held, system: str, asked: Asked) -> Iterable[Answer]:
    policy, binding = held.policy, asked.binding
    remote, artifact = is_remote(binding), binding["artifact"]
    where = f"another host answers: {binding.get('remote_host')}" if remote else "the engine says of no other host"
    yield Answer("remote_model", policy.remote_model, remote, where)
    known = str(artifact) if artifact is not None else str(binding["reason"] or "nobody says which")
    yield Answer("unknown_weights", policy.unknown_weights, artifact is None, known)
    if artifact is None:
        return
    decision = seen.rules.decision_about(system, artifact, seen.now)
    if decision is None:
        yield Answer("approved_weights", policy.approved_weights, True, "no decision about them names this system")
        return
    basis = (Basis(APPROVAL, decision.id, decision.entry),)
    holds = decision.holds(seen.now)
    over = f", which ended at {decision.until}" if decision.until <= seen.now else _until(decision.until)
    yield Answer("approved_weights", policy.approved_weights, not holds, f"{decision.word} at {decision.since}{over}", basis)
