"""Which processes of a gateway run now: each holds a numbered post, and says there how it stands.

A post is a small file in the home's `run` folder, locked for as long as its process lives, however it ends. Its number makes the
source of the process's entries: `gateway:main` for the first, `gateway:main/2` for the second. So a second process, a worker or a
successor that takes over, never writes under the name of one that still runs.
Promises: nobody else can hold a held post; what stands in a post that nobody holds is not believed. Nothing secret is in it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

from proofbook.errors import StoreUnavailable

Sort: TypeAlias = Literal["serve", "lead"]
"""`serve`: takes requests; `lead`: writes the book for workers and keeps them running."""
_MOST: Final = 256
_READ_BYTES: Final = 8192
_ATTEMPTS: Final = 3
_BREATH_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Standing:
    """What a process that holds a post says of itself."""

    number: int
    source: str
    pid: int
    told: Mapping[str, Any]


class Post:
    """A post of this process; `close` gives it up."""

    def __init__(self, run: Path, gateway: str, sort: Sort = "serve") -> None:
        """Take the lowest number that is free. Raises StoreUnavailable when the folder cannot be written."""
        self._gateway = gateway
        self._run = run
        self._sort: Sort = sort
        try:
            run.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.number, self._descriptor = self._take()
            self.tell({})
        except OSError as error:
            raise StoreUnavailable(f"{run}: cannot be written: {error.strerror}") from error

    @property
    def source(self) -> str:
        """Source of this process's entries."""
        return source_of(self._gateway, self.number)

    def tell(self, state: Mapping[str, Any]) -> None:
        """Say how this process stands, to whoever reads. Raises OSError when the disk does not take it."""
        text = json.dumps({"pid": os.getpid(), **state}, separators=(",", ":")).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))

    def peers(self) -> tuple[Standing, ...]:
        """The other processes of this sort."""
        return tuple(each for each in read_posts(self._run, self._gateway, self._sort) if each.number != self.number)

    def close(self) -> None:
        """Give it up. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self) -> tuple[int, int]:
        for number in range(1, _MOST + 1):
            descriptor = os.open(
                _path(self._run, self._gateway, self._sort, number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
            if _lock(descriptor):
                return number, descriptor
            os.close(descriptor)
        raise StoreUnavailable(f"{self._run}: {_MOST} processes of gateway {self._gateway!r} run already")


def _lock(descriptor: int) -> bool:
    """Whether it is ours now. Tried more than once: somebody who only looks holds it for a moment, too."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_BREATH_SECONDS)
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    return False


def source_of(gateway: str, number: int) -> str:
    """The source of whoever holds a post."""
    return f"gateway:{gateway}" + (f"/{number}" if number > 1 else "")


def read_posts(run: Path, gateway: str, sort: Sort = "serve") -> tuple[Standing, ...]:
    """The processes that hold posts now, by number."""
    found: list[Standing] = []
    for path in run.glob(f"{_stem(gateway, sort)}.*.post") if run.is_dir() else ():
        number = path.name.split(".")[-2]
        told = _read_held(path)
        if told is not None and number.isdigit():
            found.append(Standing(int(number), source_of(gateway, int(number)), int(told.get("pid", 0)), told))
    return tuple(sorted(found, key=lambda each: each.number))


def _read_held(path: Path) -> Mapping[str, Any] | None:
    """What stands in a post; None when nobody holds it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            told = json.loads(os.read(descriptor, _READ_BYTES))
        except ValueError:  # caught in the middle of being written
            told = {}
        return told if isinstance(told, dict) else {}
    finally:
        os.close(descriptor)
    return None


def _stem(gateway: str, sort: Sort) -> str:
    return f"gateway-{quote(gateway, safe='')}.{sort}"


def _path(run: Path, gateway: str, sort: Sort, number: int) -> Path:
    return run / f"{_stem(gateway, sort)}.{number}.post"
