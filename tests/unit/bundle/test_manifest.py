"""The manifest and what is made from it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from proofbook.bundle import layout
from proofbook.bundle.index import INDEX_COLUMNS, IndexNote, format_index
from proofbook.bundle.manifest import (
    Manifest,
    Omission,
    RoomFile,
    RoomPopulation,
    RoomTable,
    format_manifest,
    format_sums,
    manifest_text,
    order_files,
    parse_manifest,
    run_text,
)
from proofbook.errors import MalformedBundle
from proofbook.primitives.instants import Period

PERIOD = Period(date(2026, 1, 1), date(2026, 3, 31), "Europe/Berlin")


def room_file(path: str, text: str = "x") -> RoomFile:
    """A file with the digest of `text`."""
    data = text.encode()
    return RoomFile(path, len(data), sha256(data).hexdigest(), f"Title of {path}", "index")


SAMPLE = Manifest(
    origin="sample.example/proofbook/main",
    entity="Sample Company",
    engagement="sample-2026",
    period=PERIOD,
    size=12,
    root="ab" * 32,
    files=(room_file(layout.README), room_file(layout.CHECKPOINT), room_file(layout.INDEX_CSV)),
    populations=(
        RoomPopulation(
            "POP-15",
            layout.definition_path("POP-15"),
            layout.header_path("POP-15", "json"),
            (
                RoomTable(
                    "interactions",
                    layout.table_path("POP-15", "interactions", "csv"),
                    layout.table_path("POP-15", "interactions", "json"),
                    3,
                ),
            ),
        ),
    ),
    artifacts=(),
    omissions=(Omission("index.pdf", "typst is not installed"),),
    withheld=("content of exchanges",),
    shredded=1,
)


def test_a_manifest_reads_back_as_it_was() -> None:
    """Writer and reader share one form."""
    data = format_manifest(SAMPLE)
    assert parse_manifest(data) == replace(SAMPLE, files=order_files(SAMPLE.files))
    assert format_manifest(parse_manifest(data)) == data


def test_files_are_numbered_in_path_order_whatever_order_they_were_written_in() -> None:
    """Two exports of one book must be the same bytes."""
    assert format_manifest(SAMPLE) == format_manifest(replace(SAMPLE, files=SAMPLE.files[::-1]))
    assert b'"id":"EV-0001","path":"00_README_and_index/README.md"' in format_manifest(SAMPLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"format":"proofbook-room/1"', b'"format":"proofbook-room/2"'),
        (b'"EV-0001"', b'"EV-0009"'),
        (b'"shredded":1', b'"shredded":1,"zeal":1'),
        (b'"size":12', b'"size":12.5'),
        (b'"2026-01-01"', b'"2026-13-01"'),
        (b'"artifacts":[]', b'"artifacts":null'),
        (b"README.md", b"../README.md"),
        (b"\n", b"\n\n"),
    ],
)
def test_a_manifest_with_one_wrong_part_is_refused(old: bytes, new: bytes) -> None:
    """What is signed must have one reading."""
    data = format_manifest(SAMPLE)
    assert old in data
    with pytest.raises(MalformedBundle):
        parse_manifest(data.replace(old, new, 1))


@pytest.mark.parametrize(
    "files",
    [
        (room_file(layout.README), room_file(layout.README)),
        (room_file("a/B"), room_file("a/b")),
        (room_file(layout.RUN),),
        (room_file("../x"),),
        (replace(room_file("a"), sha256="AB" * 32),),
    ],
)
def test_files_that_cannot_be_listed_are_refused(files: tuple[RoomFile, ...]) -> None:
    """Twice, colliding on a case-insensitive disk, made from the manifest, outside, or without a digest."""
    with pytest.raises(MalformedBundle):
        order_files(files)


def test_sums_have_the_form_that_sha256sum_reads() -> None:
    """An auditor checks them without us."""
    first = format_sums(SAMPLE.files).split(b"\n")[0]
    assert first == sha256(b"x").hexdigest().encode() + b"  00_README_and_index/README.md"


def test_signed_texts_name_the_log_and_everything_they_vouch_for() -> None:
    """A room signature must never be usable as another statement."""
    text = manifest_text(SAMPLE, b"m", b"s").decode().split("\n")
    assert text[:4] == ["sample.example/proofbook/main/room", sha256(b"m").hexdigest(), sha256(b"s").hexdigest(), "12"]
    assert run_text("o/p", b"r", b"m").startswith(b"o/p/run\n")


def test_the_index_lists_every_file_but_itself_under_the_ids_of_the_manifest() -> None:
    """Nothing is delivered that is not indexed."""
    notes = {layout.CHECKPOINT: IndexNote(controls=("LC-20",), rows=3, status="not_demonstrated")}
    listed = [each.path for each in SAMPLE.files]
    rows = list(csv.DictReader(io.StringIO(format_index(SAMPLE.files, notes, PERIOD, listed).decode(), newline="")))
    assert tuple(rows[0]) == INDEX_COLUMNS
    assert [(row["id"], row["path"]) for row in rows] == [("EV-0001", layout.README), ("EV-0003", layout.CHECKPOINT)]
    assert rows[1]["status"] == "not_demonstrated"
    assert rows[1]["rows"] == "3"
    assert rows[0]["request"] == ""
