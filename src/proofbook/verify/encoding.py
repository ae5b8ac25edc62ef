"""Strict reading: canonical JSON, base64, instants, and text made safe to show.

Every other part reads bytes through here. What does not have exactly one spelling is refused with `Damage`, which names a place.
Hostile bytes can cause nothing else: nesting, number length and object keys are bounded before they are looked at closely.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import datetime
from typing import Any, List, NoReturn, Tuple

MAX_DEPTH = 64
"""Levels of JSON nesting: deep enough for any record, shallow enough for every parser's stack."""

MAX_INTEGER = 2**53 - 1
"""RFC 8785 numbers are IEEE doubles; beyond this an integer is not exact everywhere."""

MAX_SHOWN = 160
"""Characters of a foreign value that are printed: enough to recognise it, too few to drown the report."""

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_HEX64 = re.compile(r"[0-9a-f]{64}")


class Damage(Exception):
    """Something does not check out. `place` says where: a file, and the row, entry or field in it."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(place, what)
        self.place = place
        self.what = what


class _Refused(ValueError):
    """A number outside the subset, met in the middle of parsing."""


def _integer(text: str) -> int:
    if len(text) > 17:
        raise _Refused("an integer is outside ±(2^53-1)")
    value = int(text)
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise _Refused("an integer is outside ±(2^53-1)")
    return value


def _no_float(text: str) -> NoReturn:
    raise _Refused(f"the number {show(text)} is not an integer")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def canonical_text(value: Any) -> str:
    """The RFC 8785 text of a value of the subset: in it, sorted compact `json` output is what the RFC asks for."""
    return _ENCODER.encode(value)


def parse_canonical(data: bytes, place: str) -> Any:
    """The value whose canonical bytes are exactly `data`.

    Comparing with the bytes written again finds doubled keys, order, spacing, escapes and number forms at once.

    Raises:
        Damage: anything else, at `place`.
    """
    try:
        text = data.decode("utf-8")
        value = _DECODER.decode(text)
        same = _ENCODER.encode(value) == text
    except UnicodeDecodeError as error:
        raise Damage(place, f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise Damage(place, f"nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise Damage(place, f"not JSON: {error.msg} at character {error.pos}") from None
    except ValueError as error:
        raise Damage(place, str(error)) from None
    if not same:
        raise Damage(place, "JSON, but not in canonical form (doubled or unsorted keys, spacing, escapes or number form)")
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH or not data.isascii():
        _check_shape(value, place)
    return value


def _check_shape(value: Any, place: str) -> None:
    """Bounds nesting and refuses non-ASCII keys. Only called where the bytes leave either open."""
    waiting: List[Tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, (dict, list)):
            if depth >= MAX_DEPTH:
                raise Damage(place, f"nested deeper than {MAX_DEPTH} levels")
            if isinstance(item, dict):
                for key in item:
                    if not key.isascii():
                        raise Damage(place, f"the key {show(key)} is not ASCII")
            waiting.extend((child, depth + 1) for child in (item.values() if isinstance(item, dict) else item))


def parse_checked(data: bytes) -> Any:
    """The value of bytes that `parse_canonical` has already accepted: without the cost of writing them again."""
    return _DECODER.decode(data.decode("utf-8"))


def parse_document(data: bytes, place: str) -> Any:
    """The value of a JSON file of a room: canonical JSON and one newline. Raises Damage."""
    if not data.endswith(b"\n"):
        raise Damage(place, "does not end with a newline")
    return parse_canonical(data[:-1], place)


def field(value: Any, name: str, kind: Any, place: str) -> Any:
    """`value[name]`, which must be there and of type `kind` (one or a tuple; bool is no int). Raises Damage."""
    if not isinstance(value, dict):
        raise Damage(place, "is not an object")
    if name not in value:
        raise Damage(place, f"the field {name!r} is missing")
    found = value[name]
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if type(found) not in kinds:
        raise Damage(f"{place}, field {name}", f"has the wrong type: {type(found).__name__}")
    return found


def parse_base64(text: str, place: str) -> bytes:
    """Standard base64 in its one spelling. Raises Damage."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise Damage(place, "not base64") from None
    if base64.b64encode(raw).decode("ascii") != text:
        raise Damage(place, "base64 in a second spelling")
    return raw


def is_digest(value: Any) -> bool:
    """Whether `value` is 64 lower-case hexadecimal digits."""
    return isinstance(value, str) and _HEX64.fullmatch(value) is not None


def is_instant(value: Any) -> bool:
    """Whether `value` is a fixed-width UTC instant, so that text order is time order."""
    return isinstance(value, str) and _INSTANT.fullmatch(value) is not None


def parse_moment(text: str, place: str) -> datetime:
    """An instant as a naive UTC datetime. Raises Damage for a day or time no calendar has."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007  # always UTC; only differences are used
    except ValueError:
        raise Damage(place, f"{show(text)} is not a moment of the calendar") from None


def show(value: Any) -> str:
    """A foreign value for people: quoted, cut, and with every control, direction and line character escaped."""
    text = value if isinstance(value, str) else canonical_text(value) if value is not None else "null"
    cut = text[:MAX_SHOWN]
    safe = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in cut)
    return f"'{safe}'" + ("…" if len(text) > MAX_SHOWN else "")


def safe_text(text: str) -> str:
    """A whole line for people, without quotes and uncut: no character in it can steer a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
