"""Streams as engines send them, shortened: what the split-anywhere tests play back, and what a record must say of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from proofbook.gateway.wire import anthropic, ollama
from proofbook.gateway.wire.dialect import Dialect
from proofbook.gateway.wire.facts import ReplyFacts, TokenUsage
from proofbook.gateway.wire.openai import RESPONSES


@dataclass(frozen=True, slots=True)
class RecordedStream:
    """One stream. `last` is what a client takes for its end: nothing with it may be sent before the record."""

    name: str
    dialect: Dialect
    data: bytes
    last: bytes
    facts: ReplyFacts


def event(payload: dict[str, Any], *, named: bool = True, end: str = "\n") -> bytes:
    """One server-sent event, with or without its `event` line."""
    name = f"event: {payload['type']}{end}" if named else ""
    return f"{name}data: {json.dumps(payload, separators=(',', ':'))}{end}{end}".encode()


def _responses(*, named: bool, last: str, response: dict[str, Any], end: str = "\n") -> bytes:
    begun = {"id": "resp_1", "object": "response", "status": "in_progress"}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "item": {"type": "message", "id": "msg_1", "content": []}},
        {
            "type": "response.output_text.delta",
            "item_id": "msg_1",
            "delta": 'say "response.completed"\nevent: response.completed',
        },
        {"type": "response.output_text.done", "item_id": "msg_1", "text": '{"response": "é"}'},
        {"type": last, "response": begun | response},
    ]
    pieces = [event(each, named=named, end=end) for each in events]
    return pieces[0] + f": keep-alive{end}{end}".encode() + b"".join(pieces[1:])


_USAGE = {"input_tokens": 5, "output_tokens": 4, "total_tokens": 9, "input_tokens_details": {"cached_tokens": 3}}
_COMPLETED = {"status": "completed", "model": "m", "usage": _USAGE}
_CUT = {"status": "incomplete", "model": "m", "incomplete_details": {"reason": "max_output_tokens"}, "usage": _USAGE}
_FAILED = {"status": "failed", "model": "m", "error": {"code": "server_error", "message": "x"}, "usage": None}
_SAID = ReplyFacts("m", "resp_1", None, ("completed",), TokenUsage(5, 4, 3), 6, ended=True)

RESPONSES_STREAMS = (
    RecordedStream(
        "responses", RESPONSES, _responses(named=True, last="response.completed", response=_COMPLETED),
        b"event: response.completed", _SAID,
    ),
    RecordedStream(
        "responses without event lines, CRLF, and a foreign mark", RESPONSES,
        _responses(named=False, last="response.completed", response=_COMPLETED, end="\r\n") + b"data: [DONE]\r\n\r\n",
        b'"response.completed"', _SAID,
    ),
    RecordedStream(
        "responses cut at their limit", RESPONSES, _responses(named=True, last="response.incomplete", response=_CUT),
        b"event: response.incomplete", _SAID._replace(finish=("max_output_tokens",)),
    ),
    RecordedStream(
        "responses that failed", RESPONSES, _responses(named=True, last="response.failed", response=_FAILED),
        b"event: response.failed", _SAID._replace(finish=("failed",), usage=TokenUsage(), error=True),
    ),
)  # fmt: skip


def _lines(documents: list[dict[str, Any]], end: str = "\n", spaced: tuple[str, str] = (",", ":")) -> bytes:
    return "".join(json.dumps(each, separators=spaced, ensure_ascii=False) + end for each in documents).encode()


def _chat(*messages: dict[str, Any], **last: Any) -> list[dict[str, Any]]:
    base = {"model": "m", "created_at": "2026-11-21T03:12:28.123456789Z"}
    said = [base | {"message": {"role": "assistant"} | each, "done": False} for each in messages]
    return [*said, base | {"message": {"role": "assistant", "content": ""}, "done": True} | last]


_TEXT = ({"content": 'say "done":true'}, {"content": "“ü”😀\n"}, {"content": "", "thinking": '"done": true'})
_COUNTS = {"done_reason": "stop", "total_duration": 9, "prompt_eval_count": 7, "eval_count": 2}
_CHATTED = ReplyFacts("m", None, None, ("stop",), TokenUsage(7, 2), 4, ended=True)
_OLLAMA = ollama.API.routes["POST", "/api/chat"]

OLLAMA_STREAMS = (
    RecordedStream("ollama", _OLLAMA, _lines(_chat(*_TEXT, **_COUNTS)), b'"done":true', _CHATTED),
    RecordedStream(
        "ollama with CRLF, spaces and blank lines", _OLLAMA, _lines(_chat(*_TEXT, **_COUNTS), "\r\n\r\n", (", ", ": ")),
        b'"done": true', _CHATTED,
    ),
    RecordedStream(
        "ollama generate without counts", ollama.API.routes["POST", "/api/generate"],
        _lines([{"model": "m", "response": "a", "done": False}, {"model": "m", "response": "", "done": True, "context": [1]}]),
        b'"done":true', ReplyFacts("m", chunks=2, ended=True),
    ),
)  # fmt: skip


def _message(usage: dict[str, int], delta: dict[str, int]) -> list[dict[str, Any]]:
    begun = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "m", "usage": usage}
    text = {"type": "text_delta", "text": 'say "message_stop"\nevent: message_stop “ü”😀'}
    tool = {"type": "tool_use", "id": "t", "name": "close_ticket", "input": {}}
    return [
        {"type": "message_start", "message": begun | {"stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": text},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": tool},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"type":'}},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": delta},
        {"type": "message_stop"},
    ]


_BEGUN = {"input_tokens": 1, "cache_read_input_tokens": 4, "output_tokens": 0}
_STOPPED = ReplyFacts("m", "msg_1", None, ("tool_use",), TokenUsage(5, 9, 4), 10, ended=True)
_MESSAGES = anthropic.API.routes["POST", "/v1/messages"]

ANTHROPIC_STREAMS = (
    RecordedStream(
        "anthropic", _MESSAGES, b"".join(event(each) for each in _message(_BEGUN, {"output_tokens": 9})),
        b"event: message_stop", _STOPPED,
    ),
    RecordedStream(
        "anthropic with CRLF, comments, no event lines and a foreign mark", _MESSAGES,
        b": keep-alive\r\n\r\n".join(
            event(each, named=False, end="\r\n") for each in _message({"input_tokens": 8}, {"input_tokens": 5, "output_tokens": 9})
        ) + b"data: [DONE]\r\n\r\n",
        b'"message_stop"', _STOPPED._replace(usage=TokenUsage(5, 9)),
    ),
)  # fmt: skip

STREAMS = RESPONSES_STREAMS + OLLAMA_STREAMS + ANTHROPIC_STREAMS
