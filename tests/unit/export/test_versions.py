"""Records that have versions: which version a table speaks of, what is joined to it, and what was moved out of a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofbook.export.defining import parse_definition
from proofbook.export.definition import Table
from proofbook.export.rows import Placed, Row, TableWork
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.canonical import canonical_bytes
from proofbook.verify.definitions import parse_definition as parse_again
from support.verifier_rows import gather

START, END = "2026-02-01T00:00:00.000000Z", "2026-03-01T00:00:00.000000Z"


def column(name: str, path: str, origin: str = "base", absent: str | None = "gone") -> dict[str, Any]:
    """A column."""
    return {"name": name, "from": origin, "path": path, "type": "text", "meaning": "sample", "unit": None, "absent": absent}


def definition(**change: Any) -> bytes:
    """A definition with one table; `change` replaces parts of it, `base` parts of its base."""
    base = {"kind": "record", "where": [], "latest_by": None, "versions": "newest"} | change.pop("base", {})
    table: dict[str, Any] = {
        "name": "items", "title": "Items", "base": base, "join": None, "period": "body.at", "key": "id", "by": [],
        "columns": [column("id", "subject"), column("word", "body.word")],
    } | change  # fmt: skip
    texts = dict.fromkeys(("id", "population", "title", "purpose", "unit", "system_of_record"), "sample")
    names = ("controls", "criteria", "artifacts", "parameters", "limitations", "elsewhere", "checks")
    lists: dict[str, Any] = {name: [] for name in names}
    return canonical_bytes({"format": "proofbook-definition/1.1", "version": 1, "tables": [table], **texts, **lists}) + b"\n"


def entry(number: int, recorded: str, body: dict[str, Any], subject: str = "a", kind: str = "record") -> bytes:
    """One entry; `recorded` is a day."""
    day = f"{recorded}T12:00:00.000000Z"
    return canonical_bytes({"id": f"e{number}", "kind": kind, "subject": subject, "recorded": day, "occurred": day, "body": body})


def both(text: bytes, raw: list[bytes], folder: Path) -> tuple[list[Row], TableWork]:
    """Rows by the exporter; the verifier's own rows of the same table must be the same."""
    table: Table = parse_definition(text).tables[0]
    placed = [Placed(json.loads(data), index, "00") for index, data in enumerate(raw)]
    with Worksheet(folder / "w.sqlite") as worksheet:
        work = TableWork(table, START, END, worksheet)
        for each in placed:
            work.see(each)
        rows = [row for each in placed if (row := work.row(each)) is not None]
    spec = parse_again(text, "def", START, END)[1]["items"]
    again = gather(spec, [json.loads(data) for data in raw])
    assert [[*row.cells] for row in rows] == again.cells
    assert sorted(entry for row in rows for entry in row.second) == sorted(again.second)
    return rows, work


IN, BEFORE, AFTER = "2026-02-10T00:00:00.000000Z", "2026-01-10T00:00:00.000000Z", "2026-03-10T00:00:00.000000Z"


def test_the_newest_version_counts_and_a_record_moved_out_of_the_period_is_named(tmp_path: Path) -> None:
    """An item must not vanish by being edited: the list goes by its newest version, and says what that took away."""
    raw = [
        entry(0, "2026-02-10", {"at": IN, "word": "first"}),
        entry(1, "2026-02-11", {"at": IN, "word": "second"}),
        entry(2, "2026-02-12", {"at": IN, "word": "only"}, "b"),
        entry(3, "2026-02-13", {"at": AFTER, "word": "moved"}, "b"),
    ]
    rows, work = both(definition(), raw, tmp_path)
    assert [row.cells for row in rows] == [("a", "second")]
    assert work.left_out == {"superseded": 2, "period": 1}
    assert work.moved() == ("record/b",)


