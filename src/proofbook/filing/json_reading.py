"""JSON -> values with their places, strictly: no comments, no trailing commas, no key twice.

Promises: a number that is not a whole one stays the text it was written as; depth and parts are bounded; the first mistake of
syntax ends the file, since nothing behind it can be trusted to mean what it seems to. Hostile input can cause nothing but
mistakes.
"""

from __future__ import annotations

import json
import re
from typing import Final

from proofbook.filing.marked import Listing, Marked, Named, Place, Scalar, Table
from proofbook.filing.mistakes import Mistakes, quote
from proofbook.filing.positions import Positions
from proofbook.filing.scalars import parse_whole

MAX_DEPTH: Final = 32
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z.+-])")
_WORDS: Final = {"null": None, "true": True, "false": False}
_WORD: Final = re.compile(r"[A-Za-z_]+")


class _Broken(Exception):
    """Not JSON from this offset on."""

    def __init__(self, offset: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.offset, self.what, self.fix = offset, what, fix


def parse_json_documents(text: str, file: str, mistakes: Mistakes) -> tuple[Marked, ...]:
    """The one value of a text, as a sequence of one; empty when it is not JSON. What is wrong goes to `mistakes`."""
    positions = Positions(text, file)
    reader = _Reader(text, positions, mistakes)
    try:
        value, end = reader.value(reader.skip(0), 0)
        end = reader.skip(end)
        if end < len(text):
            raise _Broken(end, f"has {quote(text[end : end + 20])} after its end", "write several records as one list")
    except _Broken as broken:
        mistakes.add(positions.place(broken.offset), "", f"is not JSON: {broken.what}", broken.fix)
        return ()
    return () if isinstance(value, Scalar) and value.value is None else (value,)


class _Reader:
    """Reads values from offsets of one text."""

    def __init__(self, text: str, positions: Positions, mistakes: Mistakes) -> None:
        self._text = text
        self._positions = positions
        self._mistakes = mistakes

    def skip(self, at: int) -> int:
        """Past white space."""
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def value(self, at: int, depth: int) -> tuple[Marked, int]:
        """The value that begins at `at`, and where it ends."""
        char = self._text[at : at + 1]
        if char in ("{", "["):
            if depth >= MAX_DEPTH:
                raise _Broken(at, f"nested deeper than {MAX_DEPTH} levels", "no record needs that")
            return self._table(at, depth) if char == "{" else self._listing(at, depth)
        place = self._place(at)
        if char == '"':
            said, end = self._string(at)
            return Scalar(place, said, said), end
        number = _NUMBER.match(self._text, at)
        if number is not None:
            return Scalar(place, parse_whole(number.group()), number.group()), number.end()
        word = _WORD.match(self._text, at)
        if word is not None and word.group() in _WORDS:
            return Scalar(place, _WORDS[word.group()], word.group()), word.end()
        raise self._refusal(at)

    def _table(self, start: int, depth: int) -> tuple[Marked, int]:
        entries: dict[str, Named] = {}
        at = self.skip(start + 1)
        if self._text[at : at + 1] == "}":
            return Table(self._place(start), entries), at + 1
        while True:
            if self._text[at : at + 1] != '"':
                raise self._refusal(at, "a name in double quotes is expected")
            key_at = self._place(at)
            key, at = self._string(at)
            at = self._expect(self.skip(at), ":", "a colon after the name")
            value, at = self.value(self.skip(at), depth + 1)
            if key in entries:
                told = f"the key {quote(key)} stands twice, first in line {entries[key].at.line}"
                self._mistakes.add(key_at, key[:80], told, "remove one of the two")
            else:
                entries[key] = Named(key_at, value)
            at, more = self._next(at, "}")
            if not more:
                return Table(self._place(start), entries), at

    def _listing(self, start: int, depth: int) -> tuple[Marked, int]:
        items: list[Marked] = []
        at = self.skip(start + 1)
        if self._text[at : at + 1] == "]":
            return Listing(self._place(start), ()), at + 1
        while True:
            item, at = self.value(at, depth + 1)
            items.append(item)
            at, more = self._next(at, "]")
            if not more:
                return Listing(self._place(start), tuple(items)), at

    def _next(self, at: int, close: str) -> tuple[int, bool]:
        """Behind the comma with True, or behind the closing bracket with False."""
        at = self.skip(at)
        char = self._text[at : at + 1]
        if char == close:
            return at + 1, False
        at = self.skip(self._expect(at, ",", f"a comma or '{close}'"))
        if self._text[at : at + 1] == close:
            raise _Broken(at, f"a comma stands before the closing '{close}'", "remove that comma")
        return at, True

    def _expect(self, at: int, char: str, what: str) -> int:
        if self._text[at : at + 1] != char:
            raise self._refusal(at, f"{what} is expected")
        return at + 1

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self._text, at)
        if found is None:
            raise _Broken(
                at,
                "a text does not end, or holds a line break or an unknown escape",
                'write line breaks as \\n and end it with "',
            )
        return json.loads(found.group()), found.end()

    def _place(self, at: int) -> Place:
        return self._positions.place(at)

    def _refusal(self, at: int, expected: str = "a value is expected") -> _Broken:
        rest = self._text[at : at + 20]
        if not rest:
            return _Broken(at, f"it ends where {expected.removesuffix(' is expected')} should stand", "close what was opened")
        fix = next((fix for start, fix in _FIXES if rest.startswith(start)), "correct it there")
        return _Broken(at, f"{expected}, not {quote(rest.splitlines()[0])}", fix)


_FIXES: Final = (
    ("'", "JSON takes double quotes only"),
    ("/", "JSON has no comments; use the field `notes`, or a YAML file"),
    ("#", "JSON has no comments; use the field `notes`, or a YAML file"),
    ("T", "write true in small letters"),
    ("F", "write false in small letters"),
    ("N", "write null in small letters"),
)
