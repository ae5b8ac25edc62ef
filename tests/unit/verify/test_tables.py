"""Cells and rows by the rule of the format, with the absent word kept apart from null."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.verify.definitions import parse_definition
from proofbook.verify.encoding import Damage
from proofbook.verify.tables import Placed, TableSpec, derive_row, format_cell, format_csv_row, select
from support.sample_ledger import encode

ENTRY = Placed(
    {"id": "e_1", "kind": "k", "occurred": "2026-11-02T00:00:00.000000Z", "body": {"a": {"b": None}, "n": 1, "t": True}},
    7,
    b"\1" * 32,
)


def spec(**change: Any) -> TableSpec:
    """The table of a small definition, with parts replaced."""
    table: dict[str, Any] = {"name": "t", "base": {"kind": "k", "where": [], "latest_by": None}, "join": None, "period": None}
    columns = [{"name": "c", "from": "base", "path": "body.a.b"}]
    data = {
        "format": "proofbook-definition/1",
        "id": "i",
        "version": 1,
        "population": "p",
        "tables": [{**table, "columns": columns, **change}],
    }
    return parse_definition(encode(data) + b"\n", "def", "2026-11-01T00:00:00.000000Z", "2026-12-01T00:00:00.000000Z")[1]["t"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", '""'),
        (True, "true"),
        (-5, "-5"),
        ("-5", "'-5"),
        ("=a,b", '"\'=a,b"'),
        ("\tx", "'\tx"),
        ("@", "'@"),
        ('a"b', '"a""b"'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("a\nb", '"a\nb"'),
        ([1, "a"], '"[1,""a""]"'),
        ({"b": 1, "a": None}, '"{""a"":null,""b"":1}"'),
        ([], "[]"),
        ("é", "é"),
    ],
)
def test_cell_has_the_one_spelling_of_the_format(value: object, cell: str) -> None:
    """A cell that a spreadsheet would execute, or that reads back as another value, is not evidence."""
    assert format_cell(value) == cell
    assert format_csv_row([value]) == f"{cell}\r\n".encode()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ({"path": "body.a.b", "absent": "unknown"}, None),
        ({"path": "body.a.c", "absent": "unknown"}, "unknown"),
        ({"path": "body.a.b.c", "absent": "unknown"}, "unknown"),
        ({"path": "body.n.x", "absent": None}, None),
        ({"path": "#index"}, 7),
        ({"path": "#leaf"}, "01" * 32),
        ({"path": "#id"}, "e_1"),
    ],
)
def test_absent_is_not_null(column: dict[str, object], value: object) -> None:
    """'Recorded as nothing' and 'not recorded' are different facts."""
    assert derive_row(spec(columns=[{"name": "c", "from": "base", **column}]), ENTRY, None) == [value]


def test_absent_value_without_a_word_for_it_is_damage() -> None:
    """Better no row than an invented one."""
    with pytest.raises(Damage, match="no word"):
        derive_row(spec(columns=[{"name": "c", "from": "base", "path": "body.x"}]), ENTRY, None)


@pytest.mark.parametrize(
    ("value", "reason"), [([1], ""), ([True], "where"), (["1"], "where"), ([None], "where"), ([], "where"), ([2, 1], "")]
)
def test_filter_compares_values_with_their_types(value: list[object], reason: str) -> None:
    """1, true and "1" are three values, though Python's == says otherwise of two."""
    base = {"kind": "k", "where": [{"path": "body.n", "in": value}], "latest_by": None}
    assert select(spec(base=base), ENTRY) == reason


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        ("2026-11-01T00:00:00.000000Z", ""),
        ("2026-10-31T23:59:59.999999Z", "period"),
        ("2026-11-30T23:59:59.999999Z", ""),
        ("2026-12-01T00:00:00.000000Z", "period"),
        (None, "period"),
    ],
)
def test_period_is_half_open(moment: str | None, reason: str) -> None:
    """The first moment is inside, the end is not."""
    entry = Placed({**ENTRY.value, "occurred": moment}, 7, ENTRY.leaf)
    assert select(spec(period="occurred"), entry) == reason
