"""The gateway's entries as drafts: what was established about an exchange, put into the words of the record.

Promises: times are what the gateway saw; a field that was not seen is null or `unknown`; no content, no key secret and no query
string is ever in a draft. Content goes beside the draft, for the vault, as the exact bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proofbook.gateway.admission import IssuedKey
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.reply import ReplyFacts
from proofbook.gateway.wire.request import ClaimedName, RequestFacts
from proofbook.journal.receipt import Content, Submission
from proofbook.records.envelope import UNKNOWN_ACTOR, Actor, ActorKind, Assurance, Draft
from proofbook.records.exchange import (
    ClaimedUser,
    Engine,
    ExchangeRefused,
    ExchangeRequest,
    ExchangeResponse,
    ModelBinding,
    Principal,
    State,
    Usage,
)

_UNKNOWN_PRINCIPAL = Principal(id="unknown", kind="unknown", method="unknown", key=None)
_UNKNOWN_USAGE = Usage(prompt_tokens=None, completion_tokens=None, cached_tokens=None, origin="unknown")


@dataclass(frozen=True, slots=True)
class Opening:
    """What every entry of one exchange shares. `occurred` is the instant its head was read."""

    exchange: str
    source: str
    occurred: str
    method: str
    path: str
    key: IssuedKey | None
    """The verified key; None when nothing was verified."""

    @property
    def actor(self) -> Actor:
        """Who acts in the entries."""
        if self.key is None:
            return UNKNOWN_ACTOR
        return Actor(self.key.principal, ActorKind(self.key.principal_kind), "api_key")

    @property
    def principal(self) -> Principal:
        """The verified caller."""
        if self.key is None:
            return _UNKNOWN_PRINCIPAL
        return Principal(id=self.key.principal, kind=self.key.principal_kind, method="api_key", key=self.key.id)


@dataclass(frozen=True, slots=True)
class Served:
    """By what a request is about to be served."""

    system: str
    conversation: str
    claimed: ClaimedName | None
    model: ModelBinding
    engine: Engine
    guardrail: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How an exchange ended. Instants are None for what never happened."""

    state: State
    reason: str | None
    http_status: int | None
    forwarded_at: str | None
    first_byte_at: str | None
    last_byte_at: str | None


def draft_request(opening: Opening, facts: RequestFacts, served: Served, body: bytes) -> Submission:
    """The `exchange.request` entry and the exact request bytes."""
    claimed = served.claimed
    document = ExchangeRequest(
        exchange=opening.exchange,
        system=served.system,
        protocol=facts.protocol,
        method=opening.method,
        path=opening.path,
        principal=opening.principal,
        claimed_user=None if claimed is None else ClaimedUser(value=claimed.value, method=claimed.method),
        conversation=served.conversation,
        model=served.model,
        engine=served.engine,
        stream=facts.stream,
        parameters=dict(facts.parameters),
        messages=facts.messages,
        tools=facts.tools,
        system_prompt=facts.system_prompt,
        guardrail=served.guardrail,
        recording_policy="fail_closed",
        content={},
    )
    contents = (Content("request", body, served.conversation),) if body else ()
    return Submission(_draft(opening, "exchange.request", opening.occurred, document.to_body()), contents)


def draft_response(opening: Opening, facts: ReplyFacts, ending: Ending, occurred: str, content: Content | None) -> Submission:
    """The `exchange.response` entry and the exact reply bytes, as far as they came."""
    usage = facts.usage
    document = ExchangeResponse(
        exchange=opening.exchange,
        state=ending.state,
        reason=ending.reason,
        http_status=ending.http_status,
        model_answered=facts.model,
        upstream_id=facts.upstream_id,
        fingerprint=facts.fingerprint,
        finish=list(facts.finish),
        usage=Usage(
            prompt_tokens=usage.prompt,
            completion_tokens=usage.completion,
            cached_tokens=usage.cached,
            origin="engine" if usage.stated else "unknown",
        ),
        chunks=facts.chunks,
        forwarded_at=ending.forwarded_at,
        first_byte_at=ending.first_byte_at,
        last_byte_at=ending.last_byte_at,
        content={},
    )
    return Submission(_draft(opening, "exchange.response", occurred, document.to_body()), () if content is None else (content,))


def draft_refusal(opening: Opening, refusal: Refusal, request_bytes: int | None) -> Submission:
    """The `exchange.refused` entry; a refused request's content is not kept."""
    document = ExchangeRefused(
        exchange=opening.exchange,
        reason=refusal.reason,
        detail=refusal.detail[:512],
        http_status=refusal.status,
        method=opening.method,
        path=opening.path,
        principal=opening.principal,
        system=None if opening.key is None else opening.key.system,
        request_bytes=request_bytes,
    )
    return Submission(_draft(opening, "exchange.refused", opening.occurred, document.to_body()))


def draft_recorder_gap(exchange: str, source: str, occurred: str, reason: str) -> Submission:
    """The `exchange.response` entry of an exchange whose end was not recorded."""
    document = ExchangeResponse(
        exchange=exchange,
        state=State.RECORDER_GAP,
        reason=reason,
        http_status=None,
        model_answered=None,
        upstream_id=None,
        fingerprint=None,
        finish=[],
        usage=_UNKNOWN_USAGE,
        chunks=0,
        forwarded_at=None,
        first_byte_at=None,
        last_byte_at=None,
        content={},
    )
    draft = Draft("exchange.response", exchange, occurred, process_actor(source), source, Assurance.INLINE, document.to_body())
    return Submission(draft)


def process_actor(source: str) -> Actor:
    """The gateway itself, acting on its own behalf."""
    return Actor(source, ActorKind.SYSTEM, "process")


def _draft(opening: Opening, kind: str, occurred: str, body: dict[str, Any]) -> Draft:
    return Draft(kind, opening.exchange, occurred, opening.actor, opening.source, Assurance.INLINE, body)
