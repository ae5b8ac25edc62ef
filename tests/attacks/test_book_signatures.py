"""Signatures, fence and whole histories are tampered with: what the book alone can see, and what only an outsider can."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from proofbook.book.fence import FenceState
from proofbook.book.fsck import inspect_book
from proofbook.book.reader import BookReader
from proofbook.book.receipts import check_held_checkpoint
from proofbook.errors import ConfigurationError, HistoryDiverged, IntegrityError, ProofbookError, SignatureInvalid
from proofbook.primitives.verdict import Met, Unmet
from proofbook.tlog.cosignature import CosignatureVerifier, Cosigner, derive_cosigned_note
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.policy import assess_policy, parse_policy
from proofbook.tlog.vkey import format_vkey
from proofbook.tlog.witness import Answer, Cosigned, Refusal, WitnessState, derive_answer, format_add_checkpoint
from support.book_forger import SIZE, SNAPSHOT_AT, Forger, Original, altered, build_original, forging
from support.draft_builder import beats
from support.home_builder import BookPlace, make_book, recording
from support.memory_book import sample_signer

pytestmark = pytest.mark.attack
THIEF = sample_signer(seed="a key of the thief's own")
WITNESS = Cosigner.from_seed("auditor.example/witness", b"\x02" * 32)
NOW = 1_767_600_000


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A book of 10,000 entries."""
    return build_original(tmp_path_factory)


@pytest.fixture
def place(tmp_path: Path, original: Original) -> BookPlace:
    """A copy to tamper with."""
    return original.place.copy_to(tmp_path / "book")


