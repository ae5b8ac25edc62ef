"""A body as people read it: fields with their meaning in sections, references as links, what is not stated named as such.

Promises: every field of the body is shown or named as not stated; an unknown value is shown as unknown; a field that the schema
does not know (a later version of the program wrote it) is shown under its own name. Does not: escape; the templates do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.filing.shape import Field, Shape, Sort
from proofbook.portal.staff.records.labels import label_of, lower_first, sections_of, word_of
from proofbook.portal.staff.records.linking import Linking
from proofbook.records.pointing import pointers_of
from proofbook.records.record import find_blanks

_LONG: Final = 140
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Value:
    """A value in one of the forms a page shows: none, unknown, text, passage, blank, moment, link, many, table, prose."""

    form: str
    text: str = ""
    hover: str = ""
    href: str | None = None
    missing: bool = False
    """Of a link: what it names is not on record here."""
    items: tuple[Value, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A field with what stands in it."""

    label: str
    meaning: str
    value: Value

    @property
    def is_wide(self) -> bool:
        """Whether it needs the width of the page."""
        return self.value.form in {"table", "prose"} or (self.value.form == "passage" and len(self.value.text) > 600)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a record: what is stated, and the names of what is not."""

    title: str
    lines: tuple[Line, ...]
    unstated: tuple[tuple[str, str], ...]


class Viewing:
    """Shows bodies of one kind."""

    def __init__(self, kind: str, linking: Linking) -> None:
        self._kind = kind
        self._linking = linking
        self._points = dict(pointers_of(kind))

    def parts(self, body: Mapping[str, Any]) -> tuple[Part, ...]:
        """The record in sections; its title and the reason for the version stand elsewhere."""
        known = {"because", "title"}
        found = []
        for title, fields in sections_of(self._kind):
            shown = tuple(field for field in fields if field.name not in known)
            known |= {field.name for field in fields}
            found.append(self._part(title, shown, body))
        foreign = sorted(body.keys() - known)
        if foreign:
            lines = tuple(Line(name, "not known to this version of the program", _foreign(body[name])) for name in foreign)
            found.append(Part("Further fields", lines, ()))
        return tuple(each for each in found if each.lines or each.unstated)

    def value(self, shape: Shape, value: Any, path: str) -> Value:
        """One value. `path`: of its field within the kind."""
        if value is None:
            return Value("none")
        match shape.sort:
            case Sort.LIST if isinstance(value, list) and shape.item is not None:
                return self._list(shape.item, value, path)
            case Sort.MAP if isinstance(value, Mapping) and shape.item is not None:
                item = shape.item
                rows = tuple((Value("text", str(key)), self.value(item, each, path)) for key, each in value.items())
                return Value("table", columns=("Name", "Value"), rows=rows) if rows else Value("empty")
            case Sort.FLAG if isinstance(value, bool):
                return Value("text", "yes" if value else "no")
            case Sort.MOMENT if isinstance(value, str):
                return Value("moment", value)
            case Sort.CHOICE if isinstance(value, str):
                return Value("unknown", UNKNOWN) if value == UNKNOWN else Value("text", word_of(value))
        return self._text(str(value), path) if isinstance(value, str | int) else _foreign(value)

    def _part(self, title: str, fields: tuple[Field, ...], body: Mapping[str, Any]) -> Part:
        lines, unstated = [], []
        for field in fields:
            value = self._of_field(field, body.get(field.name))
            silent = value.form == "none" or (value.form == "empty" and not field.shape.nullable and not field.required)
            if silent:
                unstated.append((lower_first(label_of(field.name)), field.meaning))
            else:
                lines.append(Line(label_of(field.name), field.meaning, value))
        return Part(title, tuple(lines), tuple(unstated))

    def _of_field(self, field: Field, value: Any) -> Value:
        """A field of the record itself. The text of a policy is read, not looked up."""
        if (self._kind, field.name) == ("policy", "sections") and isinstance(value, list):
            rows = (each for each in value if isinstance(each, Mapping))
            return Value(
                "prose", rows=tuple((Value("text", str(row.get("heading"))), Value("text", str(row.get("text")))) for row in rows)
            )
        return self.value(field.shape, value, field.name)

    def _list(self, item: Shape, value: list[Any], path: str) -> Value:
        if not value:
            return Value("empty")
        if item.sort is not Sort.TABLE:
            return Value("many", items=tuple(self.value(item, each, path) for each in value))
        stated = [
            field
            for field in item.fields
            if any(isinstance(row, Mapping) and not _is_silent(row.get(field.name)) for row in value)
        ]
        rows = tuple(
            tuple(
                self.value(field.shape, row.get(field.name) if isinstance(row, Mapping) else None, f"{path}.{field.name}")
                for field in stated
            )
            for row in value
        )
        return Value("table", columns=tuple(label_of(field.name) for field in stated), rows=rows)

    def _text(self, text: str, path: str) -> Value:
        target = self._points.get(path)
        if target is not None:
            link = self._linking.find(target, text)
            return Value("link", text, link.title, link.href, link.missing)
        if find_blanks({"text": text}):
            return Value("blank", text)
        return Value("passage" if "\n" in text or len(text) > _LONG else "text", text)


def _is_silent(value: Any) -> bool:
    return value is None or value in ([], {})


def _foreign(value: Any) -> Value:
    return Value("text", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
