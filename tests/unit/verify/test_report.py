"""The report: what counts as damage, what a step that fails leaves behind, and what is printed."""

from __future__ import annotations

import json

import pytest

from proofbook.verify.encoding import Damage
from proofbook.verify.report import MAX_PROBLEMS, Findings, NotAsked, NotRun, Outcome, Report


def raising(error: Exception) -> Findings:
    """One step that fails after it has claimed something."""
    found = Findings()

    def check() -> str:
        found.proven.append("claimed too early")
        raise error

    found.run("Step", check)
    return found


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (Damage("file", "broken"), Outcome.DAMAGED, 5),
        (NotRun("no reason given"), Outcome.NOT_RUN, 5),
        (NotAsked("nothing given"), Outcome.NOT_ASKED, 0),
        (KeyError("unforeseen"), Outcome.DAMAGED, 5),
        (RecursionError(), Outcome.DAMAGED, 5),
    ],
)
def test_what_is_not_shown_is_never_taken_as_sound(error: Exception, outcome: Outcome, code: int) -> None:
    """Only 'not asked' is no damage; and what a failed step claimed is withdrawn."""
    found = raising(error)
    report = found.report("room")
    assert (found.steps[0].outcome, report.exit_code) == (outcome, code)
    assert report.proven == ()


def test_report_without_any_step_is_not_sound() -> None:
    """An empty list of checks proves nothing."""
    assert Report("room").exit_code == 5


def test_problems_are_capped_and_the_rest_is_counted() -> None:
    """Ten thousand problems from one damaged file must not hide the others."""
    found = Findings()

    def check() -> str:
        for number in range(10_000):
            found.problem(f"row {number}", "differs")
        return "rows"

    found.run("Step", check)
    report = found.report("room")
    assert len(report.problems) == MAX_PROBLEMS
    assert f"  - step 1: and {10_000 - MAX_PROBLEMS} more" in report.lines()
    assert report.steps[0].problems == 10_000


def test_lines_and_json_hold_nothing_that_steers_a_terminal() -> None:
    """Places and values are foreign text."""
    found = raising(Damage("\x1b[2J\u202efile", "\r\nwhat"))
    report = found.report("\x07room")
    assert all(line.isprintable() for line in report.lines())
    assert report.to_json().isascii()
    assert json.loads(report.to_json())["problems"][0]["place"] == "\x1b[2J\u202efile"


def test_unusable_is_said_and_nothing_else() -> None:
    """A wrong argument must not look like a verified room."""
    report = Report("x", unusable="no room")
    assert (report.exit_code, report.lines()) == (3, ["Nothing was verified: no room"])
