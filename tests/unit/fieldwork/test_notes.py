"""Auditors' notes: a commitment in the book, the text in the vault, for their author only."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import InputError, RefusedError
from proofbook.fieldwork.acting import Act, Side
from proofbook.fieldwork.notes import RETENTION, find_note, list_notes, read_note, withdraw_note, write_note
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind
from support.draft_builder import OCCURRED
from support.fieldwork_desk import AUDITOR, ENGAGEMENT, FieldworkDesk
from support.home_builder import BookPlace, make_book, recording

TEXT = "The third item looks backdated: ask again. <script>"
OTHER = Actor("b.auditor", ActorKind.PERSON, "local_account")


def write(desk: FieldworkDesk, text: str = TEXT, *, actor: Actor = AUDITOR, about: str = "R-1") -> str:
    """A note that is recorded; its id."""
    act = desk.act(Side.AUDITOR, actor)
    receipt = desk.record(write_note(act, desk.ids, engagement=ENGAGEMENT, about_kind="request", about=about, text=text))
    return str(desk.recorder.entries[receipt[0].index].body["note"])


def test_no_entry_holds_the_text(desk: FieldworkDesk) -> None:
    """Whoever reads the book sees that there is a note, not what it says."""
    note = write(desk)
    assert all(b"backdated" not in data for data in desk.book.raw)
    entry = desk.recorder.of_kind("auditor.note")[0]
    assert entry.body["conversation"] == f"notes/an.auditor/{note}"
    assert entry.body["content"]["text"]["bytes"] == len(TEXT)


def test_its_author_reads_it_and_nobody_else(desk: FieldworkDesk) -> None:
    """Another auditor, and anybody of the company, is told nothing, not even that it exists."""
    note = write(desk)
    mine = find_note(desk.reader, AUDITOR.id, note)
    assert read_note(desk.vault, desk.act(Side.AUDITOR), mine) == TEXT
    for act in (desk.act(Side.AUDITOR, OTHER), desk.act(), desk.act(Side.STAFF, AUDITOR)):
        with pytest.raises(RefusedError):
            read_note(desk.vault, act, mine)
    with pytest.raises(InputError, match="none of yours"):
        find_note(desk.reader, OTHER.id, note)
    with pytest.raises(RefusedError):
        write_note(desk.act(), desk.ids, engagement=ENGAGEMENT, about_kind="request", about="R-1", text="x")
    assert list_notes(desk.reader, OTHER.id) == ()


def test_notes_are_listed_newest_first_and_by_engagement(desk: FieldworkDesk) -> None:
    """One auditor may work on several."""
    first, second = write(desk), write(desk, "other", about="R-2")
    assert [each.id for each in list_notes(desk.reader, AUDITOR.id, ENGAGEMENT)] == [second, first]
    assert list_notes(desk.reader, AUDITOR.id, "other-2026") == ()


def test_a_withdrawn_note_cannot_be_opened_and_stays_listed(desk: FieldworkDesk) -> None:
    """The key is destroyed; that there was a note remains."""
    note, kept = write(desk), write(desk, "kept")
    desk.record(withdraw_note(desk.reader, desk.act(Side.AUDITOR), note))
    after = find_note(desk.reader, AUDITOR.id, note)
    assert after.withdrawn is not None
    assert read_note(desk.vault, desk.act(Side.AUDITOR), after) is None
    assert read_note(desk.vault, desk.act(Side.AUDITOR), find_note(desk.reader, AUDITOR.id, kept)) == "kept"
    with pytest.raises(InputError, match="already"):
        withdraw_note(desk.reader, desk.act(Side.AUDITOR), note)
    with pytest.raises(InputError, match="none of yours"):
        withdraw_note(desk.reader, desk.act(Side.AUDITOR, OTHER), kept)


@pytest.mark.parametrize(
    ("kind", "about", "text"), [("planet", "x", "y"), ("request", " ", "y"), ("request", "x", ""), ("request", "x", "y" * 16_001)]
)
def test_a_note_about_nothing_or_without_words_is_refused(desk: FieldworkDesk, kind: str, about: str, text: str) -> None:
    """Caps and a closed list."""
    with pytest.raises(InputError):
        write_note(desk.act(Side.AUDITOR), desk.ids, engagement=ENGAGEMENT, about_kind=kind, about=about, text=text)


def test_a_real_vault_seals_withdraws_and_leaves_it_out_of_retention(desk: FieldworkDesk, tmp_path: Path) -> None:
    """Through the real door: a key of its own, a retention class of its own, and gone when it is withdrawn."""
    place = make_book(tmp_path / "real")
    act = Act(AUDITOR, Side.AUDITOR, OCCURRED)
    with recording(place) as recorder, Projection(tmp_path / "real.sqlite", place_reader(place)) as projection:
        one, two = (
            recorder.submit(write_note(act, desk.ids, engagement=ENGAGEMENT, about_kind="item", about="x", text=text)).result()[0]
            for text in ("first", "second")
        )
        projection.catch_up()
        notes = {each.index: each for each in list_notes(projection.reader, AUDITOR.id)}
        with place.vault() as vault:
            assert read_note(vault, act, notes[one.index]) == "first"
            assert [each.id for each in vault.due("default", "9999")] == []
            assert {each.id for each in vault.due(RETENTION, "9999")} == {each.conversation for each in notes.values()}
        recorder.submit(withdraw_note(projection.reader, act, notes[one.index].id)).result()
        with place.vault() as vault:
            assert read_note(vault, act, notes[one.index]) is None
            assert read_note(vault, act, notes[two.index]) == "second"
    assert place.inspect().damages == []


def place_reader(place: BookPlace) -> BookReader:
    """The book of a place, read-only."""
    return BookReader(place.path)
