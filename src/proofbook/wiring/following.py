"""Following the book live: a thread that hears of new entries of some kinds within half a second, off the event loop.

Promises: looks at the book itself, at a few small rows, so nothing disposable stands between a revocation and its effect;
each entry is handed on once, in order, unless taking it in failed: then it comes again with the next look. `age` says how long
ago the last look was that worked. Whatever goes wrong in a look is only told by that age: the next look tries again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

from proofbook.book.reader import BookReader
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.system import MONOTONIC

POLL_SECONDS: Final = 0.5
Take: TypeAlias = Callable[[Sequence[tuple[int, Entry]]], None]
"""Takes in new entries, each with its index. Called in the follower's thread."""


class BookFollower:
    """Hands on new entries of some kinds. Entries before it was made are the business of whoever made it."""

    def __init__(
        self, book: BookReader, kinds: Sequence[str], take: Take, *, name: str, monotonic: Callable[[], float] = MONOTONIC
    ) -> None:
        """`book` is closed by `close`. Does nothing until `start`. Raises what reading the book raises."""
        self._book = book
        self._kinds = tuple(kinds)
        self._marks = tuple(f'"kind":"{kind}"'.encode("ascii") for kind in kinds)
        self._take = take
        self._monotonic = monotonic
        self._position, self._seen = book.size(), self._newest()
        self._looked = monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=name, daemon=True)

    def start(self) -> None:
        """Follow from here on."""
        self._thread.start()

    @property
    def age(self) -> float:
        """Seconds since the last look that worked."""
        return self._monotonic() - self._looked

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._book.close()

    def _follow(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            with suppress(Exception):  # whatever it is, the next look tries again, and `age` tells how long ago the last was
                self._look()

    def _look(self) -> None:
        started, size, newest = self._monotonic(), self._book.size(), self._newest()
        if newest != self._seen:
            self._take(self._read(self._position, max(*newest, size - 1) + 1))
        self._position, self._seen, self._looked = size, newest, started

    def _read(self, start: int, stop: int) -> list[tuple[int, Entry]]:
        found: list[tuple[int, Entry]] = []
        for index, data in self._book.entries(start, stop):
            if any(mark in data for mark in self._marks):
                entry = parse_entry(data)
                if entry.kind in self._kinds:
                    found.append((index, entry))
        return found

    def _newest(self) -> tuple[int, ...]:
        kinds = self._book.kinds()
        return tuple(kinds.get(kind, (-1, 0))[0] for kind in self._kinds)
