"""A record as the fields of a form: made from the shape of its kind and from what is stated, or was typed, so far.

Promises: what `form_reading` reads from these fields is the same record again. Names of fields are paths: `r.actions.0.due`.
A field shows what was typed even when it cannot be taken. Does not: know HTML, decide what may stand in a field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from proofbook.filing.shape import Field, Shape, Sort
from proofbook.portal.staff.records import form_texts
from proofbook.portal.staff.records.labels import label_of, sections_of, word_of
from proofbook.portal.typed_times import write_typed
from proofbook.records.pointing import pointers_of

ROOT: Final = "r"
FORM: Final = ":form"
SAID: Final = ":said"
STATED_EMPTY: Final = "none"
MOST_ROWS: Final = 40
"""Longer lists of references are written as lines."""
MAX_FIELDS: Final = 3_500
"""Of one form; a record that needs more is written as a file."""
_LONG: Final = frozenset(
    [
        "purpose",
        "description",
        "reason",
        "notes",
        "because",
        "statement",
        "answer",
        "limits",
        "facts",
        "cause",
        "effect",
        "compensating",
        "correction",
        "prevention",
        "fact",
        "text",
        "intended_use",
        "prohibited_use",
        "expected_actual",
        "lookback",
        "root_cause",
        "outcome",
        "follow_up",
        "resolution",
        "conditions",
        "verification_detail",
        "training_data_statement",
        "eu_ai_act_note",
        "exit",
        "release_habit",
        "identity_evidence",
        "uses",
        "what",
        "expected",
        "observed",
        "query",
        "heartbeat",
        "treatment_detail",
        "scope_reason",
        "severity_reason",
        "commitment_reason",
        "availability_definition",
        "definition",
        "changes",
        "tier_reason",
        "jurisdiction",
        "new_evaluation_case",
        "permission_filter",
        "failure_handling",
        "forecast",
        "design_change",
    ]
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field. `widget`: line, passage, lines, choice, ticks, tick, day, moment or number."""

    name: str
    label: str
    meaning: str
    widget: str
    value: str
    must: bool = False
    options: tuple[tuple[str, str], ...] = ()
    ticked: tuple[str, ...] = ()
    suggests: str | None = None
    """Kind of record whose ids are suggested."""
    mark: str | None = None
    """What is sent beside the field, so that it is read as it was written."""
    may_be_empty: bool | None = None
    """Of a list: None when an empty list says nothing else than no list; otherwise whether it is stated to be empty."""
    path: str = ""
    """Of its field within the kind: `actions.due`."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows, or of names with values. `rows` hold the fields of each."""

    name: str
    label: str
    meaning: str
    rows: tuple[tuple[Node, ...], ...]
    must: bool = False
    bare: bool = False
    """Whether each row is one field without a name of its own."""
    may_be_empty: bool | None = None
    path: str = ""


Node: TypeAlias = Leaf | Rows


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields under a heading; the first has none."""

    title: str
    nodes: tuple[Node, ...]


def make_form(kind: str, stated: Mapping[str, Any], zone: ZoneInfo) -> tuple[Section, ...]:
    """The sections of a kind's form, but the reason for the version. `stated` may hold whatever was typed."""
    making = _Making(kind, zone)
    return tuple(
        Section(title, tuple(making.node(field, stated, ROOT, "") for field in fields)) for title, fields in sections_of(kind)
    )


