"""A kept record -> the file a person would have written, in YAML or JSON.

Promises: reading the file gives the same body; names stand in the order of the schema; what was not stated (null, unknown, an
empty list, where that is the default) is left out, anything else is written even when it is the default. A body whose fields the
schema does not know (a later version of the program wrote it) is written whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from proofbook.filing.shape import Field, Shape, Sort, shape_of
from proofbook.filing.yaml_writing import format_yaml, is_unseen
from proofbook.primitives.canonical import JsonValue

_SILENT: Final = (None, "unknown")


def file_value(kind: str, record_id: str, body: Mapping[str, Any]) -> dict[str, JsonValue]:
    """What a file says: kind, id and the record."""
    return {"kind": kind, "id": record_id, "record": _stated(body, shape_of(kind))}


def format_file(kind: str, record_id: str, body: Mapping[str, Any]) -> str:
    """The YAML file."""
    return format_yaml(file_value(kind, record_id, body))


def format_json_file(kind: str, record_id: str, body: Mapping[str, Any]) -> str:
    """The JSON file."""
    text = json.dumps(file_value(kind, record_id, body), indent=2, ensure_ascii=False)
    for char in {char for char in text if is_unseen(char)}:
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text + "\n"


def _stated(value: Mapping[str, Any], shape: Shape) -> dict[str, JsonValue]:
    known = {field.name for field in shape.fields}
    found: dict[str, JsonValue] = {
        field.name: _inner(value[field.name], field.shape)
        for field in shape.fields
        if field.name in value and not _is_silent(value[field.name], field)
    }
    return found | {name: value[name] for name in sorted(value.keys() - known)}


def _inner(value: Any, shape: Shape) -> JsonValue:
    if shape.sort is Sort.TABLE and isinstance(value, Mapping):
        return _stated(value, shape)
    if shape.sort is Sort.LIST and isinstance(value, list) and shape.item is not None:
        return [_inner(each, shape.item) for each in value]
    plain: JsonValue = value
    return plain


def _is_silent(value: Any, field: Field) -> bool:
    return not field.required and value == field.default and (value in _SILENT or value in ([], {}))
