"""Sealed content opens to exactly what was sealed, under exactly its key and commitment, and to nothing else."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import DigestMismatch
from proofbook.vault.sealing import commitment, open_sealed, seal, unwrap_key, wrap_key

KEYS = st.binary(min_size=32, max_size=32)


@given(st.binary(max_size=2000), KEYS)
def test_content_comes_back_as_it_went(content: bytes, key: bytes) -> None:
    """Whatever the bytes, the empty ones included."""
    sealed = seal(AESGCM(key), content, os.urandom)
    assert sealed.length == len(content)
    assert open_sealed(AESGCM(key), sealed.blob, sealed.commit) == content


@given(st.binary(max_size=200), KEYS, KEYS)
def test_another_key_or_commitment_opens_nothing(content: bytes, key: bytes, other: bytes) -> None:
    """Swapped keys and swapped entries both show."""
    sealed = seal(AESGCM(key), content, os.urandom)
    if other != key:
        with pytest.raises(DigestMismatch):
            open_sealed(AESGCM(other), sealed.blob, sealed.commit)
    with pytest.raises(DigestMismatch):
        open_sealed(AESGCM(key), sealed.blob, commitment(other, content))


@given(st.binary(max_size=200), KEYS, st.data())
def test_a_changed_byte_opens_nothing(content: bytes, key: bytes, data: st.DataObject) -> None:
    """Anywhere: nonce, ciphertext or tag, or a blob cut short."""
    sealed = seal(AESGCM(key), content, os.urandom)
    place = data.draw(st.integers(0, len(sealed.blob) - 1))
    changed = bytearray(sealed.blob)
    changed[place] ^= data.draw(st.integers(1, 255))
    for blob in (bytes(changed), sealed.blob[:place]):
        with pytest.raises(DigestMismatch):
            open_sealed(AESGCM(key), blob, sealed.commit)


@given(KEYS, KEYS, st.text("abc", min_size=1, max_size=4), st.text("abc", min_size=1, max_size=4))
def test_a_wrapped_key_belongs_to_its_label(outer: bytes, key: bytes, label: str, other: str) -> None:
    """Exchanging the wrapped keys of two conversations must not go unnoticed."""
    wrapped = wrap_key(AESGCM(outer), key, label, os.urandom)
    assert unwrap_key(AESGCM(outer), wrapped, label) == key
    if other != label:
        with pytest.raises(DigestMismatch, match=f"key of {other}"):
            unwrap_key(AESGCM(outer), wrapped, other)
