"""The page of an exchange says which classes of sensitive data it held, and what nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from proofbook.tlog.vkey import format_vkey
from support.memory_book import SAMPLE_ORIGIN, sample_signer
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, Visitor, make_sources, running, write_book

EXAMINED: dict[str, Any] = {"state": "examined", "bytes": 100, "counts": {"payment_card": 2}, "not_examined": []}
PARTLY: dict[str, Any] = {"state": "partly", "bytes": 9, "counts": {}, "not_examined": [{"reason": "not_text", "parts": 1}]}


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Visitor, str, str]]:
    """A classified exchange and one that is not."""
    folder: Path = tmp_path_factory.mktemp("sensitive")
    entries = SampleEntries(NOW - timedelta(hours=1))
    entries.opened(SAMPLE_ORIGIN, format_vkey(sample_signer().key))
    classified, unclassified = entries.exchange(), entries.exchange()
    body: dict[str, Any] = {
        "exchange": classified, "system": "s", "rule_set": "sha256:" + "1" * 64, "looked_for": ["payment_card"], "by": "gateway",
        "request": EXAMINED, "response": PARTLY,
    }  # fmt: skip
    entries.add("exchange.classified", classified, body, source="classifier:main")
    with running(make_sources(write_book(folder, entries.raw), folder / "readmodel.sqlite")) as visitor:
        yield visitor, classified, unclassified


def test_classes_found_and_parts_not_examined_are_shown(visit: tuple[Visitor, str, str]) -> None:
    """Counts, rules and gaps, side by side; never content."""
    visitor, classified, _ = visit
    words = visitor.ask(f"/exchanges/{classified}").words
    assert "Request 2 payment card" in words
    assert "Answer none found in what was examined 1 part not examined: not text" in words
    assert "Looked for payment card" in words


def test_unclassified_exchange_is_unknown(visit: tuple[Visitor, str, str]) -> None:
    """Not 'nothing found'."""
    visitor, _, unclassified = visit
    words = visitor.ask(f"/exchanges/{unclassified}").words
    assert "Not classified." in words
    assert "none found" not in words
