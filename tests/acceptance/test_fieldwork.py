"""Acceptance of fieldwork: what an auditor tries on populations, samples and content, through the command line alone.

Each test's name says which check of the auditor's list (soc2.md section 19) it is. Sample data only.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.dated_home import ENGAGEMENT, DatedHome, dated_home

SYSTEM, NOW = "sample-desk", "sample-now"
BECAUSE = ("--because", "draws of one population in any order")
TODAY = datetime.now(UTC).date()
NONCE = "0123456789abcdef0123456789abcdef"
WORD, CARD = "zanzibar-7731", "4111 1111 1111 1111"
ASKED = json.dumps({"model": "sample", "messages": [{"role": "user", "content": f"{WORD}: is {CARD} valid?"}]}).encode()
PART = json.dumps({"choices": [{"index": 0, "delta": {"role": "assistant", "content": f"{WORD}: {CARD} is a test number."}}]})
ANSWERED = f"data: {PART}\n\ndata: [DONE]\n\n".encode()
PAGE = Path(__file__).parents[2] / "docs" / "audit" / "samples.md"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> DatedHome:
    """A home with thirty interactions, and the population of them."""
    days = [f"2026-03-{day:02}" for day in range(1, 31)]
    made = dated_home(tmp_path_factory.mktemp("fieldwork")).engagement().system(SYSTEM)
    made.engagement(str(TODAY - timedelta(days=30)), str(TODAY + timedelta(days=30)), id=NOW)
    made.served(SYSTEM, "a", *days, said=(ASKED, ANSWERED)).write()
    made.run("population", "POP-15", "--engagement", ENGAGEMENT, "--out", "pop")
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    """A table of a room or population."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def looks_of(home: DatedHome, table: str) -> list[dict[str, str]]:
    """A table of POP-27, who read and took away, over the days around today."""
    printed = home.run("population", "POP-27", "--engagement", NOW, "--format", "csv", "--table", table).out
    return list(csv.DictReader(io.StringIO(printed, newline=""), strict=True))


def test_check_10_ten_thousand_and_one_rows_are_all_there(tmp_path: Path) -> None:
    """Check 10: more rows than any page has; nothing is cut, and a second count agrees."""
    home = dated_home(tmp_path).engagement().system(SYSTEM).served(SYSTEM, "a", *["2026-03-03"] * 10_001).write()
    home.run("population", "POP-15", "--engagement", ENGAGEMENT, "--out", "pop")
    header = json.loads((tmp_path / "pop" / "header.json").read_bytes())
    assert len(rows_of(tmp_path / "pop" / "interactions.csv")) == header["row_counts"]["interactions"] == 10_001
    told = {(each["id"], each["result"]) for each in header["checks"] if each["id"] in {"count_tie_out", "no_truncation"}}
    assert told == {("count_tie_out", "agree"), ("no_truncation", "agree")}
    assert len(home.run("population", "POP-15", "--engagement", ENGAGEMENT, "--format", "csv").out.splitlines()) == 10_002


def test_check_11_the_selection_is_redone_outside_the_program_from_the_rule_on_paper(home: DatedHome) -> None:
    """Check 11: the auditor's nonce, the table and the checkpoint give the same items by the script that the page prints."""
    drawn = home.run(
        "sample",
        "draw",
        "pop",
        "--engagement",
        ENGAGEMENT,
        "--table",
        "interactions",
        "--nonce",
        NONCE,
        "--count",
        "7",
        *BECAUSE,
        "--json",
    ).json
    (script,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (home.folder / "redo.py").write_text(script, "utf-8")
    command = [sys.executable, "-I", "-S", "redo.py", "pop/interactions.csv", "exchange", "pop/checkpoint", NONCE, "7"]
    redone = subprocess.run(command, cwd=home.folder, capture_output=True, text=True, check=True).stdout.split()
    assert redone[2:] == drawn["items"]
    assert redone[1] == drawn["seed"]


def test_check_12_twenty_five_ids_give_twenty_five_folders_and_missing_evidence_is_named(home: DatedHome) -> None:
    """Check 12: the auditor's own ids, two of which are in no population; each has its folder, and theirs say so."""
    known = [each["exchange"] for each in rows_of(home.folder / "pop" / "interactions.csv")][:23]
    asked = [*known[:11], "x_nobody-knows-1", *known[11:], "x_nobody-knows-2"]
    (home.folder / "picked.txt").write_text("".join(f"{each}\n" for each in asked), "utf-8")
    words = ("--table", "interactions", "--items", "picked.txt", *BECAUSE)
    drawn = home.run("sample", "draw", "pop", "--engagement", ENGAGEMENT, *words, "--json").json
    home.run("export", "--engagement", ENGAGEMENT, "--out", "sampled")
    (place,) = (each for each in (home.folder / "sampled" / "05_Samples").iterdir() if _is_of(each, drawn["sample"]))
    listed = rows_of(place / "items.csv")
    assert sorted(each["item"] for each in listed) == sorted(asked)
    assert len([each for each in place.iterdir() if each.is_dir()]) == 25
    missing = [each for each in listed if each["state"] == "missing"]
    assert {each["item"] for each in missing} == {"x_nobody-knows-1", "x_nobody-knows-2"}
    assert {each["missing"] for each in missing} == {"not in the population"}
    record = json.loads((home.folder / "sampled" / "05_Samples" / missing[0]["folder"] / "record.json").read_bytes())
    assert record["missing"][0]["what"].startswith("x_nobody-knows")


def _is_of(folder: Path, sample: str) -> bool:
    return sample.lower().replace("_", "-") in folder.name


def test_check_21_a_room_holds_no_prompt_and_no_answer_and_a_look_is_redacted_and_on_record(home: DatedHome) -> None:
    """Check 21: the default pack is without content; one exchange is shown for a stated purpose, masked, as an entry."""
    home.run("export", "--engagement", ENGAGEMENT, "--out", "plain")
    for each in (home.folder / "plain").rglob("*"):
        assert not each.is_file() or WORD.encode() not in each.read_bytes(), each
    (exchange, *_) = (each["exchange"] for each in rows_of(home.folder / "pop" / "interactions.csv"))
    shown = home.run("content", "show", exchange, "--purpose", "the auditor's item 1").out
    assert WORD in shown
    assert CARD not in shown
    assert home.place.try_run("content", "show", exchange).code != 0
    exact = home.run("content", "show", exchange, "--slot", "request", "--purpose", "the auditor's item 2", "--unredacted").out
    assert CARD in exact
    looks = [each for each in looks_of(home, "accesses") if each["purpose"].startswith("the auditor's item")]
    assert [each["exchange"] for each in looks] == [exchange, exchange]
    assert [each["purpose"] for each in looks] == ["the auditor's item 1", "the auditor's item 2"]
    assert not any(WORD in cell or CARD in cell for each in looks for cell in each.values())


def test_check_22_who_reads_and_who_takes_away_is_on_record(home: DatedHome) -> None:
    """Check 22: a look at content, a population and a room that were written are entries with who did it, listed by POP-27."""
    (exchange, *_) = (each["exchange"] for each in rows_of(home.folder / "pop" / "interactions.csv"))
    before = {table: len(looks_of(home, table)) for table in ("accesses", "populations_exported", "rooms_exported")}
    home.run("content", "show", exchange, "--purpose", "a reader of the log")
    home.run("population", "POP-01", "--engagement", ENGAGEMENT, "--out", "taken")
    home.run("export", "--engagement", ENGAGEMENT, "--out", "taken-room")
    for table, count in before.items():
        found = looks_of(home, table)
        assert len(found) > count, table
        assert all(each["actor"] for each in found), table
