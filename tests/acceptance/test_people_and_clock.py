"""Acceptance of what people and clocks do wrong: approving one's own, reviewing too late or in bulk, a clock set back.

Each test's first line says which check of the auditor's list (soc2.md section 19) it is, in our words. The books are written at
stated moments by the project's own writer; everything is asked of the installed program.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proofbook.primitives.instants import format_instant
from support.dated_home import DatedHome, dated_home
from support.facts_builder import at
from support.kept_bodies import document
from support.record_desk import RecordDesk

OWNER, ASKING, OTHER = "sample-person-1", "sample-person-2", "sample-person-3"
DESK = {"system": "sample-desk"}
_CONCLUSION = re.compile(
    r"\b(?:non-?)?(?:compliant|certified|effective(?:ly|ness)?|passed|no exceptions|unqualified|clean opinion)\b", re.IGNORECASE
)


def home_with(folder: Path, *records: tuple[str, str, str, dict[str, Any]]) -> DatedHome:
    """A system and these records: kind, id, when it happened, fields."""
    home = dated_home(folder).engagement().system("sample-desk")
    for kind, name, happened, fields in records:
        home.add(kind, name, happened, **fields)
    return home.write()


def found_by(home: DatedHome, check: str) -> set[str]:
    """Ids of what a check finds."""
    return {each["id"] for each in home.due()["findings"] if each["check"] == check}


def grant(approver: str) -> dict[str, Any]:
    """Access somebody asked for."""
    asked = {"subject_id": ASKING, "subject_kind": "person", "role": "use", "requested_by": ASKING}
    return DESK | asked | {"approved_by": approver, "approved_at": at("2026-03-01")}


def change(approver: str) -> dict[str, Any]:
    """A change somebody asked for."""
    tested = {"tested_at": at("2026-03-01"), "test_outcome": "met", "released_by": ASKING}
    return DESK | tested | {"what": "prompt", "requested_by": ASKING, "approved_by": approver, "approved_at": at("2026-03-01")}


@pytest.mark.parametrize(("kind", "check", "fields"), [
    ("access.grant", "grant_self_approval", grant), ("change", "change_self_approval", change),
])  # fmt: skip
def test_check_14_who_approves_their_own_is_found(tmp_path: Path, kind: str, check: str, fields: Any) -> None:
    """Check 14: somebody approved what they had asked for; the same approved by another person is not found."""
    home = home_with(
        tmp_path, (kind, "sample-own", "2026-03-02", fields(ASKING)), (kind, "sample-sound", "2026-03-02", fields(OTHER))
    )
    assert found_by(home, check) == {"sample-own"}


def test_check_14_who_reviews_their_own_access_is_found(tmp_path: Path) -> None:
    """Check 14: a row of an access review was decided by the person it is about."""
    common = DESK | {"reviewer": OTHER, "list_as_of": at("2026-03-01"), "list_source": "gateway"}
    rows = [{"subject_id": OTHER, "role": "use", "decision": "keep"}]
    other = [{"subject_id": ASKING, "role": "use", "decision": "keep"}]
    home = home_with(
        tmp_path,
        ("access.review", "sample-own", "2026-03-20", common | {"rows": rows}),
        ("access.review", "sample-sound", "2026-06-20", common | {"rows": other}),
    )
    assert found_by(home, "review_independent") == {"sample-own"}


def decided(opened: str, effective: str | None, **more: Any) -> dict[str, Any]:
    """An accepted output."""
    return DESK | {
        "requested_by": ASKING, "reviewer": OTHER, "authority": "sample", "exchanges": ["x_1"], "outcome": "accepted", "opened_at": at(opened),
        "effective_at": effective and at(effective), "shown_sha256": "7" * 64,
    } | more  # fmt: skip


def test_check_14_review_after_the_effect_is_found(tmp_path: Path) -> None:
    """Check 14: a decision had taken effect before anybody reviewed it; one that waited for its review is not found."""
    home = home_with(
        tmp_path,
        ("decision.review", "sample-after", "2026-03-02 11:00", decided("2026-03-02 10:50", "2026-03-02 09:00")),
        ("decision.review", "sample-before", "2026-03-03 11:00", decided("2026-03-03 10:50", "2026-03-03 18:00")),
    )
    assert found_by(home, "decision_reviewed_before_effect") == {"sample-after"}


def test_check_14_acceptance_in_bulk_is_found(tmp_path: Path) -> None:
    """Check 14: twelve outputs accepted in one action; twelve that were each looked at are not found."""
    bulk = [
        ("decision.review", f"sample-bulk-{n:02}", "2026-03-02 11:00", decided("2026-03-02 10:59", None, batch="batch-1"))
        for n in range(12)
    ]
    single = [
        ("decision.review", f"sample-single-{n:02}", f"2026-03-{n + 3:02} 11:00", decided(f"2026-03-{n + 3:02} 10:50", None))
        for n in range(12)
    ]
    found = found_by(home_with(tmp_path, *bulk, *single), "review_bulk_acceptance")
    assert found
    assert all(each.startswith("sample-bulk-") for each in found)


def test_check_5_a_clock_set_back_is_told_and_order_rests_on_the_sequence(tmp_path: Path) -> None:
    """Check 5: the host's clock ran two days ahead and was set right: the step is an entry, and the later version stays the later."""
    ahead = format_instant(datetime.now(UTC) + timedelta(days=2))
    home = dated_home(tmp_path).engagement("2026-01-01", "2027-12-31").system("sample-desk")
    home.add("risk", "sample-risk", recorded=ahead, description="sample, first").write()
    RecordDesk(home.place).file(document("risk", "sample-risk", description="sample, second"))
    assert home.run("book", "status", "--json").json["kinds"]["clock.stepped"] == 1
    first, second = home.run("record", "history", "risk", "sample-risk", "--json").json["versions"]
    assert first["recorded"] > second["recorded"]
    assert (first["version"], second["version"], second["supersedes"]) == (1, 2, first["entry"])
    assert "description: sample, second" in home.run("record", "get", "risk", "sample-risk").out
    home.run("book", "fsck")
    home.run("population", "POP-15", "--engagement", "sample-audit", "--out", "population")
    (header,) = (tmp_path / "population").rglob("header.json")
    (clock,) = [each for each in json.loads(header.read_text("utf-8"))["checks"] if each["id"] == "clock"]
    assert clock["result"] == "gap_explained"
    assert f"from {first['recorded']} back to" in json.dumps(clock)


