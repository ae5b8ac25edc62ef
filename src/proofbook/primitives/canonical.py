"""Value -> the one byte string (RFC 8785), and the strict way back.

Promises: two equal values have equal bytes; `parse_canonical(canonical_bytes(v)) == v`; anything that is not exactly canonical
is refused on the way in. Restricted on purpose: ASCII object keys, strings, booleans, null, integers within ±(2^53-1), arrays,
objects; no floats (amounts are integers with the unit in the name, or decimal strings). In that subset `json.dumps` prints what
RFC 8785 asks for, at a third of the cost of a general implementation.
Hostile input can cause nothing but `MalformedRecord` or `LimitExceeded`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias

from proofbook.errors import LimitExceeded, MalformedRecord

JsonValue: TypeAlias = "str | int | bool | None | Sequence[JsonValue] | Mapping[str, JsonValue]"
JsonObject: TypeAlias = "Mapping[str, JsonValue]"

MAX_INTEGER = 2**53 - 1
"""RFC 8785 numbers are IEEE doubles; beyond this an integer is no longer exact everywhere."""

MAX_DEPTH = 64
"""Deep enough for any record; shallow enough that no parser's stack is at risk."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def canonical_bytes(value: JsonValue) -> bytes:
    """The RFC 8785 bytes of `value` in the restricted subset.

    Raises:
        MalformedRecord: a float, a non-ASCII key, a lone surrogate, an integer out of range or a foreign type; names the path.
        LimitExceeded: nested deeper than `MAX_DEPTH`.
    """
    _check(value, "$", 0)
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedRecord(f"text holds a lone surrogate: {error.reason}", hint="send well-formed Unicode") from error


def parse_canonical(data: bytes) -> JsonValue:
    """The value whose canonical bytes are exactly `data`.

    Raises:
        MalformedRecord: not JSON, not canonical (order, spacing, number form, duplicate keys), or outside the subset.
        LimitExceeded: nested deeper than `MAX_DEPTH`.
    """
    value = parse_json(data)
    if canonical_bytes(value) != data:
        raise MalformedRecord(
            "bytes are JSON but not in canonical form", hint="RFC 8785: sorted keys, no spaces, shortest numbers"
        )
    return value


def parse_json(data: bytes) -> JsonValue:
    """Strict JSON in any spelling: UTF-8, no duplicate keys, no floats, no NaN, no trailing bytes.

    Raises:
        MalformedRecord: anything else. LimitExceeded: nested too deep.
    """
    try:
        parsed: JsonValue = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float
        )
    except UnicodeDecodeError as error:
        raise MalformedRecord(f"bytes are not UTF-8 at offset {error.start}") from error
    except RecursionError as error:
        raise LimitExceeded(f"nested deeper than {MAX_DEPTH} levels") from error
    except json.JSONDecodeError as error:
        raise MalformedRecord(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from error
    except ValueError as error:  # int() refuses digit strings beyond its own cap
        raise MalformedRecord("a number is too long to be read") from error
    return parsed


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add is None
        raise MalformedRecord(f"key {twice[:80]!r} appears twice in one object")
    return found


def _no_float(text: str) -> NoReturn:
    raise MalformedRecord(f"number {text[:32]} is not an integer", hint="use an integer with a unit, or a decimal string")


def _check(value: JsonValue, path: str, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]  # kind is int
            raise MalformedRecord(f"{path}: integer is outside ±(2^53-1)")
        return
    if depth >= MAX_DEPTH:
        raise LimitExceeded(f"{path[:80]}: nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise MalformedRecord(f"{path}: key {key!r} is not ASCII text")
            _check(item, f"{path}.{key}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            _check(item, f"{path}[{position}]", depth + 1)
    else:
        raise MalformedRecord(f"{path}: {kind.__name__} has no canonical form")
