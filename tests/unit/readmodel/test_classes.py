"""Figures of sensitive data: by the newest classification, and never a zero for what nobody looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from proofbook.primitives.instants import format_instant
from proofbook.readmodel import classes
from proofbook.readmodel.projection import Projection
from support.memory_book import MemoryBook
from support.sample_entries import SampleEntries

START = datetime(2026, 3, 1, tzinfo=UTC)
FROM, TO = format_instant(START), "2026-04-01T00:00:00.000000Z"
OLD, NEW = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def _side(state: str = "examined", missing: tuple[tuple[str, int], ...] = (), **counts: int) -> dict[str, Any]:
    reasons = [{"reason": reason, "parts": parts} for reason, parts in missing]
    return {"state": state, "bytes": 100, "counts": counts, "not_examined": reasons}


class Told:
    """A book with one exchange of each fate."""

    def __init__(self) -> None:
        self.entries = SampleEntries(START)
        self.mailed, self.twice, self.pictured, self.dropped, self.alone = (self.entries.exchange() for _ in range(5))
        self.classify(self.mailed, _side(email=2), _side(email=1, secret=1))
        self.classify(self.twice, _side(email=9), _side())
        self.classify(self.twice, _side(phone=1), _side(), rule_set=NEW)
        self.classify(self.pictured, _side("partly", (("not_text", 2),)), _side())
        failed = _side("not_examined", (("queue_full", 1),))
        self.classify(self.dropped, failed, failed)
        self.size = len(self.entries.raw)

    def classify(self, exchange: str, request: dict[str, Any], response: dict[str, Any], rule_set: str = OLD) -> int:
        body: dict[str, Any] = {
            "exchange": exchange, "system": "support-assistant", "rule_set": rule_set, "looked_for": ["secret", "email"], "by": "gateway",
            "request": request, "response": response,
        }  # fmt: skip
        return self.entries.add("exchange.classified", exchange, body, source="classifier:main")


@pytest.fixture
def told(tmp_path: Path) -> tuple[Told, Projection]:
    """The book and its projection."""
    book = Told()
    made = Projection(tmp_path / "r.sqlite", MemoryBook(book.entries.raw))
    made.catch_up()
    return book, made


def test_newest_classification_of_an_exchange_counts(told: tuple[Told, Projection]) -> None:
    """A better rule set corrects the figures; the older entry stays in the book."""
    book, made = told
    found = {(each.kind, each.side): (each.exchanges, each.spans) for each in classes.found(made.reader, FROM, TO, book.size)}
    assert found == {
        ("email", "request"): (1, 2),
        ("email", "response"): (1, 1),
        ("secret", "response"): (1, 1),
        ("phone", "request"): (1, 1),
    }
    newest = classes.of_exchange(made.reader, book.twice)
    assert newest is not None
    assert (newest.rule_set, newest.request.counts) == (NEW, (("phone", 1),))


def test_figures_of_an_earlier_size_are_what_they_were(told: tuple[Told, Projection]) -> None:
    """A document of a past moment must not change when content is classified again."""
    _, made = told
    found = {(each.kind, each.spans) for each in classes.found(made.reader, FROM, TO, 12)}
    assert ("email", 11) in found
    assert not any(kind == "phone" for kind, _ in found)


def test_what_was_not_examined_is_counted_apart(told: tuple[Told, Projection]) -> None:
    """Unknown is a figure of its own."""
    book, made = told
    covered = classes.coverage(made.reader, FROM, TO, book.size)
    states = {(each.request, each.response): each.exchanges for each in covered}
    assert states[classes.UNCLASSIFIED, classes.UNCLASSIFIED] == 1
    assert states["not_examined", "not_examined"] == 1
    assert states["partly", "examined"] == 1
    assert sum(each.exchanges for each in covered) == 5
    why = {each.reason: (each.exchanges, each.parts) for each in classes.missing(made.reader, FROM, TO, book.size)}
    assert why == {"not_text": (1, 2), "queue_full": (1, 2)}


def test_figures_are_of_the_system_and_the_period(told: tuple[Told, Projection]) -> None:
    """Another system's data is another system's."""
    book, made = told
    assert not classes.found(made.reader, FROM, TO, book.size, system="other")
    assert not classes.coverage(made.reader, TO, "2026-05-01T00:00:00.000000Z", book.size)


def test_due_are_the_unclassified_and_those_passed_over(told: tuple[Told, Projection]) -> None:
    """The catch-up makes up for a crash and a full queue, and on request for older rules; pictures stay pictures."""
    book, made = told
    assert [each.exchange for each in classes.due(made.reader, rule_set=NEW, newer=False)] == [book.dropped, book.alone]
    again = classes.due(made.reader, rule_set=NEW, newer=True)
    assert [each.exchange for each in again] == [book.mailed, book.pictured, book.dropped, book.alone]
    assert again[0].previous is not None
    assert again[-1].previous is None
    assert [each.exchange for each in classes.due(made.reader, rule_set=NEW, newer=True, after=again[2].request_index)] == [
        book.alone
    ]


def test_exchange_that_was_never_classified_has_none(told: tuple[Told, Projection]) -> None:
    """No classification is None, not one without findings."""
    book, made = told
    assert classes.of_exchange(made.reader, book.alone) is None
