"""Text for a picture: made harmless, measured, and cut into lines.

Promises: what comes out has no control, no invisible and no direction-turning character (each is shown as its code point), no
more than two combining marks on a letter, and no line wider than asked for in the measured face; what did not fit ends in an
ellipsis. The same text gives the same lines on every machine and with every Python (no locale, no fonts, no table of characters).
Does not shape, hyphenate or mirror; the viewer does that within a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from proofbook.diagrams.letter_widths import ASCII, BY_RANGE, LATIN, OTHER

ELLIPSIS: Final = "…"
_STARTS: Final = tuple(first for first, _, _ in BY_RANGE)
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
    "|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0004fffe\U0004ffff]"
)
"""Controls, format and direction characters, blanks that are letters, surrogates, private use, what is no character at all."""
_MARK: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
_TOO_MANY_MARKS: Final = re.compile(f"(?<=[{_MARK}]{{2}})[{_MARK}]+")
_SPACES: Final = re.compile("[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000\u1680]+")
_PLACE_TO_BREAK: Final = re.compile("(?<=[-/_.,:;|·])(?=[^ ])")


def visible(text: str, most: int | None = None) -> str:
    """One line of text in which everything that cannot be seen is shown by its code point; cut to `most` characters."""
    flat = _SPACES.sub(" ", text if most is None else text[: most + 1]).strip(" ")
    shown = _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", flat)
    shown = _TOO_MANY_MARKS.sub(lambda found: f"⟨{len(found.group())} marks⟩", shown)
    return shown if most is None or len(shown) <= most else shown[: most - 1] + ELLIPSIS


def width(text: str, size: float) -> float:
    """The width of one line, in the unit of `size`."""
    return sum(map(_letter_width, text)) * size / 100


def wrap(text: str, size: float, room: float, most_lines: int) -> tuple[str, ...]:
    """Cuts text into at most `most_lines` lines no wider than `room`. Empty text gives no line."""
    lines: list[str] = []
    line = ""
    for word in _pieces(visible(text, most=600), size, room):
        joined = line + word if line else word.lstrip(" ")
        if width(joined.rstrip(" "), size) <= room:
            line = joined
            continue
        lines.append(line.rstrip(" "))
        line = word.lstrip(" ")
        if len(lines) > most_lines:
            break
    lines.append(line.rstrip(" "))
    lines = [each for each in lines if each]
    if len(lines) <= most_lines:
        return tuple(lines)
    return (*lines[: most_lines - 1], _shortened(lines[most_lines - 1], size, room))


def fit(text: str, size: float, room: float) -> str:
    """One line no wider than `room`."""
    shown = visible(text, most=600)
    return shown if width(shown, size) <= room else _shortened(shown, size, room)


def _shortened(line: str, size: float, room: float) -> str:
    while line and width(line + ELLIPSIS, size) > room:
        line = line[:-1]
    return line.rstrip(" ") + ELLIPSIS


def _pieces(text: str, size: float, room: float) -> Iterator[str]:
    """Words with the space before them; a word wider than a line is cut, at a sign if there is one."""
    for word in re.findall(" ?[^ ]+", text):
        if width(word.strip(" "), size) <= room:
            yield word
            continue
        for part in _PLACE_TO_BREAK.split(word):
            yield from _chopped(part, size, room)


def _chopped(part: str, size: float, room: float) -> Iterator[str]:
    line = ""
    for letter in part:
        if line and _letter_width(letter) and width((line + letter).strip(" "), size) > room:
            yield line
            line = ""
        line += letter
    yield line


def _letter_width(letter: str) -> int:
    code = ord(letter)
    if 0x20 <= code < 0x7F:
        return ASCII[code - 0x20]
    if 0xA0 <= code < 0x180:
        return LATIN[code - 0xA0]
    at = bisect_right(_STARTS, code) - 1
    return BY_RANGE[at][2] if at >= 0 and code <= BY_RANGE[at][1] else OTHER
