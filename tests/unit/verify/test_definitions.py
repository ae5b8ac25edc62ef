"""Definitions as the verifier reads them: both forms, strictly, and what a table of a schedule may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proofbook.verify.definitions import MAX_NESTING, parse_definition
from proofbook.verify.encoding import Damage
from proofbook.verify.report import Findings
from proofbook.verify.room import Room, Table
from proofbook.verify.schedules import check_scheduled, say_scheduled
from proofbook.verify.tables import TableSpec
from support.sample_ledger import encode

COLUMN = {"name": "c", "from": "base", "path": "body.a"}


def parse(table: dict[str, Any], form: str = "1.1") -> TableSpec:
    """One table of a small definition."""
    value = {"format": f"proofbook-definition/{form}", "id": "i", "version": 1, "population": "p", "tables": [table]}
    return parse_definition(encode(value) + b"\n", "def", "2026-11-01", "2026-12-01")[1]["t"]


def table(**change: Any) -> dict[str, Any]:
    """A table of form 1.1; `base` and others replace parts."""
    base = {"kind": "k", "where": [], "latest_by": None, "versions": "every"} | change.pop("base", {})
    made: dict[str, Any] = {"name": "t", "title": "T", "base": base, "join": None, "period": None, "key": "c", "by": []}
    return made | {"columns": [COLUMN]} | change


def nested(depth: int) -> dict[str, Any]:
    """A choice within a choice."""
    inner: dict[str, Any] = {"path": "a", "in": []}
    for _ in range(depth):
        inner = {"or": [inner, {"path": "b", "absent": True}]}
    return inner


@pytest.mark.parametrize(
    "change",
    [
        {"base": {"versions": "latest"}},
        {"base": {"versions": "newest", "latest_by": "subject"}},
        {"base": {"kind": []}},
        {"base": {"kind": ["a", "a"]}},
        {"base": {"kind": 5}},
        {"base": {"more": 1}},
        {"base": {"where": [{"path": "a", "absent": False}]}},
        {"base": {"where": [{"or": [{"path": "a", "in": []}]}]}},
        {"base": {"where": [{"path": "a", "any": "x"}]}},
        {"base": {"where": [{"path": "a", "any": [], "in": []}]}},
        {"base": {"where": [nested(MAX_NESTING + 1)]}},
        {"base": {"where": [[]]}},
        {"join": {"kind": "j", "on": {"base": "a"}, "pick": "first"}},
        {"join": {"kind": "j", "on": "a", "pick": "last"}},
        {"join": {"kind": "j", "on": 5, "pick": "first"}},
        {"period": [5]},
        {"columns": [{**COLUMN, "from": "schedule"}]},
        {"schedule": {"controls": ["LC-02"]}},
        {"colour": 1},
    ],
)
def test_what_is_not_understood_exactly_is_damage(change: dict[str, Any]) -> None:
    """A rule that a verifier half understands would confirm rows that the rule does not give."""
    with pytest.raises(Damage, match="def"):
        parse(table(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"base": {"kind": ["a", "b"]}},
        {"base": {"where": [{"path": "a", "any": []}]}},
        {"join": {"kind": "j", "on": {"base": "a", "join": "b"}}},
        {"period": ["a", "b"]},
    ],
)
def test_form_1_has_none_of_what_1_1_added(change: dict[str, Any]) -> None:
    """A definition says which form it has, so that nobody reads into one what it cannot say."""
    made = table(**change)
    plain = {key: made[key] for key in ("name", "base", "join", "period", "columns")}
    del plain["base"]["versions"]
    with pytest.raises(Damage):
        parse(plain, "1")


def test_deep_but_bounded_choices_are_read() -> None:
    """As deep as is written down, and no deeper."""
    assert parse(table(base={"where": [nested(MAX_NESTING)]})).where


class _Listed(Room):
    """A room of two files, both listed."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root), ())
        self.files = {"a.csv": 0, "a.json": 0}

        class Manifest:
            files = self.files

        self.manifest = Manifest()  # type: ignore[assignment]  # only its files are asked


@pytest.mark.parametrize(
    ("sheet", "lines", "rows", "problem"),
    [
        (b"c\r\nx\r\n", b'[\n{"c":"x"}\n]\n', 1, ""),
        (b"c\r\n", b"[]\n", 0, ""),
        (b"c\r\ny\r\n", b'[\n{"c":"x"}\n]\n', 1, "a.csv, row 1"),
        (b"c\r\nx\r\nx\r\n", b'[\n{"c":"x"}\n]\n', 1, "goes on after"),
        (b"c\r\nx\r\n", b'[\n{"c":"x"}\n]\n', 2, "says 2 rows"),
        (b"c\r\nx\r\n", b'[\n{"c": "x"}\n]\n', 1, "a.json, row 1"),
        (b"c\r\nx\r\n", b'[\n{"d":"x"}\n]\n', 1, "columns of its table"),
        (b"c\r\nx\r\n", b'[\n{"c":"x"},\n]\n', 1, "a.json, row 2"),
        (b"c\r\nx\r\n", b'[\n{"c":"x"}\n]\n ', 1, "does not end"),
        (b"d\r\n", b"[]\n", 0, "frame"),
        (b"c\r\n", b"{}\n", 0, "does not begin"),
    ],
)
def test_both_forms_of_a_schedule_must_say_the_same(tmp_path: Path, sheet: bytes, lines: bytes, rows: int, problem: str) -> None:
    """Nobody can derive these rows again, so at least they must not be two different tables."""
    (tmp_path / "a.csv").write_bytes(sheet)
    (tmp_path / "a.json").write_bytes(lines)
    column = {"name": "c", "from": "schedule", "path": "c"}
    spec = parse({"name": "t", "title": "T", "schedule": {"controls": ["LC-02"]}, "key": "c", "by": [], "columns": [column]})
    found = Findings()
    found.run("Populations", lambda: str(check_scheduled(_Listed(tmp_path), Table("t", "a.csv", "a.json", rows), spec, found)))
    said = [f"{each.place}: {each.what}" for each in found.report("room").problems]
    assert (said == []) is (problem == "")
    assert problem in " ".join(said)


def test_what_nobody_derived_is_said_in_one_line() -> None:
    """A reader of twenty such tables reads it once."""
    found = Findings()
    say_scheduled({"a.csv": 2, "b.csv": 1}, found)
    assert len(found.not_covered) == 1
    assert "3 rows of 2 tables of a schedule" in found.not_covered[0]
    say_scheduled({}, found)
    assert len(found.not_covered) == 1
