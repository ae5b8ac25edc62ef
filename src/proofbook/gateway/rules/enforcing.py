"""Holds every request against the records and the limits: the gateway's `Admission` where rules are known.

Promises: answers from memory alone, so the event loop never waits; the rules of one answer are one snapshot. A request takes part
in the rates once, by its head, whatever becomes of it afterwards; in the crowd from when it is admitted until it is over.
Does not: find the rules; whoever wires the gateway gives a `RuleSource` that keeps them fresh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from proofbook.gateway.admission import ADMITTED, Admitted, Asked
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.rules.hours import parse_hours
from proofbook.gateway.rules.judging import Held, Seen, judge_caller, judge_request
from proofbook.gateway.rules.pace import TOO_MANY, Crowd, Rate, too_fast
from proofbook.gateway.rules.settings import AdmissionSettings
from proofbook.gateway.rules.snapshot import Rules
from proofbook.primitives.instants import Clock, format_instant


class Known(NamedTuple):
    """The rules as last read. `stale`: they could not be read for so long that newer ones may not be known."""

    rules: Rules
    stale: bool


class RuleSource(Protocol):
    """Where the rules come from."""

    def current(self) -> Known:
        """The rules as known now. Called on the event loop for each request: must not block."""


class Enforcement:
    """Implements `Admission` by records. Used on the event loop only."""

    def __init__(
        self,
        source: RuleSource,
        policies: Mapping[str, AdmissionSettings],
        zone: str,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        """`policies` by system id; a system that is not among them has the defaults. `zone` is that of hours."""
        self._source = source
        self._clock = clock
        self._rate = Rate(monotonic)
        self._crowd = Crowd()
        self._held: dict[str, Held] = {}
        self._otherwise = hold(AdmissionSettings(), zone)
        self.adopt(policies, zone)

    def adopt(self, policies: Mapping[str, AdmissionSettings], zone: str) -> None:
        """Other policies hold from the next request on; who is under way goes on, and what is used up of a minute stays so."""
        self._held = {system: hold(policy, zone) for system, policy in policies.items()}
        self._otherwise = hold(AdmissionSettings(), zone)

    def assess_caller(self, caller: VerifiedCaller, now: str) -> Refusal | None:
        """See `Admission`."""
        held = self._held.get(caller.system, self._otherwise)
        refusal = judge_caller(self._seen(now), held, caller).refusal
        return refusal if refusal is not None else self._pace(held.policy, caller)

    def assess_request(self, caller: VerifiedCaller, asked: Asked) -> Admitted | Refusal:
        """See `Admission`."""
        held = self._held.get(caller.system, self._otherwise)
        refusal, flags = judge_request(self._seen(None), held, caller, asked)
        if refusal is not None:
            return refusal
        policy = held.policy
        whole, own = _keys(caller)
        if not self._crowd.enter((whole, policy.concurrent), (own, policy.principal_concurrent)):
            return TOO_MANY
        return Admitted(flags) if flags else ADMITTED

    def finished(self, caller: VerifiedCaller) -> None:
        """See `Admission`."""
        self._crowd.leave(*_keys(caller))

    def _seen(self, now: str | None) -> Seen:
        rules, stale = self._source.current()
        moment = self._clock.now()
        return Seen(rules, stale, now or format_instant(moment), moment)

    def _pace(self, policy: AdmissionSettings, caller: VerifiedCaller) -> Refusal | None:
        if not policy.requests_per_minute and not policy.principal_requests_per_minute:
            return None
        whole, own = _keys(caller)
        limits = ((whole, policy.requests_per_minute), (own, policy.principal_requests_per_minute))
        wait = self._rate.take(*((key, limit) for key, limit in limits if limit))
        return too_fast(wait) if wait else None


def hold(policy: AdmissionSettings, zone: str) -> Held:
    """A policy with its hours ready to be asked."""
    return Held(policy, parse_hours(policy.hours, "hours"), ZoneInfo(zone))


def _keys(caller: VerifiedCaller) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What limits of a system, and of one of its callers, count under."""
    return (caller.system,), (caller.system, caller.issuer or "", caller.principal)
