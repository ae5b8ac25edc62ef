"""Tampering with populations, headers, definitions, index and artifact records.

First plainly, then with every hash made to fit, then signed with the real key, which only re-derivation from the entries catches.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.room_builder import FRONT, seal
from support.room_checks import (
    DEFINITION,
    HEADER,
    INTERACTIONS,
    INTERACTIONS_JSON,
    MANIFEST,
    Room,
    assert_named,
    assert_unsigned,
    replace,
    room,
    sound,
)
from support.sample_ledger import encode

__all__ = ["room", "sound"]
pytestmark = pytest.mark.attack


def resign(room: Room) -> None:
    """What the holder of the log key could do: every hash made to fit and everything signed again."""
    manifest = json.loads((room.folder / MANIFEST).read_bytes())
    seal(room.folder, room.plan, {"populations": manifest["populations"], "artifacts": manifest["artifacts"]})


def edit_json(room: Room, path: str, **change: Any) -> None:
    value = json.loads((room.folder / path).read_bytes())
    (room.folder / path).write_bytes(encode({**value, **change}) + b"\n")


@pytest.mark.parametrize(
    ("path", "old"), [(INTERACTIONS, b"no_response_recorded"), (INTERACTIONS_JSON, b'"state":"no_response_recorded"')]
)
def test_edited_cell_is_named_down_to_row_and_column(room: Room, path: str, old: bytes) -> None:
    """Three layers, three thieves: no list touched, lists touched without the key, everything signed with the key."""
    room.edit(path, replace(old, old.replace(b"no_response_recorded", b"complete")))
    assert_named(room.verify(), 1, path)
    assert_named(room.verify(), 10, "column state")
    room.rehash()
    report = room.verify()
    assert_unsigned(report)
    assert_named(report, 10, f"{path}, row 5 (entry 16), column state")
    resign(room)
    report = room.verify()
    assert report.steps[2].outcome.name == "CHECKS_OUT"
    assert_named(report, 10, f"{path}, row 5 (entry 16), column state")


def test_row_hidden_from_csv_is_named(room: Room) -> None:
    """Signed or not: the book says which rows there are."""
    room.edit(INTERACTIONS, lambda data: b"\r\n".join(data.split(b"\r\n")[:3] + data.split(b"\r\n")[4:]))
    resign(room)
    assert_named(room.verify(), 10, f"{INTERACTIONS}, row 3")


@pytest.mark.parametrize(("cut", "what"), [(-1, "is missing"), (None, "goes on after")])
def test_row_cut_off_or_added_at_the_end_is_named(room: Room, cut: int | None, what: str) -> None:
    """The last row is the easiest to lose."""
    last = (room.folder / INTERACTIONS).read_bytes().splitlines(keepends=True)[-1]
    room.edit(INTERACTIONS, lambda data: data[: -len(last)] if cut else data + last)
    resign(room)
    assert_named(room.verify(), 10, what)


def test_rows_swapped_are_named(room: Room) -> None:
    """Order is part of what was said."""
    lines = (room.folder / INTERACTIONS_JSON).read_bytes().split(b"\n")
    lines[2], lines[3] = lines[3], lines[2]
    (room.folder / INTERACTIONS_JSON).write_bytes(b"\n".join(lines))
    resign(room)
    assert_named(room.verify(), 10, f"{INTERACTIONS_JSON}, row 2")


@pytest.mark.parametrize(
    "value", [{"interactions": 1, "refusals": 14}, {"interactions": 117}, {"interactions": 117, "refusals": 14, "x": 0}, {}]
)
def test_header_counts_are_recounted(room: Room, value: dict[str, int]) -> None:
    """A number people quote must be the number of rows."""
    edit_json(room, HEADER, row_counts=value)
    resign(room)
    assert_named(room.verify(), 10, f"{HEADER}, field row_counts")


def test_header_of_another_definition_or_checkpoint_is_named(room: Room) -> None:
    """Each field that can be derived is."""
    edit_json(room, HEADER, report={"id": "rpt.POP-15", "version": 2, "definition": DEFINITION, "logic_sha256": "0" * 64})
    edit_json(room, HEADER, as_of={"size": 1, "root": "0" * 64}, files={"interactions.csv": "0" * 64}, population="POP-01")
    resign(room)
    report = room.verify()
    for name in ("report.version", "report.logic_sha256", "as_of.size", "as_of.root", "files", "population"):
        assert_named(report, 10, f"{HEADER}, field {name}")


def test_second_response_dropped_from_the_header_is_named(room: Room) -> None:
    """The table shows the first response; that there was a second must not disappear."""
    assert json.loads((room.folder / HEADER).read_bytes())["duplicates"]
    edit_json(room, HEADER, duplicates=[])
    resign(room)
    assert_named(room.verify(), 10, "a second one for a row")


def test_definition_narrowed_to_hide_rows_is_caught_without_the_key(room: Room) -> None:
    """A filter is evidence: the signature over the manifest holds it, and the tables no longer fit it."""
    definition = json.loads((room.folder / DEFINITION).read_bytes())
    definition["tables"][0]["base"]["where"].append({"path": "body.stream", "in": [True]})
    (room.folder / DEFINITION).write_bytes(encode(definition) + b"\n")
    room.rehash()
    report = room.verify()
    assert_unsigned(report)
    assert_named(report, 10, INTERACTIONS)
    assert_named(report, 10, "field report.logic_sha256")


def test_narrow_definition_signed_with_the_key_is_shown_to_the_reader(sound: Room) -> None:
    """The holder of the key may define; so the report states each filter and how many entries it left out."""
    stated = [line for line in sound.verify().proven if "interactions.csv" in line]
    assert "body.protocol" in stated[0]
    assert "7 left out by where" in stated[0]
    assert "2 left out by period" in stated[0]


@pytest.mark.parametrize(
    "change",
    [
        {"limit": 10},
        {"columns": []},
        {"columns": [{"name": "a", "from": "base", "path": "#file"}]},
        {"columns": [{"name": "a", "from": "join", "path": "body.state"}], "join": None},
        {"columns": [{"name": "a", "from": "base", "path": "body..x"}]},
        {"columns": [{"name": "a", "from": "base", "path": "../../etc/passwd", "eval": "1"}]},
        {"columns": [{"name": "a", "from": "base", "path": "#id"}] * 2},
        {"columns": [{"name": "a", "from": "base", "path": "body.never"}]},
        {"period": 7},
        {"base": {"kind": "exchange.request", "where": [{"path": "body.protocol", "not_in": []}], "latest_by": None}},
    ],
)
def test_definition_this_program_cannot_follow_is_named(room: Room, change: dict[str, Any]) -> None:
    """What is not understood is not re-derived, and what is not re-derived is not believed."""
    definition = json.loads((room.folder / DEFINITION).read_bytes())
    definition["tables"][1].update(change)
    (room.folder / DEFINITION).write_bytes(encode(definition) + b"\n")
    resign(room)
    assert_named(room.verify(), 10, f"{DEFINITION}, tables[1]")


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../etc/passwd", "nowhere.csv", ""])
@pytest.mark.parametrize("field", ["definition", "header"])
def test_path_tricks_in_a_population_open_nothing(room: Room, path: str, field: str) -> None:
    """Only files the walk found and the manifest lists are ever opened."""
    manifest = json.loads((room.folder / MANIFEST).read_bytes())
    manifest["populations"][1][field] = path
    seal(room.folder, room.plan, {"populations": manifest["populations"], "artifacts": manifest["artifacts"]})
    report = room.verify()
    assert_named(report, 10, "is not in the room" if field == "definition" else "is not a listed file")
    assert "root:" not in "\n".join(report.lines())


@pytest.mark.parametrize("form", ["csv", "json"])
def test_table_path_outside_the_room_opens_nothing(room: Room, form: str) -> None:
    """The same for the tables."""
    manifest = json.loads((room.folder / MANIFEST).read_bytes())
    manifest["populations"][1]["tables"][0][form] = "../../../etc/passwd"
    seal(room.folder, room.plan, {"populations": manifest["populations"], "artifacts": manifest["artifacts"]})
    assert_named(room.verify(), 10, "is not a listed file of the room")


def test_index_row_is_named(room: Room) -> None:
    """The index is what people read first."""
    room.edit(f"{FRONT}/index.csv", replace(b"EV-0002", b"EV-0009"))
    assert_named(room.verify(), 1, f"{FRONT}/index.csv")
    assert_named(room.verify(), 11, "column id")


def test_index_row_left_out_or_doubled_is_named(room: Room) -> None:
    """Every file once."""
    rows = (room.folder / FRONT / "index.csv").read_bytes().split(b"\r\n")
    (room.folder / FRONT / "index.csv").write_bytes(b"\r\n".join([*rows[:2], rows[1], *rows[3:]]))
    report = room.verify()
    assert_named(report, 11, "was already listed in row 2")
    assert_named(report, 11, "does not list")


def test_artifact_record_that_is_not_its_entry_is_named(room: Room) -> None:
    """Even when signed: a record is worth what its entry is worth."""
    path = next((room.folder / "07_AI_artifacts").rglob("*.json")).relative_to(room.folder).as_posix()
    value = json.loads((room.folder / path).read_bytes())
    edit_json(room, path, record={**value["record"], "license": "permissive"})
    resign(room)
    assert_named(room.verify(), 12, f"{path}, field record.license")


@pytest.mark.parametrize("index", [-1, 10**12, 0, True, "1"])
def test_artifact_citing_no_entry_is_named(room: Room, index: object) -> None:
    """Out of range, of another kind, of another type."""
    path = next((room.folder / "07_AI_artifacts").rglob("*.json")).relative_to(room.folder).as_posix()
    value = json.loads((room.folder / path).read_bytes())
    edit_json(room, path, entry={**value["entry"], "index": index})
    resign(room)
    assert room.verify().steps[11].outcome.name == "DAMAGED"
