"""A run is written whole or not at all: when one record fails, when the process is killed, when somebody else was quicker."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.errors import ConflictError, MalformedRecord
from proofbook.filing.document import Filed
from proofbook.filing.mistakes import FilingRefused, Mistakes
from proofbook.filing.plan import make_submissions
from proofbook.filing.sources import parse_file
from proofbook.wiring.access import operator
from proofbook.wiring.filing import apply_plan, open_documents, plan_run
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.recording import open_door
from support.command_line import environment
from support.filing_room import NOW, filed
from support.forked_program import PROGRAM
from support.home_builder import make_home
from support.kept_bodies import document
from support.record_desk import RecordDesk, review


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in this process."""
    return make_home(tmp_path / "place")


def risks(count: int, **stated: str) -> list[Filed]:
    """So many records."""
    return filed(*(document("risk", f"r-{number}", **stated) for number in range(count)))


def kept(home: Home) -> int:
    """How many records the book holds."""
    with open_documents(home) as documents:
        return sum(each.records for each in documents.counts())


def test_one_that_fails_takes_all_along(home: Home) -> None:
    """Half a run would be a record of something nobody said."""
    plan = plan_run(home, risks(3))
    submissions = make_submissions(plan, now=NOW, actor=operator())
    broken = replace(submissions[1], draft=replace(submissions[1].draft, body={"title": "sample"}))
    with open_door(home) as door, pytest.raises(MalformedRecord):
        door.recorder.submit([submissions[0], broken, submissions[2]]).result()
    assert kept(home) == 0


def test_a_run_is_one_transaction(home: Home) -> None:
    """All entries carry one time and stand side by side."""
    applied = apply_plan(home, plan_run(home, risks(50)))
    assert len({each.recorded for each in applied.receipts}) == 1
    assert [each.index for each in applied.receipts] == list(range(applied.receipts[0].index, applied.receipts[0].index + 50))
    assert kept(home) == 50


def test_what_changed_meanwhile_is_not_written_over(home: Home) -> None:
    """Two people looked at the same version; the slower one has to look again."""
    apply_plan(home, plan_run(home, risks(2)))
    mine = plan_run(home, risks(2, description="mine"))
    apply_plan(home, plan_run(home, risks(1, description="theirs")))
    with pytest.raises(ConflictError, match="somebody changed these records"):
        apply_plan(home, mine)
    with open_documents(home) as documents:
        assert [each.body["description"] for each in documents.listed("risk")] == ["theirs", "sample description"]


def test_what_does_not_matter_meanwhile_does_not_stop_a_run(home: Home) -> None:
    """Traffic is recorded all the time."""
    mine = plan_run(home, risks(1))
    apply_plan(home, plan_run(home, filed(document("vendor", "v-1"))))
    assert len(apply_plan(home, mine).receipts) == 1


def test_an_id_that_another_kind_took_meanwhile_is_refused(home: Home) -> None:
    """Rules are asked again, not only versions."""
    mine = plan_run(home, filed(document("incident.real", "i-1")))
    apply_plan(home, plan_run(home, filed(document("incident.exercise", "i-1"))))
    with pytest.raises(FilingRefused):
        apply_plan(home, mine)


def test_the_same_run_at_once_is_written_once(desk: RecordDesk) -> None:
    """Two pipelines started by one push."""
    desk.write("run.yaml", *(document("risk", f"r-{number}") for number in range(200)))
    command = [str(PROGRAM), "--home", "home", "record", "apply", "run.yaml", "--yes"]
    processes = [
        subprocess.Popen(
            command, cwd=desk.folder, env=environment(desk.folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    codes = sorted(process.wait(120) for process in processes)
    for process in processes:
        assert process.stderr is not None
        process.stderr.close()
    assert codes[0] == 0
    assert set(codes) <= {0, 4}
    with open_documents(open_home(desk.folder / "home")) as documents:
        assert [(each.records, each.versions) for each in documents.counts()] == [(200, 200)]


def test_records_go_through_the_process_that_writes(desk: RecordDesk) -> None:
    """The gateway keeps running while people file."""
    with desk.place.up():
        assert len(desk.file(review())) == 1
        assert [each["version"] for each in desk.history("inventory.review", "help-desk-2026q1")] == [1]


@pytest.mark.crash
def test_killed_at_any_moment_a_run_is_whole_or_not_there(desk: RecordDesk) -> None:
    """And running it again completes it."""
    count = 1_500
    desk.write("run.yaml", *(document("risk", f"r-{number}") for number in range(count)))
    command = [str(PROGRAM), "--home", "home", "record", "apply", "run.yaml", "--yes"]
    seen = set()
    for step in range(8):
        process = subprocess.Popen(
            command, cwd=desk.folder, env=environment(desk.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.5 + 0.25 * step)
        process.kill()
        process.wait()
        seen.add(kept(open_home(desk.folder / "home")))
    assert seen <= {0, count}
    desk.place.run("record", "apply", "run.yaml", "--yes")
    with open_documents(open_home(desk.folder / "home")) as documents:
        assert [(each.records, each.versions) for each in documents.counts()] == [(count, count)]
    assert desk.place.run("book", "fsck").code == 0


def test_a_mistake_in_one_file_keeps_all_others_out(desk: RecordDesk) -> None:
    """Even of another kind in another folder."""
    desk.write("records/a/good.yaml", document("risk", "r-1"))
    (desk.folder / "records" / "b.yaml").write_text("kind: risk\nid: r-2\nrecord: {title: x}\n", "utf-8")
    size = desk.size()
    done = desk.place.try_run("record", "apply", "records", "--yes")
    assert (done.code, desk.size()) == (3, size)
    assert "records/b.yaml:3:9: field record.description: is missing" in done.err
    assert parse_file((desk.folder / "records/a/good.yaml").read_bytes(), "good.yaml", Mistakes())
