"""What is read from requests and replies of the API for responses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.facts import NOTHING, RequestFacts, TokenUsage
from proofbook.gateway.wire.openai_responses import parse_responses_reply, parse_responses_request


def _read(body: Any) -> RequestFacts:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_responses_request(data, lambda text: "fp:" + text.decode("utf-8", "replace"))


def test_names_counts_and_settings_are_read() -> None:
    """Items that are no messages are not counted as such."""
    facts = _read(
        b'{"model":"m","input":[{"role":"user","content":"q"},{"type":"function_call_output","call_id":"c","output":"o"}],'
        b'"stream":true,"tools":[{}],"temperature":0.20,"max_output_tokens":9,"store":false,"reasoning":{"effort":"low"},"user":"u"}'
    )
    assert (facts.protocol, facts.model, facts.stream, facts.messages, facts.tools) == ("openai.responses", "m", True, 1, 1)
    assert facts.parameters == {"temperature": "0.20", "max_output_tokens": 9, "store": False, "reasoning": "structured"}
    assert facts.claimed is not None
    assert (_read({"input": "q"}).messages, _read({"input": 5}).messages, _read({}).tools) == (1, None, 0)


PROMPTS = [
    ({"input": "q"}, "none"),
    ({"input": "q", "instructions": None}, "none"),
    ({"input": "q", "instructions": "be kind"}, "fp:be kind"),
    ({"input": [{"role": "developer", "content": [{"type": "input_text", "text": "brief"}]}], "instructions": "kind"}, "fp:kind\0brief"),
    ({"input": [{"role": "system", "content": [{"type": "input_file", "file_id": "f"}]}]}, "unknown"),
    ({"input": "q", "instructions": ["x"]}, "unknown"),
    ({"input": "q", "instructions": "x", "previous_response_id": "resp_1"}, "unknown"),
    ({"input": "q", "prompt": {"id": "p"}}, "unknown"),
    ({"input": "q", "conversation": "conv_1"}, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), PROMPTS)
def test_instructions_are_fingerprinted_absent_or_unknown(body: dict[str, Any], expected: str) -> None:
    """What an engine adds from its own store cannot be known here."""
    assert _read(body).system_prompt == expected


@pytest.mark.parametrize("background", [True, 1, "true", {}])
def test_answer_in_the_background_is_refused(background: object) -> None:
    """It would be fetched where nothing is recorded."""
    with pytest.raises(MalformedRecord, match="background"):
        _read({"input": "q", "background": background})
    assert _read({"input": "q", "background": False}).parameters == {"background": False}


@pytest.mark.parametrize("body", [b'{"input":"a","input":"b"}', b'{"input":"a","Instructions":"x"}', b"[]", b"{"])
def test_body_that_can_be_read_in_two_ways_or_none_is_refused(body: bytes) -> None:
    """The record would be of another request than the engine's."""
    with pytest.raises(MalformedRecord):
        _read(body)


def test_whole_reply_is_read() -> None:
    """The status is how it ended; the reason for an unfinished one says more."""
    reply = {
        "id": "resp_1", "model": "m", "status": "incomplete", "incomplete_details": {"reason": "content_filter"}, "error": None,
        "usage": {"input_tokens": 5, "output_tokens": 0},
    }  # fmt: skip
    facts = parse_responses_reply(json.dumps(reply).encode(), streamed=False)
    assert (facts.model, facts.upstream_id, facts.finish, facts.error) == ("m", "resp_1", ("content_filter",), False)
    assert facts.usage == TokenUsage(5, 0, None)
    assert parse_responses_reply(b'{"status":"failed"}', streamed=False).error
    assert parse_responses_reply(b'{"error":{"message":"x"}}', streamed=False).error
    assert parse_responses_reply(b"no json", streamed=False) == NOTHING


def test_stream_that_breaks_off_has_not_ended() -> None:
    """Without its last event a stream says neither how it ended nor what it cost."""
    begun = b'data: {"type":"response.created","response":{"id":"r","status":"in_progress"}}\n\ndata: {"type":"response.output'
    facts = parse_responses_reply(begun, streamed=True)
    assert (facts.chunks, facts.ended, facts.finish, facts.usage.stated) == (1, False, (), False)


@pytest.mark.parametrize("payload", [b'{"type":"error","code":"c","message":"m"}', b'{"error":{"message":"m"}}'])
def test_error_event_is_noticed(payload: bytes) -> None:
    """A failure inside a 200."""
    assert parse_responses_reply(b"event: error\ndata: " + payload + b"\n\n", streamed=True).error
