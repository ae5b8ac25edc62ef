"""One rule: a pattern for RE2, what must be near it, and the check that a candidate has to pass.

Promises: matching takes time linear in the text whatever the text is. RE2 has no backtracking; patterns end their look-ahead
within a constant distance of their match, so finding all matches is linear too; words and literals that a rule needs are looked
for first, so a text without them costs one search. Every candidate costs one check of bounded work, and checks are counted: when
a text has more candidates than `limit`, the rule stops and says so.
Text is UTF-8 bytes; patterns see bytes (Latin-1), so nothing has to be decoded and any bytes are safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import re2

from proofbook.sensitive.classes import SensitiveKind

Check: TypeAlias = Callable[[bytes, int, int], "tuple[int, int] | None"]
"""Text, start and end of a candidate -> the span that is sensitive, or None."""

GAP: Final = rb"(?:[ .\-]|\xc2\xa0|\xe2\x80\xaf|\xe2\x80\x91|\xe2\x80\x93)"
"""What people put between groups of a number: space, dot, hyphen, and the no-break and typographic ones in UTF-8."""
_NEAR: Final = 48
"""How many bytes before a candidate a word that names it may stand."""
CANDIDATES: Final = 20_000
"""Candidates of one rule that are checked in one text."""


def _options(*, fold: bool) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not fold
    options.log_errors = False
    return options


def compile_pattern(pattern: bytes, *, fold: bool = False) -> Any:
    """A compiled pattern over bytes; `fold` ignores the case of ASCII letters."""
    return re2.compile(pattern, _options(fold=fold))


def any_of(literals: Iterable[bytes]) -> bytes:
    """A pattern for any of these literals."""
    return b"|".join(re2.escape(each) for each in sorted(set(literals)))


def words_pattern(words: Iterable[bytes]) -> Any:
    """Any of these words, in small letters, standing as a word."""
    return compile_pattern(rb"(?:^|[^a-z0-9])(?:" + any_of(words) + rb")(?:$|[^a-z])")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which data of a class is written."""

    id: str
    kind: SensitiveKind
    pattern: bytes
    """If it has a group, the group is the candidate, else all of it is."""
    check: Check
    needles: tuple[bytes, ...] = ()
    """Literals of which one is in every match; empty when there is none."""
    words: tuple[bytes, ...] = ()
    """Words, in small letters, of which one must stand shortly before the candidate; empty when none must."""
    fold: bool = False
    """Whether letters match in either case; needles are then in small letters."""
    limit: int = CANDIDATES
    """Candidates that are checked in one text."""
    overlapping: bool = False
    """Whether what failed may hold the beginning of another candidate; only for patterns of bounded length."""
    dense: bool = False
    """Whether every match has eight digits with at most three other bytes between each two."""
    _compiled: Any = field(init=False, repr=False, compare=False)
    _words: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", compile_pattern(self.pattern, fold=self.fold))
        object.__setattr__(self, "_words", words_pattern(self.words) if self.words else None)

    def find(self, text: bytes, lower: bytes, *, dense: bool) -> tuple[list[tuple[int, int]], bool]:
        """Spans in order, and whether all candidates were checked.

        `lower` is the text in small ASCII letters, `dense` whether digits stand in it as densely as in `Rule.dense`.
        """
        found: list[tuple[int, int]] = []
        if (self.dense and not dense) or not self._may_match(text, lower):
            return found, True
        group = 1 if self._compiled.groups else 0
        place = 0
        for _ in range(self.limit):
            match = self._compiled.search(text, place)
            if match is None:
                return found, True
            start, end = match.span(group)
            named = self._words is None or self._words.search(lower[max(0, start - _NEAR) : start]) is not None
            span = self.check(text, start, end) if named else None
            if span is not None:
                found.append(span)
            place = match.end() if span is None and not self.overlapping else start + 1 if span is None else span[1]
        return found, False

    def _may_match(self, text: bytes, lower: bytes) -> bool:
        if self.words and not any(word in lower for word in self.words):
            return False
        if not self.needles:
            return True
        sought = lower if self.fold else text
        return any(needle in sought for needle in self.needles)


_DENSE: Final = compile_pattern(rb"[0-9](?:[^0-9]{0,3}[0-9]){7}")


def is_dense(text: bytes) -> bool:
    """Whether a text has eight digits with at most three other bytes between each two."""
    return _DENSE.search(text) is not None


def as_matched(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    """The check of a pattern whose form says enough, if it stands alone."""
    return (start, end) if stands_alone(text, start, end) else None


_WORD_BYTES: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_DIGIT_BYTES: Final = frozenset(b"0123456789")
_JOINING: Final = frozenset(b".,-")


def stands_alone(text: bytes, start: int, end: int) -> bool:
    """Whether neither side goes on as a word or number: a letter, digit or underscore, or a dot, comma or hyphen and then one."""
    before = text[start - 1] if start else 0x20
    after = text[end] if end < len(text) else 0x20
    if before in _WORD_BYTES or after in _WORD_BYTES:
        return False
    if before in _JOINING and start > 1 and text[start - 2] in _WORD_BYTES:
        return False
    return not (after in _JOINING and end + 1 < len(text) and text[end + 1] in _DIGIT_BYTES)


def digits_of(candidate: bytes) -> str:
    """The ASCII digits of a candidate."""
    return bytes(byte for byte in candidate if byte in _DIGIT_BYTES).decode("ascii")


def letters_and_digits_of(candidate: bytes) -> str:
    """The ASCII letters and digits of a candidate."""
    return bytes(byte for byte in candidate if byte in _WORD_BYTES and byte != 0x5F).decode("ascii")
