"""Signed tokens as they travel (JWS compact, RFC 7515): three parts, taken apart strictly before anything is believed.

Promises: what leaves here is a JSON object for header and payload, without members given twice, without an extension that would
have to be understood (`crit`), and no larger than the bound. Signatures are checked by PyJWT, under the one algorithm that
the key was chosen for, never one that the token chose. Keys or addresses of keys inside a token (`jwk`, `jku`, `x5c`, `x5u`) are
never looked at. Hostile input: `NotAToken` with a constant sentence; tokens themselves are never in an error.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import jwt

Algorithm: TypeAlias = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]  # fmt: skip
"""Asymmetric signatures only: with a shared secret, whoever can check a token could make one."""
MAX_BYTES = 16 * 1024
_COMPACT = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_TYPES = frozenset(("jwt", "at+jwt", "application/at+jwt"))


class NotAToken(Exception):
    """Ends the sentence 'The access token ...'."""


class Parts(NamedTuple):
    """Header and payload of a token whose signature nobody has checked yet."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]


def looks_signed(token: bytes) -> bool:
    """Whether this could be a compact token at all."""
    return _COMPACT.fullmatch(token) is not None


def parse_compact(token: bytes) -> Parts:
    """Takes a token apart. Raises NotAToken."""
    if len(token) > MAX_BYTES:
        raise NotAToken(f"is longer than {MAX_BYTES} bytes")
    found = _COMPACT.fullmatch(token)
    if found is None:
        raise NotAToken("is not a signed token of three parts")
    parts = Parts(_parse_object(found[1]), _parse_object(found[2]))
    if "crit" in parts.header or "b64" in parts.header:
        raise NotAToken("demands an extension that is not understood here")
    named = parts.header.get("typ", "JWT")
    if not isinstance(named, str) or named.lower() not in _TYPES:
        raise NotAToken("is of a type that grants no access")
    return parts


def check_signature(token: bytes, key: jwt.PyJWK | bytes, algorithm: str) -> None:
    """Raises NotAToken when the signature is not this key's, or not of this algorithm."""
    import jwt  # only where tokens are verified: it brings an HTTP client along

    try:
        jwt.PyJWS(algorithms=[algorithm]).decode(token, key=key, algorithms=[algorithm])
    except jwt.PyJWTError as error:
        raise NotAToken("has a signature that does not verify") from error


def read_moment(payload: Mapping[str, Any], claim: str) -> float | None:
    """A claim that is a moment, in seconds since 1970; None when absent. Raises NotAToken for anything else."""
    value = payload.get(claim)
    if value is None:
        return None
    if type(value) not in {int, float} or not math.isfinite(value) or not 0 <= value < 1 << 33:
        raise NotAToken(f"states no moment in '{claim}'")
    return float(value)


def read_name(payload: Mapping[str, Any], claim: str) -> str | None:
    """A claim that is a name of 1 to 128 printable characters; None otherwise."""
    value = payload.get(claim)
    if isinstance(value, str) and value.strip() and len(value) <= 128 and value.isprintable():
        return value
    return None


def _parse_object(part: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(
            base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True),
            object_pairs_hook=_once,
            parse_constant=_no_number,
        )
    except (binascii.Error, ValueError, RecursionError) as error:
        raise NotAToken("is not made of JSON objects") from error
    if not isinstance(found, dict):
        raise NotAToken("is not made of JSON objects")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAToken("has a member twice, which two readers could read differently")
    return found


def _no_number(_: str) -> Any:
    raise ValueError
