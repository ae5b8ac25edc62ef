"""`make check` runs everything, tells everything, and its exit code can be believed."""

from __future__ import annotations

import sys

import pytest

from check_all import CHECKS, Check, run_all


def _check(name: str, code: int, words: str = "") -> Check:
    return Check(name, (sys.executable, "-c", f"import sys; print({words!r}); sys.exit({code})"))


def test_everything_in_order_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    """Each check is named with its time, and nothing else is said."""
    assert run_all((_check("one", 0, "chatter"), _check("two", 0))) == 0
    text = capsys.readouterr().out
    assert text.count("ok   ") == 2
    assert "chatter" not in text


def test_one_finding_does_not_hide_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that stops at the first would be run again for the second."""
    assert run_all((_check("one", 1, "first finding"), _check("two", 0), _check("three", 2, "second finding"))) == 1
    text = capsys.readouterr().out
    assert "first finding" in text
    assert "second finding" in text
    assert text.endswith("checks that found something: one, three\n")


def test_a_check_that_hangs_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    """Waiting for ever would look like working."""
    assert run_all((Check("slow", (sys.executable, "-c", "import time; time.sleep(30)"), 0.2),)) == 1
    assert "did not end within 0.2 seconds" in capsys.readouterr().out


def test_names_are_told_apart() -> None:
    """The summary names checks."""
    assert len({check.name for check in CHECKS}) == len(CHECKS)
