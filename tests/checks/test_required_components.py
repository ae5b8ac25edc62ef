"""A skipped test of a real component is a failure in CI, so a green run means that it ran."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
MARKED = """
import pytest
@pytest.mark.real
def test_engine(): pytest.skip("no engine here")
"""
UNMARKED = """
import pytest
def test_other(): pytest.skip("not on this system")
"""
WHOLE_FILE = """
import pytest
pytest.skip("no engine here", allow_module_level=True)
"""


def _run(folder: Path, test: str, *, in_ci: bool) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST.read_text("utf-8"), encoding="utf-8")
    (folder / "test_planted.py").write_text(test, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = real\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    if in_ci:
        environment["CI"] = "true"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-ra",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:randomly",
        str(folder),
    ]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


@pytest.mark.parametrize("test", [MARKED, WHOLE_FILE])
def test_a_missing_real_component_fails_in_ci_with_its_reason(tmp_path: Path, test: str) -> None:
    """The reason is kept, so that whoever reads the log knows what to install."""
    code, text = _run(tmp_path, test, in_ci=True)
    assert code != 0
    assert "required in CI" in text
    assert "no engine here" in text


@pytest.mark.parametrize("test", [MARKED, UNMARKED])
def test_elsewhere_it_is_skipped_and_the_reason_is_told(tmp_path: Path, test: str) -> None:
    """A laptop without a browser can still run the rest, and sees what it did not run."""
    code, text = _run(tmp_path, test, in_ci=False)
    assert code == 0
    assert "SKIPPED [1]" in text


def test_a_skip_that_has_nothing_to_do_with_real_components_stays_one_in_ci(tmp_path: Path) -> None:
    """Some tests are about another operating system."""
    code, text = _run(tmp_path, UNMARKED, in_ci=True)
    assert code == 0
    assert "not on this system" in text
