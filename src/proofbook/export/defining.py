"""Reading a report definition: JSON text -> Definition, strictly.

Promises: what is not understood exactly is refused, because it would decide what is in a population; the data of the definition
is the canonical form of what was read. Hostile input: MalformedRecord or LimitExceeded naming the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from proofbook.errors import MalformedRecord
from proofbook.export.definition import (
    DEFINITION_FORMAT,
    PLACES,
    Column,
    Condition,
    Definition,
    Either,
    HasAny,
    Join,
    Missing,
    Named,
    OneOf,
    Table,
    Versions,
    shipped_text,
)
from proofbook.primitives.canonical import canonical_bytes, parse_json

_TEXTS: Final = ("id", "population", "title", "purpose", "unit", "system_of_record")
_LISTS: Final = ("controls", "criteria", "artifacts", "parameters", "limitations", "elsewhere")
_COLUMN: Final = ("name", "from", "path", "type", "meaning", "unit", "absent")
_OF_ENTRIES: Final = ("name", "title", "base", "join", "period", "key", "by", "columns")
_OF_SCHEDULE: Final = ("name", "title", "schedule", "key", "by", "columns")


@cache
def load_definition(population: str) -> Definition:
    """The shipped definition of a population. Raises MalformedRecord for a population this program does not know."""
    return parse_definition(shipped_text(population))


def parse_definition(text: bytes) -> Definition:
    """JSON text -> Definition, strictly. Raises MalformedRecord naming the field."""
    value = _fields(parse_json(text), ("format", "version", "checks", "tables", *_TEXTS, *_LISTS), "definition")
    if value["format"] != DEFINITION_FORMAT:
        raise MalformedRecord(f"definition.format is {value['format']!r}; this program reads {DEFINITION_FORMAT}")
    fields: dict[str, Any] = {name: _text(value[name], f"definition.{name}") for name in _TEXTS}
    fields |= {name: _texts(value[name], f"definition.{name}") for name in _LISTS}
    if type(value["version"]) is not int or value["version"] < 1:
        raise MalformedRecord("definition.version is not a positive integer")
    checks = _list(value["checks"], "definition.checks")
    tables = tuple(_table(each, f"definition.tables[{n}]") for n, each in enumerate(_list(value["tables"], "definition.tables")))
    if not tables or len({each.name for each in tables}) != len(tables):
        raise MalformedRecord("definition.tables is empty or names a table twice")
    return Definition(
        version=value["version"],
        checks=tuple(_check(each, f"definition.checks[{n}]") for n, each in enumerate(checks)),
        tables=tables,
        data=canonical_bytes(value) + b"\n",
        **fields,
    )


def _check(value: Any, where: str) -> Named:
    fields = _fields(value, ("id", "bears"), where)
    if type(fields["bears"]) is not bool:
        raise MalformedRecord(f"{where}.bears is not true or false")
    return Named(_text(fields["id"], f"{where}.id"), fields["bears"])


def _table(value: Any, where: str) -> Table:
    scheduled = isinstance(value, dict) and "schedule" in value
    fields = _fields(value, _OF_SCHEDULE if scheduled else _OF_ENTRIES, where)
    origins = _origins(fields, scheduled=scheduled)
    columns = tuple(_column(each, origins, f"{where}.columns[{n}]") for n, each in enumerate(_list(fields["columns"], where)))
    names = [each.name for each in columns]
    if not columns or len(set(names)) != len(names):
        raise MalformedRecord(f"{where}.columns is empty or names a column twice")
    counted = (_text(fields["key"], f"{where}.key"), *_texts(fields["by"], f"{where}.by"))
    if not set(counted) <= set(names):
        raise MalformedRecord(f"{where}: key and by name columns that the table does not have")
    made: dict[str, Any] = {"name": _text(fields["name"], f"{where}.name"), "title": _text(fields["title"], f"{where}.title")}
    made |= {"key": counted[0], "by": counted[1:], "columns": columns}
    return Table(**made, **(_schedule(fields, where) if scheduled else _entries(fields, where)))


def _origins(fields: Mapping[str, Any], *, scheduled: bool) -> frozenset[str]:
    if scheduled:
        return frozenset({"schedule"})
    return frozenset({"base"} if fields["join"] is None else {"base", "join"})


def _schedule(fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    controls = _texts(_fields(fields["schedule"], ("controls",), f"{where}.schedule")["controls"], f"{where}.schedule.controls")
    if not controls:
        raise MalformedRecord(f"{where}.schedule.controls is empty")
    nothing: dict[str, Any] = {
        "kinds": (),
        "where": (),
        "latest_by": None,
        "versions": Versions.EVERY,
        "join": None,
        "period": (),
    }
    return nothing | {"scheduled": controls}


def _entries(fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    base = _fields(fields["base"], ("kind", "where", "latest_by", "versions"), f"{where}.base")
    if base["versions"] not in set(Versions):
        raise MalformedRecord(f"{where}.base.versions is {base['versions']!r}; known: {', '.join(Versions)}")
    versions = Versions(base["versions"])
    if base["latest_by"] is not None and versions is not Versions.EVERY:
        raise MalformedRecord(f"{where}.base: latest_by and versions cannot both choose")
    conditions = _list(base["where"], f"{where}.base.where")
    return {
        "kinds": _one_or_more(base["kind"], f"{where}.base.kind"),
        "where": tuple(_condition(each, f"{where}.base.where[{n}]") for n, each in enumerate(conditions)),
        "latest_by": None if base["latest_by"] is None else _path(base["latest_by"], f"{where}.base.latest_by"),
        "versions": versions,
        "join": None if fields["join"] is None else _join(fields["join"], f"{where}.join"),
        "period": () if fields["period"] is None else _paths(fields["period"], f"{where}.period"),
        "scheduled": (),
    }


def _join(value: Any, where: str) -> Join:
    fields = _fields(value, ("kind", "on", "pick"), where)
    on = fields["on"]
    if isinstance(on, dict):
        on = _fields(on, ("base", "join"), f"{where}.on")
        ends = (_path(on["base"], f"{where}.on.base"), _path(on["join"], f"{where}.on.join"))
    else:
        ends = (_path(on, f"{where}.on"),) * 2
    if fields["pick"] not in {"first", "newest"}:
        raise MalformedRecord(f"{where}.pick is {fields['pick']!r}; known: first, newest")
    return Join(_one_or_more(fields["kind"], f"{where}.kind"), *ends, fields["pick"])


def _condition(value: Any, where: str) -> Condition:
    if isinstance(value, dict) and value.keys() == {"or"}:
        parts = tuple(_condition(each, f"{where}.or[{n}]") for n, each in enumerate(_list(value["or"], f"{where}.or")))
        if len(parts) < 2:
            raise MalformedRecord(f"{where}.or names fewer than two conditions")
        return Either(parts, " or ".join(each.words for each in parts))
    if isinstance(value, dict) and "absent" in value:
        fields = _fields(value, ("path", "absent"), where)
        if fields["absent"] is not True:
            raise MalformedRecord(f"{where}.absent is not true")
        path = _path(fields["path"], f"{where}.path")
        return Missing(path, f"no {path}")
    form = "any" if isinstance(value, dict) and "any" in value else "in"
    fields = _fields(value, ("path", form), where)
    path, allowed = _path(fields["path"], f"{where}.path"), _list(fields[form], f"{where}.{form}")
    spelled = canonical_bytes(allowed).decode()
    known = frozenset(map(canonical_bytes, allowed))
    return HasAny(path, known, f"{path} names any of {spelled}") if form == "any" else OneOf(path, known, f"{path} in {spelled}")


def _column(value: Any, origins: frozenset[str], where: str) -> Column:
    fields = _fields(value, _COLUMN, where)
    if fields["from"] not in origins:
        raise MalformedRecord(f"{where}.from is {fields['from']!r}; the table has no such origin")
    for name in ("unit", "absent"):
        if fields[name] is not None:
            _text(fields[name], f"{where}.{name}")
    texts = {name: _text(fields[name], f"{where}.{name}") for name in ("name", "type", "meaning")}
    path = _path(fields["path"], f"{where}.path")
    return Column(origin=fields["from"], path=path, unit=fields["unit"], absent=fields["absent"], **texts)


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


def _one_or_more(value: Any, where: str) -> tuple[str, ...]:
    """A text, or a list of texts: one kind or several."""
    found = _texts(value, where) if isinstance(value, list) else (_text(value, where),)
    if not found or len(set(found)) != len(found):
        raise MalformedRecord(f"{where} is empty or names one twice")
    return found


def _paths(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_path(each, where) for each in _one_or_more(value, where))


def _path(value: Any, where: str) -> str:
    text = _text(value, where)
    if text.startswith("#") and text not in PLACES:
        raise MalformedRecord(f"{where}: {text!r} is not one of {', '.join(sorted(PLACES))}")
    if not all(text.split(".")):
        raise MalformedRecord(f"{where}: {text!r} is not a path of names joined by dots")
    return text