def test_check_27_nothing_that_is_written_concludes(tmp_path: Path) -> None:
    """Check 27: no page, file or line that records, artifact pages and their making leave behind states an audit conclusion."""
    home = home_with(tmp_path, ("access.grant", "sample-own", "2026-03-02", grant(ASKING)))
    home.run("artifact", "--engagement", "sample-audit", "--out", "pages")
    home.run("record", "export", "files")
    home.run("due", "--engagement", "sample-audit", "--record")
    spoken = [home.run("record", *words).out for words in (
        ("list",), ("get", "access.grant", "sample-own"), ("history", "access.grant", "sample-own"), ("--help",),
    )]  # fmt: skip
    folders = ("pages", "files", "home")
    files = [
        path
        for folder in folders
        for path in (tmp_path / folder).rglob("*")
        if path.suffix in {".html", ".json", ".yaml", ".log"}
    ]
    assert len(files) > 10
    for said in (*spoken, *(path.read_text("utf-8") for path in files)):
        match = _CONCLUSION.search(said)
        assert match is None, said[max(0, match.start() - 60) : match.end() + 60]


def test_check_29_a_removed_row_is_named(tmp_path: Path) -> None:
    """Check 29: an administrator takes the row of their own action out of the database; the place is named, and the exit code is 5."""
    import apsw

    home = home_with(tmp_path, ("access.grant", "sample-own", "2026-03-02", grant(ASKING)))
    (version,) = home.run("record", "history", "access.grant", "sample-own", "--json").json["versions"]
    connection = apsw.Connection(str(tmp_path / "home" / "book" / "book.sqlite"))
    removed = version["index"]
    connection.execute("DELETE FROM entry WHERE idx = ?", (removed,))
    connection.close()
    done = home.place.try_run("book", "fsck")
    assert done.code == 5
    assert f"entry {removed}" in done.out + done.err


def test_check_30_an_export_that_would_mix_entities_is_refused(tmp_path: Path) -> None:
    """Check 30: an engagement without systems, in a book with systems of two entities, is exported for neither."""
    home = dated_home(tmp_path).engagement().system("sample-desk").system("sample-abroad", entity="Sample Subsidiary").write()
    done = home.place.try_run("population", "POP-15", "--engagement", "sample-audit", "--out", "population")
    assert done.code == 2
    assert "this book has systems of Sample Organisation, Sample Subsidiary" in done.err
    assert "fix: name the engagement's systems" in done.err
    assert not (tmp_path / "population").exists()
    named = dated_home(tmp_path / "named").engagement(systems=["sample-desk"]).system("sample-desk")
    named.system("sample-abroad", entity="Sample Subsidiary").write()
    named.run("population", "POP-15", "--engagement", "sample-audit", "--out", "population")
