"""A digest names its algorithm, so it can never be mistaken for an id or a path."""

from __future__ import annotations

import hashlib

import pytest

from proofbook.errors import MalformedRecord
from proofbook.primitives.digest import digest_of_raw, digest_raw, parse_digest, sha256_digest


def test_text_and_raw_form_convert_into_each_other() -> None:
    """Files hold raw bytes, entries hold text; both must mean the same."""
    digest = sha256_digest(b"sample")
    assert digest == "sha256:" + hashlib.sha256(b"sample").hexdigest()
    assert digest_raw(digest) == hashlib.sha256(b"sample").digest()
    assert digest_of_raw(digest_raw(digest)) == digest == parse_digest(digest)


@pytest.mark.parametrize("raw", [b"", b"x" * 31, b"x" * 33])
def test_other_lengths_are_refused(raw: bytes) -> None:
    """A truncated digest would match more than one thing."""
    with pytest.raises(MalformedRecord, match="32 bytes"):
        digest_of_raw(raw)


@pytest.mark.parametrize(
    "text", ["", "a" * 64, "sha256:" + "A" * 64, "sha256:" + "a" * 63, "sha256:" + "a" * 64 + "\n", "md5:" + "a" * 64]
)
def test_other_spellings_are_refused(text: str) -> None:
    """One digest, one spelling: otherwise comparing texts would miss equal ones."""
    with pytest.raises(MalformedRecord, match="is not a digest"):
        parse_digest(text)
