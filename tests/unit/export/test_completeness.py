"""The table of completeness checks and the second counts: nothing a definition names is missing, nothing hides."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proofbook.controls.criteria import load_criteria
from proofbook.controls.population import load_populations
from proofbook.export.completeness.table import CHECKS, describe_check
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.explaining import explain
from proofbook.export.schedule import FIELDS
from proofbook.export.second_look import _COUNTS
from proofbook.records.kinds import KINDS
from support.sample_room import make_room, start_book

FIELDS_OF_A_HEADER = {
    "evidence_id", "title", "purpose", "criteria", "controls", "entity", "systems", "environment", "sources", "report", "filters",
    "left_out", "period", "as_of", "run", "row_counts", "columns", "control_totals", "source_count", "checks", "redactions",
    "files", "tool", "preparer", "reviewer", "retention", "limitations",
}  # fmt: skip
"""The eighteen fields of soc2.md 8.3, several of which take more than one name."""


@pytest.mark.parametrize("population", POPULATIONS)
def test_a_definition_names_only_what_exists(population: str) -> None:
    """A check or a kind that nobody built would be silence that looks like agreement."""
    made = load_definition(population)
    criteria = {each.id for each in load_criteria().criteria}
    catalogue = next(each for each in load_populations().populations if each.id == population)
    assert {each.id for each in made.checks} <= CHECKS.keys()
    assert set(made.criteria) <= criteria
    assert set(made.controls) == set(catalogue.controls)
    for table in made.tables:
        assert set(table.kinds) <= KINDS.keys()
        if table.scheduled:
            assert {each.path for each in table.columns} == FIELDS.keys()
        elif table.join is not None:
            assert set(table.join.kinds) <= KINDS.keys()


@pytest.mark.parametrize("population", POPULATIONS)
def test_every_column_leads_to_a_field_of_its_kind(population: str) -> None:
    """A path that leads nowhere gives a column of `unknown`, which nobody would question."""
    for table in load_definition(population).tables:
        for column in table.columns:
            if column.path.startswith("body.") and column.origin != "schedule":
                kinds = table.kinds if column.origin == "base" or table.join is None else table.join.kinds
                name = column.path.split(".")[1]
                fields = [pair for kind in kinds for pair in KINDS[kind].model_fields.items()]
                known = {part for field, told in fields for part in (field, told.alias)} | {"content"}
                assert name in known, (table.name, column.path)


@pytest.mark.parametrize("population", POPULATIONS)
def test_every_table_of_entries_is_counted_a_second_time(population: str) -> None:
    """By other code; a table without a second count would have nothing to tie out with."""
    tables = {each.name for each in load_definition(population).tables if each.kinds}
    assert _COUNTS[population].keys() == tables


def test_no_built_check_is_left_unused() -> None:
    """A check that no definition names would never be made."""
    named = {each.id for population in POPULATIONS for each in load_definition(population).checks}
    assert CHECKS.keys() - named == set()


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_every_check_says_what_it_compares(check: str) -> None:
    """The words stand in headers and in the page of each report."""
    text = describe_check(check)
    assert text.endswith(".")
    assert "|" not in text
    assert 10 < len(text) < 200


@pytest.mark.parametrize("population", POPULATIONS)
def test_a_page_explains_each_report_and_concludes_nothing(population: str) -> None:
    """One page in plain words, made of the definition, so that it cannot say something else."""
    text = explain(load_definition(population)).decode()
    for part in ("## Parameters", "## Tables", "## How completeness is shown", "## What it cannot show"):
        assert part in text
    for word in ("compliant", "certified", "effective control", "passed the"):
        assert word not in text.lower()


def test_all_thirty_are_in_a_room_without_a_scope_and_say_what_they_do_not_know(tmp_path: Path) -> None:
    """Every header has its fields; what needs records is unknown and stamps the export, never silently left out."""
    book = start_book(datetime(2026, 1, 1, tzinfo=UTC))
    book.entries.wait(minutes=1)
    book.entries.exchange()
    book.sign()
    made = make_room(book, tmp_path / "room", populations=POPULATIONS)
    assert [each.population for each in made.populations] == list(POPULATIONS)
    for path in sorted((tmp_path / "room" / "04_Populations").glob("*/header.json")):
        header = json.loads(path.read_bytes())
        assert header.keys() >= FIELDS_OF_A_HEADER, path
        assert header["completeness"] == "not_demonstrated"
        names = [each["id"] for each in header["checks"]]
        assert {each.id for each in load_definition(header["population"]).checks} == set(names)
        if "references" in names:
            assert any(each.startswith("references: no scope") for each in header["reasons"])
    told = json.loads((tmp_path / "room/04_Populations/POP-19_incidents-and-exercises/header.json").read_bytes())
    assert told["empty"]["certificate"].startswith("no records; whether anybody attests")


def test_a_population_beyond_any_page_is_whole(tmp_path: Path) -> None:
    """Ten thousand and one rows: a round number would mean that something stopped after a page."""
    book = start_book(datetime(2026, 1, 1, tzinfo=UTC))
    for number in range(10_001):
        if number % 200 == 0:
            book.entries.now += timedelta(minutes=1)
        book.entries.add("content.held", f"c_{number}", {"conversation": f"c_{number}", "reason": "sample hold"})
    book.sign()
    make_room(book, tmp_path / "room", populations=("POP-28",))
    folder = tmp_path / "room/04_Populations/POP-28_disposal-and-retention"
    header = json.loads((folder / "header.json").read_bytes())
    assert header["row_counts"]["holds"] == len(json.loads((folder / "holds.json").read_bytes())) == 10_001
    (tied,) = [each for each in header["checks"] if each["id"] == "count_tie_out" and each["detail"].startswith("holds")]
    assert (tied["result"], tied["detail"]) == ("agree", "holds: 10001 written, 10001 counted")
