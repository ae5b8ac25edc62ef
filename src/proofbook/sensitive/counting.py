"""Counts sensitive data in the texts of one side of an exchange, and says what was not looked at and why.

Promises: only counts leave here; zero of a class is said only of what was examined. Work is bounded by `limit` bytes of text and
by the candidates of each rule; what is beyond is counted as not examined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from proofbook.sensitive.classes import ALL_CLASSES, LONGEST, SensitiveKind
from proofbook.sensitive.finding import find_spans


class Counted(NamedTuple):
    """What was found. `beyond`: texts not examined because there was too much; `unfinished`: see `Findings`."""

    counts: dict[SensitiveKind, int]
    examined: int
    """Bytes of text, as UTF-8."""
    beyond: int
    unfinished: frozenset[SensitiveKind]


def count_classes(texts: Iterable[str], classes: Sequence[SensitiveKind] = ALL_CLASSES, limit: int = LONGEST) -> Counted:
    """The counts over these texts; a text that does not fit into what is left of `limit` bytes is not examined."""
    counts: Counter[SensitiveKind] = Counter()
    unfinished: set[SensitiveKind] = set()
    examined = beyond = 0
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        if len(data) > limit - examined:
            beyond += 1
            continue
        examined += len(data)
        found = find_spans(data, classes)
        counts.update(span.kind for span in found.spans)
        unfinished |= found.unfinished
    return Counted(dict(counts), examined, beyond, frozenset(unfinished))
