"""Acceptance of what was due: what an auditor tries on the calendar, populations of nothing and scopes, through the command line.

Each test's first line says which check of the auditor's list (soc2.md section 19) it is, in our words. The books are written at
stated moments by the project's own writer; everything is asked of the installed program.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import apsw
import pytest

from support.dated_home import DatedHome, dated_home, occurrences_of, squares_of
from support.facts_builder import digest
from support.kept_bodies import document

QUARTERS = ("2026-01-20", "2026-04-21", "2026-07-20")
_CONCLUSION = re.compile(r"\b(compliant|passed|effective|effectiveness|no exceptions|unqualified|clean opinion)\b", re.IGNORECASE)
_CERTIFIED = re.compile(r"\bcertified\b", re.IGNORECASE)


def reviewed(home: DatedHome, *days: str, system: str = "sample-desk") -> DatedHome:
    """Inventory reviews on some days."""
    for day in days:
        home.add("inventory.review", f"sample-review-{system}-{day}", day, system=system, outcome="no_change")
    return home


def findings(home: DatedHome, check: str, **kept: str) -> list[dict[str, Any]]:
    """Findings of one check, with those values."""
    found: list[dict[str, Any]] = home.due()["findings"]
    return [each for each in found if each["check"] == check and all(each[key] == value for key, value in kept.items())]


def test_check_8_days_are_those_of_the_stated_zone(tmp_path: Path) -> None:
    """Check 8: at the period's edges and at midnight, in a zone that is not UTC, things land on the day the engagement counts them."""
    home = dated_home(tmp_path).engagement("2026-01-01", "2026-03-31", zone="America/New_York")
    duty = [{"cadence": "monthly", "per": "organisation", "grace_days": 0}]
    home.add(
        "control",
        "sample-monthly",
        recorded="2025-11-02",
        status="active",
        effective_on="2025-11-01",
        duties=duty,
        criteria=["CC6.1"],
    )
    for name, moment in (("january", "2026-02-01T04:59:59.000000Z"), ("march", "2026-03-01T05:00:00.000000Z")):
        home.add("control.performance", f"sample-{name}", moment, control="sample-monthly", outcome="complete")
    edges = {"before": "2026-01-01T04:59:59.000000Z", "first": "2026-01-01T05:00:00.000000Z",
             "last": "2026-04-01T03:59:59.000000Z", "after": "2026-04-01T04:00:00.000000Z"}  # fmt: skip
    for name, moment in edges.items():
        home.add("alert.triage", f"sample-{name}", moment, recorded="2026-04-03")
    home.write()
    months = occurrences_of(home.grid(), "sample-monthly")
    assert months == {"2026-01": "done", "2026-02": "missed", "2026-03": "done"}
    alerts = {each["id"] for each in home.due()["findings"] if each["kind"] == "alert.triage"}
    assert alerts == {"sample-first", "sample-last"}


def certificate(**stated: Any) -> dict[str, Any]:
    """A certificate for incidents of the period."""
    return {
        "population": "POP-19", "first": "2026-01-01", "last": "2026-09-30", "zone": "UTC", "gaps": [],
        "query": "proofbook record list incident.real", "heartbeat": "sample heartbeats", "certified_by": "sample-person-2",
        "secondary": ["tickets: AI, model, assistant: nothing found"], **stated,
    }  # fmt: skip


def told(home: DatedHome, population: str) -> dict[str, Any]:
    """What is said of a population that may be empty."""
    (case,) = [each for each in home.due()["nil"] if each["population"] == population]
    return dict(case)


def test_check_9_nothing_on_record_is_not_said_to_be_none(tmp_path: Path) -> None:
    """Check 9: an empty population without its certificate is one that was not shown to be empty, and says so."""
    home = dated_home(tmp_path).engagement().system("sample-desk").recorder("2025-11-02", "2026-11-20")
    home.add("incident.exercise", "sample-tabletop", "2026-05-04", participants=["sample-person-1"])
    home.write()
    assert told(home, "POP-19")["words"] == "no records; not attested"
    (found,) = findings(home, "nil_not_certified", id="POP-19")
    assert found["consequence"] == "not_shown"
    assert "nil_population" in found["fix"]


