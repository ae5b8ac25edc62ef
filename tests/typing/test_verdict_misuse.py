"""What the type checker refuses: a verdict as a condition, a verdict of which one value was forgotten."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAD = "from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict\n\n\n"
CASES = {
    "a verdict as a condition": (
        "def misused(verdict: Verdict) -> str:\n    if verdict:\n        return 'met'\n    return 'not met'\n",
        "unreachable",
    ),
    "a verdict that forgets Unknown": (
        (
            "def misused(verdict: Verdict) -> str:\n    match verdict:\n        case Met():\n            return 'met'\n"
            "        case Unmet():\n            return 'unmet'\n"
        ),
        "return",
    ),
    "a verdict that is changed": ("def misused(verdict: Met) -> None:\n    verdict.reasons = ('because',)\n", "misc"),
    "no misuse at all": (
        (
            "def used(verdict: Verdict) -> str:\n    match verdict:\n        case Met() | Unmet():\n            return 'known'\n"
            "        case Unknown():\n            return 'unknown'\n"
        ),
        "",
    ),
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Error codes the checker gives for each case, from one run over all of them."""
    folder = tmp_path_factory.mktemp("misuse")
    for number, (code, _) in enumerate(CASES.values()):
        (folder / f"case_{number}.py").write_text(HEAD + code)
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--warn-unreachable",
        "--config-file=",
        "--cache-dir",
        str(folder / "cache"),
    ]
    done = subprocess.run(
        [*command, *sorted(map(str, folder.glob("case_*.py")))],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"MYPYPATH": str(ROOT / "src"), "PATH": ""},
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: dict[str, list[str]] = {name: [] for name in CASES}
    for number, code in re.findall(r"case_(\d+)\.py:\d+: error: .*\[([a-z-]+)\]$", done.stdout, re.MULTILINE):
        found[list(CASES)[int(number)]].append(code)
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_checker_says_what_it_should(name: str, complaints: dict[str, list[str]]) -> None:
    """Run time refuses too, but only when the line is reached; the checker always reads it."""
    expected = CASES[name][1]
    if expected:
        assert any(re.fullmatch(expected, code) for code in complaints[name]), complaints[name]
    else:
        assert complaints[name] == []
