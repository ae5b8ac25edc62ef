"""What an auditor would try with the thirty populations: soc2.md 19, checks 1, 2, 8, 9, 10, 25 and 30, and the report test kit."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import ENGAGEMENT, HELP_DESK, SYSTEMS
from proofbook.demo.year.fault import Planted
from proofbook.demo.year.faults import FAULTS
from proofbook.demo.year.kit import KIT_YEAR, write_kit
from proofbook.demo.year.plan import Plan
from proofbook.demo.year.shown import SHOWN, Shown
from proofbook.export.checks import Result
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.primitives.instants import FixedClock, format_instant
from proofbook.verify.known import is_known
from support.command_line import Place
from support.population_reading import Read, read_populations

OTHER = "Other Sample Entity"
AFTER = FixedClock(datetime(2025, 7, 1, 12, tzinfo=UTC))


def at_edges(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Changes in the last second before the period, its first, its last, and the first after it; all local time."""
    first, last = year.at(year.first, 0), year.at(year.last + DAY, 0)
    moments = {"before": first - timedelta(seconds=1), "first": first, "last": last - timedelta(seconds=1), "after": last}
    sample = next(step for step in plan.of("change") if step.body["what"] == "model")
    for name, moment in moments.items():
        body = {**sample.body, "released_at": format_instant(moment), "system": HELP_DESK}
        recorded = min(moment + timedelta(seconds=30), year.at(year.last + DAY, 0))
        plan.add(replace(sample, id=f"sample-edge-{name}", body=body, recorded=recorded, occurred=format_instant(moment)))
    return ()


