"""Rooms made to lead a reader elsewhere or to wear the machine out: the right verdict, a place, little time and little memory."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from proofbook.verify.compose import compose_verifier
from proofbook.verify.program import verify_room
from support.hostile_rooms import HOSTILE
from support.room_checks import Room, room, sound

__all__ = ["room", "sound"]
pytestmark = pytest.mark.attack

MEMORY_BYTES = 768 * 1024 * 1024
"""Address space of the verifier: it may not ask for more, whatever is in a room."""

PROCESSOR_SECONDS = 20


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_room_is_damage_with_a_place(room: Room, name: str) -> None:
    """Exit code 5, the place named, nothing unforeseen, and no line that a terminal would obey."""
    named = HOSTILE[name](room.folder)
    report = room.verify()
    assert report.exit_code == 5
    words = [f"{problem.place}: {problem.what}" for problem in report.problems]
    assert [each for each in words if "could not be finished" in each] == []
    assert any(named in each for each in words), words[:20]
    assert all(line.isprintable() for line in report.lines())


@pytest.fixture
def limited(tmp_path: Path) -> list[str]:
    """The command of a verifier whose memory and processor time the system bounds."""
    program = tmp_path / "verify.py"
    program.write_text(compose_verifier(), encoding="utf-8")
    return [sys.executable, "-I", "-S", str(program)]


def run_limited(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Killed when it takes more than it may."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))

    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)


@pytest.mark.parametrize(
    "name",
    [
        "many small values", "deep manifest", "huge number", "manifest of a terabyte", "index of one line", "table of a terabyte",
        "bundle of a terabyte", "tree of millions", "signature of lines", "many files",
    ],
)  # fmt: skip
def test_time_and_memory_are_bounded(room: Room, limited: list[str], name: str) -> None:
    """What exhausts the reader is never read as a verdict."""
    HOSTILE[name](room.folder)
    done = run_limited([*limited, str(room.folder), "--json"])
    assert (done.returncode, done.stderr) == (5, ""), done.stderr[-500:]
    assert "MemoryError" not in done.stdout


def pack(folder: Path, archive: Path) -> None:
    """A room as one archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(folder).as_posix())


def test_archive_is_not_a_room_and_is_not_opened(sound: Room, tmp_path: Path, limited: list[str]) -> None:
    """Unpacking is the reader's; a bomb, a lie in its directory or a cut end are all told apart from a room at once."""
    whole, cut, bomb = (tmp_path / name for name in ("whole.zip", "cut.zip", "bomb.zip"))
    pack(sound.folder, whole)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("00_README_and_index/manifest.json", bytes(50_000_000))
    for archive in (whole, cut, bomb):
        done = run_limited([*limited, str(archive), "--json"])
        assert done.returncode == 3
        assert "not an evidence room" in json.loads(done.stdout)["unusable"]


SMUGGLED = {
    "traversal": ("../outside.txt", b"x", 0),
    "absolute": ("/outside-of-the-room.txt", b"x", 0),
    "second file of a name": ("00_README_and_index/README.md", b"another text\n", 0),
    "other capitals": ("00_README_AND_INDEX/README.md", b"another text\n", 0),
    "link": ("04_Populations/link", b"/etc/passwd", 0o120777),
    "zip in a zip": ("inner.zip", b"PK\x05\x06" + bytes(18), 0),
    "look-alike": ("00_README_and_index/RE\u0410DME.md", b"another text\n", 0),
    "long": ("a" * 200, b"x", 0),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", SMUGGLED)
def test_what_an_archive_smuggles_in_is_named_once_unpacked(sound: Room, tmp_path: Path, name: str) -> None:
    """Whatever an unpacking program makes of such a member, the room that lies there then has a file too many or another one."""
    path, data, mode = SMUGGLED[name]
    archive, out = tmp_path / "room.zip", tmp_path / "out" / "room"
    pack(sound.folder, archive)
    with zipfile.ZipFile(archive, "a") as packed:
        member = zipfile.ZipInfo(path)
        member.external_attr = mode << 16
        packed.writestr(member, data)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(out)  # it keeps members below `out`, and the last of a name
    report = verify_room(str(out), [sound.plan.key.vkey])
    assert report.exit_code == 5
    last = path.rpartition("/")[2]
    assert any(last in problem.place for problem in report.problems), report.lines()
    assert not (tmp_path / "out" / "outside.txt").exists()


def test_archive_that_smuggles_nothing_unpacks_to_a_whole_room(sound: Room, tmp_path: Path) -> None:
    """Otherwise the test above would show nothing; an archive keeps every byte."""
    pack(sound.folder, tmp_path / "room.zip")
    shutil.unpack_archive(tmp_path / "room.zip", tmp_path / "out")
    assert verify_room(str(tmp_path / "out"), [sound.plan.key.vkey]).exit_code == 0