@pytest.fixture
def reader(original: Original) -> Iterator[BookReader]:
    """The original, for reading."""
    with BookReader(original.place.path) as book:
        yield book


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done, the places an inspection must name, and the error at the door, None when it is not seen there."""

    do: Callable[[Forger], object]
    places: set[str]
    at_the_door: type[ProofbookError] | None = None


def _edit_fence(forger: Forger, **changes: object) -> None:
    path = forger.place.fence.path
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes, sort_keys=True, separators=(",", ":")))


def _set_fence_back(forger: Forger) -> None:
    size, root = forger.run("SELECT size, root FROM checkpoint WHERE size = 3000")[0]
    _edit_fence(forger, size=size, root=root.hex())


def _delete_fence_and_checkpoints(forger: Forger) -> None:
    forger.run("DELETE FROM checkpoint")
    forger.place.fence.path.unlink()


def _swap_notes(forger: Forger) -> None:
    one, other = (forger.run("SELECT note FROM checkpoint WHERE size = ?", size)[0][0] for size in (3000, 4000))
    forger.run("UPDATE checkpoint SET note = ? WHERE size = 3000", other)
    forger.run("UPDATE checkpoint SET note = ? WHERE size = 4000", one)


def _resign_as_thief(forger: Forger) -> None:
    """Everything consistent under another key, the key history and the first entry included."""
    entries = forger.entries()
    entries[0] = altered(entries[0], body__vkey=format_vkey(THIEF.key))
    entries[123] = altered(entries[123], subject="forged")
    forger.rebuild(entries)
    forger.run("UPDATE log_key SET vkey = ?", format_vkey(THIEF.key))
    forger.sign(entries, [1, 5_000, SIZE], THIEF)


FENCE = "fence.json"
ATTACKS = {
    "change a stored root": Attack(
        lambda f: f.run("UPDATE checkpoint SET root = zeroblob(32) WHERE size = 3000"), {"checkpoint 3000"}
    ),
    "change the newest stored root": Attack(
        lambda f: f.run("UPDATE checkpoint SET root = zeroblob(32) WHERE size = 10000"), {"checkpoint 10000"}, IntegrityError
    ),
    "change a note": Attack(
        lambda f: f.run(
            "UPDATE checkpoint SET note = CAST(replace(CAST(note AS TEXT), '3000', '3001') AS BLOB) WHERE size = 3000"
        ),
        {"checkpoint 3000"},
    ),
    "replace a note by nonsense": Attack(
        lambda f: f.run("UPDATE checkpoint SET note = x'00' WHERE size = 3000"), {"checkpoint 3000"}
    ),
    "swap two notes": Attack(_swap_notes, {"checkpoint 3000", "checkpoint 4000"}),
    "move a checkpoint": Attack(lambda f: f.run("UPDATE checkpoint SET size = 3001 WHERE size = 3000"), {"checkpoint 3001"}),
    "remove the newest checkpoints": Attack(lambda f: f.run("DELETE FROM checkpoint WHERE size > 6000"), {"checkpoint 10000"}),
    "remove all checkpoints": Attack(lambda f: f.run("DELETE FROM checkpoint"), {"checkpoint 10000"}),
    "delete the fence": Attack(lambda f: f.place.fence.path.unlink(), {FENCE}, HistoryDiverged),
    "delete fence and checkpoints": Attack(_delete_fence_and_checkpoints, {FENCE}, HistoryDiverged),
    "set the fence back": Attack(_set_fence_back, {FENCE}, HistoryDiverged),
    "edit the fence's root": Attack(lambda f: _edit_fence(f, root="00" * 32), {FENCE}, HistoryDiverged),
    "edit the fence's size": Attack(lambda f: _edit_fence(f, size=SIZE + 1), {f"entry {SIZE}"}, HistoryDiverged),
    "edit the fence's origin": Attack(lambda f: _edit_fence(f, origin="other.example/book"), {FENCE}, ConfigurationError),
    "damage the fence": Attack(lambda f: f.place.fence.path.write_bytes(b"x"), {FENCE}, ConfigurationError),
    "change the log key": Attack(
        lambda f: f.run("UPDATE log_key SET vkey = ?", format_vkey(THIEF.key)),
        {"log_key", *(f"checkpoint {size}" for size in (1, *range(1000, 10_001, 1000)))},
        IntegrityError,
    ),
    "delete the log key": Attack(
        lambda f: f.run("DELETE FROM log_key"),
        {"log_key", *(f"checkpoint {size}" for size in (1, *range(1000, 10_001, 1000)))},
        IntegrityError,
    ),
    "announce a key that no entry names": Attack(
        lambda f: f.run("INSERT INTO log_key VALUES (10000, ?)", format_vkey(THIEF.key)), {"log_key"}
    ),
    "change the origin": Attack(
        lambda f: f.run("UPDATE identity SET origin = 'other.example/book'"),
        {"log_key", *(f"checkpoint {size}" for size in (1, *range(1000, 10_001, 1000)))},
        HistoryDiverged,
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_every_change_shows_at_its_place(place: BookPlace, name: str) -> None:
    """All places are named and no others; a writer refuses to carry on what it can see from the door."""
    attack = ATTACKS[name]
    with forging(place) as forger:
        attack.do(forger)
    seen = inspect_book(place.path, fence=place.fence)
    assert {Path(damage.place).name if FENCE in damage.place else damage.place for damage in seen.damages} == attack.places
    if attack.at_the_door is not None:
        with pytest.raises(attack.at_the_door), recording(place):
            pass


def test_a_restored_backup_is_refused_and_named(place: BookPlace, original: Original) -> None:
    """Everything in it is genuine; only the fence knows that more was signed."""
    with forging(place) as forger:
        forger.put_snapshot(original.snapshot)
    with pytest.raises(HistoryDiverged, match=f"holds {SNAPSHOT_AT} entries, {SIZE} were signed"), recording(place):
        pass
    seen = inspect_book(place.path, fence=place.fence)
    assert [damage.place for damage in seen.damages] == [f"entry {SNAPSHOT_AT}"]


def test_a_backup_that_was_carried_on_has_another_history(tmp_path: Path, place: BookPlace, original: Original) -> None:
    """Somebody without a fence appended to an old copy: beyond the fence's size, and still not that history."""
    with forging(place) as forger:
        forger.put_snapshot(original.snapshot)
    fork = replace(place, fence_folder=tmp_path / "new fence")
    with BookReader(place.path) as book:
        fork.fence.advance(None, FenceState(SNAPSHOT_AT, book.root(SNAPSHOT_AT)))
    with recording(fork) as recorder:
        recorder.submit(beats(SIZE)).result()
    assert inspect_book(fork.path, fence=fork.fence).damages == []
    with pytest.raises(HistoryDiverged, match=f"first {SIZE} entries are not those that were signed"), recording(place):
        pass
    places = [damage.place for damage in inspect_book(place.path, fence=place.fence).damages]
    assert places == [str(place.fence.path), f"entries {SNAPSHOT_AT} to {SIZE - 1}"]