@pytest.mark.parametrize(
    ("stated", "gaps", "shortfall"),
    [
        ({}, (), ""),
        ({"gaps": None}, (), "gaps is not stated"),
        ({"last": "2026-08-31"}, (), "covers 2026-01-01 to 2026-08-31 only"),
        ({"zone": "Asia/Tokyo"}, (), "its days are those of Asia/Tokyo"),
        ({"heartbeat": "[[what shows it]]"}, (), "blanks are open: heartbeat"),
        ({}, (("2026-05-05 10:00", "2026-05-05 11:00"),), "it states no gaps, the recorder has 1"),
    ],
    ids=["whole", "gaps", "days", "zone", "blank", "contradicted"],
)
def test_check_9_a_certificate_counts_only_when_it_is_whole(
    tmp_path: Path, stated: dict[str, Any], gaps: tuple[tuple[str, str], ...], shortfall: str
) -> None:
    """Check 9: header, query, heartbeat, gaps, secondary search; and checks 4: an hour without a recorder is in none of them none."""
    home = dated_home(tmp_path).engagement().system("sample-desk").recorder("2025-11-02", "2026-11-21 07:00", gaps=gaps)
    home.add("nil_population", "sample-nil", "2026-10-02", **certificate(**stated)).write()
    case = told(home, "POP-19")
    assert shortfall in case["words"]
    assert "sample-nil" in case["words"]
    assert bool(case["shortfalls"]) is bool(shortfall)
    assert bool(findings(home, "nil_not_certified", id="POP-19")) is bool(shortfall)


def test_check_9_a_certificate_of_nothing_is_held_against_what_is_on_record(tmp_path: Path) -> None:
    """Check 9: somebody signed that there was none, and there was one."""
    home = dated_home(tmp_path).engagement().system("sample-desk")
    home.add("incident.near_miss", "sample-miss", "2026-03-03", systems=["sample-desk"])
    home.add("nil_population", "sample-nil", "2026-10-02", **certificate()).write()
    (found,) = findings(home, "nil_contradicted")
    assert found["consequence"] == "exception"


def evaluated(home: DatedHome, letter: str) -> DatedHome:
    """A run of the suite on an artifact in the first quarter, while `a` served."""
    home.engagement("2026-01-01", "2026-03-31").system("sample-desk", models=[digest("a"), digest("b")])
    home.recorder("2025-11-02", "2026-04-20").served("sample-desk", "a", "2026-01-05", "2026-03-30")
    results = [{"metric": "sample", "value": "0.9", "n": 10, "outcome": "met"}]
    run: dict[str, Any] = {
        "system": "sample-desk",
        "model": digest(letter),
        "started_at": "2026-03-10T08:00:00.000000Z",
        "results": results,
    }
    return home.add("evaluation.run", "sample-run", "2026-03-10", **run).write()


def test_check_15_an_evaluation_of_other_bytes_is_none_of_what_serves(tmp_path: Path) -> None:
    """Check 15: a run on a hash other than the served one cannot satisfy a due evaluation, even where that hash was approved."""
    home = evaluated(dated_home(tmp_path), "b")
    (square,) = filter(None, squares_of(home.grid(), "LC-17", "sample-desk", "quarterly"))
    assert square["state"] == "missed"
    assert "was run on sha256:bbbbbbbbbbbb, while sha256:aaaaaaaaaaaa served" in square["reason"]


def test_check_15_an_evaluation_of_what_serves_counts(tmp_path: Path) -> None:
    """Check 15, the other side: otherwise the refusal above would show nothing."""
    home = evaluated(dated_home(tmp_path), "a")
    assert occurrences_of(home.grid(), "LC-17", "sample-desk", "quarterly") == {"2026-Q1": "done"}


def not_applicable(**stated: Any) -> dict[str, Any]:
    """A decision that the second quarter's review does not apply."""
    return {
        "control": "LC-02", "system": "sample-desk", "interval": "2026-Q2", "reason": "sample: switched off all quarter",
        "requested_by": "sample-person-1", "approved_by": "sample-person-2", **stated,
    }  # fmt: skip


