"""Pages of artifacts and answers inside an evidence room."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofbook.cli.main import main
from proofbook.demo.year.kit import write_kit

SIGNED_BY_HAND = {"run.json", "run.sig"}
"""Files that tell who ran an export and when."""


def _export(home: Path, out: Path) -> None:
    done = CliRunner().invoke(main, ["--home", str(home), "export", "--engagement", "sample-year", "--out", str(out)])
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own: an export is an entry."""
    return write_kit(tmp_path_factory.mktemp("kit") / "home").path


@pytest.fixture(scope="module")
def room(kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The room of the sample year."""
    out = tmp_path_factory.mktemp("rooms") / "room"
    _export(kit, out)
    return out


def test_every_artifact_and_the_answers_are_there_and_the_verifier_covers_them(room: Path) -> None:
    """What is handed over is what was signed, pages for people too: a changed letter in one must show."""
    pages = room / "07_AI_artifacts/pages"
    assert sorted(each.name for each in pages.iterdir()) == [*(f"ART-{number:02d}" for number in range(1, 11)), "SUP-18"]
    command = [sys.executable, "-I", str(room / "00_README_and_index/verify.py"), str(room)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0

    page = pages / "SUP-18/answers-q1.html"
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"What is wanted", b"What is wished", 1))
    changed = subprocess.run(command, capture_output=True, text=True, check=False)
    page.write_bytes(whole)
    assert changed.returncode == 5
    assert "answers-q1.html" in changed.stdout


def test_a_second_room_has_the_same_pages_however_long_the_book_has_become(kit: Path, room: Path, tmp_path: Path) -> None:
    """The first export is itself an entry; what was drawn from the checkpoint must not change with it."""
    _export(kit, tmp_path / "again")
    files = {each.relative_to(room) for each in room.rglob("*") if each.is_file()}
    differing = {str(each.name) for each in files if (room / each).read_bytes() != (tmp_path / "again" / each).read_bytes()}
    assert differing == SIGNED_BY_HAND


def test_the_index_names_the_controls_and_criteria_of_every_page(room: Path) -> None:
    """An auditor finds evidence by control or criterion, not by folder."""
    with (room / "00_README_and_index/index.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["path"].startswith("07_AI_artifacts/pages/ART")]
    assert rows
    assert all(row["controls"] and row["criteria"] for row in rows)
