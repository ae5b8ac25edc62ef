"""Tampering with the files of an evidence room: what is in the folder, and what the lists say is in it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest

from support.room_builder import BOOK, FRONT
from support.room_checks import INTERACTIONS, MANIFEST, Room, assert_named, assert_unsigned, replace, room, sound
from support.sample_ledger import encode

__all__ = ["room", "sound"]
pytestmark = pytest.mark.attack

INDEXED = [f"{FRONT}/README.md", f"{FRONT}/index.html", f"{FRONT}/index.csv", f"{FRONT}/how-to-verify.md", f"{FRONT}/verify.py"]


def test_untouched_room_checks_out(sound: Room) -> None:
    """Without this every other test of this folder would mean nothing."""
    report = sound.verify()
    assert (report.exit_code, report.problems) == (0, ())
    assert [step.outcome.name for step in report.steps] == ["CHECKS_OUT"] * 8 + ["NOT_ASKED"] + ["CHECKS_OUT"] * 4


def test_without_key_the_report_says_loudly_where_the_key_came_from(sound: Room) -> None:
    """A room rebuilt by a stranger checks out against the stranger's own key; the reader must be told first."""
    report = sound.verify(keys=[])
    assert report.exit_code == 0
    assert "KEY TAKEN FROM THE ROOM ITSELF" in report.lines()[1]


@pytest.mark.parametrize("path", INDEXED)
def test_one_byte_of_a_front_file_is_named(room: Room, path: str) -> None:
    """Pages, instructions and the shipped verifier are evidence like everything else."""
    room.edit(path, lambda data: bytes([data[0] ^ 1]) + data[1:])
    assert_named(room.verify(), 1, path)


def test_edited_verifier_is_named_by_another_copy(room: Room) -> None:
    """The copy in the room could be made to say anything: an auditor runs a copy of their own, which names the edited one."""
    room.edit(f"{FRONT}/verify.py", replace(b"EXIT_DAMAGED = 5", b"EXIT_DAMAGED = 0"))
    assert_named(room.verify(), 1, f"{FRONT}/verify.py")
    room.rehash()
    assert_unsigned(room.verify())


def test_pdf_byte_is_named(room: Room) -> None:
    """A page for people is not outside the manifest because no step reads it."""
    (room.folder / FRONT / "index.pdf").write_bytes(b"%PDF-1.7 sample")
    room.rehash()
    assert_unsigned(room.verify())
    room.edit(f"{FRONT}/index.pdf", replace(b"sample", b"simple"))
    assert_named(room.verify(), 1, f"{FRONT}/index.pdf")


@pytest.mark.parametrize(
    "path", ["stray.txt", f"{BOOK}/tile/0/999", "04_Populations/POP-15_ai-interactions/extra.csv", f"{FRONT}/x.pyc"]
)
def test_stray_file_is_named(room: Room, path: str) -> None:
    """A file nobody vouches for must not travel as evidence."""
    (room.folder / path).write_bytes(b"stray")
    assert_named(room.verify(), 1, path)


def test_stray_folder_is_named(room: Room) -> None:
    """Also an empty one: a room is exactly its manifest."""
    (room.folder / "11_More").mkdir()
    assert_named(room.verify(), 1, "11_More")


@pytest.mark.parametrize("target", ["/etc/hostname", "../outside", f"{FRONT}/README.md"])
def test_symlink_is_named_and_not_followed(room: Room, target: str) -> None:
    """A link could lead the reader out of the room."""
    (room.folder / "link").symlink_to(target)
    assert_named(room.verify(), 1, "link")


def test_file_replaced_by_a_link_to_equal_bytes_is_named(room: Room) -> None:
    """Equal today says nothing about tomorrow."""
    path = room.folder / INTERACTIONS
    outside = room.folder.parent / "elsewhere.csv"
    path.rename(outside)
    path.symlink_to(outside)
    assert_named(room.verify(), 1, INTERACTIONS)


def test_folder_replaced_by_a_link_is_named(room: Room) -> None:
    """The last part of a path is not the only one that can lead elsewhere."""
    folder = room.folder / "07_AI_artifacts"
    folder.rename(room.folder.parent / "elsewhere")
    folder.symlink_to(room.folder.parent / "elsewhere")
    assert_named(room.verify(), 1, "07_AI_artifacts")


