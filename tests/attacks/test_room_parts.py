"""Tampering with the folders beside populations and artifacts, every sort of file in them: named by place, never passed over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from proofbook.verify.program import verify_room
from proofbook.verify.report import Report
from support.room_builder import rehash
from support.room_checks import assert_named, assert_unsigned
from support.sampled_room import eventful_room

pytestmark = pytest.mark.attack

FOLDERS = ("01_", "02_", "03_", "05_", "06_", "08_", "09_", "11_", "12_")
SORTS = (
    ("02_Control_matrix/matrix.csv", "csv"),
    ("02_Control_matrix/occurrences.html", "html"),
    ("01_Scope_and_description/scope.json", "json"),
    ("04_Populations/POP-15_ai-interactions/population.xlsx", "xlsx"),
    ("12_Machine_forms/README.md", "md"),
    ("12_Machine_forms/oscal/component-definition.json", "json"),
    ("12_Machine_forms/models.cdx.json", "json"),
    ("06_Evidence_by_criterion/references.csv", "csv"),
    ("11_Correspondence/returned.csv", "csv"),
    ("08_Incidents_exceptions/management-responses.csv", "csv"),
)
INDEX = "00_README_and_index/index.csv"


@dataclass(frozen=True)
class Copy:
    """A copy of a delivered room, to tamper with."""

    folder: Path
    vkey: str

    def verify(self) -> Report:
        """With the true key."""
        return verify_room(str(self.folder), keys=[self.vkey])

    def flip(self, path: str) -> None:
        """One bit in the middle of a file."""
        data = bytearray((self.folder / path).read_bytes())
        data[len(data) // 2] ^= 1
        (self.folder / path).write_bytes(bytes(data))


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The room itself; never change it."""
    with eventful_room(tmp_path_factory.mktemp("delivered")) as (desk, room):
        yield Copy(room, desk.pinned.vkey)


@pytest.fixture
def copy(delivered: Copy, tmp_path: Path) -> Copy:
    """A copy of it."""
    shutil.copytree(delivered.folder, tmp_path / "room")
    return Copy(tmp_path / "room", delivered.vkey)


def test_untouched_room_checks_out(delivered: Copy) -> None:
    """Without this every other test here would mean nothing."""
    report = delivered.verify()
    assert (report.exit_code, report.problems) == (0, ())
    held = {each.name[:3] for each in delivered.folder.iterdir()}
    assert set(FOLDERS) <= held


@pytest.mark.parametrize(("path", "_sort"), SORTS)
def test_one_bit_of_any_sort_of_file_is_named_and_cannot_be_hidden_without_the_key(copy: Copy, path: str, _sort: str) -> None:
    """First as it is, then with every list in the room made to fit."""
    copy.flip(path)
    assert_named(copy.verify(), 1, path)
    rehash(copy.folder)
    assert_unsigned(copy.verify())


def test_one_bit_of_a_sampled_item_is_named(copy: Copy) -> None:
    """Its entry and its proof are evidence of their own."""
    for found in (*copy.folder.glob("05_Samples/*/*/*.entry.json"), *copy.folder.glob("05_Samples/*/*/*.tlog-proof")):
        path = found.relative_to(copy.folder).as_posix()
        before = found.read_bytes()
        copy.flip(path)
        assert_named(copy.verify(), 1, path)
        found.write_bytes(before)
    assert copy.verify().exit_code == 0


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_file_slipped_in_is_named(copy: Copy, folder: str) -> None:
    """Nothing is delivered that is not indexed (soc2.md 15.5)."""
    (place,) = [each for each in copy.folder.iterdir() if each.name.startswith(folder)]
    (place / "extra.csv").write_bytes(b"control\r\nLC-99\r\n")
    assert_named(copy.verify(), 1, f"{place.name}/extra.csv")


def test_an_item_taken_out_of_a_sample_is_named(copy: Copy) -> None:
    """An auditor who asked for three must not get two."""
    item = next(iter(sorted(copy.folder.glob("05_Samples/*/0001_*"))))
    shutil.rmtree(item)
    assert_named(copy.verify(), 1, f"{item.relative_to(copy.folder).as_posix()}/record.json")


def test_a_row_taken_out_of_the_index_is_named(copy: Copy) -> None:
    """The index is held against the manifest in both ways (soc2.md 19.24)."""
    lines = (copy.folder / INDEX).read_bytes().split(b"\r\n")
    gone = next(each for each in lines if b"03_Policies" in each)
    (copy.folder / INDEX).write_bytes(b"\r\n".join(each for each in lines if each != gone))
    assert_named(copy.verify(), 11, gone.split(b",")[1].decode())
