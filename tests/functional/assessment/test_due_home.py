"""`proofbook due` and the home it is asked in: what it leaves behind, whose engagement it takes, whose times it tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command_line import run_on_terminal
from support.dated_home import ENGAGEMENT, DatedHome, dated_home

ENGAGED = ("--engagement", ENGAGEMENT)
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|.*\r(?!\n)")
"""Escapes, and what a progress bar wrote over."""


def kinds(home: DatedHome) -> dict[str, int]:
    """Entries in the book by kind."""
    counted: dict[str, int] = home.run("book", "status", "--json").json["kinds"]
    return counted


def test_looking_leaves_nothing_and_recording_leaves_one_entry(copied: DatedHome) -> None:
    """A look at the list is no event; a recorded self-test is one, and brings nothing else along."""
    before = kinds(copied)
    for words in (("due",), ("due", "--grid"), ("exceptions",), ("answer",)):
        copied.run(*words, *ENGAGED)
    assert kinds(copied) == before
    copied.run("due", *ENGAGED, "--record")
    assert kinds(copied) == before | {"self_test": 1}


def test_recorded_self_test_is_in_the_list_of_nothing_that_was_due(copied: DatedHome) -> None:
    """That somebody ran the checks changes no occurrence."""
    before = copied.grid()["counts"]
    copied.run("due", *ENGAGED, "--record")
    assert copied.grid()["counts"] == before


@pytest.mark.parametrize(
    "words", [("due",), ("due", "--grid"), ("exceptions",), ("answer", "16"), ("answer", "Q1")], ids=" ".join
)
def test_forty_columns_are_enough(written: DatedHome, words: tuple[str, ...]) -> None:
    """A narrow pane beside an editor: lines are wrapped, none is cut off or runs over but for what has no blank to break at."""
    code, shown = run_on_terminal(written.place, *words, *ENGAGED, columns=40)
    assert code == 0
    lines = [line.rstrip() for line in _COLOUR.sub("", shown).splitlines()]
    over = [line for line in lines if len(line) > 40 and " " in line.strip()]
    assert over == []


def test_grid_in_forty_columns_holds_every_month_once(written: DatedHome) -> None:
    """In blocks, one below the other."""
    shown = _COLOUR.sub("", run_on_terminal(written.place, "due", *ENGAGED, "--grid", columns=40)[1])
    headings = [line.split() for line in shown.splitlines() if re.fullmatch(r"(\s+\d\d)+\s*", line)]
    assert [month for block in headings for month in block] == [f"{number:02}" for number in range(1, 10)]
    assert len(headings) > 1


def test_recorded_engagement_comes_before_one_of_the_settings(copied: DatedHome) -> None:
    """The record is dated and signed for; the settings may be edited by whoever has the disk."""
    settings = copied.place.settings
    before = settings.read_text("utf-8")
    stated = '[[engagements]]\nid = "{}"\nfirst = "2026-02-01"\nlast = "2026-02-28"\nzone = "Europe/Berlin"\n'
    settings.write_text(before + "\n" + stated.format(ENGAGEMENT) + "\n" + stated.format("sample-settings"), "utf-8")
    recorded, configured = copied.due(), copied.due(engagement="sample-settings")
    assert (recorded["first"], recorded["last"], recorded["zone"]) == ("2026-01-01", "2026-09-30", "UTC")
    assert (configured["first"], configured["last"], configured["zone"]) == ("2026-02-01", "2026-02-28", "Europe/Berlin")


def test_engagement_is_the_one_known_at_the_moment_asked_about(copied: DatedHome) -> None:
    """As of a day before it was recorded there was none."""
    done = copied.place.try_run("due", *ENGAGED, "--as-of", "2025-10-01")
    assert (done.code, "is not known" in done.err) == (2, True)


def test_times_are_told_in_the_zone_of_the_engagement_and_kept_in_utc_in_documents(tmp_path: Path) -> None:
    """People think in the days of the period; programs want one clock."""
    home = dated_home(tmp_path).engagement(zone="Asia/Tokyo").system("sample-desk")
    home.recorder("2025-11-02", "2026-11-20", gaps=(("2026-03-02 20:00", "2026-03-02 21:00"),)).write()
    shown = home.run("due", *ENGAGED, "--all").out
    assert "did not record from 2026-03-03 05:00 to 2026-03-03 06:00" in shown
    assert "all times of Asia/Tokyo" in shown
    assert "gateway:main@2026-03-02T20:00:00.000000Z" in shown
    told = " ".join(each["what"] for each in home.due()["findings"])
    assert "did not record from 2026-03-02 20:00 UTC to 2026-03-02 21:00 UTC" in told
    assert home.due()["as_of"].endswith("Z")
