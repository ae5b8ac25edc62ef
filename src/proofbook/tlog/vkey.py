"""Verifier keys of C2SP signed notes: `name+hex8(key id)+base64(type byte || public key)`.

Promises: one spelling for one key; a key whose id does not fit its name, type and bytes is refused.
Does not: verify signatures or hold private keys. Supports the two types this product uses; other types are refused by name.
Hostile input: MalformedBundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from proofbook.errors import MalformedBundle
from proofbook.tlog.encoding import format_base64, parse_base64

KEY_ID_BYTES: Final = 4
"""A hint for look-up, not a fingerprint: anyone can make a key with a wanted id."""

MAX_KEY_NAME_BYTES: Final = 255
"""For keys of our own or trusted by us: the ML-DSA cosignature format carries names behind one length byte. Lines of unknown keys
may carry longer names; they are ignored like every unknown key."""

_PUBLIC_KEY_BYTES: Final = 32

_P: Final = 2**255 - 19
_ORDER_EIGHT_Y: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK_Y: Final = frozenset((0, 1, _P - 1, _P, _P + 1, _ORDER_EIGHT_Y, _P - _ORDER_EIGHT_Y))
"""The y coordinates, spellings past the prime included, of the points whose order divides 8. For such a key anybody can make
signatures, so whoever names one could later say that somebody else signed."""


class KeyType(IntEnum):
    """Signature type bytes of the signed-note specification."""

    ED25519 = 0x01
    """Ed25519 over the note text."""
    COSIGNATURE = 0x04
    """Timestamped Ed25519 cosignature over a checkpoint (tlog-cosignature)."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under."""

    name: str
    key_type: KeyType
    public_key: bytes

    def __post_init__(self) -> None:
        """Raises MalformedBundle for a name no note can carry or a key of the wrong length or of small order."""
        check_key_name(self.name)
        if len(self.name.encode()) > MAX_KEY_NAME_BYTES:
            raise MalformedBundle(f"the key name {self.name[:80]!r} is longer than {MAX_KEY_NAME_BYTES} bytes")
        if len(self.public_key) != _PUBLIC_KEY_BYTES:
            raise MalformedBundle(f"the key of {self.name} has {len(self.public_key)} bytes, not {_PUBLIC_KEY_BYTES}")
        if int.from_bytes(self.public_key, "little") % 2**255 in _WEAK_Y:
            raise MalformedBundle(f"the key of {self.name} is one that anybody can sign for")

    @property
    def key_id(self) -> bytes:
        """First 4 bytes of SHA-256(name || 0x0A || type || public key)."""
        return key_id(self.name, self.key_type, self.public_key)


def key_id(name: str, key_type: int, public_key: bytes) -> bytes:
    """The key id as the signed-note specification recommends it for every type but ECDSA."""
    return sha256(name.encode() + b"\n" + bytes((key_type,)) + public_key).digest()[:KEY_ID_BYTES]


def check_key_name(name: str) -> None:
    """Raises MalformedBundle unless `name` is non-empty and free of spaces, control characters and plus signs."""
    bad = any(character.isspace() or character < " " or character == "+" or _is_surrogate(character) for character in name)
    if not name or bad:
        raise MalformedBundle(
            f"{name[:80]!r} cannot be a key name",
            hint="a key name has no spaces, control characters or plus signs, such as example.com/book",
        )


def _is_surrogate(character: str) -> bool:
    """Half of a UTF-16 pair: has no UTF-8 form, so no note can carry it."""
    return "\ud800" <= character <= "\udfff"


def parse_vkey(vkey: str) -> VerifierKey:
    """Text -> VerifierKey. Raises MalformedBundle on any other form, an unsupported type, or a key id that does not fit."""
    name, _, rest = vkey.partition("+")
    stated_id, _, encoded = rest.partition("+")
    raw = parse_base64(encoded, f"the verifier key of {name[:80]}")
    try:
        key_type = KeyType(raw[0] if raw else -1)
    except ValueError as error:
        raise MalformedBundle(
            f"the verifier key of {name[:80]} is of a type this program does not support",
            hint="supported types: 0x01 Ed25519, 0x04 timestamped Ed25519 cosignature",
        ) from error
    key = VerifierKey(name, key_type, raw[1:])
    if stated_id != key.key_id.hex():
        raise MalformedBundle(f"the verifier key of {name} states key id {stated_id[:8]!r}; its key has {key.key_id.hex()}")
    return key


def format_vkey(key: VerifierKey) -> str:
    """The inverse of `parse_vkey`."""
    return f"{key.name}+{key.key_id.hex()}+{format_base64(bytes((key.key_type,)) + key.public_key)}"
