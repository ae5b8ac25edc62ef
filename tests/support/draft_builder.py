"""Drafts and submissions for tests that want entries and do not care much which. Sample data throughout."""

from __future__ import annotations

from datetime import UTC, datetime

from proofbook.journal.receipt import Content, Effect, EffectKind, Submission
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from support.sample_entries import request_body, response_body

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
OCCURRED = format_instant(START)
SYSTEM = Actor("sample", ActorKind.SYSTEM, "process")


def beat(number: int = 0, source: str = "gateway:sample") -> Draft:
    """A heartbeat; `number` tells one from another."""
    body: dict[str, JsonValue] = {"run": "r_sample", "open_exchanges": 0, "refused": 0, "exchanges": number}
    return Draft("source.heartbeat", source, OCCURRED, SYSTEM, source, Assurance.INLINE, body)


def beats(count: int, source: str = "gateway:sample") -> list[Submission]:
    """So many heartbeats."""
    return [Submission(beat(number, source)) for number in range(count)]


def malformed(source: str = "gateway:sample") -> Draft:
    """A draft that cannot become an entry: a field no kind knows."""
    return Draft("source.heartbeat", source, OCCURRED, SYSTEM, source, Assurance.INLINE, {"surprise": 1})


def asked(exchange: str, data: bytes, conversation: str, retention: str = "default") -> Submission:
    """A request with its content."""
    body = request_body(exchange) | {"conversation": conversation, "content": {}}
    draft = Draft("exchange.request", exchange, OCCURRED, SYSTEM, "gateway:sample", Assurance.INLINE, body)
    return Submission(draft, (Content("request", data, conversation, retention),))


def answered(exchange: str, data: bytes, conversation: str) -> Submission:
    """A response with its content."""
    body = response_body(exchange, OCCURRED) | {"content": {}}
    draft = Draft("exchange.response", exchange, OCCURRED, SYSTEM, "gateway:sample", Assurance.INLINE, body)
    return Submission(draft, (Content("response", data, conversation),))


def erasing(conversation: str) -> Submission:
    """The erasure of a conversation, with its disposal record."""
    body: dict[str, JsonValue] = {
        "conversation": conversation,
        "reason": "sample request",
        "policy": "sample policy",
        "trigger": "request",
        "blobs": 0,
        "commits": [],
        "commits_total": 0,
    }
    return _acting("content.erased", EffectKind.ERASE, conversation, body)


def holding(conversation: str) -> Submission:
    """A legal hold."""
    return _acting("content.held", EffectKind.HOLD, conversation, {"conversation": conversation, "reason": "sample case"})


def releasing(conversation: str) -> Submission:
    """The end of a legal hold."""
    return _acting("content.released", EffectKind.RELEASE, conversation, {"conversation": conversation, "reason": "sample end"})


def _acting(kind: str, effect: EffectKind, conversation: str, body: dict[str, JsonValue]) -> Submission:
    draft = Draft(kind, conversation, OCCURRED, SYSTEM, "operator", Assurance.MANUAL, body)
    return Submission(draft, (), Effect(effect, conversation))
