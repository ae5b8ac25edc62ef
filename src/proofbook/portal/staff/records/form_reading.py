"""The fields of a form -> what a file with the same words would state, and what to do with rows.

Promises: with the fields that `form` made, the same record; a field that was left empty is not stated. Texts that cannot be
what their field asks for are handed on as they were typed: the record's own rules say what is wrong. Hostile input: names that
are no field are not looked at; rows and values are as many as the form holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from proofbook.filing.scalars import parse_whole
from proofbook.filing.shape import Field, Shape, Sort, shape_of
from proofbook.portal.staff.records import form_texts
from proofbook.portal.staff.records.form import FORM, ROOT, SAID, STATED_EMPTY
from proofbook.portal.typed_times import NoSuchTime, read_moment

Sent = Mapping[str, tuple[str, ...]]
ADD: Final = "add"
REMOVE: Final = "remove"
_LEFT: Final[Any] = object()
"""A field that was left empty."""


@dataclass(slots=True)
class Read:
    """What was read. `mistakes`: by path such as `actions.0.due`, what the record's own rules cannot say."""

    stated: dict[str, Any]
    mistakes: dict[str, str] = field(default_factory=dict)


def read_form(kind: str, sent: Sent, zone: ZoneInfo, *, keep_empty: bool = False) -> Read:
    """The record a form states. `keep_empty`: rows without anything in them stay, for a form that is shown again."""
    reading = _Reading(sent, zone, keep_empty=keep_empty)
    return Read(reading.table(shape_of(kind), ROOT), reading.mistakes)


def change_rows(kind: str, stated: dict[str, Any], name: str, doing: str, place: str) -> bool:
    """Add a row to a list, or remove one; whether there is such a list. `name`: `r.actions` or `r.flows.0.crosses`."""
    steps = name.split(".")
    if steps[0] != ROOT or len(steps) not in {2, 4}:
        return False
    holder, shape = stated, shape_of(kind)
    if len(steps) == 4:
        found = shape.field(steps[1])
        rows = stated.get(steps[1])
        if found is None or found.shape.item is None or not isinstance(rows, list) or not _is_place(steps[2], len(rows)):
            return False
        holder, shape = rows[int(steps[2])], found.shape.item
    listed = shape.field(steps[-1])
    if listed is None or listed.shape.sort not in {Sort.LIST, Sort.MAP}:
        return False
    return _change(holder, listed, doing, place)


def _change(holder: dict[str, Any], listed: Field, doing: str, place: str) -> bool:
    value = holder.get(listed.name)
    if listed.shape.sort is Sort.MAP:
        pairs = list(value.items()) if isinstance(value, dict) else []
        if doing == ADD:
            pairs.append(("", ""))
        elif _is_place(place, len(pairs)):
            del pairs[int(place)]
        holder[listed.name] = dict(pairs)
        return True
    items = list(value) if isinstance(value, list) else []
    if doing == ADD:
        item = listed.shape.item
        items.append({} if item is not None and item.sort is Sort.TABLE else "")
    elif _is_place(place, len(items)):
        del items[int(place)]
    holder[listed.name] = items
    return True


class _Reading:
    def __init__(self, sent: Sent, zone: ZoneInfo, *, keep_empty: bool) -> None:
        self._sent = sent
        self._zone = zone
        self._keep_empty = keep_empty
        self.mistakes: dict[str, str] = {}

    def table(self, shape: Shape, around: str, said: str = "") -> dict[str, Any]:
        """The stated fields of a table; those left empty are not among them. `said`: its path as mistakes name it."""
        found: dict[str, Any] = {}
        for each in shape.fields:
            value = self._value(each, f"{around}.{each.name}", f"{said}{each.name}")
            if value is not _LEFT:
                found[each.name] = value
        return found

    def _value(self, each: Field, name: str, said: str) -> Any:
        shape = each.shape
        if shape.sort is Sort.LIST:
            items = self._list(shape, name, said)
            if items or not shape.nullable:
                return items
            return [] if self._one(name + SAID) == STATED_EMPTY else None
        if shape.sort is Sort.MAP:
            return self._map(shape, name, said)
        value = self._scalar(shape, name, said)
        return None if value is _LEFT and shape.nullable else value

    def _list(self, shape: Shape, name: str, said: str) -> list[Any]:
        item, form = shape.item, self._one(name + FORM).split(" ")
        if item is None:
            return []
        if item.sort is Sort.TABLE:
            return self._rows(item, name, said)
        if form[0] == "ticks":
            return [each for each in self._sent.get(name, ()) if each]
        if form[0] == "rows":
            return self._bare(item, name, said)
        return [self._typed(item, each) for each in form_texts.read_lines(self._one(name), escaped=form_texts.ESCAPED in form)]

    def _rows(self, item: Shape, name: str, said: str) -> list[Any]:
        found: list[Any] = []
        for row in self._sent.get(name, ()):
            if _is_place(row, None):
                before = dict(self.mistakes)
                value = self.table(item, f"{name}.{row}", f"{said}.{len(found)}.")
                if self._keep_empty or not _is_bare(item, value):
                    found.append(value)
                else:
                    self.mistakes = before
        return found

    def _bare(self, item: Shape, name: str, said: str) -> list[Any]:
        found: list[Any] = []
        for row in self._sent.get(name, ()):
            value = self._scalar(item, f"{name}.{row}", f"{said}.{len(found)}")
            if value is not _LEFT or self._keep_empty:
                found.append("" if value is _LEFT else value)
        return found

    def _map(self, shape: Shape, name: str, said: str) -> Any:
        if shape.item is None or (name not in self._sent and name + FORM not in self._sent):
            return {}
        found: dict[str, Any] = {}
        for row in self._sent.get(name, ()):
            key = self._scalar(Shape(Sort.TEXT), f"{name}.{row}.name", said)
            value = self._scalar(shape.item, f"{name}.{row}.value", said)
            if key is _LEFT and value is _LEFT and not self._keep_empty:
                continue
            key = "" if key is _LEFT else key
            if key in found:
                self.mistakes[said] = f"states {key[:60]!r} twice"
            found[key] = "" if value is _LEFT else value
        return found

    def _scalar(self, shape: Shape, name: str, said: str) -> Any:
        if shape.sort is Sort.FLAG:
            return self._one(name) == "yes"
        given = form_texts.read_text(self._one(name), escaped=self._one(name + FORM) == form_texts.ESCAPED)
        if given == "":
            return _LEFT
        if shape.sort is not Sort.MOMENT:
            return self._typed(shape, given)
        try:
            return read_moment(given, self._zone)
        except NoSuchTime as error:
            self.mistakes[said] = str(error)
            return given

    def _typed(self, shape: Shape, text: str) -> Any:
        return parse_whole(text) if shape.sort is Sort.WHOLE else text

    def _one(self, name: str) -> str:
        values = self._sent.get(name, ())
        return values[0] if values else ""


def _is_bare(shape: Shape, value: Mapping[str, Any]) -> bool:
    """Whether a row says nothing but what a new row says by itself."""
    for each in shape.fields:
        said = value.get(each.name)
        if said in (None, [], {}, False, "") or (not each.required and said == each.default):
            continue
        return False
    return True


def _is_place(text: str, size: int | None) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5 and (size is None or int(text) < size)
