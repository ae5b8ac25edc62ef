"""Identifiers of our own making: `<prefix>_<26 characters>`, time-ordered, never taken from an upstream.

Promises: ids made by one `TimeOrderedIds` sort by the millisecond they were made in (within one, in no order; the book's index
is what orders entries) and carry 80 bits of injected randomness. An upstream's response id is never a key here (gateways.md
finding 2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from proofbook.errors import MalformedRecord
from proofbook.primitives.instants import Clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHIFTS = tuple(range(120, -1, -10))
_SPELLING = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))
"""Five bits of each random byte make one character: an id is made for every entry, and one translation costs next to nothing."""
_FORM = re.compile(r"[a-z]{1,8}_[0-9a-hjkmnp-tv-z]{26}\Z")
_RANDOM_BITS = 80
_RANDOM_CHARACTERS = 16
_TIME_CHARACTERS = 10


class IdSource(Protocol):
    """Makes fresh identifiers; safe to call from several threads."""

    def new(self, prefix: str) -> str:
        """A fresh id, `<prefix>_<26 characters>`."""


class TimeOrderedIds:
    """48 bits of milliseconds and 80 random bits in Crockford base 32, as the public ULID layout has them."""

    def __init__(self, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._entropy = entropy
        self._made = (-1, "")
        """The newest millisecond and its characters: many ids are made in one."""

    def new(self, prefix: str) -> str:
        """A fresh id; sorts after ids of earlier milliseconds."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        made = self._made
        if made[0] != milliseconds:
            made = self._made = (milliseconds, _base32(milliseconds << _RANDOM_BITS)[:_TIME_CHARACTERS])
        return f"{prefix}_{made[1]}{self._entropy(_RANDOM_CHARACTERS).translate(_SPELLING).decode('ascii')}"


class CountingIds:
    """Deterministic ids for tests and vectors: the n-th id encodes n."""

    def __init__(self) -> None:
        self._next = 0

    def new(self, prefix: str) -> str:
        """The next id in sequence."""
        self._next += 1
        return f"{prefix}_{_base32(self._next)}"


def check_id(text: str, prefix: str) -> str:
    """`text` if it is an id with that prefix. Raises MalformedRecord otherwise."""
    if _FORM.match(text) is None or not text.startswith(prefix + "_"):
        raise MalformedRecord(f"{text[:80]!r} is not an id of the form {prefix}_ and 26 characters")
    return text


def _base32(number: int) -> str:
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])