def test_the_book_of_another_origin_is_refused_and_named(tmp_path: Path, place: BookPlace) -> None:
    """Put in this one's place, with a fence of its own or with this one's."""
    other = make_book(tmp_path / "other", origin="other.example/book")
    with forging(place) as forger:
        forger.put_snapshot(other.path)
    with pytest.raises(HistoryDiverged, match=r"the book is 'other\.example/book'"), recording(place):
        pass
    assert inspect_book(place.path, fence=place.fence).damages[0].place == "entry 1"
    shutil.copy(other.fence.path, place.fence.path)
    with pytest.raises(ProofbookError), recording(place):
        pass
    assert FENCE in inspect_book(place.path, fence=place.fence).damages[0].place


def test_a_history_under_another_key_is_seen_by_whoever_pinned_the_first(place: BookPlace, reader: BookReader) -> None:
    """It re-derives; but the home's key does not fit it, and no held checkpoint does."""
    held = reader.latest_checkpoint()
    assert held is not None
    with forging(place) as forger:
        _resign_as_thief(forger)
    assert inspect_book(place.path, fence=place.fence).damages == []
    with pytest.raises(IntegrityError, match="not the one this book names"), recording(place):
        pass
    with BookReader(place.path) as book, pytest.raises(HistoryDiverged):
        check_held_checkpoint(book, held.note, [format_vkey(place.signer.key)])
    with BookReader(place.path) as book, pytest.raises(SignatureInvalid):
        check_held_checkpoint(book, held.note, [format_vkey(THIEF.key)])


@pytest.fixture
def rewritten(place: BookPlace) -> BookPlace:
    """With the signing key and the fence in hand: entry 123 never happened that way, and all of it is consistent."""
    with forging(place) as forger:
        entries = forger.entries()
        entries[123] = altered(entries[123], subject="forged")
        forger.rebuild(entries)
        forger.sign(entries, [1, *range(1000, SIZE + 1, 1000)], place.signer)
    return place


def test_the_holder_of_the_key_can_rewrite_everything_unseen(rewritten: BookPlace) -> None:
    """Said plainly: the book alone cannot show this. Whoever needs more must hold something of it."""
    assert inspect_book(rewritten.path, fence=rewritten.fence).damages == []
    with recording(rewritten):
        pass


def test_a_checkpoint_that_was_handed_out_before_shows_it(rewritten: BookPlace, reader: BookReader) -> None:
    """Every one over the changed entry, and none below it: that bounds the place."""
    vkeys = [format_vkey(rewritten.signer.key)]
    with BookReader(rewritten.path) as book:
        for mark in reader.checkpoints():
            if mark.size == 1:
                assert check_held_checkpoint(book, mark.note, vkeys).size == 1
                continue
            with pytest.raises(HistoryDiverged) as caught:
                check_held_checkpoint(book, mark.note, vkeys)
            assert caught.value.place == f"entries 0 to {mark.size - 1}"


def _ask(book: BookReader, state: WitnessState) -> Answer:
    newest = book.latest_checkpoint()
    assert newest is not None
    proof = book.consistency(state.size, newest.size) if state.size else ()
    request = format_add_checkpoint(state.size, proof, newest.note)
    return derive_answer({state.origin: state}.get, request, cosigner=WITNESS, time_seconds=NOW)


def test_a_witness_does_not_cosign_the_rewritten_history(rewritten: BookPlace, original: Original) -> None:
    """It remembers what it cosigned; no consistency proof leads from there to the rewritten one."""
    log = Ed25519Verifier(rewritten.signer.key)
    state = WitnessState.before_first(rewritten.signer.key.name, (log,))
    with BookReader(original.snapshot) as before:
        answer = _ask(before, state)
        assert isinstance(answer, Cosigned)
        newest = before.latest_checkpoint()
        assert newest is not None
        policy = parse_policy(f"log {format_vkey(log.key)}\nwitness w {format_vkey(WITNESS.key)}\nquorum w\n".encode())
        cosigned = derive_cosigned_note(newest.note, answer.body, [CosignatureVerifier(WITNESS.key)])
        assert isinstance(assess_policy(policy, cosigned), Met)
    with BookReader(original.place.path) as honest:
        assert isinstance(_ask(honest, answer.state), Cosigned)
    with BookReader(rewritten.path) as book:
        refusal = _ask(book, answer.state)
        assert isinstance(refusal, Refusal)
        assert refusal.status == 422
        newest = book.latest_checkpoint()
        assert newest is not None
        assert isinstance(assess_policy(policy, newest.note), Unmet)
