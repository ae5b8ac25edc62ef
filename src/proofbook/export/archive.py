"""An evidence room as one encrypted archive: a tar stream, encrypted with age to the public keys of its receivers.

Promises: nothing of the room is in the archive in the clear; it streams, so memory stays flat; the same room gives the same tar
stream, while each archive is encrypted afresh. It comes into being whole or not at all. Does not: delete the room.
The library is an extra (`proofbook[delivery]`). Who may open it are the keys named and nobody else, this program neither.
"""

from __future__ import annotations

import os
import tarfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from proofbook.book.durable import sync_folder
from proofbook.errors import ConfigurationError, InputError, RefusedError, StoreUnavailable

if TYPE_CHECKING:
    from pyrage.x25519 import Recipient

FORM: Final = "tar encrypted with age"
TOP: Final = "evidence-room"
"""The folder that everything in the archive lies in."""
MAX_RECIPIENTS: Final = 64
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Archive:
    """What was written: SHA-256 of the file in hex, and its length."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Recipients:
    """Public keys that were read: as text, sorted, and as the library has them."""

    texts: tuple[str, ...]
    keys: tuple[Recipient, ...]


def parse_recipients(texts: Iterable[str]) -> Recipients:
    """Public keys of age (X25519), each once. Raises InputError naming what is none, ConfigurationError without the extra."""
    try:
        from pyrage import RecipientError, x25519
    except ImportError as error:
        raise ConfigurationError("encrypted archives need pyrage", hint="install `proofbook[delivery]`") from error
    known: dict[str, Recipient] = {}
    for text in texts:
        try:
            known[text] = x25519.Recipient.from_str(text)
        except (RecipientError, ValueError) as error:
            what = "a secret key, which nobody should have sent" if text.upper().startswith("AGE-SECRET-KEY") else repr(text[:80])
            raise InputError(f"{what} is no age public key", hint="one looks like age1…; `age-keygen -y` prints it") from error
    if not 0 < len(known) <= MAX_RECIPIENTS:
        raise InputError(f"{len(known)} recipients were named", hint=f"name 1 to {MAX_RECIPIENTS}")
    return Recipients(tuple(sorted(known)), tuple(known[each] for each in sorted(known)))


def read_recipients(path: Path) -> list[str]:
    """The keys in a recipients file: one a line, empty lines and those with `#` left out. Raises InputError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}", hint="name a text file with one age public key a line") from error
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


@contextmanager
def encrypted_archive(room: Path, out: Path, recipients: Recipients) -> Iterator[Archive]:
    """Write the archive beside `out`; what is in the block happens before it takes its place there.

    Raises:
        RefusedError: `out` exists. StoreUnavailable: it cannot be written. Then, and when the block raises, nothing is left.
    """
    if out.exists():
        raise RefusedError(f"{out}: exists", hint="name a new file; an archive is never overwritten")
    beside = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        try:
            made = _write(room, beside, recipients)
        except OSError as error:
            raise StoreUnavailable(f"{out}: cannot be written: {error.strerror or error}") from error
        yield made
        try:
            os.link(beside, out)  # fails when the name was taken meanwhile, unlike rename
            sync_folder(out.parent)
        except FileExistsError as error:
            raise RefusedError(f"{out}: exists", hint="name a new file; an archive is never overwritten") from error
        except OSError as error:
            raise StoreUnavailable(f"{out}: cannot be written: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)


class _Counted:
    """A file that keeps the digest and length of what is written to it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._stream.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Hand it to the system."""
        self._stream.flush()

    def hexdigest(self) -> str:
        """Of everything so far."""
        return self._hash.hexdigest()


def _write(room: Path, out: Path, recipients: Recipients) -> Archive:
    """The tar is written by a thread into a pipe, from which the encryption reads: neither is ever whole in memory."""
    import pyrage

    reading, writing = os.pipe()
    failures: list[BaseException] = []
    thread = threading.Thread(target=_pack, args=(room, writing, failures), name="packing", daemon=True)
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream, os.fdopen(reading, "rb", buffering=_PIECE) as source:
        counted = _Counted(stream)
        thread.start()
        try:
            pyrage.encrypt_io(source, counted, list(recipients.keys))
        finally:
            source.close()  # a packer that still writes is told by it
            thread.join()
        if failures:
            raise failures[0]
        stream.flush()
        os.fsync(stream.fileno())
        return Archive(counted.hexdigest(), counted.size)


def _pack(room: Path, writing: int, failures: list[BaseException]) -> None:
    try:
        with (
            os.fdopen(writing, "wb") as pipe,
            tarfile.open(fileobj=pipe, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_PIECE) as tar,
        ):
            for path in _files(room):
                described = tarfile.TarInfo(f"{TOP}/{path.relative_to(room).as_posix()}")
                described.size, described.mode = path.stat().st_size, 0o644
                with path.open("rb") as source:
                    tar.addfile(described, source)
    except BaseException as error:  # noqa: BLE001 - told to the thread that waits
        failures.append(error)


def _files(room: Path) -> Sequence[Path]:
    return sorted(path for path in room.rglob("*") if path.is_file() and not path.is_symlink())
