"""What the key of the people's store does: seal small secrets, and name things so that a copy of the store tells nothing.

Promises: AES-256-GCM with a fresh nonce, bound to what the secret belongs to, so that one row's secret does not open in another
row; digests are keyed, so typed names and recovery codes cannot be tried against a stolen store without the key.
Hostile input: anything that does not open is `DigestMismatch`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from proofbook.errors import DigestMismatch

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Seal:
    """Seals and names under one key of 32 bytes. Safe to use from several threads."""

    def __init__(self, key: bytes, entropy: Callable[[int], bytes]) -> None:
        self._cipher = AESGCM(_derive(key, b"proofbook/people/seal/v1"))
        self._names = _derive(key, b"proofbook/people/names/v1")
        self._entropy = entropy

    def close(self, secret: bytes, belongs_to: str) -> bytes:
        """The sealed secret."""
        nonce = self._entropy(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, belongs_to.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes, belongs_to: str) -> bytes:
        """The secret. Raises DigestMismatch."""
        try:
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, rest, belongs_to.encode("utf-8", "surrogatepass"))
        except (InvalidTag, ValueError) as error:
            raise DigestMismatch(
                "a secret of the people's store does not open under its key", hint="restore keys/people.key, or reset it"
            ) from error

    def name(self, text: str, belongs_to: str) -> bytes:
        """A keyed digest of a text."""
        what = belongs_to.encode("utf-8", "surrogatepass") + b"\0" + text.encode("utf-8", "surrogatepass")
        return hmac.digest(self._names, what, sha256)


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=purpose).derive(key)
