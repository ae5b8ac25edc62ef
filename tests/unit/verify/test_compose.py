"""The single file: made the same each time, the standard library only, and alive on the oldest Python it promises."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proofbook.verify.compose import _claim_names, compose_verifier
from support.room_checks import Room, room, sound

__all__ = ["room", "sound"]


def find_python39() -> str | None:
    """A Python 3.9 that runs: on the path, or where pyenv keeps them."""
    homes = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    found = [path for home in homes if home.is_dir() for path in sorted(home.glob("3.9.*/bin/python3.9"))]
    on_path = shutil.which("python3.9")
    for candidate in [*map(str, found), *([on_path] if on_path else [])]:
        probe = subprocess.run(
            [candidate, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if probe.stdout.strip() == "(3, 9)":
            return candidate
    return None


def run(python: list[str], script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Isolated: no site packages, no environment, so nothing of this project can be imported by accident."""
    command = [*python, "-I", "-S", str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd="/")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "verify.py"
    path.write_text(compose_verifier(), encoding="utf-8")
    return path


def test_same_sources_give_the_same_text() -> None:
    """Two rooms of one period must not differ in their verifier."""
    assert compose_verifier() == compose_verifier()


def test_file_imports_nothing_but_the_standard_library() -> None:
    """What an auditor has to trust is Python and this one file."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(compose_verifier())):
        if isinstance(node, ast.Import):
            imported.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= set(sys.stdlib_module_names)
    assert not imported & {"socket", "subprocess", "urllib", "http", "ssl", "ctypes", "pickle", "proofbook"}


@pytest.mark.parametrize("text", ["A = 1", "A: int = 1", "A, B = 1, 2", "def A(): pass", "class A: pass"])
def test_one_name_for_two_things_is_refused(text: str) -> None:
    """In the joined file the later one would take the place of the other without a word."""
    taken: dict[str, str] = {}
    _claim_names("first", ast.parse("A = 0"), taken)
    with pytest.raises(RuntimeError, match="first both define A"):
        _claim_names("second", ast.parse(text), taken)


def test_file_never_says_what_only_an_auditor_may() -> None:
    """It reports on bytes, not on organisations."""
    words = compose_verifier().lower()
    assert not [word for word in ("compliant", "compliance", "certified", "passed", "effective") if word in words]


def test_file_alone_verifies_a_room(room: Room, script: Path) -> None:
    """In isolated mode, without this project on the path."""
    sound_run = run([sys.executable], script, str(room.folder), "--key", room.plan.key.vkey)
    assert (sound_run.returncode, sound_run.stderr) == (0, ""), sound_run.stdout
    (room.folder / "stray").write_bytes(b"")
    assert run([sys.executable], script, str(room.folder)).returncode == 5


def test_file_in_the_room_verifies_its_own_room(room: Room) -> None:
    """The usage on the first page: no argument at all."""
    shipped = room.folder / "00_README_and_index" / "verify.py"
    assert run([sys.executable], shipped).returncode == 0


def test_file_runs_on_python_39(room: Room, script: Path) -> None:
    """The oldest version it promises."""
    python = find_python39()
    if python is None:
        pytest.skip("no Python 3.9 was found on the path or under pyenv's versions")
    for damage in (False, True):
        if damage:
            (room.folder / "stray").write_bytes(b"")
        done = run([python], script, str(room.folder), "--json", "--key", room.plan.key.vkey)
        assert (done.returncode, done.stderr) == (5 if damage else 0, "")
        assert len(json.loads(done.stdout)["steps"]) == 13


def test_file_runs_where_there_is_no_network(room: Room, script: Path) -> None:
    """An empty network namespace: an attempt to connect anywhere would fail."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let us make an empty network namespace (unshare -rn)")
    assert run([unshare, "-rn", sys.executable], script, str(room.folder)).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [["/nowhere"], ["--unknown"], ["--key", "x"], ["--witness", "x"], ["--checkpoint", "/nowhere"], ["a", "b"], ["/"]],
)
def test_bad_arguments_end_with_3_and_no_traceback(script: Path, arguments: list[str]) -> None:
    """Told apart from damage."""
    done = run([sys.executable], script, *arguments)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr + done.stdout
