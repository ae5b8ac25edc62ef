"""Signed notes, verifier keys, cosignatures and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

Rule of a note: lines of unknown keys mean nothing; a known key whose signature fails spoils the note; at least one known key
must have signed. Hostile input raises `Damage` at the place given; size and number of signatures are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Dict, List, Sequence, Tuple

from proofbook.verify.ed25519 import verify_ed25519
from proofbook.verify.encoding import Damage, parse_base64, show

MAX_NOTE_BYTES = 512 * 1024
"""A note has a few short lines; post-quantum cosignatures of 2.4 kB each still fit many times over."""

MAX_SIGNATURES = 64
"""The specification asks readers to take at least 16; each known line costs a signature check."""

MAX_NAME_BYTES = 255
"""Length of a key name or origin."""

KEY_ED25519 = 0x01
KEY_COSIGNATURE = 0x04


@dataclass(frozen=True)
class VerifierKey:
    """A public key and the name it signs under; `kind` is 0x01 (log) or 0x04 (witness)."""

    name: str
    kind: int
    public: bytes
    text: str

    @property
    def key_id(self) -> bytes:
        """First 4 bytes of SHA-256(name, newline, kind, key): for look-up only, anyone can make a key with a wanted id."""
        return sha256(self.name.encode("utf-8") + b"\n" + bytes((self.kind,)) + self.public).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 key bytes, for people to compare."""
        return sha256(self.public).hexdigest()


@dataclass(frozen=True)
class SignatureLine:
    """One line below a note; `raw` is key id and signature."""

    name: str
    raw: bytes


@dataclass(frozen=True)
class Note:
    """The signed text, ending in a newline, and the lines below it."""

    text: bytes
    signatures: Tuple[SignatureLine, ...]

    @property
    def lines(self) -> List[str]:
        """The text line by line."""
        return self.text.decode("utf-8").split("\n")[:-1]


@dataclass(frozen=True)
class Checkpoint:
    """A signed tree head: which log, how many entries, which root."""

    origin: str
    size: int
    root: bytes
    note: Note


def parse_vkey(text: str, place: str) -> VerifierKey:
    """`name+hex8+base64(kind || key)`. Raises Damage for another form, an unknown kind or an id that does not fit."""
    name, _, rest = text.partition("+")
    stated, _, encoded = rest.partition("+")
    _check_name(name, place)
    raw = parse_base64(encoded, place)
    if len(raw) != 33 or raw[0] not in (KEY_ED25519, KEY_COSIGNATURE):
        raise Damage(place, "not an Ed25519 verifier key (type 0x01) or cosignature key (type 0x04) with 32 bytes")
    key = VerifierKey(name, raw[0], raw[1:], text)
    if key.key_id.hex() != stated:
        raise Damage(place, f"the verifier key states the id {show(stated)}, but its key has {key.key_id.hex()}")
    return key


def _check_name(name: str, place: str) -> None:
    bad = any(letter.isspace() or letter < " " or letter == "+" or "\ud800" <= letter <= "\udfff" for letter in name)
    if not name or bad or len(name.encode("utf-8")) > MAX_NAME_BYTES:
        raise Damage(place, f"{show(name)} cannot be the name of a key")


def parse_note(data: bytes, place: str) -> Note:
    """Splits a note at its last empty line; checks no signature. Raises Damage."""
    if len(data) > MAX_NOTE_BYTES:
        raise Damage(place, f"a signed note longer than {MAX_NOTE_BYTES} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damage(place, f"not UTF-8 at byte {error.start}") from None
    if any(letter < " " and letter != "\n" for letter in text):
        raise Damage(place, "a signed note with control characters")
    body, separator, block = text.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise Damage(place, "not a signed note: text, an empty line, signature lines, each ended by a newline")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Damage(place, f"{len(lines)} signature lines; at most {MAX_SIGNATURES} are read")
    return Note((body + "\n").encode("utf-8"), tuple(_parse_line(line, place) for line in lines))


def _parse_line(line: str, place: str) -> SignatureLine:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "\u2014" or not encoded:
        raise Damage(place, f"{show(line)} is not a signature line")
    raw = parse_base64(encoded, place)
    if len(raw) < 5:
        raise Damage(place, f"the signature of {show(name)} is too short")
    return SignatureLine(name, raw)


def check_note(note: Note, keys: Sequence[VerifierKey], place: str) -> List[Tuple[VerifierKey, int]]:
    """The keys that signed, each with the time it states (0 for a log key). Raises Damage by the rule of a note."""
    known: Dict[Tuple[str, bytes], List[VerifierKey]] = {}
    for key in keys:
        known.setdefault((key.name, key.key_id), []).append(key)
    signed: List[Tuple[VerifierKey, int]] = []
    for line in dict.fromkeys(note.signatures):  # a line repeated is looked at once
        for key in known.get((line.name, line.raw[:4]), []):
            if not _verifies(key, note.text, line.raw[4:]):
                raise Damage(place, f"the signature by {show(key.name)} does not verify: the text or the signature was changed")
            signed.append((key, int.from_bytes(line.raw[4:12], "big") if key.kind == KEY_COSIGNATURE else 0))
    if not signed:
        names = ", ".join(sorted({show(line.name) + " " + line.raw[:4].hex() for line in note.signatures})[:4])
        wanted = ", ".join(f"{show(key.name)} {key.key_id.hex()}" for key in keys)
        raise Damage(place, f"no trusted key signed this (signed by {names}; trusted: {wanted})")
    return signed


def _verifies(key: VerifierKey, text: bytes, signature: bytes) -> bool:
    if key.kind == KEY_ED25519:
        return verify_ed25519(key.public, text, signature)
    if len(signature) != 72:
        return False
    seconds = int.from_bytes(signature[:8], "big")
    return verify_ed25519(key.public, f"cosignature/v1\ntime {seconds}\n".encode("ascii") + text, signature[8:])


def parse_checkpoint(data: bytes, place: str) -> Checkpoint:
    """A signed checkpoint, its signatures unchecked. Raises Damage."""
    note = parse_note(data, place)
    lines = note.lines
    if len(lines) < 3 or not all(lines):
        raise Damage(place, "not a checkpoint: origin, size and root, one to a line")
    _check_name(lines[0], place)
    size = parse_size(lines[1], place)
    root = parse_base64(lines[2], place)
    if len(root) != 32:
        raise Damage(place, "the root of the checkpoint does not have 32 bytes")
    return Checkpoint(lines[0], size, root, note)


def parse_size(text: str, place: str) -> int:
    """A tree size in decimal, without sign or leading zero. Raises Damage."""
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and str(int(text)) == text):
        raise Damage(place, f"{show(text)} is not a tree size")
    return int(text)
