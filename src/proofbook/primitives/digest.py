"""SHA-256 digests as text that names its algorithm, so a hex string cannot pass for a path or an id.

Promises: a `Digest` is always `sha256:` and 64 lower-case hex characters. Hostile text raises `MalformedRecord`.
"""

from __future__ import annotations

import hashlib
import re
from typing import NewType

from proofbook.errors import MalformedRecord

Digest = NewType("Digest", str)

_FORM = re.compile(r"sha256:[0-9a-f]{64}\Z")


def sha256_digest(data: bytes) -> Digest:
    """The digest of `data`."""
    return Digest("sha256:" + hashlib.sha256(data).hexdigest())


def digest_of_raw(raw: bytes) -> Digest:
    """The text form of 32 raw digest bytes. Raises MalformedRecord on any other length."""
    if len(raw) != 32:
        raise MalformedRecord(f"a SHA-256 digest has 32 bytes, not {len(raw)}")
    return Digest("sha256:" + raw.hex())


def digest_raw(digest: Digest) -> bytes:
    """The 32 raw bytes of a digest."""
    return bytes.fromhex(digest[7:])


def parse_digest(text: str) -> Digest:
    """Text -> Digest, strictly. Raises MalformedRecord naming what was expected."""
    if _FORM.match(text) is None:
        raise MalformedRecord(f"{text[:80]!r} is not a digest", hint="expected sha256: and 64 lower-case hex characters")
    return Digest(text)
