"""A year of records in ten commands: template, plan, apply, look, change, compare, keep in Git."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from support.command_line import environment, run_on_terminal
from support.forked_program import PROGRAM, run_program
from support.kept_bodies import document
from support.record_desk import SYSTEM, RecordDesk, days_ago, review


def test_a_plan_is_shown_and_nothing_recorded(desk: RecordDesk) -> None:
    """Looking first costs nothing."""
    before = desk.size()
    done = desk.apply(SYSTEM, review(), words=("--dry-run",))
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        "create  ai_system/help-desk  version 1  (run.yaml:1:1)",
        "create  inventory.review/help-desk-2026q1  version 1  (run.yaml:8:1)",
    ]
    assert done.out.splitlines()[-1] == "2 to create, 0 to change, 0 unchanged"
    assert "nothing was recorded" in done.err
    assert desk.size() == before


def test_applying_twice_records_once(desk: RecordDesk) -> None:
    """A pipeline may run it with every push."""
    records = (SYSTEM, review())
    assert len(desk.file(*records)) == 2
    size = desk.size()
    again = desk.apply(*records)
    assert (again.code, again.out) == (0, "0 to create, 0 to change, 2 unchanged\n")
    assert again.err == "nothing to record: 0 to create, 0 to change, 2 unchanged\n"
    assert desk.size() == size


def test_a_change_is_shown_field_by_field(desk: RecordDesk) -> None:
    """In the plan, in `diff`, and as JSON."""
    desk.file(SYSTEM)
    changed = document("ai_system", "help-desk", title="Sample help desk", status="pilot", because="sample reason")
    done = desk.apply(changed)
    assert "change  ai_system/help-desk  version 1 -> 2  (run.yaml:1:1)" in done.out
    assert "    status: proposed -> pilot" in done.out
    told = desk.place.run("record", "diff", "ai_system", "help-desk")
    assert told.out.splitlines() == ["ai_system/help-desk: version 1 -> 2", "  status: proposed -> pilot"]
    plain = desk.place.run("record", "diff", "ai_system", "help-desk", "1", "2", "--json").json
    assert plain == {"before": 1, "after": 2, "differences": [{"field": "status", "before": "proposed", "after": "pilot"}]}
    assert desk.place.try_run("record", "diff", "ai_system", "help-desk", "1", "3").code == 3


def test_the_past_stays_as_it_was(desk: RecordDesk) -> None:
    """What the book said at a moment is what it says of that moment for ever."""
    desk.file(SYSTEM)
    (first,) = desk.history("ai_system", "help-desk")
    desk.file(document("ai_system", "help-desk", title="Another title"))
    then = desk.place.run("record", "get", "ai_system", "help-desk", "--as-of", first["recorded"], "--json").json
    assert (then["version"], then["record"]["title"]) == (1, "Sample help desk")
    assert desk.place.run("record", "get", "ai_system", "help-desk", "--json").json["record"]["title"] == "Another title"
    missing = desk.place.try_run("record", "get", "ai_system", "help-desk", "--as-of", "2020-01-01T00:00:00+01:00")
    assert (missing.code, "is not in the book as of 2020-01-01" in missing.err) == (3, True)
    listed = desk.place.run("record", "list", "--as-of", first["recorded"], "--json").json["records"]
    assert [each["title"] for each in listed] == ["Sample help desk"]


def test_what_get_prints_can_be_applied(desk: RecordDesk) -> None:
    """In both formats, from standard input, and it is nothing new."""
    desk.file(SYSTEM)
    for form in ("yaml", "json"):
        text = desk.place.run("record", "get", "ai_system", "help-desk", "--format", form).out
        done = run_program(["--home", "home", "record", "apply", "-", "--yes"], cwd=desk.folder, given=text.encode())
        assert (done.returncode, done.stdout) == (0, "0 to create, 0 to change, 1 unchanged\n"), done


def test_a_folder_in_git_is_the_same_again(desk: RecordDesk) -> None:
    """Exported, applied, exported: nothing recorded, nothing rewritten; files of no record are named."""
    desk.file(SYSTEM, review(), document("risk", "r-1", notes="two\nlines: #\n", description="\x1b[31m\u202e"))
    done = desk.place.run("record", "export", "records", "--json").json
    assert sorted(done["written"]) == [
        "records/ai_system/help-desk.yaml",
        "records/inventory.review/help-desk-2026q1.yaml",
        "records/risk/r-1.yaml",
    ]
    size = desk.size()
    assert desk.place.run("record", "apply", "records", "--yes").out == "0 to create, 0 to change, 3 unchanged\n"
    assert desk.size() == size
    (desk.folder / "records" / "risk" / "stray.yaml").write_text("x", "utf-8")
    again = desk.place.run("record", "export", "records", "--json").json
    assert again == {"written": [], "unchanged": 3, "not_in_the_book": ["records/risk/stray.yaml"]}
    one = desk.place.run("record", "export", "only", "risk", "--json").json
    assert one["written"] == ["only/risk/r-1.yaml"]


def test_lists_come_in_pages(desk: RecordDesk) -> None:
    """Nothing is cut off without saying so."""
    desk.file(*(document("risk", f"r-{number:03}") for number in range(25)), SYSTEM)
    seen: list[str] = []
    words: tuple[str, ...] = ()
    while True:
        page = desk.place.run("record", "list", "--limit", "10", *words, "--json").json
        seen += [f"{each['kind']}/{each['id']}" for each in page["records"]]
        if page["next"] is None:
            break
        words = ("--after", page["next"])
    assert seen == ["ai_system/help-desk", *(f"risk/r-{number:03}" for number in range(25))]
    told = desk.place.run("record", "list", "risk", "--limit", "10")
    assert len(told.out.splitlines()) == 11
    assert told.err == "There are more: go on with --after risk/r-009\n"
    assert len(desk.place.run("record", "list", "risk", "--limit", "25", "--json").json["records"]) == 25


def test_what_a_title_holds_does_not_move_the_cursor(desk: RecordDesk) -> None:
    """A record is read by those who did not write it."""
    hostile = document("risk", "r-1", title="\x1b]0;owned\x07\x1b[2J\u202egnp", because="\x1b[31m", description="a\r\nb")
    desk.file(hostile)
    desk.file({**hostile, "record": {**hostile["record"], "description": "\x9b31m"}})
    for words in (
        ("list",),
        ("history", "risk", "r-1"),
        ("diff", "risk", "r-1"),
        ("get", "risk", "r-1"),
        ("get", "risk", "r-1", "--format", "json"),
    ):
        for done in (
            desk.place.run("record", *words).out,
            run_on_terminal(desk.place, "record", *words)[1].replace("\r\n", "\n"),
        ):
            clean = done.replace("\x1b[1m", "").replace("\x1b[0m", "")
            assert all(char.isprintable() or char == "\n" for char in clean), (words, done)
    shown = desk.apply(hostile, words=("--dry-run",))
    assert all(char.isprintable() or char == "\n" for char in shown.out)


def test_nobody_is_asked_where_nobody_is(desk: RecordDesk) -> None:
    """In a pipeline the answer has to be on the command line."""
    done = desk.apply(SYSTEM, words=())
    assert done.code == 2
    assert "nobody is there to agree to the plan" in done.err
    assert desk.apply(SYSTEM, words=("--json",)).code == 2


@pytest.mark.parametrize(("answer", "code", "written"), [("y", 0, 1), ("n", 4, 0), ("", 4, 0)])
def test_a_person_is_asked(desk: RecordDesk, answer: str, code: int, written: int) -> None:
    """The plan stands above the question, and no answer is no."""
    desk.write("run.yaml", SYSTEM)
    size = desk.size()
    ours, theirs = pty.openpty()
    command = [str(PROGRAM), "--home", "home", "record", "apply", "run.yaml"]
    process = subprocess.Popen(
        command, cwd=desk.folder, env=environment(desk.folder), stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    os.write(ours, f"{answer}\n".encode())
    out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code, err
    assert b"1 to create" in out
    assert b"Record this (1 records read)?" in err
    assert desk.size() - size == written


def test_a_template_becomes_a_record(desk: RecordDesk) -> None:
    """Filled in by hand, as the guide says."""
    text = desk.place.run("record", "template", "inventory.review").out
    assert desk.place.run("record", "template", "inventory.review", "--json").json["template"] == text
    (desk.folder / "t.yaml").write_text(text, "utf-8")
    unfilled = desk.place.try_run("record", "apply", "t.yaml", "--yes")
    assert (unfilled.code, unfilled.err.count("is still a blank")) == (3, 4)
    lines = {
        "id": "q1",
        "title": "Sample",
        "system": "help-desk",
        "performed_at": days_ago(1),
        "reviewer": "sample-person-1",
        "outcome": "no_change",
    }
    filled = [
        f"{line[: len(line) - len(line.lstrip())]}{name}: {lines[name]}"
        if (name := line.strip().partition(":")[0]) in lines
        else line
        for line in text.splitlines()
    ]
    (desk.folder / "t.yaml").write_text("\n".join(filled), "utf-8")
    assert desk.place.run("record", "apply", "t.yaml", "--yes", "--json").json["applied"] is True
    assert desk.place.try_run("record", "template", "inventory.reviw").err.endswith("fix: did you mean 'inventory.review'?\n")


def test_json_tells_all_that_the_words_tell(desk: RecordDesk) -> None:
    """Other programs decide by it."""
    plan = desk.apply(review(days=30), words=("--dry-run", "--json")).json
    (record,) = plan["plan"]["records"]
    assert (plan["applied"], plan["entries"], record["action"], record["late"], record["line"]) == (False, [], "create", True, 1)
    assert [each["code"] for each in record["notes"]] == ["unknown_reference", "late"]
    bad = desk.folder / "bad.yaml"
    bad.write_text("kind: risk\nid: R\nrecord: {titel: x}\n", "utf-8")
    error = json.loads(desk.place.try_run("record", "apply", "bad.yaml", "--yes", "--json").out)["error"]
    assert (error["code"], error["exit"]) == ("filing_mistakes", 3)
    assert [(each["line"], each["field"]) for each in error["mistakes"]] == [
        (2, "id"),
        (3, "record.title"),
        (3, "record.description"),
        (3, "record.titel"),
    ]
    assert Path(error["mistakes"][0]["file"]) == Path("bad.yaml")
