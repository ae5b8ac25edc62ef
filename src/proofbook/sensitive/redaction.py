"""Replaces each span of sensitive data by a marker that names its class.

Promises: what is outside the spans stays byte for byte; redacting twice is redacting once; a class whose search could not be
finished, or a text that is too long, hides the whole text, because a view must not show what was not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from proofbook.sensitive.classes import ALL_CLASSES, EXPLAINED, LONGEST, SensitiveKind
from proofbook.sensitive.finding import find_spans

HIDDEN: Final = "[not shown: too much to examine for sensitive data]"


class Redacted(NamedTuple):
    """A text without its sensitive spans. `whole` is False when the text is hidden altogether."""

    text: str
    counts: dict[SensitiveKind, int]
    whole: bool


def redact(text: str, classes: Sequence[SensitiveKind] = ALL_CLASSES) -> Redacted:
    """The text with each span of these classes replaced by its marker, and how many of each there were."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > LONGEST:
        return Redacted(HIDDEN, {}, whole=False)
    found = find_spans(data, classes)
    if found.unfinished:
        return Redacted(HIDDEN, {}, whole=False)
    pieces: list[bytes] = []
    place = 0
    for span in found.spans:
        pieces += (data[place : span.start], EXPLAINED[span.kind].marker.encode())
        place = span.end
    pieces.append(data[place:])
    counts = dict(Counter(span.kind for span in found.spans))
    return Redacted(b"".join(pieces).decode("utf-8", "surrogatepass"), counts, whole=True)
