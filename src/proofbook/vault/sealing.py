"""Sealing content and opening it again: pure transformations of bytes.

    commitment = SHA-256("proofbook/content/v1" 0x00 || salt || content)         goes into the entry
    sealed     = nonce || AES-256-GCM(data key, nonce, salt || zstd(content), aad = commitment)

Promises: the 32-byte salt lives only inside the ciphertext, so it dies with the key and short content cannot be guessed from
the book (ledger.md 5.1); the commitment binds the key too, which GCM alone does not. Opening checks the commitment, so replaced
or swapped content is a `DigestMismatch`, never other text. Randomness is handed in. Decompression is bounded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, NamedTuple

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from proofbook.errors import DigestMismatch, LimitExceeded

COMMITMENT_ALGORITHM: Final = "salted-sha256/1"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 32
MAX_CONTENT_BYTES: Final = 256 * 1024 * 1024
"""Larger than any reply the gateway lets pass; bounds what opening may allocate."""

_LABEL: Final = b"proofbook/content/v1\x00"
_COMPRESSION_LEVEL: Final = 3

Entropy = Callable[[int], bytes]


class Sealed(NamedTuple):
    """Sealed content: `commit` goes into the entry, `blob` into the vault."""

    commit: bytes
    blob: bytes
    length: int


def commitment(salt: bytes, content: bytes) -> bytes:
    """The 32-byte salted commitment to content."""
    return hashlib.sha256(_LABEL + salt + content).digest()


def make_compressor() -> zstandard.ZstdCompressor:
    """A compressor to be used again and again by one thread: making one costs more than compressing a short prompt."""
    return zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL)


def seal(cipher: AESGCM, content: bytes, entropy: Entropy, compressor: zstandard.ZstdCompressor | None = None) -> Sealed:
    """Seal content under a data key.

    Raises:
        LimitExceeded: larger than `MAX_CONTENT_BYTES`.
    """
    if len(content) > MAX_CONTENT_BYTES:
        raise LimitExceeded(f"content of {len(content)} bytes is larger than {MAX_CONTENT_BYTES}")
    drawn = entropy(SALT_BYTES + NONCE_BYTES)
    salt, nonce = drawn[:SALT_BYTES], drawn[SALT_BYTES:]
    commit = commitment(salt, content)
    packed = (compressor or make_compressor()).compress(content)
    return Sealed(commit, nonce + cipher.encrypt(nonce, salt + packed, commit), len(content))


def open_sealed(cipher: AESGCM, blob: bytes, commit: bytes) -> bytes:
    """The content behind a commitment.

    Raises:
        DigestMismatch: the blob does not open under this key and commitment, or opens to something else.
    """
    try:
        plain = cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], commit)
        content = zstandard.ZstdDecompressor().decompress(plain[SALT_BYTES:], max_output_size=MAX_CONTENT_BYTES)
    except (InvalidTag, ValueError, zstandard.ZstdError) as error:
        raise DigestMismatch("sealed content does not open under its conversation's key") from error
    if commitment(plain[:SALT_BYTES], content) != commit:
        raise DigestMismatch("sealed content is not what its entry committed to")
    return content


def wrap_key(outer: AESGCM, key: bytes, label: str, entropy: Entropy) -> bytes:
    """A key under a key; `label` (conversation or epoch) is bound in, so wrapped keys cannot be exchanged."""
    nonce = entropy(NONCE_BYTES)
    return nonce + outer.encrypt(nonce, key, label.encode())


def unwrap_key(outer: AESGCM, wrapped: bytes, label: str) -> bytes:
    """The inverse of `wrap_key`.

    Raises:
        DigestMismatch: damaged, of another label, or under another key.
    """
    try:
        return outer.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], label.encode())
    except (InvalidTag, ValueError) as error:
        raise DigestMismatch(
            f"the key of {label} does not unwrap: damaged, exchanged, or under another vault key", place=label
        ) from error


def derive_fingerprint_key(vault_key: bytes) -> bytes:
    """The key under which prompts are fingerprinted: equal texts compare equal inside one book and tell nothing outside it."""
    return HKDFExpand(SHA256(), KEY_BYTES, b"proofbook/fingerprint/v1").derive(vault_key)
