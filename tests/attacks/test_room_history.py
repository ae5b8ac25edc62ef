"""Tampering with the book inside a room: entries, tiles, checkpoints, keys and signatures, up to rebuilding all of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace as with_change
from pathlib import Path
from typing import Any

import pytest

from support.room_builder import BOOK, FRONT, Plan, build_room, rehash, seal, write_book
from support.room_checks import MANIFEST_SIG, Room, assert_named, assert_unsigned, room, sound
from support.sample_ledger import ORIGIN, Ledger, NoteKey, add_exchange, b64, encode, sample_ledger

__all__ = ["room", "sound"]
pytestmark = pytest.mark.attack

BUNDLE = f"{BOOK}/tile/entries/000"
TILE = f"{BOOK}/tile/0/000"
CHECKPOINT = f"{BOOK}/checkpoint"


def split(bundle: bytes) -> list[bytes]:
    entries, position = [], 0
    while position < len(bundle):
        length = int.from_bytes(bundle[position : position + 2], "big")
        entries.append(bundle[position + 2 : position + 2 + length])
        position += 2 + length
    return entries


def join(entries: list[bytes]) -> bytes:
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def rebuilt(tmp_path: Path, plan: Plan) -> Room:
    folder = tmp_path / "rebuilt"
    return Room(folder, build_room(folder, plan))


def altered(change: Callable[[Any], object], index: int = 20) -> Ledger:
    """The sample book with one entry changed and the whole tree computed anew."""
    ledger = sample_ledger()
    value = ledger.value(index)
    change(value)
    ledger.entries[index] = encode(value)
    return ledger


def test_swapped_entries_are_named(room: Room) -> None:
    """Each entry has one place."""

    def swap(data: bytes) -> bytes:
        entries = split(data)
        entries[40], entries[41] = entries[41], entries[40]
        return join(entries)

    room.edit(BUNDLE, swap)
    for _ in range(2):
        report = room.verify()
        assert_named(report, 6, f"{BUNDLE}, entry 40")
        assert_named(report, 6, f"{BUNDLE}, entry 41")
        room.rehash()
    assert_unsigned(room.verify())


def test_one_changed_byte_of_an_entry_is_named(room: Room) -> None:
    """The entry, not only the file."""

    def change(data: bytes) -> bytes:
        entries = split(data)
        entries[100] = entries[100].replace(b"sample", b"simple", 1)
        return join(entries)

    room.edit(BUNDLE, change)
    room.rehash()
    assert_named(room.verify(), 6, f"{BUNDLE}, entry 100: does not hash to its leaf")


def test_one_changed_byte_of_a_tile_is_named(room: Room) -> None:
    """The root no longer follows, and the entry beside it shows which leaf."""
    room.edit(TILE, lambda data: data[: 32 * 7] + bytes([data[32 * 7] ^ 1]) + data[32 * 7 + 1 :])
    report = room.verify()
    assert_named(report, 1, TILE)
    assert_named(report, 5, f"{BOOK}/tile/0: the tiles lead to the root")
    assert_named(report, 6, f"{BUNDLE}, entry 7")


def test_entry_and_leaf_changed_together_miss_the_root(room: Room) -> None:
    """Without the key the root stays what it was."""
    entries = split((room.folder / BUNDLE).read_bytes())
    value = json.loads(entries[30])
    value["subject"] = "someone else"
    ledger = altered(lambda entry: entry.update(subject="someone else"), 30)
    entries[30] = encode(value)
    (room.folder / BUNDLE).write_bytes(join(entries))
    room.edit(TILE, lambda data: data[: 32 * 30] + ledger.leaves[30] + data[32 * 31 :])
    room.rehash()
    report = room.verify()
    assert_unsigned(report)
    assert_named(report, 5, "the tiles lead to the root")


def test_truncated_tail_is_named(room: Room) -> None:
    """The last bundle and tile dropped, the manifest made to say so."""
    for path in room.folder.rglob("*.p"):
        shutil.rmtree(path)
    manifest = json.loads((room.folder / FRONT / "manifest.json").read_bytes())
    manifest["checkpoint"]["size"] = 256
    (room.folder / FRONT / "manifest.json").write_bytes(encode(manifest) + b"\n")
    room.rehash()
    report = room.verify()
    assert_unsigned(report)
    assert_named(report, 4, f"{CHECKPOINT} line 2: has size 265, the manifest says 256")
    assert_named(report, 5, "the tiles lead to the root")


def test_older_checkpoint_in_the_place_of_the_newest_is_named(room: Room) -> None:
    """Signed with the right key, and still not what the manifest speaks of."""
    (room.folder / CHECKPOINT).write_bytes(room.plan.ledger.checkpoint(200))
    room.rehash()
    report = room.verify()
    assert_unsigned(report)
    assert_named(report, 4, f"{CHECKPOINT} line 2")


def test_history_rebuilt_with_another_key_fails_against_the_true_key(tmp_path: Path, sound: Room) -> None:
    """Consistent in itself, so only the key from outside tells."""
    other = rebuilt(tmp_path, Plan(ledger=sample_ledger(key=NoteKey(ORIGIN, b"another key"))))
    assert other.verify(keys=[]).exit_code == 0, "nothing inside a room can show whose it is; the report says so"
    report = other.verify(keys=[sound.plan.key.vkey])
    for step, place in ((3, MANIFEST_SIG), (4, CHECKPOINT), (7, f"{BOOK}/keys.json")):
        assert_named(report, step, place)
    held = tmp_path / "held"
    held.write_bytes(sound.plan.ledger.checkpoint(150))
    assert_named(other.verify(keys=[], checkpoints=[str(held)]), 8, "no trusted key signed this")


def test_history_rebuilt_with_the_real_key_is_caught_by_a_held_checkpoint(tmp_path: Path, sound: Room) -> None:
    """The holder of the key can rewrite everything; what somebody else already holds they cannot."""
    plan = Plan(ledger=altered(lambda entry: entry["body"].update(system="rewritten")))
    other = rebuilt(tmp_path, plan)
    assert other.verify().exit_code == 0
    held = tmp_path / "held"
    held.write_bytes(sound.plan.ledger.checkpoint(150))
    assert sound.verify(checkpoints=[str(held)]).exit_code == 0
    assert_named(other.verify(checkpoints=[str(held)]), 8, "HISTORY WAS CHANGED")


def test_history_rebuilt_with_the_real_key_is_caught_by_a_witness(tmp_path: Path) -> None:
    """The witness cosigned the first history; its line does not fit the second."""
    witness = NoteKey("witness.example/sample", b"witness", 4)
    true = rebuilt(tmp_path / "true", Plan(witnesses=(witness,)))
    assert true.verify(witnesses=[witness.vkey]).exit_code == 0
    other = rebuilt(tmp_path / "other", Plan(ledger=altered(lambda entry: entry["body"].update(system="rewritten"))))
    assert_named(other.verify(witnesses=[witness.vkey]), 9, f"{CHECKPOINT}, witness '{witness.name}'")
    cosigned = (true.folder / CHECKPOINT).read_bytes().splitlines(keepends=True)[-1]
    path = other.folder / CHECKPOINT
    path.write_bytes(path.read_bytes() + cosigned)
    assert_named(other.verify(witnesses=[witness.vkey]), 9, "does not verify")


def test_every_witness_asked_for_must_have_cosigned(tmp_path: Path) -> None:
    """One of two is not both."""
    one, two = (NoteKey(f"witness.example/{name}", name.encode(), 4) for name in ("one", "two"))
    room = rebuilt(tmp_path, Plan(witnesses=(one,)))
    assert_named(room.verify(witnesses=[one.vkey, two.vkey]), 9, "witness.example/two")


def test_held_checkpoint_newer_than_the_room_is_named(tmp_path: Path, sound: Room) -> None:
    """The room does not have all entries the log had already committed to."""
    longer = sample_ledger(exchanges=200)
    held = tmp_path / "held"
    held.write_bytes(longer.checkpoint(len(longer.entries)))
    assert_named(sound.verify(checkpoints=[str(held)]), 8, "this room only 265")


def test_earlier_checkpoint_of_another_history_is_named(tmp_path: Path) -> None:
    """Also when it lies in the room itself, signed."""
    plan = Plan()
    room = rebuilt(tmp_path, plan)
    (room.folder / BOOK / "checkpoints" / "100").write_bytes(altered(lambda entry: entry.update(subject="x")).checkpoint(100))
    rehash(room.folder)
    assert_named(room.verify(), 8, f"{BOOK}/checkpoints/100: HISTORY WAS CHANGED")


@pytest.mark.parametrize("path", [MANIFEST_SIG, f"{FRONT}/run.sig"])
def test_removed_signature_is_named(room: Room, path: str) -> None:
    """A text without a signature line is nobody's word."""
    room.edit(path, lambda data: data.partition(b"\n\n")[0] + b"\n\n")
    assert_named(room.verify(), 3, path)


