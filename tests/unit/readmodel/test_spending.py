"""Tokens by caller and minute, counted as the gateway counts them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from proofbook.gateway.rules.budget import count_tokens
from proofbook.gateway.wire.facts import ProtocolName, ReplyFacts, TokenUsage
from proofbook.readmodel.projection import Projection
from proofbook.readmodel.spending import Spent, tokens_spent
from support.memory_book import MemoryBook
from support.sample_entries import SampleEntries

START = datetime(2026, 1, 5, 9, 58, tzinfo=UTC)
SYSTEM, CALLER = "support-assistant", "sample-service"
UNSTATED = {"prompt_tokens": None, "completion_tokens": None, "cached_tokens": None, "origin": "unknown"}
ASKED_BYTES, ANSWERED_BYTES, CHUNKS = 321, 987, 36


def _spent(path: Path, entries: SampleEntries, since: str = "2026-01-01") -> list[Spent]:
    with Projection(path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        return [*tokens_spent(made.reader, since)]


def test_tokens_are_added_up_by_caller_and_minute_of_their_end(tmp_path: Path) -> None:
    """Open exchanges and refusals used nothing that anybody knows of."""
    entries = SampleEntries(START)
    entries.exchange()
    entries.exchange()
    entries.refused()
    entries.request(entries.new_id("x"))
    entries.wait(seconds=60)
    entries.exchange(principal={"id": "other", "kind": "person", "method": "oidc", "key": None, "issuer": "https://id.example"})
    first, second = _spent(tmp_path, entries)
    assert first == Spent(SYSTEM, None, CALLER, "2026-01-05T09:58:00.000000Z", 2 * 55)
    assert second == Spent(SYSTEM, "https://id.example", "other", "2026-01-05T09:59:00.000000Z", 55)
    assert _spent(tmp_path, entries, "2026-01-05T09:59:00") == [second]


def test_the_question_and_the_gateway_estimate_alike(tmp_path: Path) -> None:
    """A limit that went on from other figures after a restart would be another limit."""
    for place, protocol in enumerate(get_args(ProtocolName)):
        for streamed in (False, True):
            for stated in (None, 21):
                usage = UNSTATED | ({} if stated is None else {"prompt_tokens": stated, "origin": "engine"})
                entries = SampleEntries(START)
                exchange = entries.new_id("x")
                entries.request(exchange, protocol=protocol)
                changes: dict[str, Any] = {"usage": usage, "chunks": CHUNKS if streamed else 0}
                entries.response(exchange, **changes)
                folder = tmp_path / f"{place}-{streamed}-{stated}"
                folder.mkdir()
                facts = ReplyFacts(usage=TokenUsage(stated), chunks=CHUNKS if streamed else 0)
                expected = count_tokens(protocol, facts, ASKED_BYTES, ANSWERED_BYTES)
                assert sum(each.tokens for each in _spent(folder, entries)) == expected, (protocol, streamed, stated)