def test_check_19_three_of_four_quarters_leave_one_missed(tmp_path: Path) -> None:
    """Check 19: a quarterly control with three occurrences shows one missed; nobody's word alone makes it go away."""
    home = reviewed(
        dated_home(tmp_path).engagement("2025-10-01", "2026-09-30").system("sample-desk"),
        "2025-12-20",
        "2026-01-20",
        "2026-07-20",
    )
    home.add("not_applicable", "sample-own-wish", "2026-08-01", **not_applicable(approved_by="sample-person-1"))
    home.add("not_applicable", "sample-blank", "2026-08-01", **not_applicable(reason="[[why it does not apply]]"))
    home.write()
    states = occurrences_of(home.grid(), "LC-02", "sample-desk")
    assert states == {"2025-Q4": "done", "2026-Q1": "done", "2026-Q2": "missed", "2026-Q3": "done"}
    (found,) = findings(home, "occurrence_missed", control="LC-02")
    assert found["id"] == "LC-02/sample-desk/2026-Q2"
    assert "requested and approved by the same person" in found["what"]
    assert "no reason is stated" in found["what"]


def test_check_19_only_a_reason_and_an_approver_make_it_not_applicable(tmp_path: Path) -> None:
    """Check 19: the decision is a record of its own, recorded through the command line; without approver it is not even recorded."""
    home = reviewed(dated_home(tmp_path).engagement().system("sample-desk"), QUARTERS[0], QUARTERS[2]).write()
    stated = not_applicable(approved_at="2026-11-20T10:00:00Z")
    file = tmp_path / "na.json"
    for wrong in ({"approved_by": ""}, {"reason": ""}, {"approved_by": "sample-person-1"}):
        file.write_text(_json(document("not_applicable", "sample-na", **(stated | wrong))), "utf-8")
        assert home.place.try_run("record", "apply", "na.json", "--yes").code in {3, 4}, wrong
    assert occurrences_of(home.grid(), "LC-02", "sample-desk")["2026-Q2"] == "missed"
    file.write_text(_json(document("not_applicable", "sample-na", **stated)), "utf-8")
    home.run("record", "apply", "na.json", "--yes")
    square = squares_of(home.grid(), "LC-02", "sample-desk")[5]
    assert square["state"] == "not_applicable"
    assert square["reason"] == "waived by sample-person-2: sample: switched off all quarter"
    assert occurrences_of(home.grid("--as-of", "2026-10-31"), "LC-02", "sample-desk")["2026-Q2"] == "missed"


def test_check_20_both_texts_of_a_control_are_shown_with_their_dates(tmp_path: Path) -> None:
    """Check 20: a control whose text changed in the period is two texts, each with the days it held, and both are owed."""
    home = dated_home(tmp_path).engagement().system("sample-desk")
    duty = {"cadence": "quarterly", "per": "system", "grace_days": 14}
    own = {"status": "active", "based_on": "LC-02", "owner": "sample-person-3"}
    home.add(
        "control", "own-02", recorded="2025-11-02", effective_on="2025-11-01", what="looks at the page", duties=[duty], **own
    )
    home.add(
        "control", "own-02", recorded="2026-06-30", effective_on="2026-07-01", what="looks at the page and its models",
        duties=[duty | {"cadence": "monthly", "grace_days": 5}], **own,
    )  # fmt: skip
    reviewed(home, *QUARTERS[:2], "2026-07-20", "2026-08-20").write()
    document = home.grid()
    (control,) = [each for each in document["controls"] if each["id"] == "own-02"]
    told_versions = [(each["version"], each["first"], each["last"], each["what"]) for each in control["versions"]]
    assert told_versions == [
        (1, "2025-11-01", "2026-06-30", "looks at the page"),
        (2, "2026-07-01", None, "looks at the page and its models"),
    ]
    states = occurrences_of(document, "own-02", "sample-desk", "quarterly") | occurrences_of(
        document, "own-02", "sample-desk", "monthly"
    )
    assert states == {"2026-Q1": "done", "2026-Q2": "done", "2026-07": "done", "2026-08": "done", "2026-09": "missed"}
    shown = home.run("due", "--engagement", "sample-audit", "--grid").out
    assert "own-02: Sample own-02, version 1, from 2025-11-01 to 2026-06-30" in shown
    assert "own-02: Sample own-02, version 2, from 2026-07-01" in shown
    assert not [row for row in document["rows"] if row["control"] == "LC-02"]


