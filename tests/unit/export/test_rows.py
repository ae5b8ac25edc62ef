"""Evaluating definitions: which entries are rows, what is joined, what a missing value says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.export.defining import load_definition, parse_definition
from proofbook.export.definition import Table
from proofbook.export.rows import ABSENT, Placed, Row, TableWork, look_up
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.canonical import canonical_bytes
from support.sample_entries import SampleEntries

START = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = ("2026-01-01T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z")


def evaluate(table: Table, raw: list[bytes], folder: Path, period: tuple[str, str] = WHOLE) -> tuple[list[Row], TableWork]:
    """Both passes over a list of entries."""
    placed = [Placed(json.loads(data), index, f"leaf {index}") for index, data in enumerate(raw)]
    with Worksheet(folder / "w.sqlite") as worksheet:
        work = TableWork(table, *period, worksheet)
        for entry in placed:
            if entry.value["kind"] in work.kinds:
                work.see(entry)
        rows = [row for entry in placed if (row := work.row(entry)) is not None]
    assert not (folder / "w.sqlite").exists()
    return rows, work


def interactions() -> Table:
    """The table of POP-15."""
    return load_definition("POP-15").tables[0]


def cell(table: Table, row: Row, name: str) -> object:
    """One cell by column name."""
    return row.cells[[each.name for each in table.columns].index(name)]


def test_a_request_without_a_response_says_so_in_every_joined_column(tmp_path: Path) -> None:
    """Never an empty cell that could be taken for none."""
    entries = SampleEntries(START)
    entries.request("x_open")
    table = interactions()
    (row,), _ = evaluate(table, entries.raw, tmp_path)
    joined = {each.name: cell(table, row, each.name) for each in table.columns if each.origin == "join"}
    assert set(joined.values()) == {"no_response_recorded", "not_sealed"}
    assert cell(table, row, "claimed_user") == "none_claimed"
    assert cell(table, row, "tools") is None


def test_the_first_response_is_joined_and_further_ones_are_named(tmp_path: Path) -> None:
    """A second one is listed, never dropped silently and never preferred."""
    entries = SampleEntries(START)
    entries.request("x_1")
    entries.response("x_1")
    entries.response("x_1", state="upstream_error", reason="late")
    table = interactions()
    (row,), _ = evaluate(table, entries.raw, tmp_path)
    assert cell(table, row, "state") == "complete"
    assert row.second == (json.loads(entries.raw[2])["id"],)


def test_a_response_that_stands_before_its_request_is_still_joined(tmp_path: Path) -> None:
    """The rule speaks of the first entry, wherever it stands; the verifier follows the same rule."""
    entries = SampleEntries(START)
    entries.response("x_1")
    entries.request("x_1")
    entries.request("x_1")
    table = interactions()
    rows, _ = evaluate(table, entries.raw, tmp_path)
    assert [cell(table, row, "response_index") for row in rows] == [0, 0]


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path) -> None:
    """Listing models is no interaction; another month is another population."""
    entries = SampleEntries(START)
    entries.request("x_1", protocol="openai.models")
    entries.request("x_2")
    entries.now = datetime(2026, 2, 1, tzinfo=UTC)
    entries.request("x_3")
    rows, work = evaluate(interactions(), entries.raw, tmp_path)
    assert len(rows) == 1
    assert work.left_out == {"filter": 1, "period": 1}


def test_only_the_newest_record_of_a_subject_is_a_row(tmp_path: Path) -> None:
    """And the older ones are counted as superseded."""
    entries = SampleEntries(START)
    entries.artifact()
    entries.artifact("sha256:" + "1" * 64)
    entries.artifact(verification="mismatch")
    table = load_definition("POP-07").tables[0]
    rows, work = evaluate(table, entries.raw, tmp_path)
    assert [row.base.index for row in rows] == [1, 2]
    assert work.newest() == (1, 2)
    assert work.left_out == {"superseded": 1}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("#index", 7),
        ("#leaf", "ab"),
        ("#id", "e_1"),
        ("body.a.b", None),
        ("body.a", {"b": None}),
        ("body.a.b.c", ABSENT),
        ("body.list.0", ABSENT),
        ("body.x", ABSENT),
        ("nothing", ABSENT),
    ],
)
def test_a_path_leads_to_a_value_or_to_nothing(path: str, value: object) -> None:
    """Null is a value; walking through null or a list leads nowhere."""
    entry = Placed({"id": "e_1", "body": {"a": {"b": None}, "list": [1]}}, 7, "ab")
    assert look_up(path)(entry) == value


_keys = st.sampled_from(["x1", "x2", "x3", 1, True, None, "1"])


@given(st.lists(st.tuples(st.sampled_from(["q", "r", "other"]), _keys, st.booleans()), max_size=25))
def test_joining_on_disk_is_joining_by_the_plain_rule(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str, Any, bool]]
) -> None:
    """Against a few lines that hold everything in memory: keys of any type, repeated, out of order, absent."""
    document: Any = json.loads(load_definition("POP-15").data)
    table: Any = document["tables"][0]
    column = {"name": "", "from": "base", "path": "#index", "type": "t", "meaning": "m", "unit": None, "absent": None}
    columns = [column | {"name": "a"}, column | {"name": "b", "from": "join", "absent": "gone"}]
    table |= {
        "base": {"kind": "q", "where": [], "latest_by": None, "versions": "every"},
        "join": {"kind": "r", "on": "body.k", "pick": "first"},
        "key": "a",
        "by": [],
        "period": None,
        "columns": columns,
    }
    document["tables"] = [table]
    raw = [
        canonical_bytes({"kind": kind, "id": f"e{number}", "body": {"k": key} if present else {}})
        for number, (kind, key, present) in enumerate(plan)
    ]
    rows, _ = evaluate(parse_definition(canonical_bytes(document)).tables[0], raw, tmp_path_factory.mktemp("w"))
    expected = []
    for number, (kind, key, present) in enumerate(plan):
        if kind == "q":
            text = canonical_bytes(key) if present and key is not None else None
            found = [n for n, (k, other, has) in enumerate(plan) if k == "r" and has and text == canonical_bytes(other)]
            expected.append((number, found[0] if found else "gone", tuple(f"e{n}" for n in found[1:])))
    assert [(*row.cells, row.second) for row in rows] == expected
