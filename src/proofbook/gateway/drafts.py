"""The gateway's entries as drafts: what was established about an exchange, put into the words of the record.

Promises: times are what the gateway saw; a field that was not seen is null or `unknown`; no content, no key secret and no query
string is ever in a draft. Content goes beside the draft, for the vault, as the exact bytes.
Bodies are built as plain values, because this is the product's hot path; the models of `records.exchange` check them in the
journal, and the tests hold each body against its model.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from proofbook.gateway.admission import Admitted
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.facts import NOTHING, ClaimedName, ReplyFacts, RequestFacts
from proofbook.journal.receipt import Content, Submission
from proofbook.records.envelope import UNKNOWN_ACTOR, Actor, ActorKind, Assurance, Draft
from proofbook.records.exchange import State

_UNKNOWN_PRINCIPAL = {"id": "unknown", "kind": "unknown", "method": "unknown", "key": None, "issuer": None}


class Opening(NamedTuple):
    """What every entry of one exchange shares. `occurred` is the instant its head was read."""

    exchange: str
    source: str
    occurred: str
    method: str
    path: str
    caller: VerifiedCaller | None
    """The verified caller; None when nothing was verified."""
    actor: Actor
    """Who acts in the entries."""
    assurance: Assurance = Assurance.INLINE

    @property
    def principal(self) -> dict[str, Any]:
        """The verified caller, as `records.exchange.Principal` has it."""
        caller = self.caller
        if caller is None:
            return _UNKNOWN_PRINCIPAL
        return {
            "id": caller.principal,
            "kind": caller.kind,
            "method": caller.method,
            "key": caller.credential,
            "issuer": caller.issuer,
        }


class Served(NamedTuple):
    """By what a request is about to be served."""

    system: str
    conversation: str
    claimed: ClaimedName | None
    model: dict[str, Any]
    """As `records.exchange.ModelBinding` has it."""
    engine: dict[str, Any]
    """As `records.exchange.Engine` has it."""
    guardrail: str
    admitted: Admitted
    fail_open: bool = False
    relayed: dict[str, Any] | None = None
    """As `records.exchange.Relayed` has it."""


class Ending(NamedTuple):
    """How an exchange ended. Instants are None for what never happened."""

    state: State
    reason: str | None
    http_status: int | None
    forwarded_at: str | None
    first_byte_at: str | None
    last_byte_at: str | None


def derive_actor(caller: VerifiedCaller | None) -> Actor:
    """The verified principal, or the unknown one."""
    return UNKNOWN_ACTOR if caller is None else _actor(caller.principal, caller.kind, caller.method)


@lru_cache(maxsize=1024)
def _actor(principal: str, kind: str, method: str) -> Actor:
    return Actor(principal, ActorKind(kind), method)


def draft_request(opening: Opening, facts: RequestFacts, served: Served, body: bytes) -> Submission:
    """The `exchange.request` entry and the exact request bytes."""
    claimed = served.claimed
    proven = None if opening.caller is None else opening.caller.end_user
    document = {
        "exchange": opening.exchange,
        "system": served.system,
        "protocol": facts.protocol,
        "method": opening.method,
        "path": opening.path,
        "principal": opening.principal,
        "claimed_user": None if claimed is None else {"value": claimed.value, "method": claimed.method},
        "verified_user": None if proven is None else {"value": proven.value, "method": proven.method, "issuer": proven.issuer},
        "relayed": served.relayed,
        "conversation": served.conversation,
        "model": served.model,
        "engine": served.engine,
        "stream": facts.stream,
        "parameters": facts.parameters,
        "messages": facts.messages,
        "tools": facts.tools,
        "system_prompt": facts.system_prompt,
        "guardrail": served.guardrail,
        "flags": [*(() if opening.caller is None else opening.caller.lacks), *served.admitted.flags],
        "recording_policy": "fail_open" if served.fail_open else "fail_closed",
        "content": {},
    }
    contents = (Content("request", body, served.conversation),) if body else ()
    return Submission(_draft(opening, "exchange.request", opening.occurred, document), contents)


def draft_response(opening: Opening, facts: ReplyFacts, ending: Ending, occurred: str, content: Content | None) -> Submission:
    """The `exchange.response` entry and the exact reply bytes, as far as they came."""
    document = _response(opening.exchange, facts, ending)
    return Submission(_draft(opening, "exchange.response", occurred, document), () if content is None else (content,))


def draft_refusal(
    opening: Opening, refusal: Refusal, request_bytes: int | None, *, count: int = 1, until: str | None = None
) -> Submission:
    """The `exchange.refused` entry; a refused request's content is not kept. `count` of them up to `until` may share one."""
    detail = refusal.detail if count == 1 else f"{refusal.detail} This entry stands for {count} such refusals until {until}."
    document = {
        "exchange": opening.exchange,
        "reason": refusal.reason.value,
        "detail": detail[:512],
        "http_status": refusal.status,
        "method": opening.method,
        "path": opening.path,
        "principal": opening.principal,
        "system": None if opening.caller is None else opening.caller.system,
        "request_bytes": request_bytes,
        "count": count,
        "until": None if count == 1 else until,
    }
    return Submission(_draft(opening, "exchange.refused", opening.occurred, document))


def draft_recorder_gap(exchange: str, source: str, occurred: str, reason: str) -> Submission:
    """The `exchange.response` entry of an exchange whose end was not recorded."""
    document = _response(exchange, NOTHING, Ending(State.RECORDER_GAP, reason, None, None, None, None))
    return Submission(Draft("exchange.response", exchange, occurred, process_actor(source), source, Assurance.INLINE, document))


def process_actor(source: str) -> Actor:
    """The gateway itself, acting on its own behalf."""
    return Actor(source, ActorKind.SYSTEM, "process")


def _response(exchange: str, facts: ReplyFacts, ending: Ending) -> dict[str, Any]:
    usage = facts.usage
    return {
        "exchange": exchange,
        "state": ending.state.value,
        "reason": ending.reason,
        "http_status": ending.http_status,
        "model_answered": facts.model,
        "upstream_id": facts.upstream_id,
        "fingerprint": facts.fingerprint,
        "remote_host": facts.remote_host,
        "finish": list(facts.finish),
        "usage": {
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.completion,
            "cached_tokens": usage.cached,
            "origin": "engine" if usage.stated else "unknown",
        },
        "chunks": facts.chunks,
        "forwarded_at": ending.forwarded_at,
        "first_byte_at": ending.first_byte_at,
        "last_byte_at": ending.last_byte_at,
        "content": {},
    }


def _draft(opening: Opening, kind: str, occurred: str, body: dict[str, Any]) -> Draft:
    return Draft(kind, opening.exchange, occurred, opening.actor, opening.source, opening.assurance, body)
