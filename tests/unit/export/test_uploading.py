"""Files for platforms that take 50 MB at most: parts that are whole tables, an index that adds up. The limit is small here."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from proofbook.errors import DigestMismatch, InputError, LimitExceeded, MalformedBundle, ProofbookError, RefusedError
from proofbook.export.uploading import INDEX, LIMIT, TOO_LARGE, csv_records, make_uploads
from support.sampled_room import eventful_room

LIST = "12_Machine_forms/uploads.csv"
SUMS = "00_README_and_index/SHA256SUMS"
TABLE = "04_Populations/POP-15_ai-interactions/interactions.csv"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A room of an engagement in which a little of everything happened."""
    with eventful_room(tmp_path_factory.mktemp("uploads")) as (_, room):
        yield room


def rows(folder: Path) -> list[dict[str, str]]:
    """The index."""
    return list(csv.DictReader(io.StringIO((folder / INDEX).read_bytes().decode(), newline="")))


def reading(path: Path) -> list[list[str]]:
    """A CSV as any program reads it."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline=""), strict=True))


def digest(path: Path) -> str:
    """SHA-256 in hex."""
    return sha256(path.read_bytes()).hexdigest()


def test_below_the_limit_every_file_is_itself_under_its_name(room: Path, tmp_path: Path) -> None:
    """A platform shows the name and nothing else of where a file came from."""
    made = make_uploads(room, tmp_path / "out")
    index = rows(tmp_path / "out")
    assert (made.parted, made.left_out, made.files) == ((), (), len(index))
    for each in index:
        assert (
            each["sha256"]
            == each["of_sha256"]
            == digest(room / each["of_path"])
            == digest(tmp_path / "out" / each["upload_name"])
        )
        assert len(each["upload_name"]) <= 120
    assert {each.name for each in (tmp_path / "out").iterdir()} == {each["upload_name"] for each in index} | {INDEX}


def test_a_table_beyond_the_limit_is_parted_between_rows_and_adds_up(room: Path, tmp_path: Path) -> None:
    """What an auditor puts together again must be the population, row for row."""
    made = make_uploads(room, tmp_path / "out", 4096)
    assert TABLE in made.parted
    parts = [each for each in rows(tmp_path / "out") if each["of_path"] == TABLE]
    whole = reading(room / TABLE)
    put_together: list[list[str]] = []
    assert [each["part"] for each in parts] == [str(n + 1) for n in range(len(parts))]
    assert len(parts) > 2
    for number, each in enumerate(parts, 1):
        path = tmp_path / "out" / each["upload_name"]
        found = reading(path)
        assert path.stat().st_size == int(each["bytes"]) <= 4096
        assert found[0] == whole[0]
        assert (len(found) - 1, digest(path)) == (int(each["rows"]), each["sha256"])
        assert each["upload_name"].endswith(f"_part-{number:02d}-of-{len(parts):02d}.csv")
        put_together += found[1:]
    assert put_together == whole[1:]
    assert {each["of_sha256"] for each in parts} == {digest(room / TABLE)}
    assert sum(int(each["rows"]) for each in parts) == int(parts[0]["of_rows"]) == len(whole) - 1


def test_a_document_beyond_the_limit_is_named_and_left_out(room: Path, tmp_path: Path) -> None:
    """A workbook cannot be cut; what is not there must not look forgotten."""
    made = make_uploads(room, tmp_path / "out", 4096)
    left = [each for each in rows(tmp_path / "out") if each["note"] == TOO_LARGE]
    assert {each["of_path"] for each in left} == set(made.left_out)
    assert any(each.endswith(".xlsx") for each in made.left_out)
    assert all(each["upload_name"] == "" for each in left)


def test_a_line_end_inside_quotes_ends_no_row() -> None:
    """Titles and reasons are written by people, over several lines."""
    data = b'a,b\r\n"one\r\ntwo ""three""\r\n",x\r\nlast,"y"\r\n'
    assert list(csv_records(io.BytesIO(data))) == [b"a,b\r\n", b'"one\r\ntwo ""three""\r\n",x\r\n', b'last,"y"\r\n']


def test_a_row_larger_than_the_limit_is_refused_and_nothing_is_left(room: Path, tmp_path: Path) -> None:
    """Cutting it would make two rows that are none."""
    copy = Path(shutil.copytree(room, tmp_path / "room"))
    long = b"a,b\r\n" + b"x" * 5000 + b",y\r\n"
    change(copy, TABLE, long)
    with pytest.raises(LimitExceeded, match="one row"):
        make_uploads(copy, tmp_path / "out", 4096)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_the_one_of_the_room_is_refused(room: Path, tmp_path: Path) -> None:
    """What is uploaded is shown to an auditor as evidence of this room."""
    copy = Path(shutil.copytree(room, tmp_path / "room"))
    (copy / TABLE).write_bytes((copy / TABLE).read_bytes() + b"one more\r\n")
    with pytest.raises(DigestMismatch, match=r"interactions\.csv"):
        make_uploads(copy, tmp_path / "out")
    with pytest.raises(DigestMismatch, match=r"interactions\.csv"):
        make_uploads(copy, tmp_path / "out", 4096)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["../../outside.csv", "a/b.csv", ".hidden", "", "x" * 121, "CON\n.csv"])
def test_a_name_that_leads_elsewhere_is_refused(room: Path, tmp_path: Path, name: str) -> None:
    """A room may come from anybody."""
    copy = Path(shutil.copytree(room, tmp_path / "room"))
    change(copy, LIST, f'upload_name,path,title,criteria\r\n"{name}",{TABLE},t,[]\r\n'.encode())
    with pytest.raises(MalformedBundle):
        make_uploads(copy, tmp_path / "out")


def test_a_link_in_the_place_of_a_file_is_not_followed(room: Path, tmp_path: Path) -> None:
    """It could name any file of this machine."""
    copy = Path(shutil.copytree(room, tmp_path / "room"))
    (copy / TABLE).unlink()
    (copy / TABLE).symlink_to(room / TABLE)
    with pytest.raises(ProofbookError):
        make_uploads(copy, tmp_path / "out")


def test_a_folder_that_is_no_room_and_a_place_that_is_taken_are_refused(room: Path, tmp_path: Path) -> None:
    """Both happen by a slip of the hand."""
    with pytest.raises(InputError, match="SHA256SUMS"):
        make_uploads(tmp_path, tmp_path / "out")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_bytes(b"")
    with pytest.raises(RefusedError):
        make_uploads(room, tmp_path / "taken")


def test_the_limit_is_what_platforms_say() -> None:
    """Vanta's limit for files of an audit is 50 MB."""
    assert json.dumps(LIMIT) == "50000000"


def change(room: Path, path: str, data: bytes) -> None:
    """A file of a room and its line in SHA256SUMS."""
    sums = (room / SUMS).read_text().replace(digest(room / path), sha256(data).hexdigest())
    (room / path).write_bytes(data)
    (room / SUMS).write_text(sums)