@pytest.mark.parametrize(("lines", "sound_room"), [(1, True), (16, True), (63, True), (64, False)])
def test_lines_of_unknown_keys_are_ignored_up_to_a_cap(room: Room, lines: int, sound_room: bool) -> None:  # noqa: FBT001
    """The format tells readers to take sixteen and more; a cap bounds the work."""
    text = (room.folder / MANIFEST_SIG).read_bytes().partition(b"\n\n")[0] + b"\n"
    more = b"".join(NoteKey(f"stranger.example/{number}", b"x").line(text) for number in range(lines))
    room.edit(MANIFEST_SIG, lambda data: data + more)
    assert (room.verify().exit_code == 0) is sound_room
    if not sound_room:
        assert_named(room.verify(), 3, "65 signature lines")


def test_known_key_with_a_false_signature_spoils_the_note(room: Room) -> None:
    """Beside a good line of the same key: a known key that fails rejects the whole note."""
    key = room.plan.key
    room.edit(MANIFEST_SIG, lambda data: data + f"— {key.name} {b64(key.key_id + bytes(64))}\n".encode())
    assert_named(room.verify(), 3, f"{MANIFEST_SIG}: the signature by")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda entry: entry["source"].update(seq=99), "field source.seq"),
        (lambda entry: entry.update(recorded="2026-11-01T00:00:00.000000Z"), "field recorded"),
        (lambda entry: entry.update(recorded="2026-11-02"), "fields occurred and recorded"),
        (lambda entry: entry.update(v=2), "field v"),
        (lambda entry: entry.update(extra=1), "exactly the fields"),
        (lambda entry: entry.pop("actor"), "exactly the fields"),
        (lambda entry: entry.update(body=[]), "field body"),
        (lambda entry: entry["source"].update(seq=True), "field source"),
    ],
)
def test_entry_that_breaks_the_rules_is_named_though_signed(tmp_path: Path, change: Callable[[Any], object], place: str) -> None:
    """The writer could never have written it: somebody with the key did."""
    ledger = altered(change)
    plan = Plan()
    plan.ledger.entries[:] = ledger.entries
    folder = tmp_path / "room"
    build_room(folder, plan)
    assert_named(Room(folder, plan).verify(), 6, place)


