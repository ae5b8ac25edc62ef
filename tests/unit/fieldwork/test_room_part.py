"""Samples in an evidence room: a folder for each item, what is missing by name, nothing said in confidence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from proofbook.bundle.manifest import parse_manifest
from proofbook.fieldwork.room_part import TYPE_1
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.proof_file import check_proof_file, parse_proof_file
from support.fieldwork_desk import FieldworkDesk
from support.sample_entries import SampleEntries
from support.sampled_room import NOWHERE, draw_sample, room_of


def files_of(room: Path) -> dict[str, bytes]:
    """Every file below 05_Samples."""
    found = (room / "05_Samples").rglob("*")
    return {each.relative_to(room).as_posix(): each.read_bytes() for each in found if each.is_file()}


def test_every_id_that_was_asked_for_has_a_folder_and_the_missing_one_says_so(desk: FieldworkDesk, tmp_path: Path) -> None:
    """An auditor counts folders against the list they gave (soc2.md 19.12)."""
    sample = draw_sample(desk)
    room = room_of(desk, tmp_path / "room").path
    (place,) = (room / "05_Samples").iterdir()
    assert place.name.startswith("r-14_")
    folders = sorted(each.name for each in place.iterdir() if each.is_dir())
    assert [name[:4] for name in folders] == ["0001", "0002", "0003"]
    lines = list(csv.DictReader(io.StringIO((place / "items.csv").read_text(), newline="")))
    assert [each["item"] for each in lines] == [*(each.item for each in sample.items), NOWHERE]
    assert [each["state"] for each in lines] == ["evidence missing", "evidence missing", "missing"]
    assert {each["missing"] for each in lines} == {"system; approval of these weights", "not in the population"}
    assert all((room / "05_Samples" / each["folder"]).is_dir() for each in lines)
    absent = json.loads((place / folders[-1] / "record.json").read_bytes())
    assert absent["missing"][0]["what"] == NOWHERE
    assert json.loads((place / folders[0] / "record.json").read_bytes())["row"] is not None


def test_a_proof_in_the_folder_proves_the_entry_beside_it(desk: FieldworkDesk, tmp_path: Path) -> None:
    """What is handed over for one item stands alone: entry, proof, signed checkpoint."""
    draw_sample(desk)
    found = files_of(room_of(desk, tmp_path / "room").path)
    proofs = [path for path in found if path.endswith(".tlog-proof")]
    assert len(proofs) == 4
    for path in proofs:
        entry = found[path.replace(".tlog-proof", ".entry.json")].removesuffix(b"\n")
        verifiers = [Ed25519Verifier(desk.book.signer.key)]
        check_proof_file(parse_proof_file(found[path]), leaf=leaf_hash(entry), origin=desk.book.origin, verifiers=verifiers)


def test_the_folder_stays_the_same_however_long_the_book_becomes(desk: FieldworkDesk, tmp_path: Path) -> None:
    """The same checkpoint gives the same bytes, though the sample has been extended and the conversation held since."""
    sample = draw_sample(desk)
    size = desk.book.size()
    one = files_of(room_of(desk, tmp_path / "one", size=size).path)
    draw_sample_again(desk)
    two = files_of(room_of(desk, tmp_path / "two", size=size).path)
    assert one == two
    assert any(sample.id.lower().replace("_", "-") in path for path in one)


def draw_sample_again(desk: FieldworkDesk) -> None:
    """The book goes on: another request, another exchange."""
    desk.request("R-15")
    entries: SampleEntries = desk.made.entries
    entries.exchange()
    desk.take_in()


def test_files_of_a_sample_are_listed_under_its_request(desk: FieldworkDesk, tmp_path: Path) -> None:
    """The index leads from the auditor's number to the files."""
    draw_sample(desk)
    room = room_of(desk, tmp_path / "room").path
    index = csv.DictReader(io.StringIO((room / "00_README_and_index/index.csv").read_text(), newline=""))
    of_samples = [each for each in index if each["path"].startswith("05_Samples/")]
    assert {each["request"] for each in of_samples} == {"R-14"}
    assert {each["path"] for each in of_samples} == set(files_of(room))


def test_a_room_as_of_a_date_has_no_samples_and_says_why(desk: FieldworkDesk, tmp_path: Path) -> None:
    """Type 1 is about design on a day; a sample would claim more."""
    draw_sample(desk)
    room = room_of(desk, tmp_path / "room", scope={"type": "type_1"}).path
    assert not (room / "05_Samples").exists()
    assert TYPE_1 in parse_manifest((room / "00_README_and_index/manifest.json").read_bytes()).omissions
