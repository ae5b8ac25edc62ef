"""The OpenAI API for responses: its requests, its replies, and the events of its streams.

A stream is a state machine: `response.created`, then parts and deltas, then exactly one of `response.completed`, `.incomplete`
or `.failed`, which repeats the whole response and is what counts (gateways.md 3a). `data: [DONE]` is not part of it.
Promises as `fields` for requests and as `openai_reply` for replies. A request to answer in the background is refused: its answer
would have to be fetched by a path that is not served, and so would never be on record.
"""

from __future__ import annotations

from typing import Any

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.documents import decode_object, object_at
from proofbook.gateway.wire.facts import NOTHING, Fingerprint, ReplyFacts, RequestFacts, TokenUsage
from proofbook.gateway.wire.fields import count_tools, derive_parameters, fingerprint_texts, parse_object, system_texts
from proofbook.gateway.wire.openai_request import claimed_user
from proofbook.gateway.wire.sse import END_MARK, parse_events, watch_for_events
from proofbook.gateway.wire.text import bounded_count, bounded_text

PARAMETERS = frozenset((
    "temperature", "top_p", "top_k", "min_p", "max_output_tokens", "max_tool_calls", "top_logprobs", "parallel_tool_calls",
    "tool_choice", "truncation", "reasoning", "service_tier", "store", "background", "seed", "presence_penalty",
    "frequency_penalty", "repetition_penalty", "previous_response_id", "conversation",
))  # fmt: skip
"""Settings that shape the answer and hold no content."""

_FIELDS = PARAMETERS | {
    "model", "input", "instructions", "prompt", "stream", "tools", "user", "safety_identifier", "metadata",
}  # fmt: skip
_ELSEWHERE = ("previous_response_id", "conversation", "prompt")
"""Fields by which the model is given more than the request holds."""
_PARTS = ("input_text", "text")
_LAST_EVENTS = ("response.completed", "response.incomplete", "response.failed")
_FINISH_CHARACTERS = 32

watch_for_last_event = watch_for_events(_LAST_EVENTS, b"response.")


def parse_responses_request(body: bytes, fingerprint: Fingerprint) -> RequestFacts:
    """The facts of a request body; `fingerprint` is keyed and is applied to the instructions.

    Raises:
        MalformedRecord: the body is not a JSON object, can be read in two ways, or asks for an answer in the background.
    """
    fields = parse_object(body, _FIELDS)
    if fields.get("background") not in (None, False):
        raise MalformedRecord("Answers in the background are not served, because they could not be recorded: leave it out.")
    return RequestFacts(
        protocol="openai.responses",
        model=bounded_text(fields.get("model"), 512),
        stream=fields.get("stream") is True,
        parameters=derive_parameters(fields, PARAMETERS),
        messages=_count_messages(fields.get("input")),
        tools=count_tools(fields.get("tools")),
        system_prompt=fingerprint_texts(_instructions(fields), fingerprint),
        claimed=claimed_user(fields),
    )


def _count_messages(given: object) -> int | None:
    """Items of other types, such as results of tools, are not messages."""
    if isinstance(given, str):
        return 1
    if not isinstance(given, list):
        return None
    return len([item for item in given if isinstance(item, dict) and item.get("type", "message") == "message"])


def _instructions(fields: dict[str, Any]) -> list[str] | None:
    if any(fields.get(name) is not None for name in _ELSEWHERE):
        return None
    given, instructions = fields.get("input"), fields.get("instructions")
    texts = system_texts(given, _PARTS) if isinstance(given, list) else []
    if texts is None or not (instructions is None or isinstance(instructions, str)):
        return None
    return texts if instructions is None else [instructions, *texts]


def parse_responses_reply(data: bytes, *, streamed: bool) -> ReplyFacts:
    """The facts of a captured reply. Never raises for any bytes."""
    if streamed:
        return _parse_stream(data)
    document = decode_object(data)
    return NOTHING if document is None else _read_response(NOTHING, document)


def _parse_stream(data: bytes) -> ReplyFacts:
    facts, chunks = NOTHING, 0
    for payload in parse_events(data):
        if payload == END_MARK:
            continue
        chunks += 1
        if b'"response"' not in payload and b'"error"' not in payload:
            continue  # only adds text: within a JSON string quotes are escaped
        document = decode_object(payload)
        if document is None:
            continue
        kind = document.get("type")
        if kind == "error" or isinstance(document.get("error"), (dict, str)):
            facts = facts._replace(error=True)
        if isinstance(response := document.get("response"), dict):
            facts = _read_response(facts, response)
        if kind in _LAST_EVENTS:
            facts = facts._replace(ended=True)
    return facts._replace(chunks=chunks)


def _read_response(facts: ReplyFacts, response: dict[str, Any]) -> ReplyFacts:
    """The facts with those of one response object: the first to state a name wins, the last to state anything else."""
    usage = object_at(response, "usage")
    why = object_at(response, "incomplete_details").get("reason")
    status = bounded_text(response.get("status"), _FINISH_CHARACTERS)
    finish = bounded_text(why, _FINISH_CHARACTERS) or status
    return facts._replace(
        model=facts.model or bounded_text(response.get("model"), 512),
        upstream_id=facts.upstream_id or bounded_text(response.get("id"), 256),
        finish=facts.finish if finish is None or finish in {"in_progress", "queued"} else (finish,),
        usage=_usage(usage) if usage else facts.usage,
        error=facts.error or status == "failed" or isinstance(response.get("error"), (dict, str)),
    )


def _usage(usage: dict[str, Any]) -> TokenUsage:
    cached = bounded_count(object_at(usage, "input_tokens_details").get("cached_tokens"))
    return TokenUsage(bounded_count(usage.get("input_tokens")), bounded_count(usage.get("output_tokens")), cached)
