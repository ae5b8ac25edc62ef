"""Evaluating a definition over a book: which entries are rows, what is joined to them, what each cell says.

Promises: exactly the rule of the room format, in two passes over the entries: the first finds, for each table, which entries
are rows and what is joined to them; the second makes the rows in index order. Nothing is left out without being counted.
Memory stays flat: what has to be remembered for each row (a key and the cells of the joined entry) lives in a worksheet on
disk.
Hostile input: entries are only looked into along paths; a value of any type is a cell.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from proofbook.export.definition import Condition, Either, HasAny, Missing, OneOf, Table, Versions
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
    """One row of a table. `second` names further entries that could have been joined to it, by id.

    `moment`: what was held against the period, or what would be; None where the record states no such moment. `joined_at`:
    position of the joined entry, -1 without one.
    """

    base: Placed
    cells: tuple[JsonValue, ...]
    second: tuple[str, ...]
    moment: str | None = None
    joined_at: int = -1


@dataclass(slots=True)
class TableWork:
    """One table of entries being evaluated over one book: `see` every entry once, then `row` every entry once more."""

    table: Table
    start: str
    end: str
    worksheet: Worksheet
    relation: str = ""
    """What sets its share of the worksheet apart from that of a table of the same name."""
    left_out: Counter[str] = field(default_factory=Counter)
    _latest: dict[bytes, int] = field(default_factory=dict)
    _belonged: dict[bytes, int] = field(default_factory=dict)
    _moved: set[bytes] = field(default_factory=set)
    _base: tuple[tuple[Look, JsonValue], ...] = ()
    _join: tuple[tuple[Look, JsonValue], ...] = ()
    _order: tuple[tuple[bool, int], ...] = ()

    def __post_init__(self) -> None:
        """Turns the paths of the columns into functions, once."""
        columns = self.table.columns
        self.relation = self.relation or self.table.name
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
        return frozenset(self.table.kinds) | frozenset(self.table.join.kinds if self.table.join is not None else ())

    def see(self, entry: Placed) -> None:
        """First pass: remembers what is joined, and which entry is the newest of its subject."""
        table, kind = self.table, entry.value["kind"]
        if kind in table.kinds:
            self._see_base(entry)
        if table.join is not None and kind in table.join.kinds:
            key = _key(entry, table.join.joined)
            if key is not None:
                cells = canonical_bytes([entry.index, *(_cell(look, absent, entry) for look, absent in self._join)])
                identity = _identity(entry) if table.join.pick == "newest" else None
                self.worksheet.join(self.relation, key, entry.value["id"], cells, identity)

    def _see_base(self, entry: Placed) -> None:
        reason = self._left_out(entry)
        if self.table.versions is Versions.EVERY:
            if reason:
                self.left_out[reason] += 1
            elif self.table.latest_by is not None:
                self._remember(self._subject(entry), entry.index)
        elif self._is_too_late(entry):
            self.left_out["later"] += 1
        else:
            identity = _identity(entry)
            self._remember(identity, entry.index)
            if not reason:
                self._belonged[identity] = entry.index
                self._moved.discard(identity)
            elif identity in self._belonged:
                self._moved.add(identity)

    def _subject(self, entry: Placed) -> bytes:
        """What `latest_by` tells entries apart by."""
        return (_key(entry, self.table.latest_by, null=True) if self.table.latest_by else None) or b"absent"

    def _remember(self, subject: bytes, index: int) -> None:
        if subject in self._latest:
            self.left_out["superseded"] += 1
        self._latest[subject] = index

    def newest(self) -> tuple[int, ...]:
        """After the first pass: where the newest entries of their subjects stand, in order."""
        return tuple(sorted(self._latest.values()))

    def moved(self) -> tuple[str, ...]:
        """After the first pass: records of which an earlier version was a row and the one that counts is not, by kind and id."""
        return tuple(sorted("/".join(json.loads(each)) for each in self._moved))

    def row(self, entry: Placed) -> Row | None:
        """Second pass: the row this entry makes, or None."""
        table = self.table
        if entry.value["kind"] not in table.kinds or not self._is_chosen(entry):
            return None
        reason = self._left_out(entry)
        if reason:
            if table.versions is not Versions.EVERY:
                self.left_out[reason] += 1
            return None
        base = [_cell(look, absent, entry) for look, absent in self._base]
        if table.join is None:
            return Row(entry, tuple(base), (), self._moment(entry))
        key = _key(entry, table.join.base)
        found = None if key is None else self.worksheet.joined(self.relation, key)
        joined: list[Any] = [-1, *(absent for _, absent in self._join)] if found is None else found
        second = () if found is None or key is None else self.worksheet.second(self.relation, key)
        cells = tuple(joined[place + 1] if is_join else base[place] for is_join, place in self._order)
        return Row(entry, cells, second, self._moment(entry), joined[0])

    def stood(self) -> int:
        """After the first pass, of a table where only the newest counts: how many records make rows."""
        return len(self._latest) if self.table.versions is Versions.EVERY else len(self._belonged) - len(self._moved)

    def stands(self, entry: Placed) -> bool:
        """The same of the record that an entry is a version of."""
        if self.table.versions is Versions.EVERY:
            return self._subject(entry) in self._latest
        identity = _identity(entry)
        return identity in self._belonged and identity not in self._moved

    def _is_chosen(self, entry: Placed) -> bool:
        """Whether it is the version of its record that the table speaks of."""
        if self.table.versions is not Versions.EVERY:
            return not self._is_too_late(entry) and self._latest[_identity(entry)] == entry.index
        if self.table.latest_by is None:
            return True
        subject = self._subject(entry)
        return subject not in self._latest or self._latest[subject] == entry.index

    def _is_too_late(self, entry: Placed) -> bool:
        edge = {Versions.AT_END: self.end, Versions.AT_START: self.start}.get(self.table.versions)
        return edge is not None and entry.value["recorded"] >= edge

    def _left_out(self, entry: Placed) -> str:
        """Why an entry of the base kind is no row: `filter`, `period`, or empty when it is one."""
        if not all(holds(condition, entry) for condition in self.table.where):
            return "filter"
        if self.table.period:
            moment = self._moment(entry)
            if moment is None or not self.start <= moment < self.end:
                return "period"
        return ""

    def _moment(self, entry: Placed) -> str | None:
        moments = (look_up(path)(entry) for path in self.table.period)
        return next((each for each in moments if isinstance(each, str)), None)


def holds(condition: Condition, entry: Placed) -> bool:
    """Whether an entry meets a condition of a definition."""
    match condition:
        case Either(conditions):
            return any(holds(each, entry) for each in conditions)
        case Missing(path):
            return look_up(path)(entry) is ABSENT
        case OneOf(path, allowed):
            value = look_up(path)(entry)
            return value is not ABSENT and canonical_bytes(value) in allowed
        case HasAny(path, allowed):
            value = look_up(path)(entry)
            return type(value) is list and any(canonical_bytes(each) in allowed for each in value)


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


def _identity(entry: Placed) -> bytes:
    """What a record is known by over its versions."""
    return canonical_bytes([entry.value["kind"], entry.value["subject"]])


def _key(entry: Placed, path: str, *, null: bool = False) -> bytes | None:
    """The value at a path as bytes; None for one that is not there and, unless asked for, for null."""
    value = look_up(path)(entry)
    return None if value is ABSENT or (value is None and not null) else canonical_bytes(value)


_LOOKS: dict[str, Look] = {}
"""Paths come from definitions, of which there are few."""
