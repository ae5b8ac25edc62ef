"""C2SP checkpoints: the text of a tree head (origin, size, root), and the stricter rule for origins of our own.

Promises: `format_checkpoint(parse_checkpoint(t)) == t`; a checkpoint of size 0 has the one root an empty tree can have.
Does not: check signatures (`note`) or whether two checkpoints belong to one history (`proof`).
Hostile input: MalformedBundle, LimitExceeded, or ProofInvalid for an empty tree with another root.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proofbook.errors import ConfigurationError, LimitExceeded, MalformedBundle, ProofInvalid
from proofbook.tlog.encoding import format_base64, parse_decimal, parse_hash, parse_lines
from proofbook.tlog.merkle import EMPTY_ROOT
from proofbook.tlog.note import Note, Verifier, check_note, parse_note
from proofbook.tlog.vkey import MAX_KEY_NAME_BYTES

MAX_CHECKPOINT_TEXT_BYTES: Final = 16 * 1024
"""Three lines need 400 bytes. Extension lines are discouraged, and a witness signs and stores whatever is in them."""

_ORIGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)+\Z")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: which log, how many entries, which root; extension lines are kept and mean nothing to us."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Note text -> Checkpoint, strictly.

    Raises MalformedBundle, LimitExceeded past MAX_CHECKPOINT_TEXT_BYTES, ProofInvalid for size 0 with a root other than the
    empty tree's.
    """
    if len(text) > MAX_CHECKPOINT_TEXT_BYTES:
        raise LimitExceeded(f"a checkpoint of {len(text)} bytes is longer than {MAX_CHECKPOINT_TEXT_BYTES}")
    lines = parse_lines(text, "the checkpoint")
    if len(lines) < 3 or not all(lines):
        raise MalformedBundle("a checkpoint has at least three lines and no empty one", hint="origin, size, root")
    origin, size_line, root_line, *extensions = lines
    size, root = parse_decimal(size_line, "the tree size"), parse_hash(root_line, "the root hash")
    if size == 0 and root != EMPTY_ROOT:
        raise ProofInvalid(f"the checkpoint of {origin[:80]} states size 0 and a root that no empty tree has")
    return Checkpoint(origin, size, root, tuple(extensions))


def format_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The note text of a tree head. Raises the errors of `parse_checkpoint` for values that have no form."""
    root = format_base64(checkpoint.root)
    lines = (checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions)
    text = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    if parse_checkpoint(text) != checkpoint:
        raise MalformedBundle("this tree head does not make a checkpoint that reads back the same")
    return text


def check_checkpoint(note: bytes | Note, *, origin: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """The tree head of a signed checkpoint of the log `origin`.

    Raises SignatureInvalid when the signatures do not check out (rule in `note.check_note`), MalformedBundle when it is another
    log's, besides the errors of parsing.
    """
    parsed = note if isinstance(note, Note) else parse_note(note)
    check_note(parsed, verifiers)
    checkpoint = parse_checkpoint(parsed.text)
    check_same_origin(checkpoint, origin)
    return checkpoint


def check_same_origin(checkpoint: Checkpoint, origin: str) -> None:
    """Raises MalformedBundle when the checkpoint is another log's: signed by a trusted key, but not about this log."""
    if checkpoint.origin != origin:
        raise MalformedBundle(f"the checkpoint is of the log {checkpoint.origin[:80]!r}, not of {origin!r}")


def check_origin(origin: str) -> None:
    """The rule for origins of our own logs; foreign logs only have to be non-empty.

    A URL without scheme: a lower-case host, then one or more path elements of letters, digits, dot, dash and underscore; at
    most 255 bytes; for example `example.com/proofbook/main`. It names the log for ever and is also its key name, so it must fit
    every place such a name can go: a note, a file name, a policy file. Raises ConfigurationError.
    """
    if len(origin) > MAX_KEY_NAME_BYTES or _ORIGIN.match(origin) is None:
        raise ConfigurationError(
            f"{origin[:80]!r} cannot be the origin of a book",
            hint="a host you own and a path, without scheme or trailing slash, such as example.com/proofbook/main",
        )
