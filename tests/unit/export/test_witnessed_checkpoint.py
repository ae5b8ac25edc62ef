"""Cosignatures come when they come: they bear neither on which checkpoint a room is as of, nor on one byte of what it promises."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proofbook.export.book_part import choose_checkpoint, find_witnessed
from proofbook.primitives.instants import parse_period
from proofbook.tlog.note import parse_note
from proofbook.tlog.vkey import format_vkey
from proofbook.verify.merkle import extends
from proofbook.verify.program import verify_room
from proofbook.verify.report import Report
from support.memory_book import MemoryBook
from support.resealing import reseal
from support.sample_room import SampleBook, make_room, sound_book
from support.witness_at_work import COSIGNER

PERIOD = parse_period("2026-01-01", "2026-01-31", "UTC")
END = datetime(2026, 2, 1, tzinfo=UTC)
RUN = "00_README_and_index/run.json"
SUMS = "00_README_and_index/SHA256SUMS"
WITNESS = format_vkey(COSIGNER.key)


def signed_at(*hours: float) -> MemoryBook:
    """A book signed so many hours after the period's end, one entry more each time."""
    book = MemoryBook()
    for number, each in enumerate(hours):
        book.append([b"entry %d" % number])
        book.sign(END + timedelta(hours=each))
    return book


def cosign(book: MemoryBook, size: int) -> None:
    """As a witness that was asked about that checkpoint."""
    note = next(each.note for each in book.checkpoints() if each.size == size)
    book.cosign(size, COSIGNER.cosign(parse_note(note).text, time_seconds=1))


def newest(made: SampleBook) -> int:
    """Size of the newest checkpoint."""
    found = made.book.latest_checkpoint()
    assert found is not None
    return found.size


def witnessed(room: Path) -> Report:
    """What the verifier says to whoever asks for the witness."""
    return verify_room(str(room), witnesses=[WITNESS])


@pytest.mark.parametrize(
    ("hours", "cosigned", "chosen"),
    [
        ((-1, 1, 2, 3), (), 2),
        ((-1, 1, 2, 3), (3,), 2),
        ((-1, 1, 2, 3), (1, 3, 4), 2),
        ((-1, 1, 2, 3), (2,), 2),
        ((-3, -2), (1,), 2),  # an open period: the newest
    ],
)
def test_the_first_checkpoint_after_the_period_is_taken_whoever_cosigned_what(
    hours: tuple[float, ...], cosigned: tuple[int, ...], chosen: int
) -> None:
    """A cosignature that comes tomorrow must not make another room of a period that is over."""
    book = signed_at(*hours)
    for size in cosigned:
        cosign(book, size)
    found = choose_checkpoint(book, PERIOD, book.signer, None)
    assert found.size == chosen
    assert COSIGNER.key.name.encode() not in found.note
    assert book.origin.encode() in found.note


def test_a_cosignature_between_two_exports_changes_the_run_header_only(tmp_path: Path) -> None:
    """Two exports over the same closed period are the same bytes; what became known since stands in the run header."""
    made = sound_book()
    make_room(made, tmp_path / "first")
    cosign(made.book, newest(made))
    made.entries.wait(minutes=10)
    made.entries.beat()
    made.sign()
    cosign(made.book, newest(made))
    make_room(made, tmp_path / "second")
    first, second = ((tmp_path / each / SUMS).read_bytes() for each in ("first", "second"))
    assert first == second
    notes = ("manifest.json", "manifest.sig")
    assert all(
        (tmp_path / "first/00_README_and_index" / each).read_bytes()
        == (tmp_path / "second/00_README_and_index" / each).read_bytes()
        for each in notes
    )
    assert witnessed(tmp_path / "first").exit_code == 5, "nobody had cosigned by then"
    report = witnessed(tmp_path / "second")
    assert report.exit_code == 0, report.lines()
    assert "saw this checkpoint" in "\n".join(report.lines())


def test_a_witness_that_saw_only_a_later_checkpoint_vouches_for_the_room_by_a_proof(tmp_path: Path) -> None:
    """Witnesses are asked about the newest; the room is as of the first after the period."""
    made = sound_book()
    made.entries.wait(hours=30)
    made.entries.beat()
    made.sign()
    cosign(made.book, newest(made))
    room = make_room(made, tmp_path / "room")
    assert room.checkpoint.size < newest(made)
    report = witnessed(tmp_path / "room")
    assert report.exit_code == 0, report.lines()
    grown = newest(made) - room.checkpoint.size
    assert f"with {grown} more in the book" in "\n".join(report.lines())


@pytest.mark.parametrize("spoil", ["proof", "checkpoint", "list", "text"])
def test_a_later_checkpoint_that_does_not_begin_with_this_one_is_named(tmp_path: Path, spoil: str) -> None:
    """A witness that cosigned another history of the same length vouches for nothing here."""
    made = sound_book()
    made.entries.wait(hours=30)
    for _ in range(3):
        made.entries.beat()
    made.sign()
    cosign(made.book, newest(made))
    make_room(made, tmp_path / "made")
    room = Path(shutil.copytree(tmp_path / "made", tmp_path / "room"))
    run: Any = json.loads((room / RUN).read_bytes())
    (one,) = run["witnessed"]
    if spoil == "proof":
        one["proof"] = one["proof"][:-1]
    elif spoil == "checkpoint":
        one["checkpoint"] = one["checkpoint"].replace("\n", "\n\n", 1)
    run["witnessed"] = {"list": 1, "text": ["x"]}.get(spoil, run["witnessed"])
    (room / RUN).write_bytes(json.dumps(run, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    reseal(room, made.book.signer, {})
    report = witnessed(room)
    assert report.exit_code == 5
    assert any("witnessed" in each.place for each in report.problems), report.lines()


def test_extension_by_proof_is_what_the_book_proves_and_nothing_else() -> None:
    """The verifier's own reading of RFC 9162 agrees with the book for every pair of sizes, and with no changed hash."""
    book = MemoryBook()
    book.append([b"entry %d" % number for number in range(20)])
    for new in range(1, 21):
        for old in range(1, new + 1):
            proof = book.consistency(old, new) if old < new else ()
            assert extends(old, book.root(old), new, book.root(new), proof)
            assert not extends(old, book.root(old), new, b"\0" * 32, proof)
            if proof:
                assert not extends(old, book.root(old), new, book.root(new), proof[:-1])
                assert not extends(old, book.root(old), new, book.root(new), (*proof[:-1], b"\0" * 32))
                assert not extends(old, book.root(old), new, book.root(new), (*proof, proof[0]))


def test_nothing_is_claimed_to_be_witnessed_where_nobody_cosigned() -> None:
    """An empty list, and no word more."""
    book = signed_at(1, 2)
    assert find_witnessed(book, choose_checkpoint(book, PERIOD, book.signer, None)) == []
