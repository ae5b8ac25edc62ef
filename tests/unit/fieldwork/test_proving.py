"""Recomputing an entry's proof, and saying what failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from proofbook.errors import EntryDamaged
from proofbook.fieldwork.proving import EntryProof, make_proof_file, prove
from proofbook.primitives.verdict import Met, Unknown, Unmet
from proofbook.records.envelope import parse_entry
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.proof_file import check_proof_file, parse_proof_file
from proofbook.tlog.vkey import format_vkey, parse_vkey
from support.memory_book import SAMPLE_ORIGIN, MemoryBook, sample_signer
from support.sample_entries import SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
VKEY = format_vkey(sample_signer().key)


@pytest.fixture
def book() -> MemoryBook:
    """Seven entries, the first five signed."""
    entries = SampleEntries(START)
    made = MemoryBook(entries.raw)
    entries.started()
    entries.exchange()
    entries.exchange()
    made.sign(START)
    entries.exchange()
    return made


class StaleLeaves(MemoryBook):
    """A book whose entry 1 was changed in place: stored leaf hashes, tree and signature are the old ones."""

    changed = False

    def entry(self, index: int) -> bytes:
        """Entry 1 with one word changed."""
        data = super().entry(index)
        return data.replace(b"sample-model", b"harmless-one") if self.changed and index == 1 else data


class Holed(MemoryBook):
    """A book whose tiles are damaged."""

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Cannot be read."""
        raise EntryDamaged("tile 0 of level 0 is missing", place="tile 0/0")


class OtherLeaves(MemoryBook):
    """A book that keeps another leaf hash than the entry's."""

    def leaf_hashes(self, start: int, stop: int) -> Iterator[bytes]:
        """Zeroes."""
        return iter([bytes(32)] * (stop - start))


def of(book: MemoryBook, index: int, **changes: str) -> EntryProof:
    """The proof of an entry with the right expectations, unless changed."""
    entry_id = changes.pop("entry_id", None) or parse_entry(book.raw[index]).id
    return prove(book, index, entry_id=entry_id, **({"origin": SAMPLE_ORIGIN, "vkey": VKEY} | changes))


def failures(proof: EntryProof) -> str:
    """What failed, joined."""
    assert isinstance(proof.verdict, Unmet)
    assert proof.tone == "fails"
    return " ".join(step.words for step in proof.steps if step.outcome == "fails")


def test_sound_entry_is_shown_with_its_path(book: MemoryBook) -> None:
    """Everything an auditor needs to do the sum by hand stands there."""
    proof = of(book, 1)
    assert isinstance(proof.verdict, Met)
    assert proof.leaf == leaf_hash(book.raw[1]).hex()
    assert (proof.size, proof.root) == (5, book.root(5).hex())
    assert [step.outcome for step in proof.steps] == ["holds"] * 3
    assert "does not make what was recorded true" in proof.words


def test_entry_after_the_newest_checkpoint_is_unknown_not_sound(book: MemoryBook) -> None:
    """No signature covers it: nobody can say yet that it stays."""
    proof = of(book, 6)
    assert isinstance(proof.verdict, Unknown)
    assert proof.tone == "open"
    assert make_proof_file(book, 6) is None


def test_changed_entry_is_said_to_fail(book: MemoryBook) -> None:
    """Silence here would turn the page into a decoration."""
    changed = StaleLeaves(book.raw)
    changed.sign(START)
    changed.changed = True
    said = failures(of(changed, 1))
    assert "do not give the leaf hash" in said
    assert "does not lead to the signed root" in said


def test_stored_leaf_hash_that_differs_is_said(book: MemoryBook) -> None:
    """The index of the book no longer fits its entries."""
    assert "leaf hash that the book keeps" in failures(_signed(OtherLeaves(book.raw)))


def test_unreadable_tiles_are_said(book: MemoryBook) -> None:
    """A proof that cannot be computed is not a proof."""
    assert "tile 0 of level 0 is missing" in failures(_signed(Holed(book.raw)))


def test_bytes_that_are_no_entry_are_said(book: MemoryBook) -> None:
    """Signed nonsense stays nonsense."""
    made = MemoryBook([*book.raw[:2], b"{}", *book.raw[3:]])
    made.sign(START)
    assert "are not an entry" in failures(of(made, 2, entry_id="e_x"))


def test_another_entry_at_the_position_is_said(book: MemoryBook) -> None:
    """A projection pointing elsewhere must not borrow that entry's proof."""
    assert "not 'e_x'" in failures(of(book, 1, entry_id="e_x"))


def test_book_rebuilt_with_another_key_fails_against_the_pinned_one(book: MemoryBook) -> None:
    """Whoever can write the database can make a consistent book; only the pin shows it."""
    rebuilt = MemoryBook(book.raw, signer=sample_signer(seed="somebody else"))
    rebuilt.sign(START)
    assert "another signing key than the one this home pins" in failures(of(rebuilt, 1))


def test_checkpoint_of_another_log_fails(book: MemoryBook) -> None:
    """A true signature about another log says nothing about this one."""
    assert "does not check out" in failures(of(book, 1, origin="other.example/log"))


def test_checkpoint_signed_before_a_rotation_is_checked_with_its_own_key(book: MemoryBook) -> None:
    """A new key must not make history look broken."""
    new = sample_signer(seed="new key")
    book.rotate(new)
    assert isinstance(of(book, 1, vkey=format_vkey(new.key)).verdict, Met)


def test_saved_proof_is_checked_by_the_format_s_own_rules(book: MemoryBook) -> None:
    """What is downloaded must convince somebody without this page."""
    saved = make_proof_file(book, 3)
    assert saved is not None
    proof = parse_proof_file(saved)
    found = check_proof_file(
        proof, leaf=leaf_hash(book.raw[3]), origin=SAMPLE_ORIGIN, verifiers=[Ed25519Verifier(parse_vkey(VKEY))]
    )
    assert found.size == 5


def _signed(book: MemoryBook) -> EntryProof:
    book.sign(START)
    return of(book, 1)
