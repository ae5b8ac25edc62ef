"""What is read from requests and replies of the Anthropic API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.anthropic import format_error
from proofbook.gateway.wire.anthropic_reply import parse_reply
from proofbook.gateway.wire.anthropic_request import parse_request
from proofbook.gateway.wire.facts import NOTHING, RequestFacts, TokenUsage


def _read(body: Any) -> RequestFacts:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_request(data, "anthropic.messages", lambda text: "fp:" + text.decode("utf-8", "replace"))


def _stream(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in events)


def test_names_counts_and_settings_are_read() -> None:
    """Stop sequences may be content; settings that are objects are only said to be there."""
    facts = _read(
        b'{"model":"m","max_tokens":9,"temperature":0.50,"stop_sequences":["secret"],"thinking":{"type":"enabled"},"stream":true,'
        b'"messages":[{"role":"user","content":[{"type":"image","source":{}}]}],"tools":[{},{}],"metadata":{"user_id":"u-1"}}'
    )
    assert (facts.model, facts.stream, facts.messages, facts.tools, facts.system_prompt) == ("m", True, 1, 2, "none")
    assert facts.parameters == {"max_tokens": 9, "temperature": "0.50", "thinking": "structured"}
    assert facts.claimed is not None
    assert (facts.claimed.value, facts.claimed.method) == ("u-1", "body.metadata.user_id")


CACHED = {"type": "text", "text": "ly", "cache_control": {"type": "ephemeral"}}
PROMPTS = [
    ({"messages": []}, "none"),
    ({"messages": [], "system": None}, "none"),
    ({"messages": [], "system": ""}, "none"),
    ({"messages": [], "system": "kind"}, "fp:kind"),
    ({"messages": [], "system": [{"type": "text", "text": "kind"}, CACHED]}, "fp:kindly"),
    ({"messages": [{"role": "system", "content": "too"}], "system": "kind"}, "fp:kind\0too"),
    ({"messages": [], "system": [{"type": "image"}]}, "unknown"),
    ({"messages": [], "system": {"text": "kind"}}, "unknown"),
    ({"messages": "odd", "system": "kind"}, "unknown"),
]


@pytest.mark.parametrize(("body", "expected"), PROMPTS)
def test_system_prompt_is_fingerprinted_absent_or_unknown(body: dict[str, Any], expected: str) -> None:
    """Whole, in parts, or among the messages: all of it counts."""
    assert _read(body).system_prompt == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"user": "u"}, None), ({"metadata": {"user_id": 5}}, None), (b'{"metadata":{"user_id":"a","user_id":"b"}}', None)],
)
def test_only_the_field_of_this_api_names_an_end_user(body: Any, expected: None) -> None:
    """What can be read in two ways names nobody."""
    assert _read(body).claimed is expected


@pytest.mark.parametrize("body", [b'{"model":"a","model":"b"}', b'{"model":"a","System":"x"}', b"[]", b"{"])
def test_body_that_can_be_read_in_two_ways_or_none_is_refused(body: bytes) -> None:
    """Ollama serves this API, too, and reads names without regard to case."""
    with pytest.raises(MalformedRecord):
        _read(body)


def test_whole_message_is_read_with_all_of_its_input() -> None:
    """Input from a cache is input; this API counts it apart."""
    usage = {"input_tokens": 1, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2, "output_tokens": 3}
    reply = {"id": "msg_1", "type": "message", "model": "m", "stop_reason": "end_turn", "usage": usage}
    facts = parse_reply(json.dumps(reply).encode(), streamed=False)
    assert (facts.model, facts.upstream_id, facts.finish, facts.error) == ("m", "msg_1", ("end_turn",), False)
    assert facts.usage == TokenUsage(7, 3, 4)
    assert parse_reply(b'{"type":"error","error":{"type":"overloaded_error"}}', streamed=False).error
    assert parse_reply(b'{"input_tokens":5}', streamed=False) == parse_reply(b"odd", streamed=False) == NOTHING


def test_count_of_the_output_is_believed_only_at_the_end() -> None:
    """What a message starts with is a placeholder; a stream that breaks off has an unknown count, not this one."""
    begun = {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 5, "output_tokens": 1}}}
    assert parse_reply(_stream(begun), streamed=True).usage == TokenUsage(5, None)
    delta = {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 4}}
    facts = parse_reply(_stream(begun, delta), streamed=True)
    assert (facts.usage, facts.finish, facts.ended) == (TokenUsage(5, 4), ("max_tokens",), False)


def test_error_event_is_noticed() -> None:
    """A failure inside a 200."""
    facts = parse_reply(_stream({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}), streamed=True)
    assert (facts.error, facts.ended, facts.chunks) == (True, False, 1)


@pytest.mark.parametrize(("status", "kind"), [(400, "invalid_request_error"), (401, "authentication_error"), (503, "api_error")])
def test_error_has_the_shape_that_clients_read(status: int, kind: str) -> None:
    """Types follow from the status."""
    assert json.loads(format_error(status, "code", "A sentence.")) == {
        "type": "error",
        "error": {"type": kind, "message": "A sentence."},
    }
