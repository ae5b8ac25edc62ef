"""Evaluating a definition over a book: which entries are rows, what is joined to them, what each cell says.

Promises: exactly the rule of the room format, in two passes over the entries: the first finds, for each table, which entries
are rows and what is joined to them; the second makes the rows in index order. Nothing is left out without being counted.
Memory stays flat: what has to be remembered for each row (a key and the cells of the joined entry) lives in a worksheet on
disk.
Hostile input: entries are only looked into along paths; a value of any type is a cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from proofbook.export.definition import Table
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.canonical import JsonValue, canonical_bytes

Value: TypeAlias = Mapping[str, Any]
Look: TypeAlias = "Callable[[Placed], Any]"


class _Absent:
    __slots__ = ()


ABSENT: Final = _Absent()
"""A path that leads to nothing; different from null."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A parsed entry with its place in the book; `leaf` is hex."""

    value: Value
    index: int
    leaf: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. `second` names further entries that could have been joined to it, by id."""

    base: Placed
    cells: tuple[JsonValue, ...]
    second: tuple[str, ...]


@dataclass(slots=True)
class TableWork:
    """One table being evaluated over one book: `see` every entry once, then `row` every entry once more."""

    table: Table
    start: str
    end: str
    worksheet: Worksheet
    left_out: Counter[str] = field(default_factory=Counter)
    _latest: dict[bytes, int] = field(default_factory=dict)
    _base: tuple[tuple[Look, JsonValue], ...] = ()
    _join: tuple[tuple[Look, JsonValue], ...] = ()
    _order: tuple[tuple[bool, int], ...] = ()

    def __post_init__(self) -> None:
        """Turns the paths of the columns into functions, once."""
        columns = self.table.columns
        self._base = tuple((look_up(each.path), each.absent) for each in columns if each.origin == "base")
        self._join = tuple((look_up(each.path), each.absent) for each in columns if each.origin == "join")
        places = {"base": 0, "join": 0}
        order = []
        for each in columns:
            order.append((each.origin == "join", places[each.origin]))
            places[each.origin] += 1
        self._order = tuple(order)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of entries this table has to see."""
        table = self.table
        return frozenset({table.kind} if table.join_kind is None else {table.kind, table.join_kind})

    def see(self, entry: Placed) -> None:
        """First pass: remembers what is joined, and which entry is the newest of its subject."""
        kind = entry.value["kind"]
        if kind == self.table.kind:
            reason = self._left_out(entry)
            if reason:
                self.left_out[reason] += 1
            elif self.table.latest_by is not None:
                subject = _key(entry, self.table.latest_by) or b"absent"
                if subject in self._latest:
                    self.left_out["superseded"] += 1
                self._latest[subject] = entry.index
        if kind == self.table.join_kind:
            key = self._join_key(entry)
            if key is not None:
                cells = [_cell(look, absent, entry) for look, absent in self._join]
                self.worksheet.join(self.table.name, key, entry.value["id"], canonical_bytes(cells))

    def newest(self) -> tuple[int, ...]:
        """After the first pass: where the newest entries of their subjects stand, in order."""
        return tuple(sorted(self._latest.values()))

    def row(self, entry: Placed) -> Row | None:
        """Second pass: the row this entry makes, or None."""
        table = self.table
        if entry.value["kind"] != table.kind or self._left_out(entry):
            return None
        if table.latest_by is not None and self._latest[_key(entry, table.latest_by) or b"absent"] != entry.index:
            return None
        base = [_cell(look, absent, entry) for look, absent in self._base]
        if table.join_kind is None:
            return Row(entry, tuple(base), ())
        key = self._join_key(entry)
        found = None if key is None else self.worksheet.joined(table.name, key)
        joined = [absent for _, absent in self._join] if found is None else found
        second = () if found is None or key is None else self.worksheet.second(table.name, key)
        return Row(entry, tuple((joined if is_join else base)[place] for is_join, place in self._order), second)

    def _left_out(self, entry: Placed) -> str:
        """Why an entry of the base kind is no row: `filter`, `period`, or empty when it is one."""
        for condition in self.table.where:
            value = look_up(condition.path)(entry)
            if value is ABSENT or canonical_bytes(value) not in condition.allowed:
                return "filter"
        if self.table.period is not None:
            moment = look_up(self.table.period)(entry)
            if not isinstance(moment, str) or not self.start <= moment < self.end:
                return "period"
        return ""

    def _join_key(self, entry: Placed) -> bytes | None:
        value = look_up(self.table.join_on)(entry)
        return None if value is ABSENT or value is None else canonical_bytes(value)


def look_up(path: str) -> Look:
    """A function that gives the value at a path of an entry, or ABSENT."""
    known = _LOOKS.get(path)
    if known is None:
        known = _LOOKS[path] = _make_look(path)
    return known


def _make_look(path: str) -> Look:
    match path:
        case "#index":
            return lambda entry: entry.index
        case "#leaf":
            return lambda entry: entry.leaf
        case "#id":
            return lambda entry: entry.value["id"]
        case _:
            parts = tuple(path.split("."))
            return lambda entry: _walk(entry.value, parts)


def _walk(value: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        if type(value) is not dict or part not in value:
            return ABSENT
        value = value[part]
    return value


def _cell(look: Look, absent: JsonValue, entry: Placed) -> JsonValue:
    value: JsonValue | _Absent = look(entry)
    return absent if isinstance(value, _Absent) else value


def _key(entry: Placed, path: str) -> bytes | None:
    value = look_up(path)(entry)
    return None if value is ABSENT else canonical_bytes(value)


_LOOKS: dict[str, Look] = {}
"""Paths come from definitions, of which there are few."""