def test_check_27_nothing_that_is_said_concludes(tmp_path: Path) -> None:
    """Check 27: no line of any of these commands states an audit conclusion, whether much is found or little."""
    home = reviewed(dated_home(tmp_path).engagement().system("sample-desk", hosting="own_building"), *QUARTERS).write()
    commands = [
        ("due",), ("due", "--all"), ("due", "--grid"), ("due", "--grid", "--by", "quarter"), ("due", "--record"), ("exceptions",),
        ("answer",), *(("answer", number) for number in ("1", "2", "18", "26", "Q1", "Q3")),
    ]  # fmt: skip
    for command in commands:
        for style in ((), ("--json",)) if len(command) == 1 else ((),):
            done = home.run(*command, "--engagement", "sample-audit", *style)
            said = done.out + done.err
            assert said.strip()
            assert _CONCLUSION.search(said) is None, (command, _CONCLUSION.search(said))
            assert _CERTIFIED.search(said) is None, (command, _CERTIFIED.search(said))
    helped = "".join(home.run(name, "--help").out for name in ("due", "exceptions", "answer"))
    assert _CONCLUSION.search(helped) is None


def test_check_29_an_administrator_leaves_a_trace_that_stays(tmp_path: Path) -> None:
    """Check 29: who waived their own duty cannot take that back unseen: a new version leaves the old one, and a deleted row shows."""
    home = reviewed(dated_home(tmp_path).engagement().system("sample-desk"), QUARTERS[0], QUARTERS[2])
    mine = not_applicable(requested_by="sample-admin", approved_by="sample-admin")
    home.add("not_applicable", "sample-waived", "2026-08-01", by="sample-admin", **mine)
    home.add(
        "not_applicable", "sample-waived", "2026-08-01", recorded="2026-08-09", by="sample-admin", **not_applicable()
    ).write()
    versions = home.run("record", "history", "not_applicable", "sample-waived", "--json").json["versions"]
    assert [each["version"] for each in versions] == [1, 2]
    assert "sample-admin" in home.run("record", "history", "not_applicable", "sample-waived").out
    verbs = home.run("record", "--help").out.lower()
    assert not re.search(r"\b(delete|remove|purge)\b", verbs)
    assert home.place.try_run("book", "fsck").code == 0
    connection = apsw.Connection(str(tmp_path / "home" / "book" / "book.sqlite"))
    table = next(
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'entr%' AND type='table'")
    )
    connection.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) - 2 FROM {table})")  # noqa: S608 - a name of the book's own
    connection.close()
    assert home.place.try_run("book", "fsck").code == 5


def test_check_30_two_entities_are_never_mixed(tmp_path: Path) -> None:
    """Check 30: two legal entities in one book: what one did, served or suffered is in nothing that speaks of the other."""
    other = "Sample Subsidiary"
    home = dated_home(tmp_path).engagement().engagement(id="sample-other", entity=other)
    home.system("sample-desk").system("sample-abroad", entity=other)
    reviewed(home, *QUARTERS)
    reviewed(home, QUARTERS[0], system="sample-abroad")
    home.add("incident.real", "sample-abroad-leak", "2026-02-03", systems=["sample-abroad"])
    home.add("policy", "sample-abroad-policy", recorded="2026-02-01", entity=other, status="draft")
    home.recorder("2025-11-02", "2026-11-20").served("sample-abroad", "b", "2026-02-03").write()
    here, there = home.grid(), home.grid(engagement="sample-other")
    assert {row["scope"] for row in here["rows"]} == {"", "sample-desk"}
    assert {row["scope"] for row in there["rows"]} == {"", "sample-abroad"}
    assert set(occurrences_of(here, "LC-02", "sample-desk").values()) == {"done"}
    assert told(home, "POP-19")["words"] == "no records; not attested"
    said = {engagement: _json(home.due(engagement=engagement)) for engagement in ("sample-audit", "sample-other")}
    assert "sample-abroad" not in said["sample-audit"]
    assert digest("b") not in said["sample-audit"]
    assert "sample-desk" not in said["sample-other"]
    assert "sample-abroad-leak" in said["sample-other"]


def _json(value: Any) -> str:
    import json

    return json.dumps(value)