def flatten(nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """Every name and value that the fields send, in their order."""
    for node in nodes:
        if isinstance(node, Rows):
            if node.bare or node.may_be_empty is not None:
                yield node.name + FORM, "rows"
            for place, row in enumerate(node.rows):
                yield node.name, str(place)
                yield from flatten(row)
        else:
            if node.mark is not None:
                yield node.name + FORM, node.mark
            if node.widget == "ticks":
                yield from ((node.name, each) for each in node.ticked)
            elif node.widget != "tick" or node.value:
                yield node.name, node.value
        if node.may_be_empty:
            yield node.name + SAID, STATED_EMPTY


class _Making:
    """Makes the fields of one kind."""

    def __init__(self, kind: str, zone: ZoneInfo) -> None:
        self._points = pointers_of(kind)
        self._zone = zone

    def node(self, field: Field, stated: Mapping[str, Any], around: str, path: str) -> Node:
        """One field of a table with what stands in it. `around` and `path` are those of the table."""
        name, inner = f"{around}.{field.name}", f"{path}{field.name}"
        shape, default = field.shape, None if field.required else field.default
        value = stated.get(field.name, default)
        told = (name, label_of(field.name), _in_words(field.meaning))
        match shape.sort:
            case Sort.LIST:
                return self._list(told, field, value, inner, stated=field.name in stated)
            case Sort.MAP if shape.item is not None:
                return self._map(told, shape.item, value, must=field.required, path=inner)
            case _:
                return self._leaf(
                    told, shape, value, must=field.required and not shape.nullable, path=inner, long=field.name in _LONG
                )

    def _list(self, told: tuple[str, str, str], field: Field, value: Any, path: str, *, stated: bool) -> Node:
        shape, item = field.shape, field.shape.item
        if item is None:
            raise RuntimeError(f"a list of nothing: {path}")
        items = value if isinstance(value, list) else []
        empty = (stated and value == []) if shape.nullable else None
        must = shape.least_items > 0
        if item.sort is Sort.TABLE:
            rows = tuple(self._row(item, each, f"{told[0]}.{place}", path) for place, each in enumerate(items))
            return Rows(*told, rows, must, may_be_empty=empty, path=path)
        if item.sort is Sort.CHOICE and _in_order(items, item.choices):
            options = tuple((each, word_of(each)) for each in item.choices)
            return Leaf(*told, "ticks", "", must, options, tuple(items), mark="ticks", may_be_empty=empty, path=path)
        suggests = self._points.get(path)
        texts = ["" if each is None else str(each) for each in items]
        if suggests is not None and len(texts) <= MOST_ROWS and not any("\n" in each for each in texts):
            lines = tuple(
                (self._leaf((f"{told[0]}.{at}", told[1], ""), item, each, must=False, path=path),)
                for at, each in enumerate(items)
            )
            return Rows(*told, lines, must, bare=True, may_be_empty=empty, path=path)
        text, escaped = form_texts.write_lines(texts)
        mark = f"lines {form_texts.ESCAPED}" if escaped else "lines"
        return Leaf(*told, "lines", text, must, suggests=suggests, mark=mark, may_be_empty=empty, path=path)

    def _row(self, shape: Shape, value: Any, name: str, path: str) -> tuple[Node, ...]:
        stated = value if isinstance(value, Mapping) else {}
        return tuple(self.node(each, stated, name, f"{path}.") for each in shape.fields)

    def _map(self, told: tuple[str, str, str], item: Shape, value: Any, *, must: bool, path: str) -> Rows:
        found = value if isinstance(value, Mapping) else {}
        rows = []
        for place, (key, each) in enumerate(found.items()):
            name = f"{told[0]}.{place}"
            key_leaf = self._leaf((f"{name}.name", "Name", ""), Shape(Sort.TEXT), key, must=True, path=f"{path}.name")
            rows.append((key_leaf, self._leaf((f"{name}.value", "Value", ""), item, each, must=True, path=f"{path}.value")))
        return Rows(*told, tuple(rows), must, path=path)

    def _leaf(self, told: tuple[str, str, str], shape: Shape, value: Any, *, must: bool, path: str, long: bool = False) -> Leaf:
        suggests = self._points.get(path)
        match shape.sort:
            case Sort.FLAG:
                return Leaf(*told, "tick", "yes" if value is True else "", path=path)
            case Sort.CHOICE:
                options = tuple((each, word_of(each)) for each in shape.choices)
                known = str(value) if value is not None else ""
                extra = ((known, known),) if known and known not in shape.choices else ()
                none = (("", "choose"),) if must else (("", "not stated"),) if shape.nullable else ()
                return Leaf(*told, "choice", known, must, (*none, *options, *extra), path=path)
            case Sort.MOMENT:
                return Leaf(*told, *self._moment(value), must, path=path)
            case Sort.DAY:
                text = "" if value is None else str(value)
                return Leaf(*told, "day" if not text or _is_day(text) else "line", text, must, path=path)
            case Sort.WHOLE:
                return Leaf(*told, "number", "" if value is None else str(value), must, path=path)
            case _:
                text, escaped = form_texts.write_text("" if value is None else str(value))
                widget = "passage" if long or "\n" in text else "line"
                mark = form_texts.ESCAPED if escaped else None
                return Leaf(*told, widget, text, must, suggests=suggests, mark=mark, path=path)

    def _moment(self, value: Any) -> tuple[str, str]:
        sort, text = write_typed("" if value is None else str(value), self._zone)
        return ("line" if sort == "text" else "moment"), text


def _in_words(meaning: str) -> str:
    """What a field means, for somebody who sees fields and not JSON."""
    return meaning.replace("null: ", "empty: ").replace("[] when", "none when").replace("`", "")


def _in_order(items: Sequence[Any], choices: Sequence[str]) -> bool:
    """Whether ticks say the same: known words, each once, in the order of the list."""
    return list(items) == [each for each in choices if each in items]


def _is_day(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isascii() and text.replace("-", "").isdigit()
