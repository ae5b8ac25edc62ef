"""Holds every request against the records and the limits: the gateway's `Admission` where rules are known.

Promises: answers from memory alone, so the event loop never waits; the rules of one answer are one snapshot. What was judged is
remembered as long as nothing can have changed: the same rules, no grant, approval or hour that begins or ends. A request takes
part in the rates once, by its head, whatever becomes of it afterwards; in the crowd from when it is admitted until it is over.
Does not: find the rules; whoever wires the gateway gives a `RuleSource` that keeps them fresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from proofbook.gateway.admission import ADMITTED, Admitted, Asked, Used
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.rules.budget import count_tokens, find_limits, keys_of, tokens_used_up
from proofbook.gateway.rules.hours import parse_hours
from proofbook.gateway.rules.judging import LISTINGS, Held, Seen, find_size_refusal, judge_caller, judge_request
from proofbook.gateway.rules.limits import Limits
from proofbook.gateway.rules.pace import TOO_MANY, too_fast
from proofbook.gateway.rules.settings import AdmissionSettings
from proofbook.gateway.rules.snapshot import Rules
from proofbook.primitives.instants import Clock, format_instant, parse_instant

_MINUTE: Final = len("2026-11-21T03:12")
_MOST: Final = 4096
"""Judgements that are remembered; a model's name is the caller's to choose."""


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
        limits: Limits,
    ) -> None:
        """`policies` by system id; a system that is not among them has the defaults. `zone` is that of hours."""
        self._source = source
        self._clock = clock
        self._held = {system: hold(policy, zone) for system, policy in policies.items()}
        self._otherwise = hold(AdmissionSettings(), zone)
        self._by_the_minute = any(each.windows for each in self._held.values())
        self._limits = limits
        self._known = Known(Rules(), stale=True)
        self._since, self._until = "", ""
        self._judged: dict[Any, Refusal | Admitted] = {}

    def assess_caller(self, caller: VerifiedCaller, now: str) -> Refusal | None:
        """See `Admission`."""
        held = self._held.get(caller.system, self._otherwise)
        self._turn(now)
        judged = self._judged.get(caller)
        if judged is None:
            refusal, flags = judge_caller(self._seen(now), held, caller)
            judged = self._remember(caller, refusal or Admitted(flags))
        return judged if isinstance(judged, Refusal) else self._assess_tokens(held, caller) or self._pace(held.policy, caller)

    def assess_request(self, caller: VerifiedCaller, asked: Asked) -> Admitted | Refusal:
        """See `Admission`."""
        held = self._held.get(caller.system, self._otherwise)
        policy, binding = held.policy, asked.binding
        refusal = find_size_refusal(policy, asked.body_bytes)
        if refusal is not None:
            return refusal
        now = format_instant(self._clock.now())
        self._turn(now)
        key = (caller, asked.protocol in LISTINGS, binding["asked"], binding["artifact"], binding.get("remote_host"))
        judged = self._judged.get(key)
        if judged is None:
            refusal, flags = judge_request(self._seen(now), held, caller, asked)
            judged = self._remember(key, refusal or (Admitted(flags) if flags else ADMITTED))
        if isinstance(judged, Admitted) and not self._enter(policy, caller):
            return TOO_MANY
        return judged

    def spent(self, caller: VerifiedCaller, used: Used) -> None:
        """See `Admission`."""
        limits = self._held.get(caller.system, self._otherwise).tokens
        if limits:
            tokens = count_tokens(used.protocol, used.facts, used.asked_bytes, used.answered_bytes)
            self._spend(caller, tokens)

    def spent_before(self, caller: VerifiedCaller, tokens: int, seconds: float) -> None:
        """What was used so many seconds ago, before this began; told in the order in which it was used."""
        self._spend(caller, tokens, seconds)

    def finished(self, caller: VerifiedCaller) -> None:
        """See `Admission`."""
        policy = self._held.get(caller.system, self._otherwise).policy
        if policy.concurrent or policy.principal_concurrent:
            self._limits.crowd.leave(*find_keys(caller))

    def _turn(self, now: str) -> None:
        """Forget what was judged once it may be judged otherwise."""
        known = self._source.current()
        if known.rules is self._known.rules and known.stale is self._known.stale and self._since <= now < self._until:
            return
        self._known, self._since, self._until = known, now, known.rules.same_until(now)
        if self._by_the_minute:
            self._until = min(self._until, f"{now[:_MINUTE]}:59.999999Z")
        self._judged.clear()

    def _seen(self, now: str) -> Seen:
        return Seen(self._known.rules, self._known.stale, now, parse_instant(now))

    def _remember(self, key: Any, judged: Refusal | Admitted) -> Refusal | Admitted:
        if len(self._judged) >= _MOST:
            self._judged.clear()
        self._judged[key] = judged
        return judged

    def _enter(self, policy: AdmissionSettings, caller: VerifiedCaller) -> bool:
        if not policy.concurrent and not policy.principal_concurrent:
            return True
        whole, own = find_keys(caller)
        return self._limits.crowd.enter((whole, policy.concurrent), (own, policy.principal_concurrent))

    def _spend(self, caller: VerifiedCaller, tokens: int, ago: float = 0.0) -> None:
        limits = self._held.get(caller.system, self._otherwise).tokens
        self._limits.budget.spend(tokens, *(each[:2] for each in keys_of(limits, *find_keys(caller))), ago=ago)

    def _assess_tokens(self, held: Held, caller: VerifiedCaller) -> Refusal | None:
        if not held.tokens:
            return None
        wait = self._limits.budget.wait(*keys_of(held.tokens, *find_keys(caller)))
        return tokens_used_up(wait) if wait else None

    def _pace(self, policy: AdmissionSettings, caller: VerifiedCaller) -> Refusal | None:
        if not policy.requests_per_minute and not policy.principal_requests_per_minute:
            return None
        whole, own = find_keys(caller)
        limits = ((whole, policy.requests_per_minute), (own, policy.principal_requests_per_minute))
        wait = self._limits.rate.take(*((key, limit) for key, limit in limits if limit))
        return too_fast(wait) if wait else None


def hold(policy: AdmissionSettings, zone: str) -> Held:
    """A policy with its hours and its limits of tokens ready to be asked."""
    return Held(policy, parse_hours(policy.hours, "hours"), ZoneInfo(zone), find_limits(policy))


def find_keys(caller: VerifiedCaller) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What limits of a system, and of one of its callers, count under."""
    return (caller.system,), (caller.system, caller.issuer or "", caller.principal)
