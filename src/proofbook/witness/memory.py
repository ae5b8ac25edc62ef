"""What a witness remembers on disk: for each log the last checkpoint it cosigned, with its own cosignature.

Promises: a state is on disk (synced, renamed into place) before `keep` returns, so a cosignature that was sent is never forgotten
by a crash; a state that is damaged, not signed by this witness, or gone is refused, never read as "nothing cosigned yet". One
process at a time holds a folder. Does not: notice when the whole folder is put back to an older copy; it must not be restored.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from proofbook.book.durable import write_durably
from proofbook.errors import ConfigurationError, EntryDamaged, ProofbookError, StoreUnavailable
from proofbook.tlog.checkpoint import Checkpoint, parse_checkpoint
from proofbook.tlog.cosignature import CosignatureVerifier, cosignature_time
from proofbook.tlog.note import Note, check_note, parse_note
from proofbook.tlog.vkey import VerifierKey

_KNOWN: Final = "origins"
_HASH: Final = re.compile(r"[0-9a-f]{64}\Z")
_NEVER: Final = (
    "never delete or restore it: ask the log's operator for the newest checkpoint you gave, "
    "or make a new witness with a new name (`proofbook witness init`)"
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last checkpoint cosigned of one log. `note` is served as it is; `seconds` is the time of our cosignature."""

    checkpoint: Checkpoint
    note: bytes
    seconds: int


class WitnessMemory:
    """The states of one witness in a folder. Reads and writes the disk at each call; hold `turn` around a compare-and-set."""

    def __init__(self, folder: Path, key: VerifierKey) -> None:
        self._folder: Final = folder
        self._verifier: Final = CosignatureVerifier(key)

    def read(self, origin: str) -> Remembered | None:
        """What was cosigned last; None when nothing ever was.

        Raises:
            EntryDamaged: the state is damaged or gone. StoreUnavailable: it cannot be read.
        """
        path = self._path(hash_origin(origin))
        found = self._read(path)
        if found is None:
            if hash_origin(origin) in self._known():
                raise EntryDamaged(f"{path}: the state of {origin} is gone", hint=_NEVER, place=str(path))
            return None
        if found.checkpoint.origin != origin:
            raise EntryDamaged(f"{path}: is the state of another log", hint=_NEVER, place=str(path))
        return found

    def read_hashed(self, name: str) -> bytes | None:
        """The note to be read back under the hex SHA-256 of an origin; None when there is none."""
        found = self._read(self._path(name)) if _HASH.match(name) else None
        return None if found is None else found.note

    def keep(self, origin: str, note: bytes) -> None:
        """Put a cosigned checkpoint in the place of the one before. Raises StoreUnavailable: then nothing may be sent."""
        name = hash_origin(origin)
        write_durably(self._path(name), note)
        known = self._known()
        if (
            name not in known
        ):  # second: a state that is not listed is listed at the next step, a listed one that is not there is lost
            write_durably(self._folder / _KNOWN, "".join(f"{each}\n" for each in sorted({*known, name})).encode())

    def keep_fork(self, note: bytes, checkpoint: Checkpoint) -> bool:
        """Keep a checkpoint signed by the log that contradicts the one cosigned at that size. Whether it is new."""
        folder = self._folder / "forks"
        path = folder / f"{hash_origin(checkpoint.origin)}-{checkpoint.size}.note"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if path.exists():
                return False
        except OSError as error:
            raise StoreUnavailable(f"{path}: cannot be written: {error.strerror}") from error
        write_durably(path, note)
        return True

    def forks(self, origin: str) -> tuple[Path, ...]:
        """The contradicting checkpoints that were seen of a log."""
        return tuple(sorted(self._folder.glob(f"forks/{hash_origin(origin)}-*.note")))

    def check(self) -> None:
        """Read every state there is. Raises what `read` raises."""
        for name in self._known():
            path = self._path(name)
            if self._read(path) is None:
                raise EntryDamaged(f"{path}: the state of a log is gone", hint=_NEVER, place=str(path))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.note"

    def _known(self) -> frozenset[str]:
        try:
            lines = (self._folder / _KNOWN).read_text("ascii").splitlines()
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"{self._folder / _KNOWN}: cannot be read: {error}") from error
        return frozenset(lines)

    def _read(self, path: Path) -> Remembered | None:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{path}: cannot be read: {error.strerror}") from error
        try:
            note = parse_note(data)
            ours = check_note(Note(note.text, note.signatures), [self._verifier])
            return Remembered(parse_checkpoint(note.text), data, cosignature_time(ours[-1].signature))
        except ProofbookError as error:
            raise EntryDamaged(
                f"{path}: is damaged, or not by this witness: {error.message}", hint=_NEVER, place=str(path)
            ) from error


@contextmanager
def only_holder(folder: Path) -> Iterator[None]:
    """Hold the folder for the length of a `with` block. Raises ConfigurationError when another process does."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"{folder}: cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise ConfigurationError(f"{folder}: another witness runs over this state", hint="stop it first") from error
    try:
        for left in folder.glob(".*.new"):  # of a process that was killed
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def hash_origin(origin: str) -> str:
    """Hex SHA-256 of an origin, as the protocol's reading path has it."""
    return sha256(origin.encode()).hexdigest()
