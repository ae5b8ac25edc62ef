"""Reading report definitions: a file of the room -> the tables it defines.

A definition is itself a file of the room, signed with it; it can select and name, it cannot compute. Two forms are read: 1, and
1.1, which adds several kinds, versions of records, conditions on lists and on what is absent, joins between two paths, and tables
of a schedule. Hostile definitions raise `Damage` naming the field.
"""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

from proofbook.verify.encoding import Damage, canonical_text, field, parse_document, show
from proofbook.verify.tables import Column, TableSpec, Test

DEFINITION_FORMATS = ("proofbook-definition/1", "proofbook-definition/1.1")

MAX_TABLES = 64
"""Tables of one definition; each entry is held against each of its kind."""

MAX_COLUMNS = 256

MAX_NESTING = 8
"""Conditions inside conditions."""

_ONE = frozenset(("name", "base", "join", "period", "columns"))
_MORE = _ONE | {"title", "key", "by", "schedule"}


def parse_definition(data: bytes, place: str, start: str, end: str) -> Tuple[Dict[str, Any], Dict[str, TableSpec]]:
    """A definition file -> its whole value and its tables by name, applied to the period [start, end). Raises Damage."""
    value = parse_document(data, place)
    if field(value, "format", str, place) not in DEFINITION_FORMATS:
        raise Damage(
            f"{place}, field format", f"is {show(value['format'])}; this program reads {' and '.join(DEFINITION_FORMATS)}"
        )
    more = value["format"] == DEFINITION_FORMATS[1]
    for name, kind in (("id", str), ("version", int), ("population", str)):
        field(value, name, kind, place)
    tables: Dict[str, TableSpec] = {}
    for number, row in enumerate(field(value, "tables", list, place)):
        spot = f"{place}, tables[{number}]"
        _only(row, _MORE if more else _ONE, spot)
        name = field(row, "name", str, spot)
        if name in tables or len(tables) >= MAX_TABLES:
            raise Damage(spot, "is a second table of that name, or one too many")
        scheduled = more and "schedule" in row
        tables[name] = _parse_scheduled(row, spot) if scheduled else _parse_table(row, spot, start, end, more)
    return value, tables


def _parse_scheduled(row: Dict[str, Any], place: str) -> TableSpec:
    for name in ("base", "join", "period"):
        if name in row:
            raise Damage(place, f"is of a schedule and has the field {name!r}")
    columns = _parse_columns(row, ("schedule",), place)
    return TableSpec(place, True, (), (), None, "every", (), (), (), False, (), "", "", columns, "what a schedule expected")


def _parse_table(row: Dict[str, Any], place: str, start: str, end: str, more: bool) -> TableSpec:  # noqa: FBT001  # which form
    base = field(row, "base", dict, place)
    _only(base, ("kind", "where", "latest_by", "versions") if more else ("kind", "where", "latest_by"), f"{place}.base")
    kinds = _parse_texts(base, "kind", f"{place}.base", more)
    tests = field(base, "where", list, f"{place}.base")
    where = tuple(_parse_test(each, f"{place}.base.where[{n}]", more, 0) for n, each in enumerate(tests))
    text = field(base, "latest_by", (str, type(None)), f"{place}.base")
    latest_by = None if text is None else _parse_path(text, f"{place}.base.latest_by")
    versions = field(base, "versions", str, f"{place}.base") if more else "every"
    if versions not in ("every", "newest", "at_end", "at_start") or (latest_by is not None and versions != "every"):
        raise Damage(f"{place}.base, field versions", f"is {show(versions)}, which does not fit")
    join_kinds, join_base, join_other, newest = _parse_join(row, place, more)
    periods: Tuple[Tuple[str, ...], ...] = ()
    if field(row, "period", (str, list, type(None)), place) is not None:
        periods = tuple(_parse_path(each, f"{place}.period") for each in _parse_texts(row, "period", place, more))
    columns = _parse_columns(row, ("base", "join") if join_kinds else ("base",), place)
    words = _describe(base, kinds, versions, row["period"], (start, end))
    return TableSpec(
        place,
        False,
        kinds,
        where,
        latest_by,
        versions,
        join_kinds,
        join_base,
        join_other,
        newest,
        periods,
        start,
        end,
        columns,
        words,
    )


def _describe(base: Dict[str, Any], kinds: Sequence[str], versions: str, period: Any, edges: Tuple[str, str]) -> str:
    words = "kind " + " or ".join(show(kind) for kind in kinds) + "".join(f", {_said(each)}" for each in base["where"])
    words += f", the latest for each {show(base['latest_by'])}" if base["latest_by"] else ""
    words += {
        "every": "",
        "newest": ", the newest version of each record",
        "at_end": f", the newest version of each record recorded before {edges[1]}",
        "at_start": f", the newest version of each record recorded before {edges[0]}",
    }[versions]
    if period:
        return words + f", {show(period)} from {edges[0]} up to but not including {edges[1]}"
    return words if versions.startswith("at_") else words + ", as of the checkpoint"


