"""What a reply of the OpenAI API says, read once from the captured bytes after the end: JSON or server-sent events.

Promises: the same bytes give the same facts however they arrived; broken JSON, broken UTF-8 and missing fields become None or
`unknown`, never an error and never a zero. Everything returned is bounded, so no reply can make an entry too large. Most events
of a stream only add text: those are counted without being decoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofbook.gateway.wire.documents import decode_object
from proofbook.gateway.wire.facts import NOTHING, ReplyFacts, TokenUsage
from proofbook.gateway.wire.openai_form import FINISH_CHARACTERS, read_form
from proofbook.gateway.wire.sse import END_MARK, parse_events
from proofbook.gateway.wire.text import bounded_count, bounded_text
from proofbook.gateway.wire.volume import UNCOUNTED

_CHOICES = 64
_DECODED_FIRST = 2
"""Events always decoded: they carry the names."""


def parse_reply(data: bytes, *, streamed: bool) -> ReplyFacts:
    """The facts of a captured reply. Never raises for any bytes."""
    if streamed:
        return _parse_stream(data)
    if len(data) <= UNCOUNTED:
        found = read_form(data)
        if found is not None:
            return found
    document = decode_object(data)
    return NOTHING if document is None else _Facts().add(document).close()


def _parse_stream(data: bytes) -> ReplyFacts:
    facts = _Facts()
    chunks, ended = 0, False
    for payload in parse_events(data):
        if payload == END_MARK:
            ended = True
            continue
        chunks += 1
        if chunks > _DECODED_FIRST and _only_adds_text(payload):
            continue
        document = decode_object(payload)
        if document is not None:
            facts.add(document)
    return facts.close(chunks=chunks, ended=ended)


def _only_adds_text(payload: bytes) -> bool:
    """Whether an event certainly states no end and no usage. In a JSON string quotes are escaped: text cannot imitate these."""
    if b'"finish_reason":null' not in payload and b'"finish_reason": null' not in payload:
        return False
    return payload.count(b'"finish_reason"') == 1 and b'"usage":{' not in payload and b'"usage": {' not in payload


class _Facts:
    """Gathers facts over the documents of one reply: the first to state a name wins, the last to state a count wins."""

    __slots__ = ("error", "fingerprint", "finish", "model", "timed", "upstream_id", "usage")

    def __init__(self) -> None:
        self.model: str | None = None
        self.upstream_id: str | None = None
        self.fingerprint: str | None = None
        self.finish: dict[int, str] = {}
        self.usage = TokenUsage()
        self.timed = TokenUsage()
        self.error = False

    def add(self, document: Mapping[str, Any]) -> _Facts:
        self.model = self.model or bounded_text(document.get("model"), 512)
        self.upstream_id = self.upstream_id or bounded_text(document.get("id"), 256)
        self.fingerprint = self.fingerprint or bounded_text(document.get("system_fingerprint"), 256)
        self.error = self.error or isinstance(document.get("error"), (dict, str))
        choices = document.get("choices")
        if isinstance(choices, list):
            for position, choice in enumerate(choices[:_CHOICES]):
                self._add_choice(position, choice)
        usage = document.get("usage")
        if isinstance(usage, dict):
            self._add_usage(usage)
        timings = document.get("timings")
        if isinstance(timings, dict):
            self._add_timings(timings)
        return self

    def _add_choice(self, position: int, choice: object) -> None:
        if not isinstance(choice, dict):
            return
        index = bounded_count(choice.get("index"))
        place = position if index is None else index
        reason = bounded_text(choice.get("finish_reason"), FINISH_CHARACTERS)
        if place < _CHOICES and reason is not None:
            self.finish[place] = reason

    def _add_usage(self, usage: Mapping[str, Any]) -> None:
        details = usage.get("prompt_tokens_details")
        cached = bounded_count(details.get("cached_tokens")) if isinstance(details, dict) else None
        self.usage = TokenUsage(bounded_count(usage.get("prompt_tokens")), bounded_count(usage.get("completion_tokens")), cached)

    def _add_timings(self, timings: Mapping[str, Any]) -> None:
        """llama.cpp ends every reply with what it timed, also a stream whose caller did not ask for usage."""
        fresh, cached = bounded_count(timings.get("prompt_n")), bounded_count(timings.get("cache_n"))
        prompt = None if fresh is None or cached is None else bounded_count(fresh + cached)
        self.timed = TokenUsage(prompt, bounded_count(timings.get("predicted_n")), cached)

    def close(self, *, chunks: int = 0, ended: bool = False) -> ReplyFacts:
        finish = tuple(self.finish.get(index, "unknown") for index in range(max(self.finish, default=-1) + 1))
        usage = self.usage if self.usage.stated else self.timed
        return ReplyFacts(self.model, self.upstream_id, self.fingerprint, finish, usage, chunks, ended, self.error)