def test_a_record_that_came_back_is_in_the_list(tmp_path: Path) -> None:
    """Only what the newest version says counts."""
    raw = [entry(n, f"2026-02-1{n}", {"at": at}) for n, at in enumerate((IN, AFTER, IN))]
    rows, work = both(definition(), raw, tmp_path)
    assert len(rows) == 1
    assert work.moved() == ()


@pytest.mark.parametrize(("versions", "word"), [("at_start", "january"), ("at_end", "february"), ("newest", "march")])
def test_a_state_is_that_of_its_moment(tmp_path: Path, versions: str, word: str) -> None:
    """What was changed after the period does not change what was there at its end."""
    months = {"january": "2026-01-20", "february": "2026-02-20", "march": "2026-03-20"}
    raw = [entry(number, day, {"word": name}) for number, (name, day) in enumerate(months.items())]
    rows, _ = both(definition(base={"versions": versions}, period=None), raw, tmp_path)
    assert [row.cells for row in rows] == [("a", word)]


def test_every_version_recorded_in_the_period_is_a_row_of_the_history(tmp_path: Path) -> None:
    """Changes in the period, whatever the record says now."""
    raw = [entry(0, "2026-01-20", {}), entry(1, "2026-02-20", {}), entry(2, "2026-02-21", {}), entry(3, "2026-03-20", {})]
    rows, _ = both(definition(base={"versions": "every"}, period="recorded"), raw, tmp_path)
    assert [row.base.index for row in rows] == [1, 2]


def test_records_of_several_kinds_share_an_id_without_replacing_each_other(tmp_path: Path) -> None:
    """An exercise is never a version of an incident."""
    raw = [entry(0, "2026-02-10", {"at": IN}), entry(1, "2026-02-11", {"held": IN}, kind="other")]
    text = definition(base={"kind": ["record", "other"]}, period=["body.at", "body.held"])
    rows, _ = both(text, raw, tmp_path)
    assert [row.base.value["kind"] for row in rows] == ["record", "other"]


def test_the_newest_decision_is_joined_and_another_one_is_named(tmp_path: Path) -> None:
    """Versions of one decision are one decision; a second decision is a second one."""
    raw = [
        entry(0, "2026-02-10", {"at": IN}, "event"),
        entry(1, "2026-02-11", {"of": "event", "word": "decline"}, "one", "decision"),
        entry(2, "2026-02-12", {"of": "event", "word": "defer"}, "two", "decision"),
        entry(3, "2026-02-13", {"of": "event", "word": "adopt"}, "one", "decision"),
        entry(4, "2026-02-14", {"of": None, "word": "lost"}, "three", "decision"),
        entry(5, "2026-02-15", {"at": IN}, "open"),
    ]
    join = {"kind": "decision", "on": {"base": "subject", "join": "body.of"}, "pick": "newest"}
    columns = [column("id", "subject"), column("decided", "body.word", "join", "not_decided")]
    rows, _ = both(definition(join=join, columns=columns), raw, tmp_path)
    assert [row.cells for row in rows] == [("event", "adopt"), ("open", "not_decided")]
    assert rows[0].second == ("e2",)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"path": "body.word", "in": ["x", None]}, ["x", "null"]),
        ({"path": "body.list", "any": ["p"]}, ["listed"]),
        ({"path": "body.word", "absent": True}, ["listed", "empty"]),
        ({"or": [{"path": "body.list", "any": ["p"]}, {"path": "body.list", "in": [[]]}]}, ["listed", "empty"]),
    ],
)
def test_conditions_hold_as_they_are_written(tmp_path: Path, where: dict[str, Any], expected: list[str]) -> None:
    """By both programs."""
    bodies: dict[str, dict[str, Any]] = {
        "x": {"word": "x"}, "null": {"word": None}, "listed": {"list": ["p", "q"]}, "empty": {"list": []},
    }  # fmt: skip
    raw = [entry(number, "2026-02-10", {"at": IN, **body}, name) for number, (name, body) in enumerate(bodies.items())]
    rows, _ = both(definition(base={"where": [where]}), raw, tmp_path)
    assert [row.base.value["subject"] for row in rows] == expected
