"""C2SP signed notes: text, an empty line, signature lines; key names, key ids, verifier keys, Ed25519 (type 0x01).

Promises: `format_note(parse_note(n)) == n`. `check_note` ignores keys it does not know, refuses the note when a known key's
signature fails, and demands at least one known key.
Does not: decide which keys to trust, nor give the text any meaning. The text of a note that was only parsed must not be believed.
Hostile input: MalformedBundle, LimitExceeded or SignatureInvalid; the cost is bounded by MAX_NOTE_BYTES and MAX_SIGNATURES.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proofbook.errors import ConfigurationError, LimitExceeded, MalformedBundle, SignatureInvalid
from proofbook.tlog.encoding import format_base64, parse_base64, parse_lines
from proofbook.tlog.vkey import KEY_ID_BYTES, KeyType, VerifierKey, check_key_name

MAX_NOTE_BYTES: Final = 512 * 1024
"""64 signatures of the largest assigned kind (a 2,420-byte ML-DSA-44 one) and a page of text fit well."""

MAX_SIGNATURES: Final = 64
"""The specification demands at least 16; a policy of 32 witnesses and a log in the middle of a key change need more."""

_PREFIX: Final = "\u2014 "
_SEPARATOR: Final = b"\n\n"


class Signer(Protocol):
    """Signs note text with one key. Deterministic for Ed25519; safe for use from several threads."""

    @property
    def key(self) -> VerifierKey:
        """The public half: name, type, key."""
        ...

    def sign(self, text: bytes) -> bytes:
        """The signature over `text`, without the key id in front."""
        ...


class Verifier(Protocol):
    """Checks signatures of one key."""

    @property
    def key(self) -> VerifierKey:
        """The key that is trusted."""
        ...

    def check_signature(self, text: bytes, signature: bytes) -> None:
        """Returns when `signature` (without key id) is by this key over `text`; else raises SignatureInvalid."""
        ...


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: key name, 4-byte key id, the rest."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note. `text` includes its final newline and is not authenticated until `check_note` returned."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


class Ed25519Signer:
    """Signs notes with an Ed25519 key held in memory (signature type 0x01)."""

    __slots__ = ("_private", "key")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key: Final = VerifierKey(name, KeyType.ED25519, private.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """From the 32-byte private seed of RFC 8032. Raises ConfigurationError on another length."""
        return cls(name, private_from_seed(seed))

    def sign(self, text: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(text)


class Ed25519Verifier:
    """Checks signatures of type 0x01."""

    __slots__ = ("_public", "key")

    def __init__(self, key: VerifierKey) -> None:
        """Raises ConfigurationError when the key is of another type."""
        if key.key_type is not KeyType.ED25519:
            raise ConfigurationError(f"the key of {key.name} is of type {key.key_type:#04x}, not an Ed25519 note key (0x01)")
        self._public = Ed25519PublicKey.from_public_bytes(key.public_key)
        self.key: Final = key

    def check_signature(self, text: bytes, signature: bytes) -> None:
        """Raises SignatureInvalid."""
        check_ed25519(self._public, text, signature, name=self.key.name)


def check_ed25519(public: Ed25519PublicKey, message: bytes, signature: bytes, *, name: str) -> None:
    """One RFC 8032 verification; raises SignatureInvalid naming the key."""
    try:
        public.verify(signature, message)
    except InvalidSignature as error:
        raise SignatureInvalid(f"the signature of {name} does not verify", place=name) from error


def private_from_seed(seed: bytes) -> Ed25519PrivateKey:
    """The private key of a 32-byte seed. Raises ConfigurationError on another length."""
    if len(seed) != 32:
        raise ConfigurationError(f"an Ed25519 seed has 32 bytes, not {len(seed)}")
    return Ed25519PrivateKey.from_private_bytes(seed)


def parse_note(note: bytes) -> Note:
    """Splits a note at its last empty line and reads the signature lines; checks no signature.

    Raises MalformedBundle, or LimitExceeded past MAX_NOTE_BYTES or MAX_SIGNATURES.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise LimitExceeded(f"a note of {len(note)} bytes is longer than {MAX_NOTE_BYTES}")
    parse_lines(note, "the note")
    text, separator, block = note.rpartition(_SEPARATOR)
    if not separator:
        raise MalformedBundle("the note has no empty line between its text and its signatures")
    return Note(text + b"\n", parse_signature_lines(block))


def parse_signature_lines(block: bytes) -> tuple[NoteSignature, ...]:
    """One or more signature lines, each with its newline. A witness answers with such a block.

    Raises MalformedBundle, or LimitExceeded past MAX_SIGNATURES lines.
    """
    lines = parse_lines(block, "the signature block")
    if len(lines) > MAX_SIGNATURES:
        raise LimitExceeded(f"the note has {len(lines)} signatures; at most {MAX_SIGNATURES} are read")
    return tuple(_parse_signature_line(line) for line in lines)


def _parse_signature_line(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_PREFIX).partition(" ")
    if not line.startswith(_PREFIX) or not space:
        raise MalformedBundle(f"{line[:80]!r} is not a signature line", hint="expected an em dash, a key name and base64")
    check_key_name(name)
    raw = parse_base64(encoded, f"the signature of {name}")
    if len(raw) <= KEY_ID_BYTES:
        raise MalformedBundle(f"the signature of {name} is only {len(raw)} bytes long")
    return NoteSignature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def format_note(note: Note) -> bytes:
    """The inverse of `parse_note`. Raises MalformedBundle when the parts cannot make a note that reads back the same."""
    made = note.text + b"\n" + b"".join(format_signature_line(each) for each in note.signatures)
    if parse_note(made) != note:
        raise MalformedBundle("this text and these signatures do not make a note that reads back the same")
    return made


def format_signature_line(signature: NoteSignature) -> bytes:
    """Em dash, space, name, space, base64(key id || signature), newline."""
    return f"{_PREFIX}{signature.name} {format_base64(signature.key_id + signature.signature)}\n".encode()


def sign_note(text: bytes, signers: Sequence[Signer], *, existing: Iterable[NoteSignature] = ()) -> bytes:
    """The note over `text`: signatures in `existing` first, then one by each signer.

    Raises MalformedBundle when `text` cannot be the text of a note.
    """
    made = (NoteSignature(each.key.name, each.key.key_id, each.sign(text)) for each in signers)
    return format_note(Note(text, (*existing, *made)))


def check_note(note: Note, verifiers: Iterable[Verifier]) -> tuple[NoteSignature, ...]:
    """The signatures by known keys, all of which verified, each line once, in the order of the note.

    Raises SignatureInvalid when a known key's signature fails or no known key signed (signed-note, section Signatures), and
    ConfigurationError when two of the verifiers share both name and key id.
    """
    known = _index_verifiers(verifiers)
    verified: dict[NoteSignature, None] = {}
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is not None and line not in verified:
            verifier.check_signature(note.text, line.signature)
            verified[line] = None
    if not verified:
        names = ", ".join(sorted({each.name for each in note.signatures}))
        raise SignatureInvalid("no known key signed the note", hint=f"it carries signatures named {names}")
    return tuple(verified)


def _index_verifiers(verifiers: Iterable[Verifier]) -> dict[tuple[str, bytes], Verifier]:
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        place = (verifier.key.name, verifier.key.key_id)
        if place in known:
            raise ConfigurationError(f"two trusted keys share the name {verifier.key.name} and the key id {place[1].hex()}")
        known[place] = verifier
    return known
