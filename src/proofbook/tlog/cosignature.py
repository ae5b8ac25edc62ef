"""Timestamped Ed25519 cosignatures (C2SP tlog-cosignature, signature type 0x04): what a witness says about a checkpoint.

Promises: the signed message is `cosignature/v1`, the time line and the whole checkpoint text, so it can never be mistaken for a
log's own signature. Does not: read a clock; times are POSIX seconds given by the caller. A cosigner signs only checkpoints.
Hostile input: MalformedBundle or SignatureInvalid.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proofbook.errors import ConfigurationError, MalformedBundle, SignatureInvalid
from proofbook.tlog.checkpoint import parse_checkpoint
from proofbook.tlog.note import (
    Ed25519Verifier,
    Note,
    NoteSignature,
    Verifier,
    check_ed25519,
    check_note,
    format_note,
    parse_note,
    parse_signature_lines,
    private_from_seed,
)
from proofbook.tlog.vkey import KeyType, VerifierKey

MAX_TIME_SECONDS: Final = 2**63 - 1
"""Stated by the specification."""

_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64


class Cosigner:
    """A witness's key held in memory."""

    __slots__ = ("_private", "key")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key: Final = VerifierKey(name, KeyType.COSIGNATURE, private.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """From the 32-byte private seed of RFC 8032. The key must have no other use: the signed message does not name it."""
        return cls(name, private_from_seed(seed))

    def cosign(self, text: bytes, *, time_seconds: int) -> NoteSignature:
        """The signature line over checkpoint text, stating `time_seconds`. Raises MalformedBundle when it is no checkpoint."""
        parse_checkpoint(text)
        signature = self._private.sign(cosignature_message(text, time_seconds))
        return NoteSignature(self.key.name, self.key.key_id, time_seconds.to_bytes(_TIME_BYTES, "big") + signature)


class CosignatureVerifier:
    """Checks signatures of type 0x04; a `note.Verifier`."""

    __slots__ = ("_public", "key")

    def __init__(self, key: VerifierKey) -> None:
        """Raises ConfigurationError when the key is of another type."""
        if key.key_type is not KeyType.COSIGNATURE:
            raise ConfigurationError(f"the key of {key.name} is of type {key.key_type:#04x}, not a cosignature key (0x04)")
        self._public = Ed25519PublicKey.from_public_bytes(key.public_key)
        self.key: Final = key

    def check_signature(self, text: bytes, signature: bytes) -> None:
        """Raises SignatureInvalid."""
        try:
            message = cosignature_message(text, cosignature_time(signature))
        except MalformedBundle as error:
            raise SignatureInvalid(f"the signature of {self.key.name} is no cosignature", place=self.key.name) from error
        check_ed25519(self._public, message, signature[_TIME_BYTES:], name=self.key.name)


def cosignature_message(text: bytes, time_seconds: int) -> bytes:
    """What is signed. Raises MalformedBundle for a time outside 0 to 2**63 - 1."""
    if not 0 <= time_seconds <= MAX_TIME_SECONDS:
        raise MalformedBundle(f"{time_seconds} is not a cosignature time")
    return f"cosignature/v1\ntime {time_seconds}\n".encode() + text


def cosignature_time(signature: bytes) -> int:
    """The POSIX seconds stated in a signature of type 0x04 (without key id); believe it only after checking the signature.

    Raises MalformedBundle when it does not have 8 + 64 bytes.
    """
    if len(signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        raise MalformedBundle(f"a cosignature has {_TIME_BYTES + _SIGNATURE_BYTES} bytes, not {len(signature)}")
    return int.from_bytes(signature[:_TIME_BYTES], "big")


def derive_cosigned_note(note: bytes, answer: bytes, verifiers: Iterable[Verifier]) -> bytes:
    """The note with the lines of a witness's answer that are by the given keys; lines by unknown keys are left out.

    Raises SignatureInvalid when a known key's line fails or there is none by a known key, MalformedBundle for any other answer.
    """
    checked = parse_note(note)
    lines = check_note(Note(checked.text, parse_signature_lines(answer)), verifiers)
    fresh = tuple(line for line in lines if line not in checked.signatures)
    return format_note(Note(checked.text, (*checked.signatures, *fresh)))


def verifier_of(key: VerifierKey) -> Verifier:
    """The verifier for a key of either supported type."""
    return Ed25519Verifier(key) if key.key_type is KeyType.ED25519 else CosignatureVerifier(key)