def _said(test: Dict[str, Any]) -> str:
    if "or" in test:
        return "either " + " or ".join(_said(each) for each in test["or"])
    if "absent" in test:
        return f"without {show(test['path'])}"
    return (
        f"{show(test['path'])} in {show(test['in'])}"
        if "in" in test
        else f"{show(test['path'])} naming any of {show(test['any'])}"
    )


def _parse_join(
    row: Dict[str, Any],
    place: str,
    more: bool,  # noqa: FBT001  # which form
) -> Tuple[Tuple[str, ...], Tuple[str, ...], Tuple[str, ...], bool]:
    join = field(row, "join", (dict, type(None)), place)
    spot = f"{place}.join"
    if join is None:
        return (), (), (), False
    _only(join, ("kind", "on", "pick") if more else ("kind", "on"), spot)
    on = field(join, "on", (str, dict) if more else str, spot)
    if isinstance(on, dict):
        _only(on, ("base", "join"), f"{spot}.on")
        ends = [_parse_path(field(on, name, str, f"{spot}.on"), f"{spot}.on.{name}") for name in ("base", "join")]
    else:
        ends = [_parse_path(on, f"{spot}.on")] * 2
    pick = field(join, "pick", str, spot) if more else "first"
    if pick not in ("first", "newest"):
        raise Damage(f"{spot}, field pick", f"is {show(pick)}; first and newest are known")
    return _parse_texts(join, "kind", spot, more), ends[0], ends[1], pick == "newest"


def _parse_test(value: Any, place: str, more: bool, depth: int) -> Test:  # noqa: FBT001  # which form
    forms = [form for form in ("in", "any", "absent", "or") if isinstance(value, dict) and form in value]
    form = forms[0] if forms else "in"
    if form != "in" and not more:
        raise Damage(place, f"has the field {form!r}, which this form of definition does not have")
    if form == "or":
        _only(value, ("or",), place)
        parts = field(value, "or", list, place)
        if len(parts) < 2 or depth >= MAX_NESTING:
            raise Damage(place, "is a choice of fewer than two conditions, or nested too deep")
        return Test(
            "or", (), frozenset(), tuple(_parse_test(each, f"{place}.or[{n}]", more, depth + 1) for n, each in enumerate(parts))
        )
    _only(value, ("path", form), place)
    path = _parse_path(field(value, "path", str, place), place)
    if form == "absent":
        if value["absent"] is not True:
            raise Damage(f"{place}, field absent", "is not true")
        return Test("absent", path, frozenset(), ())
    return Test(form, path, frozenset(canonical_text(each) for each in field(value, form, list, place)), ())


def _parse_texts(value: Dict[str, Any], name: str, place: str, more: bool) -> Tuple[str, ...]:  # noqa: FBT001  # which form
    """A text; in form 1.1 also a list of texts, none of them twice."""
    found = field(value, name, (str, list) if more else str, place)
    texts: List[Any] = [found] if isinstance(found, str) else found
    if not texts or not all(isinstance(each, str) for each in texts) or len(set(texts)) != len(texts):
        raise Damage(f"{place}, field {name}", "is not a text or a list of different texts")
    return tuple(texts)


def _only(value: Any, known: Any, place: str) -> None:
    if not isinstance(value, dict):
        raise Damage(place, "is not an object")
    foreign = sorted(set(value) - set(known))
    if foreign:
        raise Damage(place, f"has the field {show(foreign[0])}, which this program does not know and so cannot re-derive")


def _parse_path(text: str, place: str) -> Tuple[str, ...]:
    if text.startswith("#"):
        if text not in ("#index", "#leaf", "#id"):
            raise Damage(place, f"{show(text)} is not known; #index, #leaf and #id are")
        return (text,)
    parts = tuple(text.split("."))
    if not all(parts):
        raise Damage(place, f"{show(text)} is not a path of names joined by dots")
    return parts


def _parse_columns(row: Dict[str, Any], sources: Tuple[str, ...], place: str) -> Tuple[Column, ...]:
    columns = field(row, "columns", list, place)
    if not 0 < len(columns) <= MAX_COLUMNS:
        raise Damage(f"{place}.columns", f"holds {len(columns)} columns; 1 to {MAX_COLUMNS} are read")
    parsed = tuple(_parse_column(each, sources, f"{place}.columns[{n}]") for n, each in enumerate(columns))
    if len({column.name for column in parsed}) != len(parsed):
        raise Damage(f"{place}.columns", "two columns share a name")
    return parsed


def _parse_column(value: Any, sources: Tuple[str, ...], place: str) -> Column:
    _only(value, ("name", "from", "path", "type", "meaning", "unit", "absent"), place)
    source = field(value, "from", str, place)
    if source not in sources:
        raise Damage(f"{place}, field from", f"is {show(source)}; the table has no such source")
    path = _parse_path(field(value, "path", str, place), place)
    return Column(field(value, "name", str, place), source == "join", path, "absent" in value, value.get("absent"))
