"""Report definitions: which entries become rows of a population and what each column holds; data, not code.

Promises: a definition is read strictly (a foreign field is refused); its logic hash is the SHA-256 of the very file that lies
in the room, so it changes with every change of what the report does. The shipped text is laid out for people; the room holds
the canonical form. `narrow_to_systems` puts an engagement's systems into the definition, so that no filter is outside the hash.
Does not evaluate anything (`rows` does). Hostile input: MalformedRecord or LimitExceeded naming the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, Literal

from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_json

DEFINITION_FORMAT: Final = "proofbook-definition/1"
POPULATIONS: Final = ("POP-07", "POP-15")
"""Populations this program can produce, in the order of their ids."""

SYSTEM_PATH: Final = "body.system"
PLACES: Final = frozenset({"#index", "#leaf", "#id"})
"""Paths that speak of an entry's place in the book rather than of what it says."""

_TEXTS: Final = ("id", "population", "title", "purpose", "unit", "system_of_record")
_LISTS: Final = ("controls", "criteria", "artifacts", "limitations")
_COLUMN: Final = ("name", "from", "path", "type", "meaning", "unit", "absent")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `absent` stands where the path leads to nothing or there is no joined entry."""

    name: str
    origin: Literal["base", "join"]
    path: str
    type: str
    meaning: str
    unit: str | None
    absent: str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """The value at `path` is one of `allowed`, as canonical bytes; an absent value is none of them."""

    path: str
    allowed: frozenset[bytes]
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: base entries, what is joined to them, what the period is held against."""

    name: str
    kind: str
    where: tuple[Condition, ...]
    latest_by: str | None
    join_kind: str | None
    join_on: str
    period: str | None
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole definition; `data` is the file as it lies in the room."""

    id: str
    version: int
    population: str
    title: str
    purpose: str
    unit: str
    system_of_record: str
    controls: tuple[str, ...]
    criteria: tuple[str, ...]
    artifacts: tuple[str, ...]
    limitations: tuple[str, ...]
    tables: tuple[Table, ...]
    data: bytes

    @property
    def logic_sha256(self) -> str:
        """Hex SHA-256 of the definition file."""
        return sha256(self.data).hexdigest()


def load_definition(population: str) -> Definition:
    """The shipped definition of a population. Raises MalformedRecord for a population this program does not know."""
    return parse_definition(_shipped(population))


def parse_definition(text: bytes) -> Definition:
    """JSON text -> Definition, strictly. Raises MalformedRecord naming the field."""
    value = _fields(parse_json(text), ("format", "version", "tables", *_TEXTS, *_LISTS), "definition")
    if value["format"] != DEFINITION_FORMAT:
        raise MalformedRecord(f"definition.format is {value['format']!r}; this program reads {DEFINITION_FORMAT}")
    fields: dict[str, Any] = {name: _text(value[name], f"definition.{name}") for name in _TEXTS}
    fields |= {name: _texts(value[name], f"definition.{name}") for name in _LISTS}
    if type(value["version"]) is not int or value["version"] < 1:
        raise MalformedRecord("definition.version is not a positive integer")
    tables = tuple(_table(each, f"definition.tables[{n}]") for n, each in enumerate(_list(value["tables"], "definition.tables")))
    if not tables or len({each.name for each in tables}) != len(tables):
        raise MalformedRecord("definition.tables is empty or names a table twice")
    return Definition(version=value["version"], tables=tables, data=canonical_bytes(value) + b"\n", **fields)


def narrow_to_systems(definition: Definition, systems: tuple[str, ...]) -> Definition:
    """The same definition for some systems only; unchanged for none named or where no column tells the system.

    Refusals that belong to no system (null) are kept: nobody can say whose they were.
    """
    if not systems:
        return definition
    value: Any = parse_json(definition.data)
    for table in value["tables"]:
        if any(column["path"] == SYSTEM_PATH for column in table["columns"]):
            allowed: list[JsonValue] = [*sorted(systems)]
            if table["base"]["kind"] == "exchange.refused":
                allowed.append(None)
            table["base"]["where"].append({"path": SYSTEM_PATH, "in": allowed})
    return parse_definition(canonical_bytes(value))


def filters_in_words(definition: Definition) -> list[str]:
    """What each table takes in and leaves out, one sentence a table."""
    sentences = []
    for table in definition.tables:
        parts = [f"{table.name}: entries of kind {table.kind}"]
        parts += [f"{each.path} in {each.words}" for each in table.where]
        if not table.where:
            parts.append("no filters applied")
        if table.latest_by is not None:
            parts.append(f"only the newest entry for each {table.latest_by}")
        parts.append(f"{table.period} inside the period" if table.period else "as of the checkpoint, whatever the period")
        sentences.append("; ".join(parts))
    return sentences


def _shipped(population: str) -> bytes:
    if population not in POPULATIONS:
        raise MalformedRecord(f"population {population[:40]!r} is not known", hint=f"known: {', '.join(POPULATIONS)}")
    return files("proofbook.export").joinpath("definitions", f"{population}.json").read_bytes()


def _table(value: Any, where: str) -> Table:
    fields = _fields(value, ("name", "base", "join", "period", "columns"), where)
    base = _fields(fields["base"], ("kind", "where", "latest_by"), f"{where}.base")
    join = fields["join"]
    if join is not None:
        join = _fields(join, ("kind", "on"), f"{where}.join")
    columns = tuple(
        _column(each, join is not None, f"{where}.columns[{n}]") for n, each in enumerate(_list(fields["columns"], where))
    )
    if not columns or len({each.name for each in columns}) != len(columns):
        raise MalformedRecord(f"{where}.columns is empty or names a column twice")
    conditions = _list(base["where"], f"{where}.base.where")
    return Table(
        name=_text(fields["name"], f"{where}.name"),
        kind=_text(base["kind"], f"{where}.base.kind"),
        where=tuple(_condition(each, f"{where}.base.where[{n}]") for n, each in enumerate(conditions)),
        latest_by=_optional_path(base["latest_by"], f"{where}.base.latest_by"),
        join_kind=None if join is None else _text(join["kind"], f"{where}.join.kind"),
        join_on="" if join is None else _path(join["on"], f"{where}.join.on"),
        period=_optional_path(fields["period"], f"{where}.period"),
        columns=columns,
    )


def _condition(value: Any, where: str) -> Condition:
    fields = _fields(value, ("path", "in"), where)
    allowed = _list(fields["in"], f"{where}.in")
    words = canonical_bytes(allowed).decode()
    return Condition(_path(fields["path"], f"{where}.path"), frozenset(map(canonical_bytes, allowed)), words)


def _column(value: Any, has_join: bool, where: str) -> Column:  # noqa: FBT001 - private, and named where it is called
    fields = _fields(value, _COLUMN, where)
    origin = fields["from"]
    if origin not in {"base", "join"} or (origin == "join" and not has_join):
        raise MalformedRecord(f"{where}.from is {origin!r}; the table has no such origin")
    for name in ("unit", "absent"):
        if fields[name] is not None:
            _text(fields[name], f"{where}.{name}")
    texts = {name: _text(fields[name], f"{where}.{name}") for name in ("name", "type", "meaning")}
    return Column(
        origin=origin, path=_path(fields["path"], f"{where}.path"), unit=fields["unit"], absent=fields["absent"], **texts
    )


def _fields(value: Any, names: tuple[str, ...], where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or value.keys() != set(names):
        odd = sorted(value.keys() ^ set(names)) if isinstance(value, dict) else ["not an object"]
        raise MalformedRecord(f"{where}: fields missing or foreign: {', '.join(odd)}")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedRecord(f"{where} is not a list")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise MalformedRecord(f"{where} is not a text")
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_text(each, where) for each in _list(value, where))


def _optional_path(value: Any, where: str) -> str | None:
    return None if value is None else _path(value, where)


def _path(value: Any, where: str) -> str:
    text = _text(value, where)
    if text.startswith("#") and text not in PLACES:
        raise MalformedRecord(f"{where}: {text!r} is not one of {', '.join(sorted(PLACES))}")
    if not all(text.split(".")):
        raise MalformedRecord(f"{where}: {text!r} is not a path of names joined by dots")
    return text
