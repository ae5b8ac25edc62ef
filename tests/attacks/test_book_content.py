"""Sealed content, keys and holds are tampered with: the entries' commitments and the records of holds and erasures show it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proofbook.book.reader import BookReader
from proofbook.errors import DigestMismatch
from proofbook.records.envelope import parse_entry
from proofbook.vault.sealing import seal, unwrap_key
from support.book_forger import ERASED, HELD, Forger, Original, build_original, forging
from support.home_builder import VAULT_KEY, BookPlace

pytestmark = pytest.mark.attack
BATCH = 100
"""Conversation c_<n> has the ten requests from entry 100 n on; c_31 and c_41 start one later, after a hold and an erasure."""
SLOT = "request"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A book of 10,000 entries, a thousand of them with content."""
    return build_original(tmp_path_factory)


@pytest.fixture
def place(tmp_path: Path, original: Original) -> Iterator[BookPlace]:
    """A copy to tamper with, nothing of which is ever read as content that it is not."""
    copy = original.place.copy_to(tmp_path / "book")
    yield copy
    _check_nothing_false_is_read(copy, original.place)


def _check_nothing_false_is_read(place: BookPlace, original: BookPlace) -> None:
    with BookReader(original.path) as book, original.vault() as before, place.vault() as after:
        for index in (*range(2_000, 2_010), *range(2_100, 2_110)):
            commit = bytes.fromhex(parse_entry(book.entry(index)).body["content"][SLOT]["commit"])
            expected = before.content(index, SLOT, commit)
            try:
                found = after.content(index, SLOT, commit)
            except DigestMismatch:
                continue
            assert not isinstance(found, bytes) or found == expected


def _of(first: int, count: int = 10) -> set[str]:
    return {f"content of entry {index}, {SLOT}" for index in range(first, first + count)}


def _swap(forger: Forger, table: str, column: str, key: str, one: object, other: object) -> None:
    read, write = f"SELECT {column} FROM {table} WHERE {key} = ?", f"UPDATE {table} SET {column} = ? WHERE {key} = ?"  # noqa: S608 - fixed names
    first, second = forger.run(read, one)[0][0], forger.run(read, other)[0][0]
    forger.run(write, second, one)
    forger.run(write, first, other)


def _replace_with_all_keys(forger: Forger) -> None:
    """The thief has vault key and database: other text, sealed as it should be, with a commitment of its own."""
    epoch, wrapped, outer = forger.run(
        "SELECT v.epoch, v.wrapped, e.wrapped FROM conversation v JOIN epoch_key e USING (epoch) WHERE v.id = 'c_20'"
    )[0]
    key = unwrap_key(AESGCM(unwrap_key(AESGCM(VAULT_KEY), outer, epoch)), wrapped, "c_20")
    sealed = seal(AESGCM(key), b"what was never said", os.urandom)
    forger.run("UPDATE content SET sealed = ? WHERE idx = 2000", sealed.blob)


def _copy_blob(forger: Forger) -> None:
    (number, sealed), *_ = forger.run("SELECT conversation, sealed FROM content WHERE idx = 2000")
    forger.run("INSERT INTO content VALUES (77, 'request', ?, ?)", number, sealed)


