"""Tables of a report: which entries become rows, what each cell says, and how a row is written in CSV and in JSON.

Rows are derived from entries whose form was checked before, by the rules of a definition that `definitions` has read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Tuple

from proofbook.verify.encoding import Damage, canonical_text

_QUOTED = re.compile(r'[,"\r\n]|\A |\A\Z| \Z')
"""What a CSV cell is quoted for: a comma, quote or line end anywhere, a space at either end, nothing at all."""

_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
"""First characters a spreadsheet takes for a formula: as they are, and full-width."""
_ENDS = "\t\r\n"
_PARTS = re.compile("([;\t\r\n])")
"""What may part cells or lines for a spreadsheet that does not part cells at commas."""


class Absent:
    """The value of a path that is not there: different from null."""


ABSENT = Absent()


@dataclass(frozen=True)
class Column:
    """One column. `absent` is the word for a path that is not there; without it such a row is damage."""

    name: str
    joined: bool
    path: Tuple[str, ...]
    has_absent: bool
    absent: Any


@dataclass(frozen=True)
class Test:
    """One condition.

    `form`: `in` (the value is one of `allowed`), `any` (an item of the list is), `absent` (there is none), `or` (a part holds).
    """

    form: str
    path: Tuple[str, ...]
    allowed: FrozenSet[str]
    parts: Tuple[Test, ...]


@dataclass(frozen=True)
class TableSpec:
    """One table of a definition, ready to be applied.

    `scheduled`: its rows come from a schedule and not from entries, so nothing here can derive them. `versions`: `every` entry is
    looked at by itself; otherwise only the newest of each kind and subject is, of those recorded before an edge of the period
    where it is `at_end` or `at_start`, and the conditions are put to that one. `periods`: the first that leads to a text counts.
    """

    place: str
    scheduled: bool
    kinds: Tuple[str, ...]
    where: Tuple[Test, ...]
    latest_by: Optional[Tuple[str, ...]]
    versions: str
    join_kinds: Tuple[str, ...]
    join_base: Tuple[str, ...]
    join_other: Tuple[str, ...]
    join_newest: bool
    periods: Tuple[Tuple[str, ...], ...]
    start: str
    end: str
    columns: Tuple[Column, ...]
    words: str

    @property
    def is_of_entries(self) -> bool:
        """Whether every entry that fits is a row, and not only the last of its sort."""
        return self.versions == "every" and self.latest_by is None

    @property
    def before(self) -> str:
        """What was recorded from here on is not looked at; empty: everything is."""
        return {"at_end": self.end, "at_start": self.start}.get(self.versions, "")


@dataclass(frozen=True)
class Placed:
    """An entry with its place in the book."""

    value: Dict[str, Any]
    index: int
    leaf: bytes


def look_up(entry: Placed, path: Tuple[str, ...]) -> Any:
    """The value at a path, or ABSENT. `#index`, `#leaf` and `#id` speak of the entry itself."""
    if path[0][:1] == "#":
        return {"#index": entry.index, "#leaf": entry.leaf.hex(), "#id": entry.value["id"]}[path[0]]
    value: Any = entry.value
    for part in path:
        if type(value) is not dict or part not in value:
            return ABSENT
        value = value[part]
    return value


def holds(test: Test, entry: Placed) -> bool:
    """Whether an entry meets a condition."""
    if test.form == "or":
        return any(holds(part, entry) for part in test.parts)
    value = look_up(entry, test.path)
    if test.form == "absent":
        return value is ABSENT
    if test.form == "any":
        return type(value) is list and any(canonical_text(item) in test.allowed for item in value)
    return value is not ABSENT and canonical_text(value) in test.allowed


def select(spec: TableSpec, entry: Placed) -> str:
    """Why an entry of the base kind is not a row: "where", "period", or empty when it is one."""
    if not all(holds(test, entry) for test in spec.where):
        return "where"
    if spec.periods:
        moments = (look_up(entry, path) for path in spec.periods)
        moment = next((each for each in moments if isinstance(each, str)), None)
        if moment is None or not spec.start <= moment < spec.end:
            return "period"
    return ""


def identity(entry: Placed) -> str:
    """What a record is known by over its versions."""
    return canonical_text([entry.value["kind"], entry.value["subject"]])


def join_key(path: Tuple[str, ...], entry: Placed) -> Optional[str]:
    """The text two entries must share to be joined; None joins nothing."""
    value = look_up(entry, path)
    return None if value is ABSENT or value is None else canonical_text(value)


def derive_row(spec: TableSpec, base: Placed, joined: Optional[Placed]) -> List[Any]:
    """The cells of one row. Raises Damage for a value that is not there and has no word for that."""
    cells: List[Any] = []
    for column in spec.columns:
        source = joined if column.joined else base
        value = ABSENT if source is None else look_up(source, column.path)
        if value is ABSENT:
            if not column.has_absent:
                missing = f"entry {base.index} has no such value and the column no word for that"
                raise Damage(f"{spec.place}, column {column.name}", missing)
            value = column.absent
        cells.append(value)
    return cells


def format_cell(value: Any) -> str:
    """One CSV cell. Null is nothing, the empty text is two quotes, what looks like a formula gets an apostrophe."""
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = guard(value if isinstance(value, str) else canonical_text(value))
    if _QUOTED.search(text) is not None:
        return '"' + text.replace('"', '""') + '"'
    return text


def guard(text: str) -> str:
    """A text as it stands in a CSV cell: an apostrophe before each part of it that a spreadsheet could take for a formula.

    Parts begin at the start and behind each semicolon, tab and line end; spaces and quotes before the sign do not help.
    """
    begin = text[:1]
    if begin not in _ENDS and begin not in _SIGNS and begin not in ' "' and _PARTS.search(text) is None:
        return text
    pieces = _PARTS.split(text)
    for place in range(0, len(pieces), 2):
        bare = pieces[place].lstrip(' "')
        if bare and bare[0] in _SIGNS:
            pieces[place] = "'" + pieces[place]
    guarded = "".join(pieces)
    return "'" + guarded if begin and begin in _ENDS else guarded


def format_csv_row(cells: Sequence[Any]) -> bytes:
    """One line of CSV with its CRLF."""
    return (",".join([format_cell(cell) for cell in cells]) + "\r\n").encode("utf-8")


def format_json_row(spec: TableSpec, cells: Sequence[Any]) -> bytes:
    """One line of a JSON table without the comma and newline between rows."""
    return canonical_text({column.name: cell for column, cell in zip(spec.columns, cells)}).encode("utf-8")
