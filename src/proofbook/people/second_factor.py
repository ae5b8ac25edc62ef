"""Second factors: one-time codes by time (TOTP, RFC 6238) and recovery codes.

Promises: a code opens once: its step must be newer than the last one used; recovery codes are random, kept as keyed digests, and
used up one by one. Codes are compared in constant time. Pure: randomness and time are handed in.
"""

from __future__ import annotations

import hmac
import struct
from base64 import b32encode
from collections.abc import Callable
from datetime import datetime
from hashlib import sha1
from typing import Final
from urllib.parse import quote, urlencode

SECRET_BYTES: Final = 20
"""As long as the digest (RFC 4226 4)."""
STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps before and after the present one that are taken: clocks of telephones differ."""
RECOVERY_CODES: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _WIDTH = 4, 4


def derive_code(secret: bytes, step: int) -> str:
    """The code of one step of 30 seconds."""
    digest = hmac.digest(secret, struct.pack(">Q", step), sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack_from('>I', digest, start)[0] & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def find_step(secret: bytes, code: str, now: datetime, last_used: int) -> int | None:
    """The step whose code this is, newer than the last used; None when it is none of them."""
    given, present = "".join(code.split()).encode("utf-8", "surrogatepass"), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(derive_code(secret, step).encode(), given) and step > last_used:
            found = step
    return found


def format_secret(secret: bytes) -> str:
    """The secret as people type it."""
    return b32encode(secret).decode().rstrip("=")


def format_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """The address an authenticator takes, as text or as a picture."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    asked = {"secret": format_secret(secret), "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(asked, quote_via=quote)}"


def make_recovery_codes(entropy: Callable[[int], bytes]) -> tuple[str, ...]:
    """Ten codes of some 79 bits each, easy to copy."""
    return tuple(_make_code(entropy) for _ in range(RECOVERY_CODES))


def plain_code(code: str) -> str:
    """A recovery code without what people add to it."""
    return "".join(code.split()).replace("-", "").lower()


def _make_code(entropy: Callable[[int], bytes]) -> str:
    letters: list[str] = []
    while len(letters) < _GROUPS * _WIDTH:  # bytes beyond the last whole round would make some letters likelier
        letters += [_LETTERS[each % len(_LETTERS)] for each in entropy(32) if each < 256 - 256 % len(_LETTERS)]
    text = "".join(letters[: _GROUPS * _WIDTH])
    return "-".join(text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH))
