"""The other folders of a room: scope, controls, policies, criteria, incidents, vendors, correspondence; workbooks."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from proofbook.bundle.manifest import parse_manifest
from support.fieldwork_desk import FieldworkDesk
from support.sampled_room import eventful_room


@dataclass(frozen=True)
class Made:
    """A room, and the desk it was made at."""

    desk: FieldworkDesk
    room: Path

    def text(self, path: str) -> str:
        """A file as text."""
        return (self.room / path).read_text()

    def rows(self, path: str) -> list[dict[str, str]]:
        """A CSV, by column."""
        return list(csv.DictReader(io.StringIO((self.room / path).read_bytes().decode(), newline="")))

    def json(self, path: str) -> Any:
        """A JSON file."""
        return json.loads((self.room / path).read_bytes())

    def files(self) -> set[str]:
        """Every path."""
        return {each.relative_to(self.room).as_posix() for each in self.room.rglob("*") if each.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """An engagement in which a little of everything happened."""
    folder = tmp_path_factory.mktemp("parts")
    with eventful_room(folder) as (desk, room):
        yield Made(desk, room)


def test_every_file_is_in_the_index_and_every_row_of_it_has_a_file(made: Made) -> None:
    """Soc2.md 19.24, with the folders that were added."""
    done = subprocess.run(
        [sys.executable, "-I", str(made.room / "00_README_and_index/verify.py")], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout
    indexed = {each["path"] for each in made.rows("00_README_and_index/index.csv")}
    manifest = parse_manifest((made.room / "00_README_and_index/manifest.json").read_bytes())
    assert {each.path for each in manifest.files} == indexed | {
        f"00_README_and_index/index.{form}" for form in ("csv", "html", "pdf", "xlsx")
    }
    assert {path[:2] for path in indexed} == {f"{n:02d}" for n in range(13)}


def test_a_control_that_changed_stands_there_twice_with_its_dates(made: Made) -> None:
    """Soc2.md 19.20: the auditor tests the first half against the first text."""
    found = [each for each in made.rows("02_Control_matrix/matrix.csv") if each["control"] == "our-28"]
    assert [(each["title"], each["first"], each["last"]) for each in found] == [
        ("Sample control, first text", "2025-01-01", "2026-01-01"),
        ("Sample control, second text", "2026-01-02", ""),
    ]
    assert "Sample control, first text" in made.text("02_Control_matrix/matrix.html")


def test_occurrences_of_the_grid_are_all_there(made: Made) -> None:
    """A square of the page can be taken apart."""
    rows = made.rows("02_Control_matrix/occurrences.csv")
    assert rows
    assert {each["state"] for each in rows} <= {"done", "late", "missed", "not_due", "unknown", "not_applicable"}
    assert len(made.json("02_Control_matrix/occurrences.json")["content"]) == len(rows)


def test_a_superseded_policy_keeps_its_text(made: Made) -> None:
    """What held in January is asked for in December."""
    assert "Sample text 1" in made.text("03_Policies_and_procedures/sample-policy_v1.html")
    assert "superseded on record" in made.text("03_Policies_and_procedures/sample-policy_v1.html")
    assert "Sample text 2" in made.text("03_Policies_and_procedures/sample-policy_v2.html")


def test_exercises_stand_apart_from_incidents(made: Made) -> None:
    """Soc2.md 19.18."""
    assert [each["id"] for each in made.rows("08_Incidents_exceptions/incidents.csv")] == ["inc-1"]
    assert [each["id"] for each in made.rows("08_Incidents_exceptions/exercises.csv")] == ["ex-1"]


def test_an_exception_has_the_answer_of_management(made: Made) -> None:
    """The four parts, beside what was found."""
    page = made.text("08_Incidents_exceptions/exceptions.html")
    assert "two people from now on" in page
    assert made.rows("08_Incidents_exceptions/management-responses.csv")[0]["exception"] == "exc-1"


def test_every_version_of_a_request_stays_and_the_returned_one_keeps_its_reason(made: Made) -> None:
    """An answer that was not good enough is part of the story."""
    versions = [each for each in made.rows("11_Correspondence/request-versions.csv") if each["number"] == "R-1"]
    assert [each["state"] for each in versions] == ["not_started", "submitted", "returned", "submitted"]
    (returned,) = made.rows("11_Correspondence/returned.csv")
    assert returned["returned_because"] == "the second page is missing"


def test_drafts_say_so_and_name_their_blanks(made: Made) -> None:
    """Soc2.md 19.28: what no record says is never written by us."""
    draft = made.json("01_Scope_and_description/description-draft.json")["content"]
    assert any(each["entries"] == [] for each in draft)
    assert all(each["words"] for each in draft)
    page = made.text("01_Scope_and_description/description-draft.html")
    assert "DRAFT" in page
    assert "not decided" in made.text("01_Scope_and_description/scope.html")


def test_no_file_is_an_orphan_and_no_reference_leads_nowhere(made: Made) -> None:
    """Folder 06 is complete: nothing of the room lies outside it (soc2.md 15.5)."""
    rows = made.rows("06_Evidence_by_criterion/references.csv")
    referenced, files = {each["path"] for each in rows}, made.files()
    assert referenced <= files
    assert {each for each in files - referenced if not each.startswith(("00_", "06_"))} == set()
    ids = {each["path"]: each["id"] for each in made.rows("00_README_and_index/index.csv")}
    assert all(each["evidence"] == ids[each["path"]] for each in rows)
    for page in (each for each in files if each.startswith("06_") and each.endswith(".html")):
        links = [piece.partition('"')[0] for piece in made.text(page).split('href="../')[1:]]
        assert links
        assert set(links) <= files


def test_a_workbook_has_the_table_typed_and_the_header_whole(made: Made) -> None:
    """The eighteen fields are on its first sheet; a number is a number."""
    path = made.room / "04_Populations/POP-15_ai-interactions/population.xlsx"
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames[:2] == ["Header", "Checks"]
    fields = {str(row[0]).split(" ")[0] for row in book["Header"].iter_rows(min_row=2, values_only=True)}
    assert fields == {str(number) for number in range(1, 19)}
    rows = list(book["interactions"].iter_rows(values_only=True))
    text = made.rows("04_Populations/POP-15_ai-interactions/interactions.csv")
    assert len(rows) == len(text) + 1
    place = rows[0].index("index")
    assert [row[place] for row in rows[1:]] == [int(each["index"]) for each in text]


def test_the_index_is_a_workbook_too(made: Made) -> None:
    """One row for each file, filters on."""
    book = openpyxl.load_workbook(made.room / "00_README_and_index/index.xlsx")
    assert book.sheetnames == ["Files", "Populations", "Room"]
    assert book["Files"].max_row == len(made.rows("00_README_and_index/index.csv")) + 1


def test_no_content_and_no_conclusion_is_in_the_new_folders(made: Made) -> None:
    """Soc2.md 19.21 and 27."""
    said = [each.decode() for each in made.desk.recorder.contents.values()]
    for path in made.files():
        if path.endswith((".html", ".csv", ".json")) and not path.startswith(("00_", "10_")):
            text = made.text(path)
            assert not any(word in text.lower() for word in ("compliant", "certified", "operating effectively")), path
            assert not any(each in text for each in said), path


def test_surroundings_do_not_change_any_file(made: Made, tmp_path: Path) -> None:
    """Another process, locale, time zone and hash seed: every byte is the same, but for the run header (soc2.md 19.1)."""
    program = "import sys; from pathlib import Path; from support.sampled_room import eventful_room\n"
    program += "with eventful_room(Path(sys.argv[1])): pass"
    folder = tmp_path / "other"
    folder.mkdir()
    surroundings = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONUTF8": "0"}
    path = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", program, str(folder)]
    subprocess.run(command, check=True, env=surroundings | path, timeout=120, umask=0o077)
    other = Made(made.desk, folder / "room")
    assert other.files() == made.files()
    differing = {each for each in made.files() if (made.room / each).read_bytes() != (other.room / each).read_bytes()}
    assert differing <= {"00_README_and_index/run.json", "00_README_and_index/run.sig"}
