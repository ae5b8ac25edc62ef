"""A roll-forward: what is new or changed between two checkpoints, held against two rooms as of those checkpoints."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from proofbook.book.interface import StoredCheckpoint
from proofbook.errors import InputError
from proofbook.export.pack import roll_forward
from proofbook.export.room import ExportFrom, export_room
from proofbook.fieldwork.room_part import plan_samples
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.tlog.vkey import format_vkey
from proofbook.verify.program import verify_room
from support.fieldwork_desk import SCOPE, STAFF, FieldworkDesk, fieldwork_desk
from support.kept_bodies import body
from support.resealing import change_json, reseal
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_RUN, sound_book
from support.sampled_room import keep_records

POPULATIONS = ("POP-01", "POP-03", "POP-04", "POP-07", "POP-15", "POP-19", "POP-20", "POP-30")
DAY = "2026-01-02T10:00:00.000000Z"
FRONT = "00_README_and_index"
HEADER = "04_Populations/POP-15_ai-interactions/header.json"
SUMMARY = "01_Scope_and_description/roll-forward"


@dataclass(frozen=True)
class Rolled:
    """Two rooms and the pack between them."""

    desk: FieldworkDesk
    folder: Path
    since: StoredCheckpoint

    def rows(self, room: str, population: str, table: str) -> list[dict[str, str]]:
        """A table, by column."""
        (path,) = (self.folder / room).glob(f"04_Populations/{population}_*/{table}.csv")
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))

    def header(self, population: str) -> Any:
        """An evidence header of the pack."""
        (path,) = (self.folder / "pack").glob(f"04_Populations/{population}_*/header.json")
        return json.loads(path.read_bytes())

    def json(self, name: str) -> Any:
        """A page of the pack."""
        return json.loads((self.folder / "pack" / f"{name}.json").read_bytes())

    def copied(self, to: Path) -> Path:
        """The pack, to be changed."""
        return Path(shutil.copytree(self.folder / "pack", to))

    @property
    def key(self) -> str:
        """The log's verifier key."""
        return format_vkey(self.desk.book.signer.key)


def newest(desk: FieldworkDesk) -> StoredCheckpoint:
    """The book's newest checkpoint."""
    desk.take_in()
    found = desk.book.latest_checkpoint()
    assert found is not None
    return found


def make(desk: FieldworkDesk, out: Path, size: int, since: StoredCheckpoint | None = None) -> None:
    """A room, or a pack."""
    origin = ExportFrom(
        desk.book, desk.projection, desk.book.signer, desk.recorder, desk.clock, STAFF, SAMPLE_RUN, scope=SCOPE,
        parts=(partial(plan_samples, desk.folder / "shelf"),),
    )  # fmt: skip
    more = {} if since is None else {"pack": roll_forward(since)}
    export_room(out, origin, SAMPLE_ENGAGEMENT, as_of_size=size, populations=POPULATIONS, **more)  # type: ignore[arg-type]
    desk.take_in()


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rolled]:
    """An interim room; then records change, things happen, some of them told late; then a room and the pack between both."""
    folder = tmp_path_factory.mktemp("rolled")
    made = sound_book(2)
    late = made.entries.new_id("x")
    made.entries.request(late)
    with fieldwork_desk(folder, made) as desk:
        keep_records(desk)
        desk.kept("control", "our-owner", body("control", title="Sample", status="active", owner="sample-person-1"))
        since = newest(desk)
        make(desk, folder / "interim", since.size)
        made.entries.now = desk.clock.now()
        made.entries.response(late)
        made.entries.exchange()
        desk.clock.advance(timedelta(minutes=1))
        desk.kept("control", "our-owner", body("control", title="Sample", status="active", owner="sample-person-2"))
        desk.kept("incident.real", "inc-1", body("incident.real", title="Sample incident", detected_at=DAY, severity="low"))
        desk.kept("incident.real", "inc-2", body("incident.real", title="Told late", detected_at="2026-01-01T10:00:00.000000Z"))
        desk.kept("vendor", "sample-host", body("vendor", title="Sample host", relationship="vendor"))
        now = newest(desk)
        make(desk, folder / "final", now.size)
        make(desk, folder / "pack", now.size, since)
        yield Rolled(desk, folder, since)


def test_the_pack_verifies_with_the_room_s_own_verifier_and_the_receipt_of_the_interim(rolled: Rolled) -> None:
    """Whoever tested in between holds that checkpoint, and must be able to hold the pack to it."""
    receipt = rolled.folder / "receipt"
    receipt.write_bytes(rolled.since.note)
    report = verify_room(str(rolled.folder / "pack"), keys=[rolled.key], checkpoints=[str(receipt)])
    assert report.exit_code == 0, report.lines()
    words = "\n".join(report.lines())
    assert f"this room begins at the signed checkpoint of {rolled.since.size} entries" in words
    assert "stood then" in words


@pytest.mark.parametrize("population", POPULATIONS)
def test_rows_of_the_pack_are_those_of_the_later_list_that_the_earlier_one_does_not_have(rolled: Rolled, population: str) -> None:
    """Nothing falls between the two lists, and nothing is tested twice."""
    header = rolled.header(population)
    assert header["report"]["logic_sha256"]
    for table in header["row_counts"]:
        then, now = rolled.rows("interim", population, table), rolled.rows("final", population, table)
        assert rolled.rows("pack", population, table) == [row for row in now if row not in then], table


