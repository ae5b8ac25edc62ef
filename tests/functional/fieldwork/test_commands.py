"""Fieldwork on the command line: a list comes in, evidence goes out, items are drawn and opened, a receipt is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.kept_bodies import document
from support.record_desk import SYSTEM, RecordDesk, days_ago, make_desk, review

NONCE = "31415926535897932384626433832795028841971"
ENGAGEMENT = "soc2-sample"
TODAY = datetime.now(UTC).date()
LIST = (
    "Request #,Control,Criteria,Description,Type,Due,Status\n"
    "R-2,LC-02,CC2.1,Listing of inventory reviews (POP-02),population,2027-01-31,open\n"
    "R-10,,,Org chart,document,,accepted\n"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> RecordDesk:
    """A home with an engagement, a system and three reviews of its page."""
    made = make_desk(tmp_path_factory.mktemp("fieldwork"))
    first, last = TODAY - timedelta(days=60), TODAY + timedelta(days=30)
    stated = {"categories": ["security"], "type": "type_2", "zone": "UTC", "first": str(first), "last": str(last)}
    made.file(document("engagement", ENGAGEMENT, **stated), SYSTEM, *(review(f"review-{each}", days=each) for each in (1, 2, 3)))
    (made.folder / "list.csv").write_text(LIST, "utf-8")
    made.place.run("population", "POP-02", "--engagement", ENGAGEMENT, "--out", "pop-02")
    return made


def test_a_list_is_imported_once_answered_and_commented(desk: RecordDesk) -> None:
    """Plan, record, list, suggest, submit; the state in the list moved nothing."""
    words = ("--engagement", ENGAGEMENT)
    shown = desk.place.run("request", "import", "list.csv", *words, "--dry-run")
    assert "nothing was recorded" in shown.err
    done = desk.place.run("request", "import", "list.csv", *words, "--yes", "--json").json
    assert (done["new"], len(done["recorded"])) == (["R-2", "R-10"], 2)
    assert any("accepted" in each["what"] for each in done["remarks"])
    assert desk.place.run("request", "import", "list.csv", *words, "--yes", "--json").json["recorded"] == []
    known = desk.place.run("request", "list", *words, "--json").json
    assert [(each["number"], each["state"]) for each in known] == [("R-2", "not_started"), ("R-10", "not_started")]

    suggested = desk.place.run("request", "suggest", "R-2", *words, "--json").json
    assert suggested[0]["id"] == "POP-02"
    assert suggested[0]["exported"]
    desk.place.run("request", "submit", "R-2", *words, "--evidence", "population:POP-02")
    desk.place.run("request", "comment", "R-2", "As of today.", *words)
    found = desk.place.run("request", "show", "R-2", *words, "--json").json
    assert (found["state"], found["comments"][0]["text"], len(found["versions"])) == ("submitted", "As of today.", 2)
    assert "(rpt." in found["evidence"][0]
    refused = desk.place.try_run("request", "show", "R-9", *words)
    assert refused.code == 3


def test_a_sample_is_drawn_extended_and_opened(desk: RecordDesk, tmp_path: Path) -> None:
    """By nonce and by ids; each item with its proof; nothing replaced."""
    words = ("pop-02", "--engagement", ENGAGEMENT, "--table", "performed")
    made = desk.place.run("sample", "draw", *words, "--nonce", NONCE, "--count", "1", "--json").json
    sample = made["sample"]
    assert len(made["items"]) == 1
    assert desk.place.try_run("sample", "draw", *words, "--nonce", NONCE, "--count", "2").code == 4
    more = desk.place.run("sample", "extend", sample, "pop-02", "--count", "3", "--because", "one more look", "--json").json
    assert len(more["items"]) == 2
    (desk.folder / "picked.txt").write_text("review-1\nreview-9\n", "utf-8")
    listed = desk.place.run("sample", "draw", *words, "--items", "picked.txt", "--because", "by hand", "--json").json
    assert (listed["items"], listed["missing"]) == (["review-1"], ["review-9"])

    shown = desk.place.run("sample", "show", sample, "--json").json
    assert shown["items"] == made["items"] + more["items"]
    item = desk.place.run("sample", "item", sample, shown["items"][0], "--proofs", str(tmp_path), "--json").json
    assert [(each["name"], each["proof"]) for each in item["parts"]] == [("record", "holds")]
    assert sorted(each.suffix for each in tmp_path.iterdir()) == [".json", ".tlog-proof"]
    assert len(desk.place.run("sample", "list", "--engagement", ENGAGEMENT, "--json").json) == 2
    tells = desk.place.run("sample", "tells", "--items", "25", "--json").json
    assert tells["upper_bound_percent"] == "8.80"
    assert desk.place.run("book", "fsck").code == 0


def test_a_run_is_watched_and_its_transcript_kept(desk: RecordDesk) -> None:
    """Clock, counts and digests as it runs; the transcript beside the files."""
    words = ("POP-02", "--engagement", ENGAGEMENT, "--observer", "Sample Auditor", "--out", "watched")
    done = desk.place.run("sample", "observe", *words)
    assert "began: POP-02" in done.err
    assert "recorded: recorded as entry" in done.err
    text = (desk.folder / "watched" / "transcript.txt").read_text("utf-8")
    assert done.out == text
    header = json.loads((desk.folder / "watched" / "header.json").read_bytes())
    assert header["files"]["performed.csv"] in text
    assert desk.place.try_run("sample", "observe", *words).code == 4


def test_a_receipt_is_given_and_holds_later(desk: RecordDesk) -> None:
    """What an auditor took away is what the book is held to."""
    made = desk.place.run("receipt", "give", "--to", "Sample Auditor", "--out", "taken", "--json").json
    desk.file(document("risk", "later", title=f"Sample risk {days_ago(0)}"))
    found = desk.place.run("receipt", "check", made["note"], "--json").json
    assert found["outcome"] == "holds"
    assert found["book_size"] > found["receipt_size"]
    note = desk.folder / "forged.note"
    note.write_bytes((desk.folder / made["note"]).read_bytes().replace(b"\n" + str(made["entries"]).encode(), b"\n1", 1))
    assert desk.place.try_run("receipt", "check", "forged.note").code == 5
    assert "Sample Auditor" in desk.place.run("receipt", "list").out
