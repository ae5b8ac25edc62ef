"""Plain values -> YAML that people read and Git compares: one way to write each value, whatever the version of a library.

Promises: what is written here is read back by `yaml_reading` as the same value, character by character, and by older YAML readers
too, as far as they can hold it: every text they would take for a number, a date of theirs, a truth value or null is quoted (days
and times stay plain, for people's sake). Names keep the order they are given in. Hostile text is escaped inside double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from proofbook.filing.positions import find_unreadable
from proofbook.primitives.canonical import JsonValue

Word: TypeAlias = "str | int | bool | None"

_STEP: Final = "  "
_PLAIN: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./()+-]|,(?= )|:(?=[^ ,\]}])|'(?=[A-Za-z]))*\Z", re.ASCII)
"""Begins with a letter, has nothing in it that YAML could read as anything else."""
_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d\.\d{6}Z)?\Z", re.ASCII)
_RESERVED: Final = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity", "undefined", "unset"}
)
_BLOCK_LINE: Final = re.compile(r"[^\t\r\n\x85\u2028\u2029]*\Z")
_LONG_NAME: Final = 100
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ODD_SPACE: Final = re.compile("[\x85\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufff9-\ufffb]")
"""Characters that nobody sees, or that turn a line round: escaped, so that a reader of the file is not deceived."""


def format_yaml(value: Mapping[str, JsonValue]) -> str:
    """A mapping as a block document, each line ended."""
    return "".join(f"{line}\n" for line in _mapping(value, ""))


def format_scalar(value: Word) -> str:
    """One value on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if _is_plain(value) else _quoted(value)


def is_unseen(char: str) -> bool:
    """Whether a character is not shown as itself, or moves others: it is written as an escape. A line feed is not one."""
    return char != "\n" and (next(find_unreadable(char), None) is not None or _ODD_SPACE.match(char) is not None)


def _mapping(value: Mapping[str, JsonValue], indent: str) -> Iterator[str]:
    for name, each in value.items():
        shown = format_scalar(name)
        if len(shown) > _LONG_NAME:
            yield f"{indent}? {shown}"
            yield from _entry(f"{indent}:", each, indent)
        else:
            yield from _entry(f"{indent}{shown}:", each, indent)


def _entry(start: str, value: JsonValue, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield start if value else f"{start} {{}}"
        yield from _mapping(value, indent + _STEP)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield start if value else f"{start} []"
        for each in value:
            yield from _item(each, indent + _STEP)
    elif isinstance(value, str) and _is_block(value):
        yield from _block(start, value, indent)
    else:
        yield f"{start} {format_scalar(value)}"


def _item(value: JsonValue, indent: str) -> Iterator[str]:
    """A list's item: its first line stands behind the dash."""
    if isinstance(value, Mapping) and value:
        lines = _mapping(value, indent + _STEP)
        yield f"{indent}- {next(lines).removeprefix(indent + _STEP)}"
        yield from lines
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield f"{indent}-"
        for each in value:
            yield from _item(each, indent + _STEP)
    else:
        yield from _entry(f"{indent}-", value, indent)


def _block(start: str, text: str, indent: str) -> Iterator[str]:
    """A text of several lines, as it is. The indicator behind the bar says how it ends."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    yield f"{start} |{'-' if ends == 0 else '' if ends == 1 else '+'}"
    for line in body.split("\n"):
        yield f"{indent}{_STEP}{line}" if line else ""
    yield from [""] * (ends - 1)


def _is_plain(text: str) -> bool:
    if _DATED.match(text):
        return True
    if not _PLAIN.match(text) or text != text.strip() or text.lower() in _RESERVED:
        return False
    return ": " not in text and not text.endswith(":")


def _is_block(text: str) -> bool:
    """Whether a text of several lines can stand as it is: lines that begin and end with something visible."""
    if "\n" not in text.rstrip("\n") or next(find_unreadable(text), None) or _ODD_SPACE.search(text):
        return False
    lines = text.rstrip("\n").split("\n")
    if not lines[0] or lines[0].startswith(" "):
        return False
    return all(_BLOCK_LINE.match(line) and not line.endswith(" ") for line in lines)


def _quoted(text: str) -> str:
    bad = {char for _, char in find_unreadable(text)} | set(_ODD_SPACE.findall(text))
    return '"' + "".join(_ESCAPES.get(char) or (_escape(char) if char in bad else char) for char in text) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
