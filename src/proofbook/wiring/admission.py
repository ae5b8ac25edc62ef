"""Admission from records: the rules a running gateway holds requests against, kept fresh, and what it would decide now.

Promises: a grant, revocation, inventory page or approval that was recorded holds for the next request within a second; rules are
swapped whole, so that no request sees half of a change. When the book cannot be read for `STALE_SECONDS` the rules go on and are
said to be stale. What `explain_access` says is decided by the very functions that the gateway decides by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from proofbook.book.interface import BookReading
from proofbook.book.reader import BookReader
from proofbook.config.settings import Settings
from proofbook.errors import ConfigurationError
from proofbook.gateway.admission import Asked
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.rules.budget import Budget, TokenLimit, find_limits, keys_of, tokens_used_up
from proofbook.gateway.rules.enforcing import Enforcement, Known, hold
from proofbook.gateway.rules.explaining import Explanation, explain
from proofbook.gateway.rules.judging import Seen, Verdict
from proofbook.gateway.rules.limits import limits_of_one
from proofbook.gateway.rules.settings import AdmissionSettings, derive_policy, format_policy
from proofbook.gateway.rules.snapshot import KINDS, RecordVersion, Rules, derive_rules
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel import exchanges
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.spending import tokens_spent
from proofbook.readmodel.walking import Filters
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.following import BookFollower
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK, MONOTONIC

if TYPE_CHECKING:
    from proofbook.gateway.rules.sharing import SharedLimits

STALE_SECONDS: Final = 10.0
"""How old a look at the book may be: longer than any moment in which it cannot be read, short enough for a revocation."""
_DAY: Final = timedelta(days=1)
_MIDDLE_SECONDS: Final = 30.0
"""Of a minute only its beginning is known; what was used in it counts from its middle."""
_KEYS: Final = (("system",), ("caller",))
"""What limits of a whole system, and of one caller, count under where only one of each is looked at."""
_NEWEST: Final = 200
"""Exchanges of a system that are looked at for the weights that last stood behind a model."""


class LiveRules:
    """Implements the gateway's `RuleSource`: a snapshot, kept up by a thread that follows the book itself."""

    def __init__(
        self,
        home: Home,
        book: BookReader,
        zone: str,
        *,
        monotonic: Callable[[], float] = MONOTONIC,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        """Load the records; `book` is closed by `close`. Raises what reading the book raises."""
        self._zone = zone
        self._stale_seconds = stale_seconds
        self._follower = BookFollower(book, KINDS, self._take, name="rules", monotonic=monotonic)
        with open_projection(home) as (_, projection):
            self._versions = read_versions(projection.reader)
        self._rules = derive_rules(self._versions.values(), zone)
        self._follower.start()

    def current(self) -> Known:
        """See `RuleSource`."""
        return Known(self._rules, self._follower.age > self._stale_seconds)

    def close(self) -> None:
        """Stop following."""
        self._follower.close()

    def _take(self, entries: Sequence[tuple[int, Entry]]) -> None:
        for index, entry in entries:
            self._versions[entry.kind, entry.subject] = RecordVersion(entry.kind, entry.subject, index, entry.id, entry.body)
        self._rules = derive_rules(self._versions.values(), self._zone)


def read_versions(reader: Reader) -> dict[tuple[str, str], RecordVersion]:
    """The newest version of every record that bears on admission, by kind and id."""
    documents = Documents(reader)
    return {
        (each.kind, each.id): RecordVersion(each.kind, each.id, each.index, each.entry, each.body)
        for kind in KINDS
        for each in documents.listed(kind)
    }


def find_zone(settings: Settings) -> str:
    """The zone in which hours and last days are counted."""
    stated = settings.gateway.admission.zone if settings.gateway is not None else None
    zones = {each.zone for each in settings.engagements}
    return stated or (zones.pop() if len(zones) == 1 else "UTC")


def find_policies(settings: Settings) -> dict[str, AdmissionSettings]:
    """What holds for each system, by id."""
    if settings.gateway is None:
        return {}
    general = settings.gateway.admission
    return {each.id: derive_policy(general, each.admission) for each in settings.gateway.systems}


def describe_policies(settings: Settings) -> dict[str, str | list[str]]:
    """What `config.loaded` says of admission: a line for each system, and the zone."""
    lines = [f"{system} {format_policy(policy)}" for system, policy in find_policies(settings).items()]
    return {"gateway.admission": lines, "gateway.admission.zone": find_zone(settings)}


def make_enforcement(home: Home, rules: LiveRules, shared: SharedLimits | None = None) -> Enforcement:
    """The gateway's admission. Where tokens are limited it goes on from what the book says was used.

    `shared`: limits that all workers count by; the first of them that has new policies says what was used.
    """
    policies, now = find_policies(home.settings), CLOCK.now()
    limits = limits_of_one(MONOTONIC) if shared is None else shared.limits
    made = Enforcement(rules, policies, find_zone(home.settings), CLOCK, limits)
    if any(map(find_limits, policies.values())) and (shared is None or shared.agree(_digest_of(policies))):
        with open_projection(home) as (_, projection):
            for each in tokens_spent(projection.reader, format_instant(now - _DAY)):
                made.spent_before(_spender(each.principal, each.system, each.issuer), each.tokens, _age(each.minute, now))
    return made


def _digest_of(policies: Mapping[str, AdmissionSettings]) -> bytes:
    return hashlib.sha256(repr(sorted((name, find_limits(policy)) for name, policy in policies.items())).encode()).digest()


def _age(minute: str, now: datetime) -> float:
    return max(0.0, (now - parse_instant(minute)).total_seconds() - _MIDDLE_SECONDS)


def _spender(principal: str, system: str, issuer: str | None) -> VerifiedCaller:
    return VerifiedCaller(principal, "person", "api_key", None, system, issuer)


@dataclass(frozen=True, slots=True)
class Question:
    """Whose access is asked about: a principal as the gateway's records name it, and what else a call of theirs would show."""

    principal: str
    system: str
    key: str | None = None
    """Id of the key they would call with."""
    groups: tuple[str, ...] = ()
    """Groups their token would name."""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """What the gateway would decide, and what it knows of the weights from: an exchange of the book, None when there was none."""

    explanation: Explanation
    asked_at: str
    zone: str
    exchange: str | None
    tokens: tuple[TokensUsed, ...] = ()


class TokensUsed(NamedTuple):
    """How much of a limit of tokens is used up, by all of a system or by the caller, as the book tells it."""

    limit: TokenLimit
    used: int


def explain_access(home: Home, question: Question) -> Explained:
    """What the gateway would decide now about one call, and from which records.

    Raises:
        ConfigurationError: the system is not configured. Whatever reading the book raises.
    """
    policy = find_policies(home.settings).get(question.system)
    if policy is None:
        known = ", ".join(find_policies(home.settings)) or "none"
        raise ConfigurationError(f"system {question.system!r} is not configured", hint=f"known systems: {known}")
    zone, moment = find_zone(home.settings), CLOCK.now()
    with open_projection(home) as (book, projection):
        rules = _read_rules(projection.reader, zone)
        exchange, binding = _last_binding(book, projection.reader, question)
        budget = _read_budget(projection.reader, policy, question, moment)
    caller = VerifiedCaller(question.principal, "person", "api_key", question.key, question.system, groups=question.groups)
    now = format_instant(moment)
    asked = Asked("openai.chat", binding, 0)
    found = explain(Seen(rules, False, now, moment), hold(policy, zone), caller, asked)
    limits = keys_of(find_limits(policy), *_KEYS)
    wait = budget.wait(*limits)
    if wait and found.verdict.refusal is None:
        found = found._replace(verdict=Verdict(tokens_used_up(wait)))
    tokens = tuple(TokensUsed(each, budget.spent(*key[:2])) for each, key in zip(find_limits(policy), limits, strict=True))
    return Explained(found, now, zone, exchange, tokens)


def _read_budget(reader: Reader, policy: AdmissionSettings, question: Question, moment: datetime) -> Budget:
    """What the system and the caller used within a day; a caller of the same name by another issuer counts as the same."""
    budget, limits = Budget(MONOTONIC), keys_of(find_limits(policy), *_KEYS)
    for each in tokens_spent(reader, format_instant(moment - _DAY)) if limits else ():
        if each.system == question.system:
            keys = [key[:2] for key in limits if key[0] == _KEYS[0] or each.principal == question.principal]
            budget.spend(each.tokens, *keys, ago=_age(each.minute, moment))
    return budget


def _read_rules(reader: Reader, zone: str) -> Rules:
    return derive_rules(read_versions(reader).values(), zone)


def _last_binding(book: BookReading, reader: Reader, question: Question) -> tuple[str | None, Mapping[str, Any]]:
    """What last stood behind the model, as an exchange of the system tells it."""
    for each in exchanges.page(reader, limit=_NEWEST, filters=Filters(system=question.system)):
        if not each.refused and question.model in {None, each.model_asked}:
            body = parse_entry(book.entry(each.index)).body
            return each.exchange, {"remote_host": None, **body["model"]}
    return None, {
        "asked": question.model,
        "artifact": None,
        "reason": "no exchange of this system is recorded",
        "remote_host": None,
    }
