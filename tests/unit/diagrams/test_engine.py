"""The engine is bounded, shared, and the file it runs is the one that was taken in."""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from proofbook.diagrams.engine import SCRIPT_SHA256, SHARED, LayoutEngine, is_available, script
from proofbook.errors import LimitExceeded, UnavailableError


def _graph(count: int = 2) -> dict[str, Any]:
    return {
        "id": "r",
        "layoutOptions": {"elk.algorithm": "layered"},
        "children": [{"id": f"n{index}", "width": 30, "height": 20} for index in range(count)],
        "edges": [
            {"id": f"e{index}", "sources": [f"n{index}"], "targets": [f"n{(index * 7 + 1) % count}"]} for index in range(count)
        ],
    }


def test_the_script_is_the_file_that_was_taken_in() -> None:
    """Vendored code is data until its digest is right."""
    assert hashlib.sha256(script().encode()).hexdigest() == SCRIPT_SHA256
    assert is_available()


def test_answers_do_not_depend_on_what_was_asked_before() -> None:
    """The engine numbers its objects; the numbers must not move anything."""
    first = LayoutEngine().place(_graph(9))
    for count in (3, 40, 5):
        SHARED.place(_graph(count))
    assert SHARED.place(_graph(9)) == first


def test_threads_share_one_engine() -> None:
    """Pages are made on many threads; QuickJS allows one. Others wait, none fails, answers are not mixed up."""
    engine = LayoutEngine()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda count: len(engine.place(_graph(count))["children"]), range(2, 26)))
    assert answers == list(range(2, 26))
    assert sum(each.name.startswith("diagram-layout") for each in threading.enumerate()) <= 3


def test_too_little_time_is_a_clear_refusal_and_the_engine_goes_on() -> None:
    """A hostile size costs its limit once, and the next caller gets a fresh engine."""
    engine = LayoutEngine(seconds=0.02)
    with pytest.raises(LimitExceeded, match=r"takes more than 0\.02 seconds"):
        engine.place(_graph(400))
    engine._seconds = 30.0
    assert len(engine.place(_graph(4))["children"]) == 4


def test_too_little_memory_is_a_clear_refusal() -> None:
    """The heap is bounded inside the process that holds the evidence."""
    with pytest.raises(LimitExceeded, match="or 14 MiB"):
        LayoutEngine(heap_bytes=14 << 20).place(_graph(400))


def test_a_graph_the_engine_refuses_is_an_error_of_ours() -> None:
    """No exception of the engine's own leaks."""
    with pytest.raises(UnavailableError, match="the layout engine failed"):
        LayoutEngine().place(
            {"id": "r", "children": [{"id": "a"}], "edges": [{"id": "e", "sources": ["a"], "targets": ["gone"]}]}
        )


def test_a_forked_process_makes_its_own_engine() -> None:
    """The parent's thread does not exist in the child, which must not wait for it."""
    SHARED.place(_graph(2))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(len(SHARED.place(_graph(3))["children"])).encode())
        finally:
            os._exit(0)
    os.close(write)
    assert os.read(read, 10) == b"3"
    os.close(read)
    os.waitpid(child, 0)
