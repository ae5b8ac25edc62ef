"""A book that is followed: its disk can be taken away, and what is recorded in it is heard of soon."""

from __future__ import annotations

import time
from collections.abc import Callable

from proofbook.book.reader import BookReader


class AbsentBook(BookReader):
    """A book whose disk can be taken away."""

    absent = False

    def kinds(self) -> dict[str, tuple[int, int]]:
        """Fails while the disk is away."""
        if self.absent:
            raise OSError("the disk is away")
        return super().kinds()


def heard(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether it comes true before patience ends, which is longer than any machine needs."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
