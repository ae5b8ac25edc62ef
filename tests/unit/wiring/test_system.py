"""Randomness that is drawn some at a time is as fresh as if it were drawn each time."""

from __future__ import annotations

import os
import threading
from itertools import count

from proofbook.wiring.system import DrawnEntropy


def _numbered() -> DrawnEntropy:
    numbers = count()
    return DrawnEntropy(lambda size: b"".join(next(numbers).to_bytes(4, "big") for _ in range(size // 4)), at_once=64)


def test_no_byte_is_given_out_twice() -> None:
    """Two salts or keys from the same bytes would be one."""
    draw = _numbered()
    given = [draw(size) for size in (4, 32, 12, 12, 4, 128, 44, 64, 4) for _ in range(7)]
    words = [each[at : at + 4] for each in given for at in range(0, len(each), 4)]
    assert [len(each) for each in given[::7]] == [4, 32, 12, 12, 4, 128, 44, 64, 4]
    assert len(set(words)) == len(words)


def test_threads_share_nothing() -> None:
    """Ids are made on the event loop, keys in the writer's thread, at once."""
    draw = DrawnEntropy(os.urandom, at_once=256)
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.extend(draw(16) for _ in range(2000))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(found)) == 8000


def test_a_child_process_draws_its_own() -> None:
    """A forked process would otherwise make the same keys as its parent."""
    draw = DrawnEntropy(os.urandom, at_once=1024)
    draw(16)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, draw(16))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 16)
    os.close(reading)
    os.close(writing)
    assert len(theirs) == 16
    assert theirs != draw(16)
