"""Whether a file still is what an engine read: one that changed after the engine had started says nothing about its memory.

Promises: where the start of the engine's process can be seen, a file touched later is `unknown`, never a digest: the engine holds
what it read before, or, where it maps the file, something in between. Where the start cannot be seen, the method says so.
Does not: look into the engine's memory; a change that leaves the file's ctime alone needs root or a dishonest file system.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from proofbook.gateway.engines.binding import ArtifactDigests
from proofbook.primitives.digest import Digest
from proofbook.primitives.verdict import Unknown
from proofbook.weights.shards import shard_set

SLACK_SECONDS: Final = 2.0
"""The start of a process is known to about a second."""


class StartOf(Protocol):
    """Knows when the process that listens on a port of this machine started."""

    def __call__(self, port: int) -> float | None:
        """Seconds since 1970; None when it cannot be seen. Called in a thread: may take a moment."""


def never_seen(port: int) -> float | None:
    """Implements `StartOf` where processes cannot be looked at."""
    del port
    return None


class LoadedFiles:
    """Implements `ArtifactDigests` for one engine, by its port."""

    def __init__(
        self, digests: ArtifactDigests, port: int, start_of: StartOf, changed: Callable[[Path], float] | None = None
    ) -> None:
        self._digests = digests
        self._port = port
        self._start_of = start_of
        self._changed = changed or _changed_at

    def digest_of(self, path: str) -> tuple[Digest, str] | Unknown:
        """See `ArtifactDigests`."""
        started = self._start_of(self._port)
        found = self._digests.digest_of(path)
        if isinstance(found, Unknown):
            return found
        digest, method = found
        if started is None:
            return digest, f"{method}, start of the engine not visible"
        try:
            changed = max(self._changed(file) for file in shard_set(Path(path)))
        except OSError:
            return Unknown(("the file cannot be looked at any more",))
        if changed > started + SLACK_SECONDS:
            return Unknown(
                ("the file was changed after the engine had started, so what the engine holds is not known: restart it",)
            )
        return digest, f"{method}, unchanged since the engine started"


def _changed_at(path: Path) -> float:
    return path.stat().st_ctime
