"""Somebody with write access to the database changes entries: every way of doing it shows, at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from proofbook.book.fsck import inspect_book
from proofbook.errors import EntryDamaged, HistoryDiverged, IntegrityError
from proofbook.records.envelope import parse_entry
from support.book_forger import SIZE, Forger, Original, altered, build_original, forging, renumbered
from support.home_builder import recording

pytestmark = pytest.mark.attack
AT = 5_123
"""An entry in the middle; its source is gateway:a, its tile 0/20, and it was signed at size 6,000."""
TILE, SIGNED = "tile 0/20", "entries 5000 to 5999"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A book of 10,000 entries."""
    return build_original(tmp_path_factory)


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done, all the places an inspection must name, and the error at the door, None when it is not seen there."""

    do: Callable[[Forger], object]
    places: set[str]
    at_the_door: type[IntegrityError] | None = None


def _edit(forger: Forger, *, leaf: bool) -> None:
    forger.store(AT, altered(forger.entry(AT), body__exchanges=77), leaf=leaf)


def _edit_everywhere(forger: Forger) -> None:
    entries = forger.entries()
    entries[AT] = altered(entries[AT], body__exchanges=77)
    forger.rebuild(entries)


def _delete_and_renumber(forger: Forger) -> None:
    entries = forger.entries()
    del entries[AT]
    forger.rebuild(renumbered(entries))


def _shift(forger: Forger) -> None:
    forger.run("DELETE FROM entry WHERE idx = ?", AT)
    forger.run("UPDATE entry SET idx = -idx WHERE idx > ?", AT)
    forger.run("UPDATE entry SET idx = -idx - 1 WHERE idx < 0")


def _insert(forger: Forger) -> None:
    entries = forger.entries()
    entries.insert(AT, altered(entries[AT], id="e_forged"))
    forger.rebuild(renumbered(entries))


def _swap(forger: Forger) -> None:
    one, other = forger.entry(AT), forger.entry(AT + 1)
    forger.store(AT, other, leaf=True)
    forger.store(AT + 1, one, leaf=True)


def _truncate(forger: Forger) -> None:
    forger.run("DELETE FROM entry WHERE idx >= 9900")


def _truncate_with_signatures(forger: Forger) -> None:
    _truncate(forger)
    forger.run("DELETE FROM checkpoint WHERE size > 9900")


def _truncate_consistently(forger: Forger) -> None:
    forger.rebuild(forger.entries()[:9_900])
    forger.run("DELETE FROM checkpoint WHERE size > 9900")


def _change_time(forger: Forger, recorded: str) -> None:
    entries = forger.entries()
    entries[AT] = altered(entries[AT], recorded=recorded)
    forger.rebuild(entries)


def _append(forger: Forger) -> None:
    entries = forger.entries()
    last = parse_entry(entries[-1])
    entries.append(altered(entries[-1], id="e_forged", source__seq=last.seq + 1))
    forger.rebuild(entries)


ATTACKS = {
    "edit the bytes": Attack(lambda f: _edit(f, leaf=False), {f"entry {AT}", TILE, SIGNED, "checkpoints", "head"}),
    "edit bytes and leaf hash": Attack(lambda f: _edit(f, leaf=True), {TILE, SIGNED, "checkpoints", "head"}),
    "edit bytes, leaf hash, tiles and head": Attack(_edit_everywhere, {SIGNED, "checkpoints"}, EntryDamaged),
    "replace an entry by nonsense": Attack(
        lambda f: f.store(AT, b"nonsense", leaf=True),
        {f"entry {AT}", f"entry {AT + 1}", TILE, SIGNED, "checkpoints", "head", "source", "kind"} - {"source"},
    ),
    "replace a body by another shape": Attack(
        lambda f: f.store(AT, altered(f.entry(AT), body={"content": []}), leaf=True),
        {f"entry {AT}", f"entry {AT + 1}", TILE, SIGNED, "checkpoints", "head", "kind"},
    ),
    "delete a row": Attack(
        lambda f: f.run("DELETE FROM entry WHERE idx = ?", AT),
        {f"entry {AT}", f"entry {AT + 1}", TILE, SIGNED, "checkpoints", "head", "kind"},
    ),
    "delete a row and move the rest up": Attack(
        _shift,
        {f"entry {AT}", "source", "kind", SIGNED, "checkpoints", "head", "entry 9999", *(f"tile 0/{n}" for n in range(20, 39))},
        EntryDamaged,
    ),
    "delete, renumber and rebuild": Attack(_delete_and_renumber, {SIGNED, "checkpoints", "entry 9999"}, HistoryDiverged),
    "insert and rebuild": Attack(_insert, {SIGNED, "checkpoints"}, EntryDamaged),
    "swap two": Attack(_swap, {f"entry {AT}", f"entry {AT + 1}", f"entry {AT + 2}", TILE, SIGNED, "checkpoints", "head"}),
    "cut the tail": Attack(_truncate, {"entry 9900", "head", "source", "kind", "tile"}, EntryDamaged),
    "cut the tail and its signatures": Attack(
        _truncate_with_signatures, {"entry 9900", "head", "source", "kind", "tile"}, EntryDamaged
    ),
    "cut the tail, its signatures and fix the tables": Attack(_truncate_consistently, {"entry 9900"}, HistoryDiverged),
    "change a time": Attack(
        lambda f: _change_time(f, "2026-01-05T08:08:40.000001Z"), {SIGNED, "checkpoints", f"entry {AT + 1}"}, EntryDamaged
    ),
    "backdate": Attack(
        lambda f: _change_time(f, "2025-12-31T23:59:59.000000Z"), {SIGNED, "checkpoints", f"entry {AT}"}, EntryDamaged
    ),
    "move an entry to an absurd index": Attack(
        lambda f: f.run("UPDATE entry SET idx = 1000000000000 WHERE idx = 9999"),
        {"entry 9999", "kind", "source"},
        EntryDamaged,
    ),
    "move an entry to a negative index": Attack(
        lambda f: f.run("UPDATE entry SET idx = -1 WHERE idx = ?", AT),
        {"entry -1", f"entry {AT}", f"entry {AT + 1}", TILE, SIGNED, "checkpoints", "head", "kind"},
    ),
    "delete a tile": Attack(lambda f: f.run("DELETE FROM tile WHERE level = 0 AND idx = 20"), {TILE, "tile"}, EntryDamaged),
    "change a tile's hashes": Attack(lambda f: f.run("UPDATE tile SET hashes = zeroblob(8192) WHERE idx = 20"), {TILE}),
    "change a tile's root": Attack(lambda f: f.run("UPDATE tile SET root = zeroblob(32) WHERE idx = 20"), {TILE}, EntryDamaged),
    "add a tile": Attack(lambda f: f.run("INSERT INTO tile VALUES (3, 0, zeroblob(8192), zeroblob(32))"), {"tile"}),
    "change the head's time": Attack(lambda f: f.run("UPDATE head SET recorded = '9999'"), {"head"}),
    "change the head's tree": Attack(lambda f: f.run("UPDATE head SET range = x'00000000'"), {"head"}, EntryDamaged),
    "change a source's number": Attack(lambda f: f.run("UPDATE source SET seq = 1 WHERE id = 'gateway:a'"), {"source"}),
    "change a source's newest entry": Attack(lambda f: f.run("UPDATE source SET idx = 1 WHERE id = 'gateway:a'"), {"source"}),
    "change a kind's count": Attack(lambda f: f.run("UPDATE kind SET count = 1"), {"kind"}),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_every_change_shows_at_its_place(tmp_path: Path, original: Original, name: str) -> None:
    """All places are named and no others; a writer refuses to carry on what it can see from the door."""
    attack, place = ATTACKS[name], original.place.copy_to(tmp_path / "book")
    with forging(place) as forger:
        attack.do(forger)
    seen = inspect_book(place.path, fence=place.fence)
    assert {damage.place for damage in seen.damages} == attack.places
    if attack.at_the_door is not None:
        with pytest.raises(attack.at_the_door), recording(place):
            pass


def test_an_untouched_copy_is_clean(tmp_path: Path, original: Original) -> None:
    """Otherwise none of the above means anything."""
    place = original.place.copy_to(tmp_path / "book")
    seen = place.inspect()
    assert (seen.damages, seen.entries) == ([], SIZE)
    with forging(place) as forger:
        forger.rebuild(forger.entries())
    assert place.inspect().damages == []
    with recording(place):
        pass


def test_many_damages_are_all_counted_and_not_all_listed(tmp_path: Path, original: Original) -> None:
    """A report stays readable; the total does not lie."""
    place = original.place.copy_to(tmp_path / "book")
    with forging(place) as forger:
        forger.run("UPDATE entry SET leaf = zeroblob(32) WHERE idx % 10 = 0")
    seen = place.inspect()
    assert (len(seen.damages), seen.damages_total) == (200, 1000)


def test_several_damages_are_each_named(tmp_path: Path, original: Original) -> None:
    """One finding does not end the search."""
    place = original.place.copy_to(tmp_path / "book")
    with forging(place) as forger:
        forger.run("UPDATE entry SET leaf = zeroblob(32) WHERE idx IN (17, 9876)")
        forger.run("DELETE FROM entry WHERE idx BETWEEN 4200 AND 4204")
        forger.run("UPDATE source SET seq = 1 WHERE id = 'operator'")
    seen = place.inspect()
    assert {"entry 17", "entry 4200", "entry 9876", "source"} <= {damage.place for damage in seen.damages}
    assert "is missing to 4204" in next(damage.what for damage in seen.damages if damage.place == "entry 4200")


def test_entries_added_without_a_writer_are_not_signed(tmp_path: Path, original: Original) -> None:
    """A forged tail re-derives, since nothing signed contradicts it yet: what it lacks is a signature, and that is visible."""
    place = original.place.copy_to(tmp_path / "book")
    with forging(place) as forger:
        _append(forger)
    seen = place.inspect()
    assert (seen.damages, seen.entries) == ([], SIZE + 1)