@pytest.mark.parametrize(
    "data", [b'{"v": 1}', b"{}", b"[]", b"", b"\xff", b'{"a":1.0}', b"[" * 40000, b'{"v":NaN}', b"9" * 30000]
)
def test_leaf_that_is_no_entry_is_named_though_signed(tmp_path: Path, data: bytes) -> None:
    """Hostile bytes under a valid tree: parsing is bounded and ends in a problem at the entry."""
    folder = tmp_path / "room"
    plan = Plan()
    build_room(folder, plan)
    plan.ledger.entries[50] = data
    write_book(folder, plan)
    manifest = json.loads((folder / FRONT / "manifest.json").read_bytes())
    seal(folder, plan, {"populations": manifest["populations"], "artifacts": manifest["artifacts"]})
    report = Room(folder, plan).verify()
    assert_named(report, 6, f"{BUNDLE}, entry 50")
    assert report.steps[9].outcome.name == "NOT_RUN"


def test_rotated_keys_check_out_and_a_false_range_is_named(tmp_path: Path) -> None:
    """The book records each change of key; keys.json cannot say otherwise."""
    new = NoteKey(ORIGIN, b"second key")
    ledger = sample_ledger(rotate=(new, 60))
    at = next(i for i in range(len(ledger.entries)) if ledger.value(i)["kind"] == "log.key_rotated")
    size = len(ledger.entries)
    keys: list[dict[str, Any]] = [
        {"from_size": 0, "to_size": at, "vkey": ledger.key.vkey},
        {"from_size": at, "to_size": None, "vkey": new.vkey},
    ]
    plan = Plan(ledger=ledger, keys=keys, signers={size: new, 200: new})
    room = rebuilt(tmp_path / "true", plan)
    assert room.verify().exit_code == 0, room.verify().lines()
    assert_named(room.verify(keys=[ledger.key.vkey]), 3, MANIFEST_SIG)
    false = [{**keys[0], "to_size": at + 1}, {**keys[1], "from_size": at + 1}]
    other = rebuilt(tmp_path / "false", with_change(plan, keys=false))
    assert_named(other.verify(), 7, f"entry {at} (log.key_rotated), field body.size")
    hidden = rebuilt(
        tmp_path / "hidden", with_change(plan, keys=[{**keys[0], "to_size": None, "vkey": new.vkey}], signers={100: new, 1: new})
    )
    assert_named(hidden.verify(keys=[new.vkey]), 7, "book.opened")


def test_appended_entries_extend_every_earlier_checkpoint(tmp_path: Path, sound: Room) -> None:
    """The other direction: honest growth is no damage."""
    ledger = sample_ledger()
    add_exchange(ledger, 400)
    held = tmp_path / "held"
    held.write_bytes(sound.plan.ledger.checkpoint(sound.plan.size))
    assert rebuilt(tmp_path, Plan(ledger=ledger)).verify(checkpoints=[str(held)]).exit_code == 0