def test_pipe_is_named_and_does_not_block(room: Room) -> None:
    """Opening a pipe would wait for ever."""
    (room.folder / INTERACTIONS).unlink()
    os.mkfifo(room.folder / INTERACTIONS)
    assert_named(room.verify(), 1, INTERACTIONS)


def test_every_dropped_file_is_named(sound: Room, tmp_path: object, room: Room) -> None:
    """Whatever is missing, the report says which."""
    paths = [each.relative_to(sound.folder).as_posix() for each in sound.folder.rglob("*") if each.is_file()]
    for path in paths:
        data = (room.folder / path).read_bytes()
        (room.folder / path).unlink()
        assert_named(room.verify(), 1, path)
        (room.folder / path).write_bytes(data)
    assert room.verify().exit_code == 0


@pytest.mark.parametrize(
    "path",
    [
        "../outside",
        "/etc/passwd",
        "a/../b",
        "a//b",
        "a\\b",
        "C:/x",
        "a/./b",
        "x\x1b[2Jy",
        "e\u0301.txt",
        "a" * 300,
        "dir./x",
        "a/" * 20 + "b",
    ],
)
def test_unsafe_path_in_the_manifest_is_named(room: Room, path: str) -> None:
    """A path is compared as text; it never reaches the file system unless the folder walk found exactly it."""
    edit_manifest(room, lambda manifest: manifest["files"].append({**manifest["files"][0], "path": path}))
    report = room.verify()
    assert_named(report, 1, f"files[{len(room_files(room)) - 1}]")
    assert all("\x1b" not in line for line in report.lines())


def test_path_listed_twice_is_named(room: Room) -> None:
    """Two rows for one file could say two things."""
    edit_manifest(room, lambda manifest: manifest["files"].insert(1, manifest["files"][0]))
    assert_named(room.verify(), 1, "is listed twice")


@pytest.mark.parametrize("path", [INTERACTIONS.upper(), INTERACTIONS.replace("Populations", "POPULATIONS")])
def test_names_that_differ_only_in_case_are_named(room: Room, path: str) -> None:
    """On some file systems the second one would silently take the place of the first."""
    (room.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (room.folder / path).write_bytes(b"other")
    room.rehash()
    assert_named(room.verify(), 1, "only in capital letters")


def test_sums_that_differ_from_the_manifest_are_named(room: Room) -> None:
    """Who checks with sha256sum must see the same list as who checks with this program."""
    room.edit(f"{FRONT}/SHA256SUMS", lambda data: b"0" * 64 + data[64:])
    assert_named(room.verify(), 2, f"{FRONT}/SHA256SUMS line 1")
    assert_named(room.verify(), 3, f"{FRONT}/manifest.sig")


@pytest.mark.parametrize("path", ["run.json", "manifest.sig", "run.sig"])
def test_unlisted_files_are_held_by_their_signatures(room: Room, path: str) -> None:
    """The files that cannot be in the manifest are not outside the proofs."""
    room.edit(f"{FRONT}/{path}", lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])
    assert_named(room.verify(), 3, f"{FRONT}/{'run.sig' if path.startswith('run') else 'manifest.sig'}")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}\n", b"[" * 100_000, b"\xff\n", b'{"a":1,"a":2}\n', b'{"a": 1}\n', b"1e999\n", b"9" * 5000 + b"\n", b"null\n"],
)
def test_manifest_that_is_no_manifest_is_damage_not_a_crash(room: Room, data: bytes) -> None:
    """Steps that need it say that they were not run, and that counts as damage."""
    (room.folder / MANIFEST).write_bytes(data)
    report = room.verify()
    assert_named(report, 1, MANIFEST)
    assert report.steps[9].outcome.name == "NOT_RUN"
    assert report.steps[4].outcome.name == "CHECKS_OUT", "the tree can still be computed from the checkpoint"


def test_room_of_another_folder_is_not_a_room(room: Room) -> None:
    """A wrong argument is told apart from damage."""
    assert room.verify(keys=["nonsense"]).exit_code == 3
    room.folder = room.folder / "04_Populations"
    assert room.verify().exit_code == 3


def edit_manifest(room: Room, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    """A change of the manifest that keeps its form."""
    manifest = json.loads((room.folder / MANIFEST).read_bytes())
    change(manifest)
    (room.folder / MANIFEST).write_bytes(encode(manifest) + b"\n")


def room_files(room: Room) -> list[object]:
    files: list[object] = json.loads((room.folder / MANIFEST).read_bytes())["files"]
    return files
