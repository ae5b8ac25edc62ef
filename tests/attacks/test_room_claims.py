"""Rooms that fit in every respect and still say something else than they show: days, column names, headers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.narrowing import narrow
from proofbook.verify.known import is_known
from proofbook.verify.period import assess_period
from support.room_builder import PERIOD, Plan, build_room
from support.room_checks import HEADER, Room, assert_named, room, sound
from support.sample_ledger import encode
from support.sample_room import SAMPLE_ENGAGEMENT

__all__ = ["room", "sound"]
pytestmark = pytest.mark.attack


@pytest.mark.parametrize(
    "change",
    [
        {"first": "2026-01-01"},
        {"last": "2027-10-31"},
        {"zone": "Pacific/Kiritimati"},
        {"start": "2026-11-02T00:00:00.000000Z"},
        {"end": "2026-11-30T23:59:59.999999Z"},
    ],
)
def test_days_that_are_not_the_instants_rows_were_chosen_by_are_named(tmp_path: Path, change: dict[str, str]) -> None:
    """People read days; a room that shows one month under the days of a year would hide the rest, all signed and fitting."""
    plan = build_room(tmp_path, Plan(period={**PERIOD, **change}))
    assert_named(Room(tmp_path, plan).verify(), 1, "manifest.json, field period")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"first": "2026-11-31"}, "not days"),
        ({"first": "2026-12-01"}, "not days"),
        ({"first": 20261101}, "not days"),
        ({"zone": "../../etc/passwd"}, "not the name of a time zone"),
        ({"zone": None}, "not the name of a time zone"),
        ({"start": "2026-11-99T00:00:00.000000Z"}, "not a moment"),
    ],
)
def test_hostile_period_is_a_sentence_not_a_crash(change: dict[str, Any], what: str) -> None:
    """Zone names are also file names; nothing but a known zone may be looked up."""
    wrong, computed = assess_period({**PERIOD, **change}, "here")
    assert what in wrong
    assert not computed


def test_zone_without_data_here_is_held_within_a_day_and_said() -> None:
    """A machine without time zone data must neither accept a wrong month nor refuse a right one."""
    far = {**PERIOD, "zone": "Nowhere/Known"}
    assert assess_period(far, "here") == ("", False)
    wrong, _ = assess_period({**far, "start": "2026-11-03T00:00:00.000000Z"}, "here")
    assert "rows were chosen by other days" in wrong


def test_midnight_of_a_zone_with_summer_time_is_computed() -> None:
    """Start and end of a year's half lie at different distances from UTC."""
    half = {"first": "2026-04-01", "last": "2026-10-31", "zone": "Europe/Berlin"}
    assert assess_period({**half, "start": "2026-03-31T22:00:00.000000Z", "end": "2026-10-31T23:00:00.000000Z"}, "here") == (
        "",
        True,
    )
    assert assess_period({**half, "start": "2026-03-31T22:00:00.000000Z", "end": "2026-10-31T22:00:00.000000Z"}, "here")[0]


def test_column_that_is_not_what_its_name_says_is_said_to_the_reader(tmp_path: Path) -> None:
    """A definition is the room's own: a column `state` may be filled from nowhere. Only a published meaning is vouched for."""
    plan = Plan()
    columns = plan.definitions["POP-15"]["tables"][0]["columns"]
    state = next(each for each in columns if each["name"] == "state")
    state.update({"from": "base", "path": "body.nothing_here", "absent": "complete"})
    build_room(tmp_path, plan)
    report = Room(tmp_path, plan).verify()
    assert any(line.startswith("WHAT THE COLUMNS OF 'POP-15' MEAN") for line in report.not_covered)
    assert not any("are those published as" in line for line in report.proven)


@pytest.mark.parametrize("population", POPULATIONS)
def test_published_definitions_are_known_and_changed_ones_are_not(population: str) -> None:
    """Narrowing to systems is said in words beside the table; another path, join or unit of columns is another report."""
    published = load_definition(population)
    value = json.loads(published.data)
    assert is_known(value)
    assert is_known(json.loads(narrow(published, replace(SAMPLE_ENGAGEMENT, systems=("support-desk",))).data))
    for change in ({"path": "body.other"}, {"absent": "complete"}, {"meaning": "something else"}):
        altered = json.loads(published.data)
        altered["tables"][0]["columns"][0].update(change)
        assert not is_known(altered)
    assert not is_known({**value, "version": 99})


def test_header_of_other_days_is_named(room: Room) -> None:
    """The header is what a reader opens first."""
    value = json.loads((room.folder / HEADER).read_bytes())
    (room.folder / HEADER).write_bytes(encode({**value, "period": {**PERIOD, "first": "2026-01-01"}}) + b"\n")
    room.rehash()
    assert_named(room.verify(), 10, f"{HEADER}, field period.first")


def test_pages_and_words_of_headers_are_said_not_to_be_covered(sound: Room) -> None:
    """A page signed with the tables may still contradict them."""
    said = "\n".join(sound.verify().not_covered)
    assert "index.html" in said
    assert "completeness" in said


def test_population_left_out_of_the_room_is_said(tmp_path: Path) -> None:
    """A room without the population that tells most fits in every respect, too."""
    plan = Plan()
    for name, published in (("POP-07", "rpt.model_artifacts"), ("POP-15", "rpt.ai_interactions")):
        plan.definitions[name]["id"] = published
    whole, less = tmp_path / "whole", tmp_path / "less"
    missing = [line for line in Room(whole, build_room(whole, plan)).verify().not_covered if "no table of it" in line]
    assert not any(f"'{published}'" in line for line in missing for published in ("rpt.model_artifacts", "rpt.ai_interactions"))
    del plan.definitions["POP-15"]
    report = Room(less, build_room(less, plan)).verify()
    assert "what the report 'rpt.ai_interactions' would list: no table of it is in this room" in report.not_covered
