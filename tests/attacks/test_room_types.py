"""Every file of an evidence room with a little of everything in it: changed, cut, swapped, removed, renamed, added.

The room is one that the exporter made, and its files are found by looking: a folder or a kind of file that rooms get later is
attacked without a word here. Many files are attacked at once, fewer than a step lists, and each of them must be named.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from proofbook.tlog.vkey import format_vkey
from proofbook.verify.program import verify_room
from proofbook.verify.report import MAX_PROBLEMS, Report
from proofbook.verify.room import MANIFEST, MANIFEST_SIG, SUMS, UNLISTED
from support.sampled_room import eventful_room

pytestmark = pytest.mark.attack
AT_ONCE = MAX_PROBLEMS // 2 - 1
"""Files of one run: a renamed one is named twice."""


@dataclass(frozen=True)
class Whole:
    """The room, its key and its files."""

    folder: Path
    vkey: str
    files: tuple[str, ...]

    def verify(self) -> Report:
        return verify_room(str(self.folder), [self.vkey])

    @property
    def listed(self) -> tuple[str, ...]:
        return tuple(path for path in self.files if path not in UNLISTED)

    def by_kind(self) -> dict[tuple[str, str], list[str]]:
        """Files by where they lie and how their names end."""
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for path in self.listed:
            folder = "/".join(path.split("/")[:2]) if path.count("/") > 1 else path.split("/")[0]
            found[folder, Path(path).suffix].append(path)
        return dict(found)

    def some(self) -> list[str]:
        """One of each kind."""
        return [paths[0] for paths in self.by_kind().values()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The exported room; every test leaves it as it was."""
    with eventful_room(tmp_path_factory.mktemp("whole")) as (desk, room):
        files = sorted(path.relative_to(room).as_posix() for path in room.rglob("*") if path.is_file())
        yield Whole(room, format_vkey(desk.book.signer.key), tuple(files))


def attacked(whole: Whole, paths: list[str], attack: Callable[[Path], list[Path]]) -> list[tuple[list[str], Report]]:
    """Each run: the files attacked at once and what was reported. The room is whole again afterwards."""
    runs = []
    for start in range(0, len(paths), AT_ONCE):
        piece = paths[start : start + AT_ONCE]
        before = {path: (whole.folder / path).read_bytes() for path in piece}
        made = [extra for path in piece for extra in attack(whole.folder / path)]
        runs.append((piece, whole.verify()))
        for extra in made:
            extra.unlink()
        for path, data in before.items():
            (whole.folder / path).write_bytes(data)
    return runs


def unnamed(runs: list[tuple[list[str], Report]]) -> list[str]:
    """Attacked files that step 1 does not name as the place of a problem."""
    assert runs
    assert {report.exit_code for _, report in runs} == {5}
    return [path for piece, report in runs for path in piece if not any(p.step == 1 and p.place == path for p in report.problems)]


