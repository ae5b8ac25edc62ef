"""Bodies of kept records made from their own schemas: with as little, or as much, as a file may say. Sample data throughout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from proofbook.filing.shape import Shape, Sort, shape_of
from proofbook.records.kept import KEPT

AT: Final = "2026-03-28T08:00:00.000000Z"
SAMPLE_DIGEST: Final = "sha256:" + "5" * 64
SAMPLE_ENTRY: Final = "e_" + "0" * 26
_DAYS: Final[Mapping[str, str]] = {"first": "2026-01-01", "last": "2026-03-31"}
_BY_PATTERN: Final[Mapping[str, str]] = {
    "^[0-9a-f]{64}$": "6" * 64,
    "^sha256:[0-9a-f]{64}$": SAMPLE_DIGEST,
    "^e_[0-9a-z]{26}$": SAMPLE_ENTRY,
    "^[EPD]-[A-Za-z0-9-]{1,30}$": "P-1",
    "^TB-[A-Za-z0-9-]{1,30}$": "TB-1",
    "^F-[A-Za-z0-9-]{1,30}$": "F-1",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$": "LC-01",
}
_BY_NAME: Final[Mapping[str, str]] = {"zone": "UTC", "criteria": "CC6.1"}


def least(kind: str, **stated: Any) -> dict[str, Any]:
    """Only what must be stated, and what the caller states."""
    return {each.name: _value(each.name, each.shape, whole=False) for each in shape_of(kind).fields if each.required} | stated


def whole(kind: str, **stated: Any) -> dict[str, Any]:
    """Every field stated."""
    return {each.name: _value(each.name, each.shape, whole=True) for each in shape_of(kind).fields} | stated


def body(kind: str, **stated: Any) -> dict[str, Any]:
    """The canonical body of `least`."""
    return KEPT[kind].model_validate(least(kind, **stated)).to_body()


def document(kind: str, record_id: str, **stated: Any) -> dict[str, Any]:
    """What a file says of a record with as little as possible."""
    return {"kind": kind, "id": record_id, "record": least(kind, **stated)}


def sample_value(name: str, shape: Shape) -> Any:
    """A value that a field of that shape takes."""
    return _value(name, shape, whole=False)


def _value(name: str, shape: Shape, *, whole: bool) -> Any:
    match shape.sort:
        case Sort.TABLE:
            fields = (each for each in shape.fields if whole or each.required)
            return {each.name: _value(each.name, each.shape, whole=whole) for each in fields}
        case Sort.LIST:
            assert shape.item is not None
            return [_value(name, shape.item, whole=whole)] if whole or shape.least_items else []
        case Sort.MAP:
            assert shape.item is not None
            return {"sample": _value(name, shape.item, whole=whole)} if whole else {}
        case Sort.CHOICE:
            return shape.choices[0]
        case Sort.FLAG:
            return False
        case Sort.WHOLE:
            return max(shape.minimum or 0, 1)
        case _:
            return _text(name, shape)


def _text(name: str, shape: Shape) -> str:
    if shape.sort is Sort.MOMENT:
        return AT
    if shape.sort is Sort.DAY:
        return _DAYS.get(name, "2026-03-28")
    if shape.sort is Sort.DECIMAL:
        return "0.93"
    if shape.sort is Sort.ID:
        return "sample-system"
    return _BY_PATTERN.get(shape.pattern or "", _BY_NAME.get(name, f"sample {name}"))
