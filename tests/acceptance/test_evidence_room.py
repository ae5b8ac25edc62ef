"""Acceptance of an evidence room as an auditor receives it: what is missing is named, and everything in it can be checked offline.

Each test's first line says which check of the auditor's list (soc2.md section 19) it is, in our words. Rooms are made by the
installed program and checked with tools that are not ours, and with the verifier that lies in them, without a network.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from support.dated_home import DatedHome, dated_home

FRONT = "00_README_and_index"
UNLISTED = {f"{FRONT}/{name}" for name in ("SHA256SUMS", "manifest.json", "manifest.sig", "run.json", "run.sig")}
REMOVED = "sample-desk"


def without_network() -> list[str]:
    """What to put before a command so that it finds no network at all; nothing where the system does not allow it."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode != 0:
        return []
    return [unshare, "-rn"]


def files_of(room: Path) -> set[str]:
    """Every file that lies there."""
    return {path.relative_to(room).as_posix() for path in room.rglob("*") if path.is_file()}


def rows_of(room: Path) -> list[dict[str, str]]:
    """The rows of the index."""
    with (room / FRONT / "index.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def sums(room: Path) -> subprocess.CompletedProcess[str]:
    """`sha256sum` over the list, without a network."""
    command = [*without_network(), "sha256sum", "--check", "--quiet", f"{FRONT}/SHA256SUMS"]
    return subprocess.run(command, cwd=room, capture_output=True, text=True, check=False)


def verifier(room: Path) -> subprocess.CompletedProcess[str]:
    """The verifier in the room, nothing installed, without a network."""
    command = [*without_network(), sys.executable, "-I", "-S", f"{FRONT}/verify.py", ".", "--json"]
    return subprocess.run(command, cwd=room, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> DatedHome:
    """A home with an engagement and a system, and its room."""
    written = dated_home(tmp_path_factory.mktemp("acceptance")).engagement().system(REMOVED).write()
    written.run("export", "--engagement", "sample-audit", "--out", "room")
    return written


def test_check_24_every_file_is_in_the_index_and_every_row_has_its_file(home: DatedHome) -> None:
    """Check 24: files and rows of the index are the same, each with its hash, apart from the index and what speaks of the lists."""
    room = home.place.folder / "room"
    rows = rows_of(room)
    index = {path for path in files_of(room) if path.startswith(f"{FRONT}/index.")}
    assert len({row["path"] for row in rows}) == len(rows)
    assert {row["path"] for row in rows} == files_of(room) - UNLISTED - index
    listed = dict(line.split("  ", 1)[::-1] for line in (room / FRONT / "SHA256SUMS").read_text("utf-8").splitlines())
    assert {row["path"]: row["sha256"] for row in rows} == {path: listed[path] for path in listed if path not in index}


def test_check_24_hashes_verify_with_standard_tools_and_no_network(home: DatedHome, tmp_path: Path) -> None:
    """Check 24: `sha256sum` and plain Python agree on the room, and on a copy with one byte changed, which both name."""
    room = home.place.folder / "room"
    assert (sums(room).returncode, sums(room).stdout) == (0, "")
    assert (verifier(room).returncode, verifier(room).stderr) == (0, "")
    copy, path = tmp_path / "copy", rows_of(room)[-1]["path"]
    shutil.copytree(room, copy)
    data = (copy / path).read_bytes()
    (copy / path).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert sums(copy).returncode != 0
    assert path in sums(copy).stdout
    assert verifier(copy).returncode == 5
    assert any(problem["place"] == path for problem in json.loads(verifier(copy).stdout)["problems"])


def test_check_3_a_record_deleted_in_storage_is_named_and_nothing_is_exported_in_silence(tmp_path: Path) -> None:
    """Check 3: one entry is taken out of the database; the check of the book names it, and an export says why it cannot be made.

    An export of a book that no longer leads to its root would be evidence of nothing: it is refused aloud, with exit code 5.
    """
    home = dated_home(tmp_path).engagement().system(REMOVED).system("sample-later").write()
    (version,) = home.run("record", "history", "ai_system", REMOVED, "--json").json["versions"]
    connection = apsw.Connection(str(tmp_path / "home" / "book" / "book.sqlite"))
    connection.execute("DELETE FROM entry WHERE idx = ?", (version["index"],))
    connection.close()
    check = home.place.try_run("book", "fsck")
    assert check.code == 5
    assert f"entry {version['index']}" in check.out + check.err
    for command in (("export",), ("population", "POP-01")):
        done = home.place.try_run(*command, "--engagement", "sample-audit", "--out", "made")
        assert done.code == 5
        assert any(place in done.err for place in (f"entry {version['index']}", "tile 0/0")), done.err
    assert not (tmp_path / "made").exists()
