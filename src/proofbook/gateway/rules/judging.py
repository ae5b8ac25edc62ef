"""What a request falls short of, and what a policy makes of it. Pure: rules, policy, caller and moment in, verdict out.

Promises: every question of the policy is asked, in the order of `settings.QUESTIONS`, the first that refuses decides; what is
only flagged is all flagged. A question that is `off` is not asked. Sentences to the caller name no record, no grant of anybody
and nothing the caller sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from proofbook.gateway.admission import Asked, Flag
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.refusal import Refusal, too_large
from proofbook.gateway.rules.budget import TokenLimit
from proofbook.gateway.rules.hours import Window, is_open
from proofbook.gateway.rules.settings import AdmissionSettings
from proofbook.gateway.rules.snapshot import Rules
from proofbook.records.exchange import RefusalReason

LISTINGS: Final = frozenset({"openai.models", "ollama.models"})
"""Protocols that ask an engine what it has, not to answer anything: no model is used, so none is asked about."""

GRANT_MISSING: Final = Refusal(
    RefusalReason.GRANT_MISSING,
    403,
    "No access to this system is on record for you. Ask the owner of the system for it; once it is recorded, call again.",
)
OUT_OF_SCOPE: Final = Refusal(
    RefusalReason.GRANT_MISSING,
    403,
    "Your access to this system does not take in this model. Ask the owner of the system for a model that it does.",
)
SYSTEM_UNREGISTERED: Final = Refusal(
    RefusalReason.SYSTEM_UNREGISTERED,
    403,
    "The system behind this key is not in the inventory as in use. Ask its owner to register it, then call again.",
)
MODEL_UNAPPROVED: Final = Refusal(
    RefusalReason.MODEL_UNAPPROVED,
    403,
    "The weights that are loaded for this model are not approved for this system. Ask whoever approves its models.",
)
WEIGHTS_UNKNOWN: Final = Refusal(
    RefusalReason.WEIGHTS_UNKNOWN,
    403,
    "Which weights would answer is not known, so they cannot be held against an approval. Ask whoever runs this gateway.",
)
REMOTE_MODEL: Final = Refusal(
    RefusalReason.REMOTE_MODEL,
    403,
    "This model would be answered by another host than the engine here. Ask for a model that runs here.",
)
OUTSIDE_HOURS: Final = Refusal(
    RefusalReason.OUTSIDE_HOURS, 403, "This system may not be used at this hour. Ask its owner when it may, and call again then."
)
RECORDS_STALE: Final = Refusal(
    RefusalReason.RECORDS_STALE,
    503,
    "The records that say who may use what cannot be read at present, so nobody is let in by them. Try again later.",
)
REFUSALS: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "grant": GRANT_MISSING,
        "registered": SYSTEM_UNREGISTERED,
        "approved_weights": MODEL_UNAPPROVED,
        "unknown_weights": WEIGHTS_UNKNOWN,
        "remote_model": REMOTE_MODEL,
        "outside_hours": OUTSIDE_HOURS,
        "stale_records": RECORDS_STALE,
    }
)
"""The refusal of each question of `settings.QUESTIONS`."""
FLAGS: Final[Mapping[str, Flag]] = MappingProxyType(
    {
        "grant": "grant_missing",
        "registered": "system_unregistered",
        "approved_weights": "model_unapproved",
        "unknown_weights": "weights_unknown",
        "remote_model": "remote_model",
        "outside_hours": "outside_hours",
        "stale_records": "records_stale",
    }
)
"""The flag of each question of `settings.QUESTIONS`."""


class Seen(NamedTuple):
    """The records at a moment. `stale`: whether a newer revocation may not be known."""

    rules: Rules
    stale: bool
    now: str
    moment: datetime
    """The same as `now`, aware."""


class Held(NamedTuple):
    """What holds for one system: its policy, its hours ready to be asked, their zone, and limits of tokens."""

    policy: AdmissionSettings
    windows: tuple[Window, ...]
    zone: ZoneInfo
    tokens: tuple[TokenLimit, ...] = ()


class Verdict(NamedTuple):
    """Turned away, or let pass with flags."""

    refusal: Refusal | None
    flags: tuple[Flag, ...] = ()


_NOTHING: Final = Verdict(None)


def judge_caller(seen: Seen, held: Held, caller: VerifiedCaller) -> Verdict:
    """By what a request's head says: who calls, for which system, when."""
    return _settle(held.policy, _lacks_of_caller(seen, held, caller))


def judge_request(seen: Seen, held: Held, caller: VerifiedCaller, asked: Asked) -> Verdict:
    """By what it asks for: model and weights. What `judge_caller` judges is judged again, so that nothing it flags is lost."""
    first = judge_caller(seen, held, caller)
    if first.refusal is not None or asked.protocol in LISTINGS:
        return first
    if "grant_missing" not in first.flags and held.policy.grant != "off" and not _in_scope(seen, caller, asked.binding):
        if held.policy.grant == "refuse":
            return Verdict(OUT_OF_SCOPE)
        first = Verdict(None, ("grant_missing", *first.flags))
    second = _settle(held.policy, _lacks_of_weights(seen, caller.system, asked.binding))
    return second if second.refusal is not None else Verdict(None, first.flags + second.flags)


def find_size_refusal(policy: AdmissionSettings, body_bytes: int) -> Refusal | None:
    """The refusal of a body that is larger than its system takes."""
    limit = policy.body_bytes
    if not limit or body_bytes <= limit:
        return None
    return too_large(f"The request body is larger than this system takes: {limit} bytes.")


def _settle(policy: AdmissionSettings, lacks: Iterator[str]) -> Verdict:
    """The first lack that the policy refuses decides."""
    flags: list[Flag] = []
    for question in lacks:
        stance = getattr(policy, question)
        if stance == "refuse":
            return Verdict(REFUSALS[question])
        if stance == "flag":
            flags.append(FLAGS[question])
    return Verdict(None, tuple(flags)) if flags else _NOTHING


def _lacks_of_caller(seen: Seen, held: Held, caller: VerifiedCaller) -> Iterator[str]:
    rules, now = seen.rules, seen.now
    if not any(each.holds(caller.system, now) for each in rules.grants_of(caller)):
        yield "grant"
    if not rules.is_registered(caller.system, now):
        yield "registered"
    if held.windows and not is_open(held.windows, seen.moment.astimezone(held.zone)):
        yield "outside_hours"
    if seen.stale:
        yield "stale_records"


def _in_scope(seen: Seen, caller: VerifiedCaller, binding: Mapping[str, Any]) -> bool:
    return any(
        each.holds(caller.system, seen.now) and each.covers(binding["asked"], binding["artifact"])
        for each in seen.rules.grants_of(caller)
    )


def _lacks_of_weights(seen: Seen, system: str, binding: Mapping[str, Any]) -> Iterator[str]:
    if is_remote(binding):
        yield "remote_model"
    artifact = binding["artifact"]
    if artifact is None:
        yield "unknown_weights"
    elif not seen.rules.is_approved(system, artifact, seen.now):
        yield "approved_weights"


def is_remote(binding: Mapping[str, Any]) -> bool:
    """Whether the engine says of a model that another host answers for it."""
    return binding.get("remote_host") is not None
