"""Sealing: salted, bound to key and commitment, bounded."""

from __future__ import annotations

import hashlib
import os

import pytest
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proofbook.errors import DigestMismatch, LimitExceeded
from proofbook.vault import sealing
from proofbook.vault.sealing import commitment, derive_fingerprint_key, open_sealed, seal, wrap_key

KEY = AESGCM(b"k" * 32)


def test_the_commitment_is_the_published_construction() -> None:
    """A verifier written from the documentation must come to the same bytes."""
    salt = b"s" * 32
    assert commitment(salt, b"content") == hashlib.sha256(b"proofbook/content/v1\x00" + salt + b"content").digest()


def test_equal_content_has_unequal_commitments_and_blobs() -> None:
    """Otherwise a book would tell who asked the same thing."""
    first, second = (seal(KEY, b"yes", os.urandom) for _ in range(2))
    assert first.commit != second.commit
    assert first.blob != second.blob
    assert hashlib.sha256(b"yes").digest() not in first.blob


def test_the_salt_dies_with_the_key() -> None:
    """It is inside the ciphertext and nowhere else, so short content cannot be guessed from the commitment afterwards."""
    drawn: list[bytes] = []

    def entropy(count: int) -> bytes:
        drawn.append(os.urandom(count))
        return drawn[-1]

    sealed = seal(KEY, b"yes", entropy)
    salt = drawn[0][:32]
    assert commitment(salt, b"yes") == sealed.commit
    assert salt not in sealed.blob


def test_content_that_is_too_large_is_refused_both_ways() -> None:
    """A sealed bomb must not unpack to more than was ever sealed."""
    bomb = zstandard.ZstdCompressor().compress(bytes(sealing.MAX_CONTENT_BYTES + 1))
    salt, nonce = b"s" * 32, b"n" * 12
    with pytest.raises(DigestMismatch):
        open_sealed(KEY, nonce + KEY.encrypt(nonce, salt + bomb, b"c" * 32), b"c" * 32)
    with pytest.raises(LimitExceeded, match="larger than"):
        seal(KEY, bytes(sealing.MAX_CONTENT_BYTES + 1), os.urandom)


def test_a_blob_that_opens_to_something_else_is_refused() -> None:
    """Whoever has the key can make a blob, but not one that matches the commitment."""
    salt, nonce, commit = b"s" * 32, b"n" * 12, b"c" * 32
    for plain in (salt + zstandard.ZstdCompressor().compress(b"other"), salt + b"not compressed", b"short"):
        with pytest.raises(DigestMismatch):
            open_sealed(KEY, nonce + KEY.encrypt(nonce, plain, commit), commit)


@pytest.mark.parametrize("blob", [b"", b"n" * 12, b"n" * 20])
def test_a_cut_blob_is_refused(blob: bytes) -> None:
    """Never a crash of the cipher."""
    with pytest.raises(DigestMismatch):
        open_sealed(KEY, blob, b"c" * 32)
    with pytest.raises(DigestMismatch):
        sealing.unwrap_key(KEY, blob, "c_1")


def test_two_wraps_of_one_key_differ() -> None:
    """A copy of the database does not tell which keys are equal."""
    assert wrap_key(KEY, b"d" * 32, "c_1", os.urandom) != wrap_key(KEY, b"d" * 32, "c_1", os.urandom)


def test_the_fingerprint_key_depends_on_the_vault_key_alone() -> None:
    """Equal prompts compare equal within one book, across restarts, and not between books."""
    assert derive_fingerprint_key(b"a" * 32) == derive_fingerprint_key(b"a" * 32)
    assert derive_fingerprint_key(b"a" * 32) != derive_fingerprint_key(b"b" * 32)
    assert derive_fingerprint_key(b"a" * 32) != b"a" * 32
