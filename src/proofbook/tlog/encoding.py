"""The strict one-line encodings that every C2SP text format is made of: decimals, base64, hash lines.

Promises: each value has exactly one accepted spelling, so a text cannot be changed without changing what it says.
Does not: know any format; callers name what they were reading (`what`) for the error message.
Hostile input: anything odd raises MalformedBundle; lengths are bounded by the caller's cap on the whole text.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from proofbook.errors import MalformedBundle
from proofbook.tlog.merkle import HASH_BYTES, MAX_TREE_SIZE

_DECIMAL: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
"""No sign, no leading zero, at most the 19 digits of 2**63 - 1. `[0-9]`, because `\\d` also takes other scripts."""

_SHOWN: Final = 80
"""How much of a malformed line an error repeats."""


def parse_decimal(text: str, what: str) -> int:
    """ASCII decimal without leading zeroes, 0 to 2**63 - 1."""
    if _DECIMAL.match(text) is None or int(text) > MAX_TREE_SIZE:
        raise MalformedBundle(f"{what} {text[:_SHOWN]!r} is not a decimal from 0 to {MAX_TREE_SIZE} without leading zeroes")
    return int(text)


def parse_base64(text: str, what: str) -> bytes:
    """Standard base64 (RFC 4648 section 4) with padding, canonical: unused bits zero, no white space."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedBundle(f"{what} {text[:_SHOWN]!r} is not base64") from error
    if format_base64(decoded) != text:
        raise MalformedBundle(f"{what} {text[:_SHOWN]!r} is not canonical base64")
    return decoded


def format_base64(raw: bytes) -> str:
    """The inverse of `parse_base64`."""
    return base64.b64encode(raw).decode("ascii")


def parse_hash(text: str, what: str) -> bytes:
    """Base64 of exactly 32 bytes."""
    decoded = parse_base64(text, what)
    if len(decoded) != HASH_BYTES:
        raise MalformedBundle(f"{what} has {len(decoded)} bytes, not {HASH_BYTES}")
    return decoded


def parse_lines(text: bytes, what: str) -> list[str]:
    """UTF-8 text that ends in a newline -> its lines; control characters other than newline are refused."""
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBundle(f"{what} is not UTF-8") from error
    if not decoded.endswith("\n"):
        raise MalformedBundle(f"{what} does not end in a newline")
    if any(character < " " and character != "\n" for character in decoded):
        raise MalformedBundle(f"{what} holds a control character other than newline")
    return decoded[:-1].split("\n")
