"""Documents come from a process that is let go of: what Typst keeps does not pile up where pages are derived."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.artifacts.press import Press
from proofbook.artifacts.pressing import HEAD, serve
from proofbook.artifacts.typesetting import STANDARDS, is_available
from proofbook.errors import UnavailableError

TEMPLATE = """
#let page-values = json(bytes(sys.inputs.page))
#set document(title: "Sample", date: datetime(year: 2026, month: 1, day: 1))
#page-values.words
"""


@pytest.fixture
def press() -> Iterator[Press]:
    """One of the test's own, so that its processes can be counted."""
    made = Press(budget=2_000)
    yield made
    made.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A template."""
    path = tmp_path / "sample.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def order(source: Path, words: str = "Some words") -> dict[str, object]:
    """An order for one page."""
    page = '{"words": "' + words + '"}'
    told = {"source": str(source), "page": page, "date": "2026-01-01", "timestamp": 1_767_225_600}
    return told | {"standards": STANDARDS}


@pytest.mark.real
@pytest.mark.skipif(not is_available(), reason="typst is not installed")
class TestWithTypst:
    """What takes the real one."""

    def test_the_same_order_gives_the_same_bytes_in_another_process(self, press: Press, source: Path) -> None:
        """Rooms are compared by their digests."""
        first = press.make(order(source))
        press.close()
        assert press.make(order(source)) == first
        assert first.startswith(b"%PDF")
        assert press.started == 2

    def test_a_process_is_let_go_of_once_it_has_had_its_share(self, press: Press, source: Path) -> None:
        """Memory follows the longest document, not their number."""
        for _ in range(3):
            press.make(order(source))
        assert press.started == 1
        press.make(order(source, "long " * 400))
        press.make(order(source))
        assert press.started == 2

    def test_a_document_that_is_refused_says_why_and_the_next_one_is_made(self, press: Press, source: Path) -> None:
        """One bad page must not take the others with it."""
        with pytest.raises(UnavailableError, match="could not make the document"):
            press.make(order(source) | {"page": "[]"})
        assert press.make(order(source)).startswith(b"%PDF")
        assert press.started == 1

    def test_a_process_that_was_killed_is_replaced(self, press: Press, source: Path) -> None:
        """Whoever is short of memory kills the largest process."""
        press.make(order(source))
        process = press._process
        assert process is not None
        process.kill()
        process.wait()
        assert press.make(order(source)).startswith(b"%PDF")
        assert press.started == 2


def test_a_document_that_takes_too_long_is_given_up(source: Path) -> None:
    """Whoever waits is told, and nothing is left running."""
    press = Press(patience=0.0)
    with pytest.raises(UnavailableError, match="did not make the document in 0 seconds"):
        press.make(order(source))
    assert press._process is None


def test_a_process_ends_when_nobody_asks() -> None:
    """An idle one would hold its memory for as long as the portal runs."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as orders, Path(os.devnull).open("wb") as documents:
        serve(orders, documents, idle_seconds=0.0)
    os.close(writing)


def test_a_process_ends_with_whoever_started_it() -> None:
    """Its input ends then, in the middle of an order or not."""
    for rest in (b"", HEAD.pack(0, 10)[:3]):
        reading, writing = os.pipe()
        os.write(writing, rest)
        os.close(writing)
        with os.fdopen(reading, "rb", buffering=0) as orders, Path(os.devnull).open("wb") as documents:
            serve(orders, documents)
