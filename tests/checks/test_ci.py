"""What CI runs is what a developer runs, in that order, with every real component required."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tracked import ROOT

PACKAGES = ROOT / "tools/system_packages.sh"


def _program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def _run(command: Path, bin_folder: Path, *, only: bool = False) -> subprocess.CompletedProcess[str]:
    path = str(bin_folder) if only else f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "LOG": str(bin_folder / "log")}
    shell = shutil.which("bash" if command.name == "run" else "sh") or "sh"
    return subprocess.run([shell, str(command)], env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with CI's script and nothing real around it."""
    for name, script in ((".ci/run", (ROOT / ".ci/run").read_text("utf-8")), ("tools/system_packages.sh", "#!/bin/sh\n")):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)
    return tmp_path


def test_ci_runs_check_then_test_with_everything_required(checkout: Path) -> None:
    """CI=true turns a missing engine or browser from a skip into a failure."""
    _program(checkout / "bin", "make", 'echo "$1 CI=$CI" >> "$LOG"')
    done = _run(checkout / ".ci/run", checkout / "bin")
    assert (done.returncode, done.stderr) == (0, "")
    assert (checkout / "bin/log").read_text("utf-8") == "check CI=true\ntest CI=true\n"


def test_a_finding_of_the_checks_ends_ci(checkout: Path) -> None:
    """Otherwise the tests' result would hide it."""
    _program(checkout / "bin", "make", 'echo "$1" >> "$LOG"; [ "$1" != check ]')
    assert _run(checkout / ".ci/run", checkout / "bin").returncode != 0
    assert (checkout / "bin/log").read_text("utf-8") == "check\n"


def test_nothing_is_installed_where_everything_is_there(tmp_path: Path) -> None:
    """A second run must not touch the system."""
    for name in ("chromium", "node", "npm", "pdfinfo", "python3", "soffice"):
        _program(tmp_path / "bin", name, "exit 0")
    _program(tmp_path / "bin", "apt-get", 'echo "$@" >> "$LOG"')
    assert _run(PACKAGES, tmp_path / "bin", only=True).returncode == 0
    assert not (tmp_path / "bin/log").exists()


def test_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    """By name, without what is merely recommended."""
    for name in ("node", "npm", "python3"):
        _program(tmp_path / "bin", name, "exit 0")
    _program(tmp_path / "bin", "apt-get", 'echo "$@" >> "$LOG"')
    assert _run(PACKAGES, tmp_path / "bin", only=True).returncode == 0
    installed = (tmp_path / "bin/log").read_text("utf-8").splitlines()[-1]
    assert "--no-install-recommends chromium fonts-dejavu-core" in installed
    assert "node" not in installed


def test_scripts_can_be_run() -> None:
    """A lost mode bit is found here and not in CI."""
    for name in (".ci/run", "tools/make_venv.sh", "tools/lock.sh", "tools/node_packages.sh", "tools/system_packages.sh"):
        assert os.access(ROOT / name, os.X_OK), name
