"""What auditors keep: notes that nobody else is shown, and receipts of the book to take away and hold it to later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from proofbook.errors import InputError, ProofbookError, RefusedError
from proofbook.fieldwork.notes import ABOUT, Note, list_notes, read_note
from proofbook.fieldwork.receipts import ReceiptCheck, list_receipts
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.auditing.keeping_acts import NoteOrder, ReceiptOrder, WithdrawOrder, give, hold_against, keep, withdraw
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page, Query, See

_READABLE: Final = 100
"""Notes whose text is opened for one page."""


def show_notes(desk: Desk, query: Query) -> Answer:
    """`/room/notes`; `about` and `id` fill in what a new one is about."""
    return _notes(desk, {"about_kind": query.get("about", "other"), "about": query.get("id", ""), "text": ""}, {})


def keep_note(desk: Desk, given: Given) -> Answer:
    """Write one."""
    typed = {name: given.one(name) for name in ("about_kind", "about", "text")}
    try:
        done = keep(desk, read_typed(NoteOrder, typed))
    except FormMistakes as wrong:
        return _notes(desk, typed, wrong.by_field)
    except InputError as error:
        field, colon, words = error.message.partition(": ")
        return _notes(desk, typed, {field if colon else "": words if colon else error.message})
    return See(done.path, done.said)


def drop_note(desk: Desk, given: Given, note: str) -> Answer:
    """Destroy its text."""
    del given
    done = withdraw(desk, read_typed(WithdrawOrder, {"note": note}))
    return See(done.path, done.said)


def show_receipts(desk: Desk, query: Query) -> Answer:
    """`/room/receipts`."""
    del query
    return _receipts(desk, None, {})


def give_receipt(desk: Desk, given: Given) -> Answer:
    """The newest signed checkpoint, to take away."""
    made = give(desk, given.read(ReceiptOrder)).values
    return Attachment(made["note_name"], "text/plain; charset=utf-8", made["note"].encode())


def check(desk: Desk, given: Given) -> Answer:
    """Hold the book to a receipt that was taken away earlier."""
    sent = given.file("receipt")
    if sent is None:
        return _receipts(desk, None, {"receipt": "no file was chosen"})
    try:
        found = hold_against(desk, sent.data)
    except ProofbookError as error:
        return _receipts(desk, None, {"receipt": error.message})
    return _receipts(desk, found, {})


def _notes(desk: Desk, given: Mapping[str, str], mistakes: Mapping[str, str]) -> Page:
    room = enter(desk)
    values = {
        "notes": open_notes(desk),
        "about_kinds": [(each, each.replace("_", " ")) for each in ABOUT],
        "given": given,
        "mistakes": mistakes,
        "scope": room.scope,
    }
    return Page("auditing/notes.html", values, 422 if mistakes else 200)


def open_notes(desk: Desk) -> list[tuple[Note, str | None]]:
    """The visitor's own notes with their texts; None: destroyed, or beyond those that are opened at once. Raises RefusedError."""
    if desk.sources.open_vault is None:
        raise RefusedError("sealed texts cannot be opened here", hint="start the portal with `proofbook portal`")
    room = enter(desk)
    notes = list_notes(desk.reader, desk.known.account, room.id)
    with desk.sources.open_vault() as vault:
        return [(each, read_note(vault, room.act, each) if place < _READABLE else None) for place, each in enumerate(notes)]


def _receipts(desk: Desk, found: ReceiptCheck | None, mistakes: Mapping[str, str]) -> Page:
    room = enter(desk)
    values = {
        "receipts": list_receipts(desk.reader, room.id),
        "head": desk.book.latest_checkpoint(),
        "found": found,
        "mistakes": mistakes,
        "scope": room.scope,
    }
    return Page("auditing/receipts.html", values, 422 if mistakes else 200)
