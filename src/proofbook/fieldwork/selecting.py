"""The rule by which a seeded sample is chosen: pure, independent of order, to be redone by anybody.

    seed         = SHA-256 of four lines, each with its line end: proofbook-sample/1, checkpoint <hex>, population <hex>,
                   nonce <text>
    ticket(item) = SHA-256 of seed (hex), a colon, and the item's id as UTF-8
    sample       = the items with the lowest tickets, by ticket and then by id

The checkpoint is there before the nonce is known, so the population cannot be made to fit; the nonce is the auditor's, so the
company cannot grind it. Drawing more keeps what was drawn. Does not know an auditor who tries nonces until one pleases.
Source: ledger.md 8. Hostile input: ids are any text; a nonce that is too short to be unguessable is refused.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Generic, TypeVar

from proofbook.errors import InputError

RULE: Final = "proofbook-sample/1"
MIN_NONCE_BITS: Final = 128
MAX_NONCE_CHARACTERS: Final = 256
_ALPHABETS: Final = ((r"[1-6]+", 6), (r"[0-9]+", 10), (r"[0-9a-f]+|[0-9A-F]+", 16), (r"[0-9A-Za-z]+", 32))
"""What a nonce is written in, narrowest first, and how many different signs such writing has at least."""
_HEX: Final = re.compile(r"[0-9a-f]{64}\Z")

Found = TypeVar("Found")


def check_nonce(nonce: str) -> str:
    """The nonce. Raises InputError for one that cannot be unguessable, or cannot be typed again from paper."""
    if not nonce.isascii() or not nonce.isprintable() or nonce != nonce.strip() or len(nonce) > MAX_NONCE_CHARACTERS:
        raise InputError(
            "nonce: has signs that cannot be typed again from paper, a space at an end, or is too long",
            hint=f"up to {MAX_NONCE_CHARACTERS} letters and digits, such as 50 rolls of a die or 32 hex digits",
        )
    signs = next((count for form, count in _ALPHABETS if re.fullmatch(form, nonce)), 32)
    if len(nonce) * math.log2(signs) < MIN_NONCE_BITS:
        raise InputError(
            f"nonce: {len(nonce)} of {signs} signs can be guessed; it needs {MIN_NONCE_BITS} bits",
            hint="50 rolls of a die, 39 digits, 32 hex digits, or 26 letters and digits",
        )
    if len(set(nonce)) < 4:
        raise InputError("nonce: repeats a few signs only", hint="let dice or a public beacon make it")
    return nonce


def seed_lines(checkpoint_sha256: str, data_sha256: str, nonce: str) -> bytes:
    """What the seed is the SHA-256 of. Digests are hex. Raises InputError."""
    for name, digest in (("checkpoint", checkpoint_sha256), ("population", data_sha256)):
        if _HEX.match(digest) is None:
            raise InputError(f"{name}: {digest[:80]!r} is not a hex SHA-256")
    lines = (RULE, f"checkpoint {checkpoint_sha256}", f"population {data_sha256}", f"nonce {check_nonce(nonce)}")
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def derive_seed(checkpoint_text: bytes, data_sha256: str, nonce: str) -> str:
    """The seed, hex. `checkpoint_text` is the signed text of the checkpoint, without the signatures. Raises InputError."""
    return sha256(seed_lines(sha256(checkpoint_text).hexdigest(), data_sha256, nonce)).hexdigest()


def derive_ticket(seed: str, item: str) -> str:
    """The ticket of an item, hex."""
    return sha256(f"{seed}:{item}".encode()).hexdigest()


@dataclass(slots=True)
class Ranking(Generic[Found]):
    """The `count` items with the lowest tickets among all that were offered, in whatever order; an id counts once."""

    seed: str
    count: int
    _ranks: list[tuple[str, str]] = field(default_factory=list)
    _found: dict[str, Found] = field(default_factory=dict)

    def offer(self, item: str, found: Found) -> None:
        """One more item; of several with the same id the first is kept."""
        rank = (derive_ticket(self.seed, item), item)
        full = len(self._ranks) >= self.count
        if self.count < 1 or (full and rank >= self._ranks[-1]):
            return
        place = bisect_left(self._ranks, rank)
        if place < len(self._ranks) and self._ranks[place] == rank:
            return
        insort(self._ranks, rank)
        self._found[item] = found
        if full:
            del self._found[self._ranks.pop()[1]]

    def chosen(self) -> tuple[tuple[str, Found], ...]:
        """The items by rank."""
        return tuple((item, self._found[item]) for _, item in self._ranks)
