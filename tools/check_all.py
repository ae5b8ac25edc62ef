"""Run every check, two at a time, and say at the end which ones found something. `make check` is this.

Checks do not stop at the first that finds something: one run tells everything there is to mend.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tracked import ROOT

AT_ONCE = 2
LIMIT_SECONDS = 600
_BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Check:
    """A name for people, a command, and how long it may take."""

    name: str
    command: tuple[str, ...]
    limit_seconds: float = LIMIT_SECONDS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found: exit code, what it printed, how long it took."""

    code: int
    text: str
    seconds: float


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(_BIN / name), *arguments)


def _own(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "tools" / name), *arguments)


CHECKS = (
    Check("types", _tool("mypy", "--strict", "src", "tests")),
    Check("format", _tool("ruff", "format", "--check", ".")),
    Check("lint", _tool("ruff", "check", "--quiet", ".")),
    Check("import contracts", _tool("lint-imports")),
    Check("sizes", _own("check_sizes.py")),
    Check("words", _own("check_words.py")),
    Check("links", _own("check_links.py")),
    Check("reference pages", _own("make_reference.py", "--check")),
    Check("wheel", _own("check_wheel.py")),
)
"""Longest first, so that two at a time end together."""


def run_check(check: Check) -> Outcome:
    """Runs one check in the repository's folder."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            check.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=check.limit_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome(1, f"did not end within {check.limit_seconds:g} seconds\n", time.monotonic() - began)
    return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), time.monotonic() - began)


def run_all(checks: tuple[Check, ...]) -> int:
    """Runs them and prints what they found; 0 when that is nothing."""
    wrong: list[str] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: list[tuple[Check, Future[Outcome]]] = [(check, pool.submit(run_check, check)) for check in checks]
        for check, future in running:
            outcome = future.result()
            print(f"{'ok   ' if outcome.code == 0 else 'WRONG'} {check.name:<18} {outcome.seconds:6.1f} s", flush=True)
            if outcome.code != 0:
                wrong.append(check.name)
                print(outcome.text.rstrip("\n"), flush=True)
    if wrong:
        print(f"checks that found something: {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(run_all(CHECKS))
