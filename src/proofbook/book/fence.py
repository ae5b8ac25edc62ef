"""The fork fence: the newest signed size and root, kept outside the database and outside its backups.

A restored backup that is carried on would re-issue indices that an auditor already holds signed: a fork. So every signature is
preceded by a compare-and-set here, and a book that stands behind its fence refuses to open (ledger.md R1). The file names its
origin; a fence of another book is refused. Hostile content of the file raises `ConfigurationError`, never less.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proofbook.book.durable import write_durably
from proofbook.errors import ConfigurationError, HistoryDiverged, InputError, MalformedRecord, StoreUnavailable
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical

FORMAT = "proofbook-fence/1"
_ROOT = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class FenceState:
    """Size and 32-byte root that were last allowed to be signed."""

    size: int
    root: bytes


class FileFence:
    """A fence in one file, guarded by a lock file beside it."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        self._origin = origin

    def read(self) -> FenceState | None:
        """The state, or None when there is no fence file yet.

        Raises:
            ConfigurationError: unreadable, malformed, or the fence of another book; names the path.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(f"{self.path}: fence cannot be read: {error.strerror}") from error
        try:
            value = parse_canonical(data)
            if not isinstance(value, dict) or value.keys() != {"format", "origin", "size", "root"} or value["format"] != FORMAT:
                raise MalformedRecord("not a fence")
            size, root = value["size"], value["root"]
            if type(size) is not int or size < 1 or not isinstance(root, str) or _ROOT.match(root) is None:
                raise MalformedRecord("size or root do not have their form")
        except InputError as error:
            raise ConfigurationError(
                f"{self.path}: fence is damaged: {error}", hint="restore it from where it was copied to"
            ) from error
        if value["origin"] != self._origin:
            raise ConfigurationError(f"{self.path}: is the fence of {value['origin']!r}, not of {self._origin!r}")
        return FenceState(size, bytes.fromhex(root))

    def advance(self, expected: FenceState | None, new: FenceState) -> None:
        """Move from `expected` to `new`, durably, if nobody else moved it.

        Raises:
            HistoryDiverged: the fence is not where this writer left it. StoreUnavailable: it cannot be written.
        """
        with self._locked():
            found = self.read()
            if found != expected:
                raise HistoryDiverged(
                    f"{self.path}: the fence stands at size {_size(found)}, this writer left it at {_size(expected)}",
                    hint="another writer signed for this book; stop both and compare them before going on",
                    place=str(self.path),
                )
            content: JsonValue = {"format": FORMAT, "origin": self._origin, "size": new.size, "root": new.root.hex()}
            write_durably(self.path, canonical_bytes(content))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unlockable(error) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                for left in self.path.parent.glob(f".{self.path.name}.*.new"):  # of a writer that was killed: nobody else writes
                    left.unlink(missing_ok=True)
            except OSError as error:
                raise self._unlockable(error) from error
            yield
        finally:
            os.close(descriptor)

    def _unlockable(self, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(f"{self.path}: fence cannot be locked: {error.strerror}")


def _size(state: FenceState | None) -> str:
    return "nothing" if state is None else str(state.size)
