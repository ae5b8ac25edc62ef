"""Assessing takes long in a large book; other pages must not notice."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from proofbook.assessment.scope import Scope
from proofbook.portal.surroundings import Stated
from proofbook.primitives.instants import parse_period
from proofbook.readmodel.connection import Reader
from support.memory_book import SAMPLE_ORIGIN
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, make_sources, running, write_book

MANY = 12
"""More than there are worker threads."""


@dataclass(slots=True)
class Slow:
    """One engagement whose scope is given only when the test says so."""

    go: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def known(self, reader: Reader, moment: datetime) -> tuple[str, ...]:
        del reader, moment
        return ("sample-slow",)

    def scope(self, reader: Reader, engagement: str, moment: datetime) -> Scope:
        del reader, moment
        self.asked.append(engagement)
        assert self.go.wait(30)
        return Scope(engagement, "Sample Organisation", ("security",), "type_2", parse_period("2026-01-01", "2026-12-31", "UTC"))

    def stated(self, reader: Reader, moment: datetime) -> tuple[Stated, ...]:
        del reader, moment
        return ()


def small_book(folder: Path) -> Path:
    """A book in which a recorder started."""
    entries = SampleEntries(NOW - timedelta(hours=1))
    entries.opened(SAMPLE_ORIGIN, "sample")
    entries.started()
    return write_book(folder, entries.raw)


def test_other_pages_answer_while_many_wait_for_one_assessment(tmp_path: Path) -> None:
    """All of them wait for one assessment, which is made once."""
    slow, book = Slow(), small_book(tmp_path)
    sources = make_sources(book, tmp_path / "readmodel.sqlite", engagements=slow, patience=20)
    with running(sources) as visitor, ThreadPoolExecutor(MANY) as callers:
        try:
            waiting = [callers.submit(visitor.ask, "/due") for _ in range(MANY)]
            while not slow.asked:
                time.sleep(0.01)
            for path in ("/book", "/exchanges", "/models", "/gaps", "/records", "/queues"):
                assert visitor.ask(path).status == 200
            assert not any(each.done() for each in waiting)
        finally:
            slow.go.set()
        assert {each.result().status for each in waiting} == {200}
    assert slow.asked == ["sample-slow"]


def test_assessment_that_takes_too_long_is_503_and_its_result_is_kept(tmp_path: Path) -> None:
    """Whoever loads the page again gets what was under way, not a new wait."""
    slow, book = Slow(), small_book(tmp_path)
    with running(make_sources(book, tmp_path / "readmodel.sqlite", engagements=slow, patience=0.5)) as visitor:
        try:
            reply = visitor.ask("/due")
            assert reply.status == 503
            assert reply.headers["retry-after"] == "5"
        finally:
            slow.go.set()
        until = time.monotonic() + 20
        while (reply := visitor.ask("/due")).status == 503 and time.monotonic() < until:
            time.sleep(0.05)
    assert reply.status == 200
    assert slow.asked == ["sample-slow"]
