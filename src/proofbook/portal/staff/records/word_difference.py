"""What differs between two texts, word by word.

Promises: joined again, the words that stayed and those that came are the newer text, those that stayed and those that went
the older one. Long texts are compared line by line first, so that nothing takes long. Pure.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"\s+|[^\W_]+|[\W_]", re.UNICODE)
_MOST_WORDS: Final = 1_000
"""Of the part that differs: a text made to be slow costs no more than a blink."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `stays`, `went` or `came`."""

    how: str
    text: str


def compare(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts, in order."""
    for old, new in ((_WORD.findall(before), _WORD.findall(after)), (before.splitlines(True), after.splitlines(True))):
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        inner = old[start : len(old) - end], new[start : len(new) - end]
        if max(map(len, inner)) <= _MOST_WORDS:
            around = (Piece("stays", "".join(old[:start])), Piece("stays", "".join(old[len(old) - end :])))
            return tuple(_joined(iter((around[0], *_pieces(*inner), around[1]))))
    return tuple(each for each in (Piece("went", before), Piece("came", after)) if each.text)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words both begin with."""
    return next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, first, last, start, stop in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("stays", "".join(old[first:last]))
            continue
        if first < last:
            yield Piece("went", "".join(old[first:last]))
        if start < stop:
            yield Piece("came", "".join(new[start:stop]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours as one piece; a blank between two words that changed changes with them, so that phrases stay together."""
    went = came = stays = ""
    for each in pieces:
        if each.how == "stays" and (not (went or came) or each.text.strip()):
            yield from _told(went, came)
            went, came, stays = "", "", stays + each.text if not (went or came) else each.text
            continue
        if stays:
            yield Piece("stays", stays)
            stays = ""
        went += each.text if each.how != "came" else ""
        came += each.text if each.how != "went" else ""
    yield from _told(went, came)
    if stays:
        yield Piece("stays", stays)


def _told(went: str, came: str) -> Iterator[Piece]:
    """What went, what came, and the blank that both end with."""
    tail = went[len(went.rstrip()) :] if came else ""
    tail = tail if came.endswith(tail) else ""
    for how, text in (("went", went.removesuffix(tail)), ("came", came.removesuffix(tail)), ("stays", tail)):
        if text:
            yield Piece(how, text)
