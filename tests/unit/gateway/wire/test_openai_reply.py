"""What is read from a reply."""

from __future__ import annotations

import json

import pytest

from proofbook.gateway.wire.facts import NOTHING, TokenUsage
from proofbook.gateway.wire.openai import MODELS
from proofbook.gateway.wire.openai_reply import parse_reply


def test_stream_facts_come_from_wherever_they_stand() -> None:
    """Names first, ends in the middle, usage last, content null at the start."""
    stream = (
        b'data: {"id":"i","model":"m","system_fingerprint":"f","choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}\n\n'
        b'data: {"choices":[{"index":1,"delta":{"content":"x"},"finish_reason":null}]}\n\n'
        b'data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null},{"index":1,"delta":{},"finish_reason":"length"}]}\n\n'
        b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}\n\n'
        b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":0}},"timings":{"a":0.5}}\n\n'
        b"data: [DONE]\n\n"
    )
    facts = parse_reply(stream, streamed=True)
    assert (facts.upstream_id, facts.model, facts.fingerprint, facts.chunks, facts.ended) == ("i", "m", "f", 5, True)
    assert facts.finish == ("stop", "length")
    assert facts.usage == TokenUsage(9, 4, 0)


def test_choice_without_an_end_is_unknown_beside_one_that_has() -> None:
    """Order of index must not shift."""
    facts = parse_reply(b'{"choices":[{"index":0},{"index":1,"finish_reason":"stop"}]}', streamed=False)
    assert facts.finish == ("unknown", "stop")


def test_no_end_seen_is_no_end_stated() -> None:
    """Empty, not a row of unknowns."""
    assert parse_reply(b'{"choices":[{"index":0},{"index":1}]}', streamed=False).finish == ()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'"x"', b"1" * 5000])
def test_unreadable_reply_says_nothing(data: bytes) -> None:
    """Unknown, not an error and not zero."""
    assert parse_reply(data, streamed=False) == NOTHING


def test_absurd_values_are_not_believed() -> None:
    """Counts are counts, names are bounded text."""
    reply = {
        "model": "m" * 9000, "id": 5, "system_fingerprint": "\ud800",
        "usage": {"prompt_tokens": -1, "completion_tokens": 10**30, "prompt_tokens_details": {"cached_tokens": True}},
        "choices": [{"index": 10**9, "finish_reason": "stop"}, "odd", {"index": -1, "finish_reason": ["x"]}] * 100,
    }  # fmt: skip
    facts = parse_reply(json.dumps(reply).encode(), streamed=False)
    assert facts.model is not None
    assert (len(facts.model), facts.upstream_id, facts.fingerprint, facts.finish) == (512, None, "\ufffd", ())
    assert facts.usage == TokenUsage()
    assert not facts.usage.stated


def test_unfinished_last_event_is_not_counted() -> None:
    """It was cut, so what it would have said is unknown."""
    facts = parse_reply(b'data: {"model":"m"}\n\ndata: {"usage":{"prompt_tokens":1}}', streamed=True)
    assert (facts.chunks, facts.model, facts.usage.stated, facts.ended) == (1, "m", False, False)


def test_error_event_is_noticed() -> None:
    """A failure inside a 200."""
    assert parse_reply(b'data: {"error":{"message":"x"}}\n\n', streamed=True).error


def test_content_type_decides_what_a_stream_is() -> None:
    """Parameters and case do not matter."""
    assert MODELS.is_stream(b"Text/Event-Stream; charset=utf-8")
    assert not MODELS.is_stream(b"application/json")
    assert not MODELS.is_stream(b"")
