r"""Texts on their way through a form and back, to the last character.

A form changes some texts by itself: line ends, blanks around a line, characters nobody sees. Such a text is shown with escapes
(`\u202e`) and marked, and read back by the same rule. Promises: `read_text(*write_text(text))` is the text. Hostile text cannot
hide in a field: what has no shape of its own is always written out. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from proofbook.filing.yaml_writing import is_unseen

ESCAPED: Final = "escaped"
_ESCAPE: Final = re.compile(r"\\(\\|u[0-9a-f]{4}|U[0-9a-f]{8})")
_MAX_CODE: Final = 0x10FFFF


def write_text(text: str) -> tuple[str, bool]:
    """What stands in the field, and whether it stands there with escapes."""
    plain = "\n" in text or text == text.strip()
    if plain and not any(_changes(char) for char in set(text)):
        return text, False
    return _escape(text, outer="\n" not in text), True


def read_text(given: str, *, escaped: bool) -> str:
    """The text of a field. A single line loses the blanks around it, unless they are written as escapes."""
    text = given if "\n" in given else given.strip()
    return _ESCAPE.sub(_character, text) if escaped else text


def write_lines(items: Sequence[str]) -> tuple[str, bool]:
    """Items one on each line, and whether with escapes."""
    if all(each and each == each.strip() and "\n" not in each and not any(map(_changes, set(each))) for each in items):
        return "\n".join(items), False
    return "\n".join(_escape(each, outer=True).replace("\n", "\\u000a") for each in items), True


def read_lines(given: str, *, escaped: bool) -> list[str]:
    """Items of lines that hold anything."""
    lines = [each.strip() for each in given.split("\n") if each.strip()]
    return [read_text(each, escaped=True) for each in lines] if escaped else lines


def _changes(char: str) -> bool:
    """Whether browsers change a character, or nobody sees it."""
    return char == "\r" or "\ud800" <= char <= "\udfff" or is_unseen(char)


def _escape(text: str, *, outer: bool) -> str:
    inner = text.strip() if outer else text
    start = text.index(inner) if inner else len(text)
    shown = []
    for place, char in enumerate(text):
        around = outer and not start <= place < start + len(inner)
        if char == "\\":
            shown.append("\\\\")
        elif around or _changes(char):
            code = ord(char)
            shown.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        else:
            shown.append(char)
    return "".join(shown)


def _character(found: re.Match[str]) -> str:
    said = found[1]
    if said == "\\":
        return said
    code = int(said[1:], 16)
    return chr(code) if code <= _MAX_CODE else found[0]
