"""A machine that cannot run Proofbook says so in one message, before anything is made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tracked import ROOT

SCRIPT = ROOT / "tools/make_venv.sh"


def _run(python: Path | str, folder: Path) -> tuple[int, str]:
    done = subprocess.run([str(SCRIPT), str(python), str(folder)], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


def _pretend(folder: Path, script: str) -> Path:
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_an_old_python_is_named_with_its_version(tmp_path: Path) -> None:
    """The message says what was found and how to name another one."""
    old = _pretend(tmp_path, 'case "$2" in *"sys.exit"*) exit 1;; *) echo 3.9.18;; esac')
    code, text = _run(old, tmp_path / "venv")
    assert code == 2
    assert "needs Python 3.11 or newer" in text
    assert "is 3.9.18" in text
    assert not (tmp_path / "venv").exists()


def test_a_missing_python_is_named(tmp_path: Path) -> None:
    """Not the shell's `not found` but what to do."""
    code, text = _run("python-that-is-not-here", tmp_path / "venv")
    assert code == 2
    assert "there is no 'python-that-is-not-here' here that starts" in text


def test_a_python_that_does_not_start_is_named(tmp_path: Path) -> None:
    """A version manager's placeholder for a version that is not chosen."""
    code, text = _run(_pretend(tmp_path, "exit 127"), tmp_path / "venv")
    assert code == 2
    assert "here that starts" in text


def test_a_python_without_venv_names_the_package_to_install(tmp_path: Path) -> None:
    """Debian ships Python without its venv module."""
    bare = _pretend(tmp_path, 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    code, text = _run(bare, tmp_path / "venv")
    assert code == 2
    assert "apt-get install python3-venv" in text


def test_a_failed_making_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half an environment would look like a whole one to the next run."""
    broken = _pretend(tmp_path, 'if [ "$2" = venv ]; then mkdir "$3"; exit 1; fi')
    code, _ = _run(broken, tmp_path / "venv")
    assert code == 2
    assert not (tmp_path / "venv").exists()


def test_this_python_makes_an_environment(tmp_path: Path) -> None:
    """The way it goes on a machine that has what is needed."""
    assert _run(sys.executable, tmp_path / "venv") == (0, "")
    assert (tmp_path / "venv/bin/python").exists()
