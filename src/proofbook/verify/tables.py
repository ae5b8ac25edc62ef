"""Report definitions: which entries become rows, what each cell says, and how a row is written in CSV and in JSON.

A definition is itself a file of the room, signed with it; it can select and name, it cannot compute. Hostile definitions raise
`Damage` naming the field. Rows are derived from entries whose form was checked before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Tuple

from proofbook.verify.encoding import Damage, canonical_text, field, parse_document, show

DEFINITION_FORMAT = "proofbook-definition/1"

MAX_TABLES = 64
"""Tables of all definitions of a room; each entry is held against each of its kind."""

MAX_COLUMNS = 256

_QUOTED = re.compile(r'[,"\r\n]|\A |\A\Z| \Z')
"""What a CSV cell is quoted for: a comma, quote or line end anywhere, a space at either end, nothing at all."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters a spreadsheet takes for a formula."""


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
class TableSpec:
    """One table of a definition, ready to be applied."""

    place: str
    kind: str
    where: Tuple[Tuple[Tuple[str, ...], FrozenSet[str]], ...]
    latest_by: Optional[Tuple[str, ...]]
    join_kind: Optional[str]
    join_on: Tuple[str, ...]
    period: Optional[Tuple[str, ...]]
    start: str
    end: str
    columns: Tuple[Column, ...]
    words: str


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


def select(spec: TableSpec, entry: Placed) -> str:
    """Why an entry of the base kind is not a row: "where", "period", or empty when it is one."""
    for path, allowed in spec.where:
        value = look_up(entry, path)
        if value is ABSENT or canonical_text(value) not in allowed:
            return "where"
    if spec.period is not None:
        moment = look_up(entry, spec.period)
        if not isinstance(moment, str) or not spec.start <= moment < spec.end:
            return "period"
    return ""


def join_key(spec: TableSpec, entry: Placed) -> Optional[str]:
    """The text two entries must share to be joined; None joins nothing."""
    value = look_up(entry, spec.join_on)
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
    """One CSV cell. Null is nothing, the empty text is two quotes, a text that looks like a formula gets an apostrophe."""
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = guard(value) if isinstance(value, str) else canonical_text(value)
    if _QUOTED.search(text) is not None:
        return '"' + text.replace('"', '""') + '"'
    return text


def guard(text: str) -> str:
    """A text as it stands in a CSV cell: with an apostrophe before what a spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


def format_csv_row(cells: Sequence[Any]) -> bytes:
    """One line of CSV with its CRLF."""
    return (",".join([format_cell(cell) for cell in cells]) + "\r\n").encode("utf-8")


def format_json_row(spec: TableSpec, cells: Sequence[Any]) -> bytes:
    """One line of a JSON table without the comma and newline between rows."""
    return canonical_text({column.name: cell for column, cell in zip(spec.columns, cells)}).encode("utf-8")


def parse_definition(data: bytes, place: str, start: str, end: str) -> Tuple[Dict[str, Any], Dict[str, TableSpec]]:
    """A definition file -> its whole value and its tables by name, applied to the period [start, end). Raises Damage."""
    value = parse_document(data, place)
    if field(value, "format", str, place) != DEFINITION_FORMAT:
        raise Damage(f"{place}, field format", f"is {show(value['format'])}; this program reads {DEFINITION_FORMAT}")
    for name, kind in (("id", str), ("version", int), ("population", str)):
        field(value, name, kind, place)
    tables: Dict[str, TableSpec] = {}
    for number, row in enumerate(field(value, "tables", list, place)):
        spot = f"{place}, tables[{number}]"
        _only(row, ("name", "base", "join", "period", "columns"), spot)
        name = field(row, "name", str, spot)
        if name in tables or len(tables) >= MAX_TABLES:
            raise Damage(spot, "is a second table of that name, or one too many")
        tables[name] = _parse_table(row, spot, start, end)
    return value, tables


def _parse_table(row: Dict[str, Any], place: str, start: str, end: str) -> TableSpec:
    base = field(row, "base", dict, place)
    _only(base, ("kind", "where", "latest_by"), f"{place}.base")
    kind = field(base, "kind", str, f"{place}.base")
    where = [_parse_where(each, f"{place}.base.where[{n}]") for n, each in enumerate(field(base, "where", list, f"{place}.base"))]
    latest_by = _optional_path(base, "latest_by", f"{place}.base")
    period = _optional_path(row, "period", place)
    join = field(row, "join", (dict, type(None)), place)
    join_kind, join_on = None, ()  # type: Optional[str], Tuple[str, ...]
    if join is not None:
        _only(join, ("kind", "on"), f"{place}.join")
        join_kind = field(join, "kind", str, f"{place}.join")
        join_on = _parse_path(field(join, "on", str, f"{place}.join"), f"{place}.join.on")
    columns = field(row, "columns", list, place)
    if not 0 < len(columns) <= MAX_COLUMNS:
        raise Damage(f"{place}.columns", f"holds {len(columns)} columns; 1 to {MAX_COLUMNS} are read")
    parsed = tuple(_parse_column(each, join is not None, f"{place}.columns[{n}]") for n, each in enumerate(columns))
    if len({column.name for column in parsed}) != len(parsed):
        raise Damage(f"{place}.columns", "two columns share a name")
    words = f"kind {show(kind)}" + "".join(f", {show(each['path'])} in {show(each['in'])}" for each in base["where"])
    words += f", the latest for each {show(base['latest_by'])}" if latest_by else ""
    words += f", {show(row['period'])} from {start} up to but not including {end}" if period else ", as of the checkpoint"
    return TableSpec(place, kind, tuple(where), latest_by, join_kind, join_on, period, start, end, parsed, words)


def _only(value: Any, known: Sequence[str], place: str) -> None:
    if not isinstance(value, dict):
        raise Damage(place, "is not an object")
    foreign = sorted(set(value) - set(known))
    if foreign:
        raise Damage(place, f"has the field {show(foreign[0])}, which this program does not know and so cannot re-derive")


def _parse_where(value: Any, place: str) -> Tuple[Tuple[str, ...], FrozenSet[str]]:
    _only(value, ("path", "in"), place)
    path = _parse_path(field(value, "path", str, place), place)
    return path, frozenset(canonical_text(each) for each in field(value, "in", list, place))


def _optional_path(value: Dict[str, Any], name: str, place: str) -> Optional[Tuple[str, ...]]:
    text = field(value, name, (str, type(None)), place)
    return None if text is None else _parse_path(text, f"{place}.{name}")


def _parse_path(text: str, place: str) -> Tuple[str, ...]:
    if text.startswith("#"):
        if text not in ("#index", "#leaf", "#id"):
            raise Damage(place, f"{show(text)} is not known; #index, #leaf and #id are")
        return (text,)
    parts = tuple(text.split("."))
    if not all(parts):
        raise Damage(place, f"{show(text)} is not a path of names joined by dots")
    return parts


def _parse_column(value: Any, has_join: bool, place: str) -> Column:  # noqa: FBT001  # private, and named where it is called
    _only(value, ("name", "from", "path", "type", "meaning", "unit", "absent"), place)
    source = field(value, "from", str, place)
    if source not in ("base", "join") or (source == "join" and not has_join):
        raise Damage(f"{place}, field from", f"is {show(source)}; the table has no such source")
    path = _parse_path(field(value, "path", str, place), place)
    return Column(field(value, "name", str, place), source == "join", path, "absent" in value, value.get("absent"))