def _exchange_conversations(forger: Forger) -> None:
    one, other = (forger.run("SELECT number FROM conversation WHERE id = ?", name)[0][0] for name in ("c_20", "c_21"))
    forger.run("UPDATE content SET conversation = -1 WHERE conversation = ?", one)
    forger.run("UPDATE content SET conversation = ? WHERE conversation = ?", one, other)
    forger.run("UPDATE content SET conversation = ? WHERE conversation = -1", other)


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done, and the places an inspection must name."""

    do: Callable[[Forger], object]
    places: set[str]


ATTACKS = {
    "replace a blob": Attack(lambda f: f.run("UPDATE content SET sealed = randomblob(100) WHERE idx = 2000"), _of(2000, 1)),
    "replace a blob with all keys in hand": Attack(_replace_with_all_keys, _of(2000, 1)),
    "empty a blob": Attack(lambda f: f.run("UPDATE content SET sealed = x'' WHERE idx = 2000"), _of(2000, 1)),
    "cut a blob": Attack(lambda f: f.run("UPDATE content SET sealed = substr(sealed, 1, 40) WHERE idx = 2000"), _of(2000, 1)),
    "swap two blobs of one conversation": Attack(lambda f: _swap(f, "content", "sealed", "idx", 2000, 2001), _of(2000, 2)),
    "swap two blobs of two conversations": Attack(
        lambda f: _swap(f, "content", "sealed", "idx", 2000, 2100), _of(2000, 1) | _of(2100, 1)
    ),
    "swap two conversations' keys": Attack(
        lambda f: _swap(f, "conversation", "wrapped", "id", "c_20", "c_21"), _of(2000) | _of(2100)
    ),
    "exchange two conversations": Attack(_exchange_conversations, _of(2000) | _of(2100)),
    "damage a conversation's key": Attack(
        lambda f: f.run("UPDATE conversation SET wrapped = randomblob(60) WHERE id = 'c_20'"), _of(2000)
    ),
    "delete a blob": Attack(lambda f: f.run("DELETE FROM content WHERE idx = 2000"), _of(2000, 1)),
    "delete a conversation as an erasure would": Attack(
        lambda f: (
            f.run("DELETE FROM content WHERE conversation = (SELECT number FROM conversation WHERE id = 'c_20')"),
            f.run("DELETE FROM conversation WHERE id = 'c_20'"),
        ),
        _of(2000),
    ),
    "delete a conversation's key alone": Attack(
        lambda f: f.run("DELETE FROM conversation WHERE id = 'c_20'"), _of(2000) | {"vault"}
    ),
    "move a blob to another entry": Attack(
        lambda f: f.run("UPDATE content SET idx = 77 WHERE idx = 2000"), _of(2000, 1) | {"vault"}
    ),
    "copy a blob to an entry without content": Attack(_copy_blob, {"vault"}),
    "rename a slot": Attack(lambda f: f.run("UPDATE content SET slot = 'other' WHERE idx = 2000"), _of(2000, 1) | {"vault"}),
    "remove a hold": Attack(lambda f: f.run("DELETE FROM hold"), {f"hold of conversation {HELD}"}),
    "move a hold": Attack(
        lambda f: f.run("UPDATE hold SET conversation = 'c_20'"), {f"hold of conversation {HELD}", "hold of conversation c_20"}
    ),
    "place a hold": Attack(lambda f: f.run("INSERT INTO hold VALUES ('c_20', '2026')"), {"hold of conversation c_20"}),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_every_change_shows_at_its_place(place: BookPlace, name: str) -> None:
    """All places are named and no others."""
    attack = ATTACKS[name]
    with forging(place) as forger:
        forger.run("PRAGMA foreign_keys=OFF")
        attack.do(forger)
    assert {damage.place for damage in place.inspect().damages} == attack.places


def test_an_epoch_key_that_is_gone_takes_all_its_content_along(place: BookPlace) -> None:
    """Nothing was erased, so every entry of it is named."""
    with forging(place) as forger:
        forger.run("PRAGMA foreign_keys=OFF")
        forger.run("DELETE FROM epoch_key")
    places = {damage.place for damage in place.inspect().damages}
    assert _of(2000) <= places
    assert len([each for each in places if each.startswith("content of entry")]) == 990


def test_erased_content_is_not_missed_and_not_brought_back(place: BookPlace, original: Original) -> None:
    """A blob kept from before the erasure has no key any more, and is named as one that no entry should have."""
    with BookReader(original.place.path) as book:
        index = next(index for index, data in book.entries(1_200, 1_300) if parse_entry(data).body.get("conversation") == ERASED)
    assert place.inspect().damages == []
    with forging(place) as forger:
        forger.run("PRAGMA foreign_keys=OFF")
        forger.run("INSERT INTO content VALUES (?, 'request', 4711, randomblob(90))", index)
    assert [damage.place for damage in place.inspect().damages] == ["vault"]


def test_an_untouched_copy_is_clean(place: BookPlace) -> None:
    """Otherwise none of the above means anything."""
    assert place.inspect().damages == []
