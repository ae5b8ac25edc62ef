"""The verifier as an auditor has it: one file, any Python since 3.9, nothing installed, no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from proofbook.verify.compose import compose_verifier
from support.room_builder import build_room

OLDEST, NEWEST = 9, 14
SECONDS = 120


def _find(minor: int) -> str | None:
    """A Python of that version: the one that runs this, on the path, or where pyenv keeps them."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(map(str, pyenv.glob(f"3.{minor}.*/bin/python3.{minor}")))
    if minor == sys.version_info.minor:
        return sys.executable
    for candidate in [shutil.which(f"python3.{minor}"), *kept]:
        if candidate is not None:
            probe = [candidate, "-c", "import sys; print(sys.version_info.minor)"]
            if subprocess.run(probe, capture_output=True, text=True, check=False).stdout.strip() == str(minor):
                return candidate
    return None


def _without_network() -> list[str]:
    """What to put before a command so that it finds no network at all; nothing where the system does not allow it."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode != 0:
        return []
    return [unshare, "-rn"]


def test_every_python_at_hand_verifies_a_room_and_names_a_changed_byte(tmp_path: Path) -> None:
    """Whatever Python an auditor's machine has must do: `-I -S` takes away everything that was ever installed into it."""
    pythons = {minor: python for minor in range(OLDEST, NEWEST + 1) if (python := _find(minor)) is not None}
    assert pythons[sys.version_info.minor] == sys.executable, "otherwise this could run for no Python at all"
    program = tmp_path / "verify.py"
    program.write_text(compose_verifier(), encoding="utf-8")
    room = tmp_path / "room"
    key = build_room(room).key.vkey
    offline = _without_network()
    commands = {minor: [*offline, python, "-I", "-S", str(program), str(room), "--key", key] for minor, python in pythons.items()}
    sound = {minor: _run(command) for minor, command in commands.items()}
    page = room / "00_README_and_index/README.md"
    page.write_bytes(page.read_bytes() + b"x")
    damaged = {minor: _run(command) for minor, command in commands.items()}

    assert {minor: (done.returncode, done.stderr) for minor, done in sound.items()} == dict.fromkeys(pythons, (0, ""))
    assert {minor: (done.returncode, done.stderr) for minor, done in damaged.items()} == dict.fromkeys(pythons, (5, ""))
    assert [minor for minor, done in damaged.items() if "README.md" not in done.stdout] == []


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS, cwd="/")
