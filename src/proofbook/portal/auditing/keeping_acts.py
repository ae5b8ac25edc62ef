"""What an auditor keeps: notes that nobody else is shown, and receipts of the book, as acts."""

from __future__ import annotations

from typing import Final

from pydantic import Base64Bytes, Field

from proofbook.fieldwork.notes import withdraw_note, write_note
from proofbook.fieldwork.receipts import ReceiptCheck, check_receipt, make_receipt
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.surroundings import Desk


class NoteOrder(Order):
    """A note to be kept."""

    about_kind: str = Field(max_length=40, description="what it is about: request, control, population, sample, item, engagement")
    about: str = Field(default="", max_length=400, description="its id")
    text: str = Field(min_length=1, max_length=16_000, description="the note; sealed, shown to its writer only")


class WithdrawOrder(Order):
    """A note whose text is to be destroyed."""

    note: str = Field(max_length=80, description="id of the note")


class ReceiptOrder(Order):
    """A receipt to be given."""

    to: str = Field(default="", max_length=200, description="to whom; empty: the account's name")


class CheckOrder(Order):
    """A receipt that was taken away, to be held against the book."""

    receipt: Base64Bytes = Field(description="the receipt's bytes, in base64")


def keep(desk: Desk, order: NoteOrder) -> Done:
    """Write one. Raises InputError naming the field."""
    room = enter(desk)
    submissions = write_note(
        room.act, desk.ids, engagement=room.id, about_kind=order.about_kind, about=order.about, text=order.text
    )
    receipts = desk.writing.record(submissions)
    note = submissions[0].draft.subject
    return Done("/room/notes", "The note is kept, sealed; only you are shown it.", note, receipts, {"note": note})


def withdraw(desk: Desk, order: WithdrawOrder) -> Done:
    """Destroy its text. Raises InputError, RefusedError."""
    act = enter(desk).act
    receipts = desk.writing.record_read(lambda reader: withdraw_note(reader, act, order.note))
    said = "Its text is destroyed; that there was a note stays on record."
    return Done("/room/notes", said, order.note, receipts, {"note": order.note})


def give(desk: Desk, order: ReceiptOrder) -> Done:
    """The newest signed checkpoint, to take away. Raises RefusedError before there is one."""
    room, sources = enter(desk), desk.sources
    made = make_receipt(
        desk.book,
        room.act,
        desk.ids,
        to=order.to or desk.known.name,
        entity=sources.entity,
        vkey=sources.vkey,
        engagement=room.id,
        witnesses=sources.witnesses,
    )
    receipts = desk.writing.record(made.submissions)
    values = {
        "receipt": made.id,
        "size": made.size,
        "root": made.root,
        "signed_at": made.signed_at,
        "note_name": made.note_name,
        "note": made.note.decode(),
        "words": made.words.decode(),
    }
    return Done("/room/receipts", "The receipt is made.", made.id, receipts, values)


def hold_against(desk: Desk, receipt: bytes) -> ReceiptCheck:
    """What the book is to a receipt that was taken away earlier. Raises InputError for bytes that are none."""
    return check_receipt(desk.book, desk.reader, receipt, origin=desk.sources.origin, vkey=desk.sources.vkey)


def check(desk: Desk, order: CheckOrder) -> Done:
    """As `hold_against`; records nothing."""
    found = hold_against(desk, order.receipt)
    values = {
        "tone": found.tone,
        "words": found.words,
        "steps": [{"outcome": each.outcome, "words": each.words} for each in found.steps],
        "old_size": found.old_size,
        "old_root": found.old_root,
        "new_size": found.new_size,
        "new_root": found.new_root,
    }
    return Done("/room/receipts", found.words, values=values)


_AUDIT: Final = Permission.AUDIT
KEEP_NOTE: Final = Act("room.notes.keep", "Keep a note that nobody else is shown", _AUDIT, NoteOrder, keep)
WITHDRAW_NOTE: Final = Act("room.notes.withdraw", "Destroy the text of one's own note", _AUDIT, WithdrawOrder, withdraw)
GIVE_RECEIPT: Final = Act("room.receipts.give", "A receipt of the book, to take away", _AUDIT, ReceiptOrder, give)
CHECK_RECEIPT: Final = Act("room.receipts.check", "Hold the book against a receipt", _AUDIT, CheckOrder, check)
