"""Which key signs a book's checkpoints from which size on, as a chain of statements that each outgoing key signs.

Promises: following the chain from a first key that someone trusts gives, for every tree size, exactly the keys whose signature
counts. The text of a statement can never be read as a checkpoint, so a log key that signs one has not signed a tree head.
Does not: make a stolen key harmless. A thief can sign a statement too; so a statement must also be an entry of the book
(`log.key_rotated`) below a witnessed checkpoint, and after a theft a new origin is the answer.
Hostile input: MalformedBundle, LimitExceeded or SignatureInvalid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from proofbook.errors import LimitExceeded, MalformedBundle
from proofbook.tlog.encoding import parse_decimal, parse_lines
from proofbook.tlog.note import Ed25519Verifier, Signer, check_note, parse_note, sign_note
from proofbook.tlog.vkey import KeyType, VerifierKey, format_vkey, parse_vkey

ROTATION_HEADER: Final = "proofbook/key-rotation/v1"
"""Second line is the origin, where a checkpoint has a decimal: no note text is both."""

MAX_ROTATIONS: Final = 1000
"""A key a week for twenty years."""


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """From tree size `from_size` on, `key` signs. Checkpoints of exactly that size may carry either key's signature or both."""

    origin: str
    from_size: int
    key: VerifierKey


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """The first key and every later one, in order; `check_key_history` makes it."""

    origin: str
    first: VerifierKey
    rotations: tuple[KeyRotation, ...] = ()

    def verifiers_at(self, size: int) -> tuple[Ed25519Verifier, ...]:
        """The keys that may sign a checkpoint of `size` entries: one, or both at the very size of a change."""
        starts = [0, *(each.from_size for each in self.rotations)]
        ends = [*starts[1:], None]
        keys = (self.first, *(each.key for each in self.rotations))
        return tuple(
            Ed25519Verifier(key)
            for key, start, end in zip(keys, starts, ends, strict=True)
            if start <= size and (end is None or size <= end)
        )


def sign_rotation(rotation: KeyRotation, *, outgoing: Signer, incoming: Signer) -> bytes:
    """The statement as a note, signed by both keys: the old one hands over, the new one shows that someone holds it.

    Raises MalformedBundle when `incoming` is not the key in the statement or the parts have no form.
    """
    if incoming.key != rotation.key:
        raise MalformedBundle(f"the incoming signer is not the key that takes over {rotation.origin}")
    return sign_note(format_rotation(rotation), (outgoing, incoming))


def format_rotation(rotation: KeyRotation) -> bytes:
    """The text of a statement: header, origin, size, verifier key of the incoming key, one a line."""
    lines = (ROTATION_HEADER, rotation.origin, str(rotation.from_size), format_vkey(rotation.key))
    text = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    parse_rotation(text)
    return text


def parse_rotation(text: bytes) -> KeyRotation:
    """The inverse of `format_rotation`. Raises MalformedBundle."""
    lines = parse_lines(text, "the key rotation")
    if len(lines) != 4 or lines[0] != ROTATION_HEADER:
        raise MalformedBundle("this is no key rotation", hint=f"expected {ROTATION_HEADER}, origin, size, verifier key")
    key = parse_vkey(lines[3])
    if key.key_type is not KeyType.ED25519 or key.name != lines[1]:
        raise MalformedBundle(f"the incoming key {key.name} is not an Ed25519 note key named like the log")
    return KeyRotation(lines[1], parse_decimal(lines[2], "the tree size"), key)


def check_key_history(first: VerifierKey, statements: Sequence[bytes]) -> KeyHistory:
    """Follows the chain from a trusted first key.

    `statements` are signed rotation notes, oldest first. Raises SignatureInvalid when one is not signed by both the key before it
    and its own, MalformedBundle when one is of another log, goes back to an earlier size or names a key again, LimitExceeded past
    MAX_ROTATIONS.
    """
    if len(statements) > MAX_ROTATIONS:
        raise LimitExceeded(f"{len(statements)} key rotations are more than {MAX_ROTATIONS}")
    rotations: list[KeyRotation] = []
    current, seen = first, {first.public_key}
    for statement in statements:
        rotation = _check_statement(statement, current)
        earliest = rotations[-1].from_size + 1 if rotations else 1
        if rotation.from_size < earliest or rotation.key.public_key in seen:
            raise MalformedBundle(f"the key rotation at size {rotation.from_size} goes back or brings a key back")
        rotations.append(rotation)
        current = rotation.key
        seen.add(current.public_key)
    return KeyHistory(first.name, first, tuple(rotations))


def _check_statement(statement: bytes, current: VerifierKey) -> KeyRotation:
    note = parse_note(statement)
    rotation = parse_rotation(note.text)
    if rotation.origin != current.name:
        raise MalformedBundle(f"the key rotation is of the log {rotation.origin[:80]!r}, not of {current.name!r}")
    for key in (current, rotation.key):
        check_note(note, (Ed25519Verifier(key),))
    return rotation
