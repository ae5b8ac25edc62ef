"""`proofbook artifact` over a whole sample year: every page, its header, and every way of asking wrongly."""

from __future__ import annotations

import getpass
import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from proofbook.artifacts.catalogue import ARTIFACTS
from support.artifact_command import AS_OF, draw
from support.artifact_pages import Markup
from support.command_line import Done
from support.forked_program import run_program


def run_of(folder: Path) -> Any:
    """Who ran it, as told in the folder."""
    return json.loads((folder / "run.json").read_bytes())


def text_of(folder: Path, page: str) -> str:
    """The words of a page."""
    return Markup((folder / f"{page}.html").read_bytes()).text


def test_the_whole_year_becomes_pages_of_all_ten(drawn: tuple[Path, Done]) -> None:
    """One command, and everything an auditor asks for lies in one folder."""
    folder, done = drawn
    assert done.code == 0
    assert {each["artifact"] for each in done.json["pages"]} == {*ARTIFACTS}
    assert done.json["sums_sha256"] == sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=True)


def test_planted_faults_show_on_their_pages(drawn: tuple[Path, Done]) -> None:
    """A page that hides what the assessment finds would be worse than none."""
    folder, _ = drawn
    assert "Systems without an inventory page" in text_of(folder, "ART-01/without-a-page")
    assert "Artifacts that served without a provenance record" in text_of(folder, "ART-04/served-without-record")
    assert "marked" in text_of(folder, "ART-02/access-matrix")
    assert "unclean stop" in text_of(folder, "ART-06/audit-log")
    assert "not decided" in text_of(folder, "ART-08/versions-and-changes")


def test_the_run_is_told_apart_from_the_pages(home: Path, drawn: tuple[Path, Done]) -> None:
    """Who and when differ from run to run; the pages do not."""
    folder, _ = drawn
    again = home.parent / "again"
    assert draw(home, again, "--as-of", AS_OF, env={"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "7", "LC_ALL": "C"}).code == 0
    assert (again / "SHA256SUMS").read_bytes() == (folder / "SHA256SUMS").read_bytes()
    first, second = run_of(folder), run_of(again)
    assert first["run_by"] == f"os:{getpass.getuser()}"
    assert first["sums_sha256"] == second["sums_sha256"]
    assert first["started"] < first["ended"] <= second["started"]
    assert (first["as_of"], first["engagement"]) == ("2025-07-05T23:59:59.999999Z", "sample-year")


def test_the_checkpoint_on_a_page_is_the_book_s(home: Path, drawn: tuple[Path, Done]) -> None:
    """A page names the signed state that covers it, so that its entries can be proven against it."""
    folder, _ = drawn
    done = run_program(["--home", str(home), "book", "prove", "0", "--json"], cwd=home)
    run = run_of(folder)
    assert run["checkpoint"]["size"] >= run["entries"] - 1
    assert run["book"] in json.loads(done.stdout)["proof"]
    page = json.loads((folder / "ART-06/audit-log.json").read_bytes())
    assert page["head"]["stand"]["root"] == run["checkpoint"]["root"]
    assert run["checkpoint"]["root"] in text_of(folder, "ART-06/audit-log")


def test_an_earlier_moment_knows_nothing_of_later_records(home: Path, drawn: tuple[Path, Done], tmp_path: Path) -> None:
    """As of half the year, half the year is there."""
    folder, _ = drawn
    assert draw(home, tmp_path / "early", "ART-08", "--as-of", "2024-12-31T23:00:00+01:00").code == 0
    early = json.loads((tmp_path / "early/ART-08/versions-and-changes.json").read_bytes())
    late = json.loads((folder / "ART-08/versions-and-changes.json").read_bytes())
    assert 0 < len(early["changes"]) < len(late["changes"])
    assert early["head"]["book_size"] < late["head"]["book_size"]
    assert early["head"]["stand"]["size"] >= early["head"]["book_size"]


def test_some_artifacts_may_be_named_in_any_case(home: Path, tmp_path: Path) -> None:
    """Only those are written, and the first page lists only those."""
    done = draw(home, tmp_path / "out", "art-07", "ART-02")
    assert done.code == 0
    assert sorted(each.name for each in (tmp_path / "out").iterdir() if each.is_dir()) == ["ART-02", "ART-07"]
    assert "index.html" in done.err
    assert "ART-02  access-matrix" in done.out


@pytest.mark.parametrize(
    ("arguments", "engagement", "code", "said"),
    [
        (("ART-11",), "sample-year", 3, "ART-11"),
        ((), "nobody-knows", 2, "sample-year)"),
        (("--as-of", "yesterday"), "sample-year", 3, "is not a moment"),
        (("--as-of", "2025-07-01T12:00:00"), "sample-year", 3, "says no time zone"),
        (("--as-of", "2999-01-01"), "sample-year", 3, "still to come"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_wrong(
    home: Path, tmp_path: Path, arguments: tuple[str, ...], engagement: str, code: int, said: str
) -> None:
    """Each names what was asked and what fixes it, and writes nothing."""
    done = draw(home, tmp_path / "out", *arguments, engagement=engagement)
    assert done.code == code
    assert said in done.err
    assert "fix:" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_refused(home: Path, tmp_path: Path) -> None:
    """Nothing that was handed over is written over."""
    (tmp_path / "out").mkdir()
    done = draw(home, tmp_path / "out")
    assert done.code == 4
    assert "exists already" in done.err
    assert list((tmp_path / "out").iterdir()) == []


def test_no_page_draws_a_conclusion(drawn: tuple[Path, Done]) -> None:
    """Evidence is shown; what it amounts to is the auditor's to say."""
    folder, _ = drawn
    for page in folder.rglob("*.html"):
        words = Markup(page.read_bytes()).text.lower()
        for word in ("compliant", "certified", "no exceptions", "operating effectively"):
            assert word not in words, (page.name, word)


def test_a_past_moment_stays_as_it_was_while_the_book_grows(home: Path, tmp_path: Path) -> None:
    """Pages of last year must come out the same next year, or nobody can check them."""
    grown = tmp_path / "home"
    shutil.copytree(home, grown)
    settings = grown / "proofbook.toml"
    settings.write_text(settings.read_text().replace(str(home), str(grown)))
    assert draw(grown, tmp_path / "before", "--as-of", AS_OF).code == 0
    entries = run_of(tmp_path / "before")["entries"]
    note = tmp_path / "note.yaml"
    note.write_text(
        "kind: training\nid: sample-later\nrecord:\n  title: later (sample)\n  person: sample-person-1\n  role: user\n"
        "  course: sample course, version 1\n  completed_at: 2025-06-01T12:00:00Z\n"
    )
    assert run_program(["--home", str(grown), "record", "apply", str(note), "--yes"], cwd=tmp_path).returncode == 0
    assert draw(grown, tmp_path / "after", "--as-of", AS_OF).code == 0
    assert run_of(tmp_path / "after")["entries"] == entries
    assert (tmp_path / "after/SHA256SUMS").read_bytes() == (tmp_path / "before/SHA256SUMS").read_bytes()
    assert draw(grown, tmp_path / "now", "ART-07").code == 0
    assert run_of(tmp_path / "now")["entries"] > entries
