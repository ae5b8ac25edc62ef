"""What the fields of a record kind are, read from its published schema: for converting, for telling mistakes, for templates.

Promises: a pure view of the schema that everybody can see (`proofbook record schema KIND`); nothing is decided here that is not
stated there. A schema of an unforeseen form is a defect of ours and raises RuntimeError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from proofbook.filing.marked import Step
from proofbook.records.kept import KEPT
from proofbook.records.record import DECIMAL_FORM, ID_FORM

MISSING: Final = object()
"""Default of a field that has none."""


class Sort(StrEnum):
    """What may stand in a field."""

    TEXT = "text"
    ID = "id"
    DECIMAL = "decimal"
    MOMENT = "moment"
    DAY = "day"
    CHOICE = "choice"
    WHOLE = "whole"
    FLAG = "flag"
    LIST = "list"
    MAP = "map"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value looks like. `item` is what a list or map holds; `fields` those of a table."""

    sort: Sort
    nullable: bool = False
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: int | None = None
    least_items: int = 0
    refers_to: str | None = None
    item: Shape | None = None
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table. `default` is `MISSING` when it must be stated."""

    name: str
    shape: Shape
    default: Any
    meaning: str

    @property
    def required(self) -> bool:
        """Whether it must be stated."""
        return self.default is MISSING


@cache
def shape_of(kind: str) -> Shape:
    """The shape of a kept kind's body. Raises KeyError for another kind."""
    schema = KEPT[kind].model_json_schema(by_alias=True)
    return _table(schema, schema.get("$defs", {}))


def shape_at(shape: Shape, path: Sequence[Step]) -> tuple[Shape | None, Field | None]:
    """What stands at a path, and the field whose value it is (part of); None where the path leaves the shape."""
    field: Field | None = None
    current: Shape | None = shape
    for step in path:
        if current is None:
            return None, field
        if current.sort is Sort.TABLE and isinstance(step, str):
            field = current.field(step)
            current = None if field is None else field.shape
        else:
            current = current.item
    return current, field


def _table(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Shape:
    needed = schema.get("required", ())
    fields = (
        Field(
            name,
            _shape(each, defs),
            MISSING if name in needed else each.get("default"),
            str(each.get("description", "")),
        )
        for name, each in schema["properties"].items()
    )
    return Shape(Sort.TABLE, fields=tuple(fields))


def _shape(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Shape:
    if "$ref" in schema:
        return _shape(defs[str(schema["$ref"]).rpartition("/")[2]], defs)
    if "anyOf" in schema:
        options = [each for each in schema["anyOf"] if each.get("type") != "null"]
        if len(options) != 1:
            raise RuntimeError(f"a field of several types is not foreseen: {schema}")
        return _as_nullable(_shape({**options[0], **_marks(schema)}, defs))
    match schema.get("type"):
        case "string":
            return _text(schema)
        case "integer":
            return Shape(Sort.WHOLE, minimum=schema.get("minimum"))
        case "boolean":
            return Shape(Sort.FLAG)
        case "array":
            return Shape(Sort.LIST, item=_shape(schema["items"], defs), least_items=schema.get("minItems", 0))
        case "object":
            return _object(schema, defs)
    raise RuntimeError(f"a field of this form is not foreseen: {schema}")


def _object(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Shape:
    if "properties" in schema:
        return _table(schema, defs)
    return Shape(Sort.MAP, item=_shape(schema["additionalProperties"], defs))


def _text(schema: Mapping[str, Any]) -> Shape:
    refers_to, pattern = schema.get("refers_to"), schema.get("pattern")
    if "enum" in schema or "const" in schema:
        return Shape(Sort.CHOICE, choices=tuple(schema.get("enum") or (schema["const"],)))
    sort = {"date-time": Sort.MOMENT, "date": Sort.DAY}.get(schema.get("format", ""), Sort.TEXT)
    sort = {DECIMAL_FORM: Sort.DECIMAL, ID_FORM: Sort.ID}.get(pattern or "", sort)
    return Shape(sort, pattern=pattern, refers_to=refers_to)


def _marks(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: schema[name] for name in ("format", "refers_to") if name in schema}


def _as_nullable(shape: Shape) -> Shape:
    return Shape(
        shape.sort,
        True,
        shape.choices,
        shape.pattern,
        shape.minimum,
        shape.least_items,
        shape.refers_to,
        shape.item,
        shape.fields,
    )
