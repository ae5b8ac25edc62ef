"""Reading a stretch of a file forwards through one window, with every length checked before anything is read or looped over.

Promises: memory stays at one window (1 MiB) plus the value being returned; `claim` refuses a length that goes beyond the end of
the file or the header budget before a byte of it is touched. Does not map the file: a file cut short while mapped kills the
process, a file cut short here is an error. Hostile input can cause nothing but `MalformedModelFile`.
"""

from __future__ import annotations

import os
import struct
from typing import NoReturn

from proofbook.errors import MalformedModelFile

WINDOW_BYTES = 1024 * 1024
"""Large enough that refills cost nothing, small enough to stay in cache."""


class WindowedFile:
    """A forward reader over an open descriptor. `name` appears in errors; `budget` bounds how far it may read."""

    def __init__(self, descriptor: int, *, name: str, size: int, budget: int) -> None:
        self._descriptor = descriptor
        self._name = name
        self._end = min(size, budget)
        self._end_word = "the file's end" if size <= budget else "the header budget"
        self._window = b""
        self._window_at = 0
        self.offset = 0

    def refuse(self, field: str, problem: str) -> NoReturn:
        """Raise MalformedModelFile naming file, field and offset."""
        raise MalformedModelFile(f"{self._name}: {field} at offset {self.offset}: {problem}")

    def claim(self, length: int, field: str) -> None:
        """Check that `length` more bytes exist, without reading them."""
        if length > self._end - self.offset:
            self.refuse(field, f"needs {length} bytes but {self._end_word} is {self._end - self.offset} bytes away")

    def take(self, length: int, field: str) -> bytes:
        """The next `length` bytes."""
        self.claim(length, field)
        start = self.offset - self._window_at
        if start + length > len(self._window):
            self._refill(max(length, WINDOW_BYTES), field)
            start = 0
            if length > len(self._window):
                self.refuse(field, "the file became shorter while it was read")
        self.offset += length
        return self._window[start : start + length]

    def skip(self, length: int, field: str) -> None:
        """Move past `length` bytes without reading them."""
        self.claim(length, field)
        self.offset += length

    def skip_strings(self, count: int, prefix: struct.Struct, longest: int, field: str) -> None:
        """Move past `count` strings, each a length of the form `prefix` and that many bytes.

        This is the one loop that runs once per vocabulary entry, so it works on the window directly.
        """
        width, unpack = prefix.size, prefix.unpack_from
        self.claim(count * width, field)
        left = count
        while left:
            start = self.offset - self._window_at
            if start < 0 or start + width > len(self._window):
                self.claim(width, field)
                self._refill(WINDOW_BYTES, field)
                start = 0
                if width > len(self._window):
                    self.refuse(field, "the file became shorter while it was read")
            window, last = self._window, len(self._window) - width
            while left and start <= last:
                length = unpack(window, start)[0]
                if length > longest:
                    self.offset = self._window_at + start
                    self.refuse(field, f"a string of {length} bytes is longer than the cap of {longest}")
                start += width + length
                left -= 1
            moved = self._window_at + start - self.offset
            self.claim(moved, field)
            self.offset += moved

    def _refill(self, length: int, field: str) -> None:
        wanted = min(length, self._end - self.offset)
        parts: list[bytes] = []
        got = 0
        while got < wanted:
            try:
                part = os.pread(self._descriptor, wanted - got, self.offset + got)
            except OSError as error:
                self.refuse(field, f"cannot be read: {error.strerror}")
            if not part:
                break
            parts.append(part)
            got += len(part)
        self._window = b"".join(parts)
        self._window_at = self.offset