def without_alerts(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """A year in which nothing raised an alert, as far as anybody recorded."""
    for step in [*plan.of("alert.triage")]:
        plan.drop("alert.triage", step.id)
    return ()


def with_another_entity(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A second legal entity in the same book, with a system, a vendor and a change of its own."""
    page, vendor = next(plan.of("ai_system")), next(plan.of("vendor"))
    change = next(step for step in plan.of("change") if step.body["what"] == "model")
    plan.add(replace(page, id="sample-foreign-system", body={**page.body, "entity": OTHER}))
    plan.add(replace(vendor, id="sample-foreign-vendor", body={**vendor.body, "entity": OTHER, "systems": []}))
    released = format_instant(year.at(year.day(30), 9))
    body = {**change.body, "system": "sample-foreign-system", "released_at": released}
    plan.add(replace(change, id="sample-foreign-change", body=body, recorded=year.at(year.day(30), 10)))
    plan.change("engagement", ENGAGEMENT, systems=[each.id for each in SYSTEMS])
    return ()


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A sound year with the three edits above."""
    folder = tmp_path_factory.mktemp("edited")
    write_kit(folder / "home", KIT_YEAR, (at_edges, without_alerts, with_another_entity))
    return Place(folder)


def export(place: Place, population: str, name: str) -> Path:
    """One population, as an operator writes it."""
    place.run("population", population, "--engagement", ENGAGEMENT, "--out", name)
    return place.folder / name


def header(folder: Path) -> dict[str, Any]:
    """Its evidence header."""
    value: dict[str, Any] = json.loads((folder / "header.json").read_bytes())
    return value


def ids(folder: Path, table: str) -> set[str]:
    """Ids of the rows of a table."""
    return {row["id"] for row in csv.DictReader(io.StringIO((folder / f"{table}.csv").read_bytes().decode(), newline=""))}


def test_check_1_two_exports_of_a_closed_period_have_the_same_rows_and_hashes(edited: Place) -> None:
    """Rows, header and hashes are those of the book; who ran it and when is in the book's own record of each run."""
    one, two = export(edited, "POP-08", "one"), export(edited, "POP-08", "two")
    assert {each.name: each.read_bytes() for each in one.iterdir()} == {each.name: each.read_bytes() for each in two.iterdir()}
    for name, digest in header(one)["files"].items():
        assert sha256((one / name).read_bytes()).hexdigest() == digest


def test_check_8_items_at_the_edges_lie_where_the_header_says(edited: Place) -> None:
    """The kit's days are those of Berlin: one second decides, and what is near an edge is listed for review."""
    made = export(edited, "POP-08", "edges")
    found = {each.removeprefix("sample-edge-") for each in ids(made, "changes") if each.startswith("sample-edge-")}
    assert found == {"first", "last"}
    told = header(made)
    assert "both days included, in Europe/Berlin" in told["period"]["wording"]
    (boundary,) = [each for each in told["checks"] if each["id"] == "boundary" and each["detail"].startswith("changes")]
    assert len(boundary["items"]) == 2


def test_check_9_an_empty_population_has_its_whole_header_and_no_default(edited: Place) -> None:
    """Zero rows, and said with it: what was asked, whether anybody was there to record, where else was looked, who attests it."""
    told = header(export(edited, "POP-18", "empty"))
    assert told["row_counts"]["alerts"] == 0
    empty = told["empty"]
    assert "alert.triage" in empty["query"]
    assert empty["heartbeat"]
    assert any("detection_count: unknown" in each for each in empty["secondary"])
    assert any("not searched by this program" in each for each in empty["secondary"])
    assert empty["certificate"] == "no records; not attested"
    assert told["completeness"] == "not_demonstrated"
    assert header(export(edited, "POP-19", "not-empty"))["empty"] is None


def test_check_30_two_entities_never_mix_unless_the_header_says_so(edited: Place) -> None:
    """Records of the other entity are in no list that can tell; a list that cannot tell says so."""
    vendors, changes = export(edited, "POP-20", "vendors"), export(edited, "POP-08", "changes")
    assert not any("foreign" in each for each in ids(vendors, "vendors") | ids(changes, "changes"))
    assert header(vendors)["left_out"]["vendors"]["filter"] == 1
    assert OTHER not in (vendors / "vendors.csv").read_text("utf-8")
    said = " ".join(header(changes)["systems"])
    assert "sightings: these tables do not tell systems apart" in said
    assert "every entity of this book in sightings" in said


def test_check_30_the_other_entity_has_its_own_and_two_counts_agree(tmp_path: Path) -> None:
    """What names no entity and no system is the book's entity's; nothing of it is in the lists of the other one."""

    def of_the_other(plan: Plan, _year: Year) -> tuple[Planted, ...]:
        plan.change("engagement", ENGAGEMENT, entity=OTHER, systems=["sample-foreign-system"])
        return ()

    home = write_kit(tmp_path / "home", KIT_YEAR, (with_another_entity, of_the_other))
    read = read_populations(home, ENGAGEMENT, AFTER, tmp_path / "out")
    rows = {name: {each.table: each.rows for each in made.totals} for name, made in read.written.items()}
    assert (rows["POP-01"]["systems"], rows["POP-08"]["changes"], rows["POP-20"]["vendors"]) == (1, 1, 1)
    assert rows["POP-22"] | {"due": 0} == dict.fromkeys(rows["POP-22"], 0)
    assert rows["POP-15"]["interactions"] == rows["POP-03"]["grants"] == rows["POP-19"]["incidents"] == 0
    counts = [check for name in POPULATIONS for check in read.checks(name, "count_tie_out")]
    assert {each.result for each in counts} == {Result.AGREE}


def test_check_25_a_changed_definition_is_another_report_and_earlier_exports_name_theirs(edited: Place) -> None:
    """Every shipped definition is known by its meaning; one that is changed without a new version is not, and its hash differs."""
    for population in POPULATIONS:
        shipped = load_definition(population)
        value = json.loads(shipped.data)
        assert is_known(value), population
        value["tables"][0]["columns"][0]["meaning"] += " (changed)"
        assert not is_known(value), population
    told = header(export(edited, "POP-08", "named"))["report"]
    definition = (edited.folder / "named" / "definition.json").read_bytes()
    assert told["logic_sha256"] == sha256(definition).hexdigest()
    assert told["version"] == json.loads(definition)["version"]


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Read, Read]:
    """All populations of the sound year, and of the year with every fault."""
    folder = tmp_path_factory.mktemp("kits")
    sound, faulty = write_kit(folder / "sound", KIT_YEAR, ()), write_kit(folder / "faulty", KIT_YEAR, FAULTS)
    return tuple(read_populations(each, ENGAGEMENT, AFTER, folder / f"out-{n}") for n, each in enumerate((sound, faulty)))  # type: ignore[return-value]


@pytest.mark.parametrize("shown", SHOWN, ids=lambda each: f"{each.population}-{each.check}")
def test_check_2_every_planted_exception_is_named_by_its_population(kits: tuple[Read, Read], shown: Shown) -> None:
    """One extra served digest, one look nobody counted, one leaver nobody knows: the list says so, and without it does not."""
    sound, faulty = kits
    named = [item for check in faulty.checks(shown.population, shown.check) for item in check.items]
    assert any(shown.about in item for item in named), named
    words = {check.result for check in sound.checks(shown.population, shown.check)}
    assert words <= {Result.AGREE, Result.NOT_APPLICABLE}


def test_a_sound_year_is_stamped_only_where_no_source_can_be_read(kits: tuple[Read, Read]) -> None:
    """Nothing is called whole that nobody could check: these stay unknown however good the records are."""
    assert kits[0].stamps() == {
        ("POP-05", "roster_count"),
        ("POP-07", "last_scan"),
        ("POP-11", "hosts_observed"),
        ("POP-13", "feeds_watched"),
        ("POP-15", "temporal_coverage"),
        ("POP-18", "detection_count"),
        ("POP-22", "roster_count"),
        ("POP-25", "backup_count"),
        ("POP-30", "unmet_tests_have_exception"),
    }


def test_every_population_of_the_sample_year_has_rows_and_two_counts_that_agree(kits: tuple[Read, Read]) -> None:
    """The demonstration shows each list with something in it, and each table was counted a second time by other code."""
    for read in kits:
        assert [name for name, made in read.written.items() if not made.rows] == []
        for name, made in read.written.items():
            counts = [check for check in made.checks if check.id == "count_tie_out"]
            assert {check.result for check in counts} == {Result.AGREE}, name
            assert len(counts) == sum(bool(table.kinds) for table in made.definition.tables), name


def test_the_command_lists_prints_and_asks(edited: Place) -> None:
    """What an operator types: which lists there are, one table to read, one as it was then, and a question of their own."""
    listed = edited.run("--json", "population").json["populations"]
    assert [each["population"] for each in listed] == list(POPULATIONS)
    engaged = ("--engagement", ENGAGEMENT)
    printed = edited.run("population", "POP-19", *engaged, "--format", "json")
    assert {each["kind"] for each in json.loads(printed.out)} == {"incident.near_miss", "incident.real"}
    assert "POP-19 incidents: completeness" in printed.err
    assert edited.try_run("population", "POP-19", *engaged, "--format", "csv", "--table", "nothing").code == 3
    assert edited.try_run("population", "POP-19", *engaged).code == 2
    edited.run("population", "POP-19", *engaged, "--out", "then", "--as-of", "2024-12-31")
    told = header(edited.folder / "then")
    assert told["as_of"]["signed_at"] < "2025-01-01"
    assert any(reason.startswith("period over") for reason in told["reasons"])
    heading = "".join(f"-- {name}: CUSTOM-A\n" for name in ("population", "title", "purpose", "unit", "author"))
    text = f"{heading}-- key: id\n-- reviewer: b.person\n-- reviewed: 2025-07-01\nSELECT id FROM records WHERE kind = 'vendor'\n"
    (edited.folder / "question.sql").write_text(text, "utf-8")
    made = edited.run("--json", "population", "--custom", "question.sql", *engaged, "--out", "custom").json
    assert made["completeness"] == "not demonstrated"
    assert header(edited.folder / "custom")["custom"] is True
