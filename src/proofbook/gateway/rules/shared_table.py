"""Numbers by key in a file that the worker processes of one gateway map: what one counts, all see at once.

Promises: bounded in size; a process that dies holds nothing up, since the lock ends with it; where the lock is not given within a
moment, a request goes on without it, because a count that is off by one is better than a gateway that stands still. Keys are kept
as hashes: nobody's name is in the file. What an earlier start of the machine left is not believed, where the system tells starts
apart. Does not: serve processes of other machines; the file belongs on a local disk.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple

from proofbook.errors import StoreUnavailable

_MAGIC: Final = b"proofbook-limits/1".ljust(32, b"\0")
_HEADER: Final = 4096
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_TERMS: Final = slice(128, 160)
_KEY_BYTES: Final = 16
_NOBODY: Final = bytes(_KEY_BYTES)
_NUMBER_BYTES: Final = 8
_PROBES: Final = 32
_WORD_BITS: Final = 64
_ATTEMPTS: Final = 100
_BREATH_SECONDS: Final = 0.0005
"""With the attempts: the longest that a request waits for the lock."""


class Section(NamedTuple):
    """A part of the table: so many slots of so many numbers each."""

    start: int
    slots: int
    numbers: int

    @property
    def slot_bytes(self) -> int:
        """Bytes of a key and its numbers."""
        return _KEY_BYTES + self.numbers * _NUMBER_BYTES

    @property
    def first(self) -> int:
        """First byte of the first slot, behind a bit for each that is in use: what is not must not be looked through."""
        return self.start + -(-self.slots // _WORD_BITS) * _WORD_BITS // 8

    @property
    def end(self) -> int:
        """First byte behind it."""
        return self.first + self.slots * self.slot_bytes


def lay_out(*shapes: tuple[int, int]) -> tuple[Section, ...]:
    """Sections, one behind the other, of these (slots, numbers)."""
    made: list[Section] = []
    for slots, numbers in shapes:
        made.append(Section(made[-1].end if made else _HEADER, slots, numbers))
    return tuple(made)


class Slot:
    """The numbers of one key, read and written in place. Valid while the table is locked."""

    __slots__ = ("_form", "_map", "_start")

    def __init__(self, mapped: mmap.mmap, start: int, form: Struct) -> None:
        self._map = mapped
        self._start = start + _KEY_BYTES
        self._form = form

    def read(self) -> tuple[float, ...]:
        """All numbers."""
        return self._form.unpack_from(self._map, self._start)

    def write(self, place: int, *values: float) -> None:
        """Numbers from a place on."""
        Struct(f"<{len(values)}d").pack_into(self._map, self._start + place * _NUMBER_BYTES, *values)


class SharedTable:
    """A mapped file of sections. Used on one thread of each process; `close` when it is over."""

    def __init__(self, path: Path, sections: tuple[Section, ...]) -> None:
        """Open or make it. Raises StoreUnavailable when the file cannot be made or mapped."""
        self._forms = {each: Struct(f"<{each.numbers}d") for each in sections}
        try:
            self._boot = _read_boot()
            self._descriptor = _open_locked(path, _MAGIC + self._boot, sections[-1].end)
            try:
                self._map = mmap.mmap(self._descriptor, sections[-1].end)
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            except BaseException:
                os.close(self._descriptor)
                raise
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"{path}: limits that workers share cannot be kept: {error}") from error

    def close(self) -> None:
        """Let go of it; what it holds stays for the others."""
        self._map.close()
        os.close(self._descriptor)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else changes anything in the meantime; after a moment without the lock, go on without it."""
        held = self._lock()
        try:
            yield
        finally:
            if held:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def find(
        self, section: Section, keys: Sequence[tuple[str, ...]], is_quiet: Callable[[tuple[float, ...]], bool]
    ) -> tuple[Slot | None, ...]:
        """The slot of each key: its own, an empty one, or one whose numbers say nothing any more; None when there is none."""
        found: list[int | None] = []
        for key in keys:
            found.append(self._place(section, self._name(key), is_quiet, found))
        return tuple(None if start is None else Slot(self._map, start, self._forms[section]) for start in found)

    def _place(
        self, section: Section, name: bytes, is_quiet: Callable[[tuple[float, ...]], bool], others: Sequence[int | None]
    ) -> int | None:
        first = int.from_bytes(name[:8], "little")
        free: int | None = None
        for probe in range(_PROBES):
            start = section.first + (first + probe) % section.slots * section.slot_bytes
            there = self._map[start : start + _KEY_BYTES]
            if there == name:
                return start
            if there == _NOBODY:
                free = start
                break  # slots are taken over, never emptied: behind an empty one there is nobody
            numbers = self._forms[section].unpack_from(self._map, start + _KEY_BYTES)
            if free is None and start not in others and is_quiet(numbers):
                free = start
        if free is not None:
            self._map[free : free + section.slot_bytes] = name + bytes(section.numbers * _NUMBER_BYTES)
            at, bit = divmod((free - section.first) // section.slot_bytes, 8)
            self._map[section.start + at] |= 1 << bit
        return free

    def slots(self, section: Section) -> Iterator[Slot]:
        """Those that are in use."""
        for start in self._used(section):
            yield Slot(self._map, start, self._forms[section])

    def agree(self, terms: bytes, section: Section) -> bool:
        """Whether these terms (32 bytes) are new to the table. They are its own then, and the section is emptied for them."""
        with self.locked():
            if self._map[_TERMS] == terms:
                return False
            self._map[_TERMS] = terms
            for start in self._used(section):
                self._map[start : start + section.slot_bytes] = bytes(section.slot_bytes)
            self._map[section.start : section.first] = bytes(section.first - section.start)
            return True

    def _used(self, section: Section) -> Iterator[int]:
        for at, bits in enumerate(self._map[section.start : section.first]):
            for bit in range(8):
                if bits & 1 << bit:
                    yield section.first + (8 * at + bit) * section.slot_bytes

    def _name(self, key: tuple[str, ...]) -> bytes:
        return blake2b(repr(key).encode(), digest_size=_KEY_BYTES, key=self._boot).digest()

    def _lock(self) -> bool:
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_BREATH_SECONDS)
            with suppress(BlockingIOError):
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
        return False


def _open_locked(path: Path, mark: bytes, size: int) -> int:
    """The file, locked, of this size and with this mark. Another kind is taken off the path and left to who maps it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            there = os.fstat(descriptor)
            if there.st_size == 0 and there.st_nlink:
                os.ftruncate(descriptor, size)
                os.pwrite(descriptor, mark, 0)
                return descriptor
            if there.st_nlink and there.st_size == size and os.pread(descriptor, len(mark), 0) == mark:
                return descriptor
            if there.st_nlink:
                path.unlink()
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _read_boot() -> bytes:
    """What tells this start of the machine from others: monotonic clocks begin anew with each."""
    try:
        return _BOOT_ID.read_bytes().strip()
    except OSError:  # a system without it; numbers from the future are then what gives an older start away
        return b"this start"