def flip(path: Path) -> list[Path]:
    """One bit in the middle."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :])
    return []


def cut(path: Path) -> list[Path]:
    """Without its last byte."""
    path.write_bytes(path.read_bytes()[:-1])
    return []


def append(path: Path) -> list[Path]:
    """With a newline more."""
    path.write_bytes(path.read_bytes() + b"\n")
    return []


def remove(path: Path) -> list[Path]:
    """Gone."""
    path.unlink()
    return []


def rename(path: Path) -> list[Path]:
    """Under another name."""
    return [path.rename(path.with_name("renamed-" + path.name))]


def double(path: Path) -> list[Path]:
    """With a copy beside it."""
    other = path.with_name("copy-of-" + path.name)
    other.write_bytes(path.read_bytes())
    return [other]


def test_the_room_is_whole_and_has_many_kinds_of_files(whole: Whole) -> None:
    """Otherwise the others would attack nothing, or what is damaged anyway."""
    assert (whole.verify().exit_code, whole.verify().problems) == (0, ())
    assert {".csv", ".html", ".json", ".md", ".pdf", ".py", ".sig", ".xlsx", ".tlog-proof"} <= {
        Path(path).suffix for path in whole.files
    }
    assert len(whole.by_kind()) > 40


def test_one_bit_of_any_file_is_named(whole: Whole) -> None:
    """There is no file in a room that nothing vouches for, whatever it is for."""
    assert unnamed(attacked(whole, list(whole.listed), flip)) == []


@pytest.mark.parametrize("attack", [cut, append, remove, rename])
def test_every_kind_of_file_is_missed_when_it_is_not_as_it_was(whole: Whole, attack: Callable[[Path], list[Path]]) -> None:
    """By its own path, so that a reader knows where to look."""
    assert unnamed(attacked(whole, whole.some(), attack)) == []


def test_a_second_file_beside_any_kind_of_file_is_named(whole: Whole) -> None:
    """Also one with the bytes of a listed one: nobody vouches for its name."""
    runs = attacked(whole, whole.some(), double)
    added = [([str(Path(path).with_name("copy-of-" + Path(path).name)) for path in piece], report) for piece, report in runs]
    assert unnamed(added) == []


def test_two_files_of_a_kind_that_change_places_are_both_named(whole: Whole) -> None:
    """Each is as its maker made it, and each says something of something else."""
    pairs = [
        (one, other)
        for paths in whole.by_kind().values()
        for one, other in list(pairwise(paths))[:1]
        if (whole.folder / one).read_bytes() != (whole.folder / other).read_bytes()
    ]
    assert len(pairs) > 20
    runs = []
    for start in range(0, len(pairs), AT_ONCE):
        piece = pairs[start : start + AT_ONCE]
        for one, other in piece:
            swap(whole.folder / one, whole.folder / other)
        runs.append(([path for pair in piece for path in pair], whole.verify()))
        for one, other in piece:
            swap(whole.folder / one, whole.folder / other)
    assert unnamed(runs) == []


@pytest.mark.parametrize("path", UNLISTED)
def test_files_that_no_list_holds_are_held_by_signatures(whole: Whole, path: str) -> None:
    """The lists themselves, what signs them, and the run's header."""
    before = (whole.folder / path).read_bytes()
    flip(whole.folder / path)
    report = whole.verify()
    (whole.folder / path).write_bytes(before)
    assert report.exit_code == 5
    assert any(path in f"{problem.place} {problem.what}" for problem in report.problems), report.lines()


@pytest.mark.parametrize("attack", [flip, append])
def test_lists_made_to_fit_do_not_help_without_the_key(whole: Whole, attack: Callable[[Path], list[Path]]) -> None:
    """Hashes can be computed by anybody; for each kind of file it is the signature that stands then."""
    paths = [MANIFEST, SUMS, *whole.some()]
    before = {path: (whole.folder / path).read_bytes() for path in paths}
    for path in whole.some():
        attack(whole.folder / path)
    refit(whole)
    report = whole.verify()
    for path, data in before.items():
        (whole.folder / path).write_bytes(data)
    assert [step.outcome.name for step in report.steps[:3]] == ["CHECKS_OUT", "CHECKS_OUT", "DAMAGED"], report.lines()
    assert {problem.place.split(" line")[0] for problem in report.problems if problem.step == 3} >= {MANIFEST_SIG}


def swap(one: Path, other: Path) -> None:
    """Each takes the bytes of the other."""
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def refit(whole: Whole) -> None:
    """The manifest and SHA256SUMS made to fit what lies there."""
    manifest = json.loads((whole.folder / MANIFEST).read_bytes())
    for row in manifest["files"]:
        data = (whole.folder / row["path"]).read_bytes()
        row["sha256"], row["bytes"] = sha256(data).hexdigest(), len(data)
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (whole.folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    sums = "".join(f"{row['sha256']}  {row['path']}\n" for row in manifest["files"])
    (whole.folder / SUMS).write_text(sums, encoding="utf-8")
