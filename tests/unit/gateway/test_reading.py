"""Whatever goes wrong while a body is read, its exchange ends, and nothing of the body is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from proofbook.gateway.reading import REPLY_UNREAD, REQUEST_UNREAD, UNREAD, UNREADABLE, read_reply, read_request
from proofbook.gateway.wire.facts import Fingerprint, ReplyFacts, RequestFacts
from proofbook.gateway.wire.generic import OTHER
from proofbook.gateway.wire.openai import API
from proofbook.records.exchange import State
from support.running_gateway import sample_fingerprint

CONTENT = b'{"model":"m","secret":"sample content"}'


@pytest.mark.parametrize("error", [RecursionError(CONTENT), KeyError("sample content"), ValueError("sample content")])
def test_a_request_whose_reading_fails_is_refused_without_a_word_of_it(error: Exception) -> None:
    """In a thread nobody else would tell its client, and the exchange would be under way for ever."""

    def failing(body: bytes, fingerprint: Fingerprint) -> RequestFacts:
        raise error

    with capture_logs() as logs:
        assert read_request(CONTENT, replace(OTHER, read_request=failing), sample_fingerprint) is UNREADABLE
    assert logs == [{"event": REQUEST_UNREAD, "log_level": "error", "protocol": "generic.other", "error": type(error).__name__}]


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), IndexError("sample content")])
def test_a_reply_whose_reading_fails_is_on_record_as_not_known(error: Exception) -> None:
    """Complete would be a claim, and so would be that the engine failed."""

    def failing(data: bytes, *, streamed: bool) -> ReplyFacts:
        raise error

    for dialect in (OTHER, API.voice):
        with capture_logs() as logs:
            facts = read_reply(replace(dialect, read_reply=failing), CONTENT, streamed=True)
        assert facts is UNREAD
        assert "sample content" not in str(logs)
        assert logs[0]["event"] == REPLY_UNREAD
        state, reason = dialect.judge_end(facts, streamed=True, until_close=True)
        assert (state, reason is None) == (State.RECORDER_GAP, False)


def test_what_can_be_read_is_read() -> None:
    """The net beneath changes nothing above it."""
    facts = read_reply(OTHER, b'{"usage":{"prompt_tokens":3,"completion_tokens":4}}', streamed=False)
    assert (facts.usage.prompt, facts.usage.completion, facts.unread) == (3, 4, False)
