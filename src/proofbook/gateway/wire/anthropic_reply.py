"""What a reply of the Anthropic API says: one message, or the events that build one.

A stream is a state machine: `message_start`, blocks, `message_delta` with the reason it stopped, `message_stop`; `ping` anywhere,
and `error` instead of the rest. Promises: the same bytes give the same facts however they arrived; what is not stated stays None.
Tokens read from or written to a cache are stated apart from other input; `prompt` is their sum. The output that `message_start`
states is a placeholder and is not believed.
"""

from __future__ import annotations

from typing import Any

from proofbook.gateway.wire.documents import decode_object, object_at
from proofbook.gateway.wire.facts import NOTHING, ReplyFacts, TokenUsage
from proofbook.gateway.wire.sse import END_MARK, parse_events, watch_for_events
from proofbook.gateway.wire.text import bounded_count, bounded_text

_CACHED = "cache_read_input_tokens"
_INPUT = ("input_tokens", _CACHED, "cache_creation_input_tokens")
_FINISH_CHARACTERS = 32

watch_for_stop = watch_for_events(("message_stop",), b"message_stop")


def parse_reply(data: bytes, *, streamed: bool) -> ReplyFacts:
    """The facts of a captured reply. Never raises for any bytes."""
    message = _Message()
    if not streamed:
        document = decode_object(data)
        return NOTHING if document is None else message.add_whole(document).close()
    chunks = 0
    for payload in parse_events(data):
        if payload == END_MARK:  # not of this API, but some engines send it
            continue
        chunks += 1
        if _only_adds_text(payload):
            continue
        document = decode_object(payload)
        if document is not None:
            message.add_event(document)
    return message.close()._replace(chunks=chunks, ended=message.stopped)


def _only_adds_text(payload: bytes) -> bool:
    """Whether an event certainly only adds to a block: within a JSON string quotes are escaped."""
    return b'"content_block_delta"' in payload and b'"message_' not in payload and b'"error"' not in payload


class _Message:
    """Gathers one message: the first to state a name wins, the last to state a count wins."""

    __slots__ = ("counts", "error", "model", "reason", "stopped", "upstream_id")

    def __init__(self) -> None:
        self.model: str | None = None
        self.upstream_id: str | None = None
        self.reason: str | None = None
        self.counts: dict[str, int] = {}
        self.stopped = False
        self.error = False

    def add_whole(self, document: dict[str, Any]) -> _Message:
        self._add_error(document)
        self._add_names(document)
        self._add_reason(document)
        self._add_counts(document, (*_INPUT, "output_tokens"))
        return self

    def add_event(self, document: dict[str, Any]) -> None:
        self._add_error(document)
        match document.get("type"):
            case "message_start":
                begun = object_at(document, "message")
                self._add_names(begun)
                self._add_counts(begun, _INPUT)
            case "message_delta":
                self._add_reason(object_at(document, "delta"))
                self._add_counts(document, (*_INPUT, "output_tokens"))
            case "message_stop":
                self.stopped = True

    def close(self) -> ReplyFacts:
        known = [self.counts[name] for name in _INPUT if name in self.counts]
        prompt = bounded_count(sum(known)) if "input_tokens" in self.counts else None
        usage = TokenUsage(prompt, self.counts.get("output_tokens"), self.counts.get(_CACHED))
        finish = () if self.reason is None else (self.reason,)
        return ReplyFacts(self.model, self.upstream_id, None, finish, usage, error=self.error)

    def _add_error(self, document: dict[str, Any]) -> None:
        self.error = self.error or document.get("type") == "error" or isinstance(document.get("error"), (dict, str))

    def _add_names(self, message: dict[str, Any]) -> None:
        self.model = self.model or bounded_text(message.get("model"), 512)
        self.upstream_id = self.upstream_id or bounded_text(message.get("id"), 256)

    def _add_reason(self, holder: dict[str, Any]) -> None:
        self.reason = bounded_text(holder.get("stop_reason"), _FINISH_CHARACTERS) or self.reason

    def _add_counts(self, holder: dict[str, Any], names: tuple[str, ...]) -> None:
        usage = object_at(holder, "usage")
        for name in names:
            count = bounded_count(usage.get(name))
            if count is not None:
                self.counts[name] = count
