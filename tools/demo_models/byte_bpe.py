"""Byte-level byte-pair encoding in the shape llama.cpp's "gpt2" tokenizer expects.

Promises: learning is deterministic (ties broken by spelling), every byte string can be encoded, and for
ASCII text the tokens equal the ones llama.cpp computes from the same table (the trainer checks this against
the running server). Does not: split non-ASCII letters the way llama.cpp does; the sample text has none.
Needs the standard library only.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Pair = tuple[str, str]

_WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")
"""The ASCII part of the "gpt-2" pre-tokenizer: merges never cross these borders."""


def byte_symbols() -> tuple[str, ...]:
    """The 256 one-character names of the bytes: printable ones name themselves, the rest use U+0100 upward."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    names, spare = [], 256
    for byte in range(256):
        if byte in printable:
            names.append(chr(byte))
        else:
            names.append(chr(spare))
            spare += 1
    return tuple(names)


@dataclass(slots=True)
class Vocabulary:
    """Special tokens first, then the 256 bytes, then one token per merge, in rank order."""

    specials: tuple[str, ...]
    merges: tuple[Pair, ...]
    tokens: tuple[str, ...] = ()
    _ids: dict[str, int] = field(default_factory=dict)
    _ranks: dict[Pair, int] = field(default_factory=dict)
    _seen: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the tokens."""
        self.tokens = (*self.specials, *byte_symbols(), *("".join(pair) for pair in self.merges))
        self._ids = {token: index for index, token in enumerate(self.tokens)}
        self._ranks = {pair: rank for rank, pair in enumerate(self.merges)}

    def special(self, name: str) -> int:
        """The number of a special token."""
        return self.specials.index(name)

    def encode(self, text: str) -> list[int]:
        """Token numbers of plain text; special tokens inside it are treated as ordinary characters."""
        numbers: list[int] = []
        for word in _WORDS.findall(text):
            if word not in self._seen:
                pieces = _apply_ranks(_spell(word), self._ranks)
                self._seen[word] = tuple(self._ids[piece] for piece in pieces)
            numbers.extend(self._seen[word])
        return numbers


def learn_vocabulary(texts: Iterable[str], specials: Sequence[str], merges: int) -> Vocabulary:
    """Learn `merges` pairs by frequency from the texts. Raises ValueError when the text is too small for it."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORDS.findall(text))
    words = [(_spell(word), count) for word, count in sorted(counts.items())]
    learned: list[Pair] = []
    while len(learned) < merges:
        pairs: Counter[Pair] = Counter()
        for pieces, count in words:
            for pair in itertools.pairwise(pieces):
                pairs[pair] += count
        if not pairs:
            raise ValueError(f"the text gives only {len(learned)} merges, {merges} were asked for")
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learned.append(best)
        words = [(_join_pair(pieces, best), count) for pieces, count in words]
    return Vocabulary(tuple(specials), tuple(learned))


def _spell(word: str) -> list[str]:
    symbols = byte_symbols()
    return [symbols[byte] for byte in word.encode("utf-8")]


def _apply_ranks(pieces: list[str], ranks: dict[Pair, int]) -> list[str]:
    while len(pieces) > 1:
        known = [pair for pair in itertools.pairwise(pieces) if pair in ranks]
        if not known:
            break
        pieces = _join_pair(pieces, min(known, key=ranks.__getitem__))
    return pieces


def _join_pair(pieces: list[str], pair: Pair) -> list[str]:
    joined: list[str] = []
    index = 0
    while index < len(pieces):
        if tuple(pieces[index : index + 2]) == pair:
            joined.append("".join(pair))
            index += 2
        else:
            joined.append(pieces[index])
            index += 1
    return joined
