"""Finds spans of the classes asked for, and says which classes could not be looked for to the end.

Promises: spans are in order, do not overlap, and lie within the text; each passed its rule's check; the same text gives the same
spans; time grows linearly with the text, whatever the text is. Text beyond `LONGEST` bytes is refused by RuntimeError: who calls
cuts first and says so. No text leaves here, only places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

from proofbook.sensitive.accounts import ACCOUNT_RULES
from proofbook.sensitive.classes import ALL_CLASSES, LONGEST, SensitiveKind
from proofbook.sensitive.contact import CONTACT_RULES
from proofbook.sensitive.national import NATIONAL_RULES
from proofbook.sensitive.rule import Rule, any_of, compile_pattern, is_dense, words_pattern
from proofbook.sensitive.secrets_rules import SECRET_RULES

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted((*SECRET_RULES, *ACCOUNT_RULES, *NATIONAL_RULES, *CONTACT_RULES), key=lambda rule: ALL_CLASSES.index(rule.kind))
)
"""In order of precedence of their classes."""


class Span(NamedTuple):
    """Bytes [start, end) of the text hold data of a class."""

    start: int
    end: int
    kind: SensitiveKind


class Findings(NamedTuple):
    """What a text holds."""

    spans: tuple[Span, ...]
    unfinished: frozenset[SensitiveKind]
    """Classes with more candidates than are checked in one text: their spans are some, perhaps not all."""


def _is_token(rule: Rule) -> bool:
    """Whether every match of the rule begins with, or holds, one of the literals that are looked for together."""
    return rule.kind is SensitiveKind.SECRET and bool(rule.needles) and not rule.fold


_NOTHING: Final = Findings((), frozenset())
_SHORTEST: Final = 6
"""Bytes of the shortest span there can be: an e-mail address."""
_SHORTEST_WORD: Final = 16
"""Below so many letters and nothing else, such as the name of a role, there is no span either."""
_WORDS: Final = words_pattern(word for rule in RULES for word in rule.words)
_TOKENS: Final = compile_pattern(any_of(needle for rule in RULES if _is_token(rule) for needle in rule.needles))


def find_spans(text: bytes, classes: Sequence[SensitiveKind] = ALL_CLASSES) -> Findings:
    """The spans of these classes in a text of UTF-8 bytes; bytes that are not UTF-8 are no error."""
    if len(text) > LONGEST:
        raise RuntimeError(f"a text of {len(text)} bytes is cut before it is searched")
    if len(text) < _SHORTEST or (len(text) < _SHORTEST_WORD and text.isalpha()):
        return _NOTHING
    lower, dense = text.lower(), is_dense(text)
    named, has_token = _WORDS.search(lower) is not None, _TOKENS.search(text) is not None
    taken = _Taken()
    unfinished: set[SensitiveKind] = set()
    for rule in RULES:
        if rule.kind in classes and (named or not rule.words) and (has_token or not _is_token(rule)):
            places, whole = rule.find(text, lower, dense=dense)
            for start, end in places:
                taken.add(Span(start, end, rule.kind))
            if not whole:
                unfinished.add(rule.kind)
    return Findings(tuple(taken.spans()), frozenset(unfinished))


class _Taken:
    """Spans that do not overlap; who comes first keeps its place."""

    def __init__(self) -> None:
        self._settled: list[Span] = []
        self._arrived: list[Span] = []

    def add(self, span: Span) -> None:
        """Rules report in order, so new spans are gathered and merged with the earlier rules' once they are all there."""
        if self._arrived and span.start < self._arrived[-1].end:
            self._merge()
        self._arrived.append(span)

    def spans(self) -> list[Span]:
        self._merge()
        return self._settled

    def _merge(self) -> None:
        free = [span for span in self._arrived if self._is_free(span)]
        if free:
            self._settled = sorted((*self._settled, *free))
        self._arrived = []

    def _is_free(self, span: Span) -> bool:
        place = bisect_left(self._settled, span)
        before = place == 0 or self._settled[place - 1].end <= span.start
        return before and (place == len(self._settled) or span.end <= self._settled[place].start)