@pytest.mark.parametrize("population", POPULATIONS)
def test_opening_and_added_less_removed_is_closing_and_both_ends_are_the_two_lists(rolled: Rolled, population: str) -> None:
    """The sum an auditor makes by hand, with the counts of the lists they hold."""
    for table, sums in rolled.header(population)["roll_forward"].items():
        assert sums["opening"] + sums["added"] - sums["removed"] == sums["closing"]
        assert sums["opening"] == len(rolled.rows("interim", population, table)), table
        assert sums["closing"] == len(rolled.rows("final", population, table)), table


def test_an_answer_that_came_since_is_a_change_and_an_incident_told_late_is_named(rolled: Rolled) -> None:
    """What was open at the interim cut-off is tested again; what was told late could not have been in the earlier sample."""
    assert rolled.header("POP-15")["roll_forward"]["interactions"]["changed"] == 1
    incidents = rolled.header("POP-19")["roll_forward"]["incidents"]
    assert (incidents["added"], incidents["changed"]) == (1, 1)
    page = (rolled.folder / "pack" / f"{SUMMARY}.html").read_text()
    assert "happened 2026-01-01T10:00:00.000000Z" in page


def test_a_new_owner_stands_with_the_one_before(rolled: Rolled) -> None:
    """Changes in control design, owner and system are asked for with every roll-forward."""
    rows = rolled.json("01_Scope_and_description/changes-since")["content"]
    found = [(each["before"], each["after"]) for each in rows if each["id"] == "our-owner" and each["field"] == "owner"]
    assert found == [("sample-person-1", "sample-person-2")]
    assert "sample-person-1 → sample-person-2" in (rolled.folder / "pack/01_Scope_and_description/changes-since.html").read_text()


def test_the_same_report_version_is_said_from_the_record_of_the_interim_room(rolled: Rolled) -> None:
    """The interim room was made as of that very checkpoint, and the book says by which definitions."""
    assert {each["standing"] for each in rolled.json(SUMMARY)["content"]["reports"]} == {"same"}


def test_a_changed_report_version_is_said_and_never_hidden(tmp_path: Path) -> None:
    """An earlier list made with another version differs for reasons that are not what happened."""
    with fieldwork_desk(tmp_path) as desk:
        since = newest(desk)
        exported: dict[str, Any] = {
            "population": "POP-07", "definition": "rpt.model_artifacts/1", "logic": "sha256:" + "0" * 64,
            "period": {"first": "2026-01-01", "last": "2026-01-03", "zone": "UTC"}, "rows": 1, "files": {},
            "completeness": "demonstrated", "reasons": [],
        }  # fmt: skip
        person = Actor("a.person", ActorKind.PERSON, "local_account")
        desk.recorder.record(Draft("population.exported", "POP-07", DAY, person, "export:main", Assurance.INLINE, exported))
        make(desk, tmp_path / "pack", newest(desk).size, since)
        page = (tmp_path / "pack" / f"{SUMMARY}.html").read_text()
    assert "REPORT VERSION CHANGED" in page
    assert "1 report versions changed" in page
    assert "unknown: no export is on record" in page


def test_nothing_between_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A pack from a checkpoint to itself would look like nothing happened."""
    with fieldwork_desk(tmp_path) as desk:
        since = newest(desk)
        with pytest.raises(InputError, match="nothing lies between"):
            make(desk, tmp_path / "pack", since.size, since)


@pytest.mark.parametrize("field", ["opening", "added", "removed", "closing", "changed"])
def test_a_count_of_the_roll_forward_that_is_not_what_the_book_gives_is_named(rolled: Rolled, tmp_path: Path, field: str) -> None:
    """Who holds the log key can write any header; the counts are derived again all the same."""
    pack = rolled.copied(tmp_path / "pack")

    def change(header: dict[str, Any]) -> None:
        header["roll_forward"]["interactions"][field] += 1

    reseal(pack, rolled.desk.book.signer, change_json(HEADER, change)(pack))
    report = verify_room(str(pack), keys=[rolled.key])
    assert report.exit_code == 5
    assert any("roll_forward.interactions" in problem.place for problem in report.problems)


def test_a_pack_that_claims_to_begin_elsewhere_is_named(rolled: Rolled, tmp_path: Path) -> None:
    """Begun a little later, a pack would leave out what was recorded in between."""
    pack = rolled.copied(tmp_path / "pack")

    def change(manifest: dict[str, Any]) -> None:
        manifest["since"]["size"] += 1

    reseal(pack, rolled.desk.book.signer, {}, change)
    report = verify_room(str(pack), keys=[rolled.key])
    assert report.exit_code == 5
    assert any("field since" in problem.place for problem in report.problems)


def test_two_packs_are_the_same_bytes(rolled: Rolled, tmp_path: Path) -> None:
    """As every room: run header aside."""
    now = json.loads((rolled.folder / "pack" / FRONT / "manifest.json").read_bytes())["checkpoint"]["size"]
    make(rolled.desk, tmp_path / "again", now, replace(rolled.since))
    first, second = ((each / FRONT / "SHA256SUMS").read_bytes() for each in (rolled.folder / "pack", tmp_path / "again"))
    assert first == second
