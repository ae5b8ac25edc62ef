"""An auditor's own notes: the book holds a commitment, the vault the text, and only the author's pages open it.

Promises: an entry names author, engagement and what the note is about, never its text; each note is sealed under a conversation
of its own and a retention class apart, so it is in no retention run of exchanges and can be withdrawn by itself: withdrawing
destroys its key. `list_notes` and `read_note` answer for the author only. Honest limit: whoever has the vault's key and the disk
can open any sealed text, so an auditor who must exclude that keeps notes elsewhere.
Hostile input: text is bytes under a cap; it reaches no log, entry or error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol, get_args
from urllib.parse import quote

from proofbook.errors import InputError, RefusedError
from proofbook.fieldwork.acting import Act, Side, check_said, check_side
from proofbook.journal.receipt import Content, Effect, EffectKind, Submission
from proofbook.primitives.ids import IdSource
from proofbook.readmodel import contents, fieldwork
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.fieldwork import Event
from proofbook.records.content import ContentErased
from proofbook.records.fieldwork import AuditorNote
from proofbook.vault.reader import Absent

SLOT: Final = "text"
RETENTION: Final = "auditor-notes"
POLICY: Final = "the author's own wish"
MAX_TEXT: Final = 16_000
ABOUT: Final = get_args(AuditorNote.model_fields["about_kind"].annotation)
"""What a note can be about."""


class Opening(Protocol):
    """The vault, as far as notes need it."""

    def content(self, index: int, slot: str, commit: bytes) -> bytes | Absent:
        """The content of an entry's slot. Raises DigestMismatch."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note without its text. `withdrawn` is when its key was destroyed, None while it can be opened."""

    id: str
    auditor: str
    engagement: str
    about_kind: str
    about: str
    recorded: str
    index: int
    entry: str
    conversation: str
    commit: str
    bytes: int
    withdrawn: str | None


def write_note(act: Act, ids: IdSource, *, engagement: str, about_kind: str, about: str, text: str) -> tuple[Submission, ...]:
    """A new note. Raises RefusedError for anybody but an auditor, InputError."""
    check_side(act, Side.AUDITOR, "a note")
    if about_kind not in ABOUT:
        raise InputError(f"about_kind: {about_kind[:40]!r} is nothing a note can be about", hint=", ".join(ABOUT))
    said, note = check_said(text, "text", longest=MAX_TEXT), ids.new("n")
    conversation = f"notes/{quote(act.actor.id, safe='')[:160]}/{note}"
    body: dict[str, Any] = {
        "note": note,
        "auditor": act.actor.id,
        "engagement": engagement,
        "about_kind": about_kind,
        "about": check_said(about, "about", longest=200),
        "conversation": conversation,
    }
    sealed = Content(SLOT, said.encode("utf-8", "replace"), conversation, RETENTION)
    return (act.submission("auditor.note", note, body, contents=(sealed,)),)


def list_notes(reader: Reader, auditor: str, engagement: str | None = None) -> tuple[Note, ...]:
    """One auditor's notes, newest first, of one engagement where it is named; withdrawn ones are marked."""
    found: list[Note] = []
    before = None
    while events := fieldwork.of_actor(reader, "auditor.note", auditor, before=before):
        mine = (event for event in events if event.body["auditor"] == auditor)
        found += [_note(reader, event) for event in mine if engagement in {None, event.engagement}]
        before = events[-1].index
    return tuple(found)


def find_note(reader: Reader, auditor: str, note: str) -> Note:
    """One note of its author. Raises InputError for one that is not there or is somebody else's, without telling which."""
    found = next((each for each in fieldwork.about(reader, "auditor.note", note) if each.body["auditor"] == auditor), None)
    if found is None:
        raise InputError(f"note {note[:60]!r}: there is none of yours")
    return _note(reader, found)


def read_note(vault: Opening, act: Act, note: Note) -> str | None:
    """The text, for its author; None when it was withdrawn.

    Raises:
        RefusedError: somebody else asks. DigestMismatch: the sealed text is not what the entry committed to.
    """
    check_side(act, Side.AUDITOR, "a note")
    if act.actor.id != note.auditor:
        raise RefusedError("this note is somebody else's")
    found = vault.content(note.index, SLOT, bytes.fromhex(note.commit))
    return None if isinstance(found, Absent) else found.decode("utf-8", "replace")


def withdraw_note(reader: Reader, act: Act, note: str) -> tuple[Submission, ...]:
    """Destroys a note's text; the entry that there was one stays. Raises RefusedError, InputError."""
    check_side(act, Side.AUDITOR, "a note")
    found = find_note(reader, act.actor.id, note)
    if found.withdrawn is not None:
        raise InputError(f"note {note[:60]}: was withdrawn on {found.withdrawn[:10]} already")
    body = ContentErased(
        conversation=found.conversation,
        reason="an auditor withdrew a note",
        policy=POLICY,
        trigger="request",
        blobs=0,
        commits=[],
        commits_total=0,
    )
    draft = act.draft("content.erased", found.conversation, body.to_body())
    return (Submission(draft, (), Effect(EffectKind.ERASE, found.conversation)),)


def _note(reader: Reader, event: Event) -> Note:
    body, sealed = event.body, event.body["content"][SLOT]
    gone = [each for each in contents.of_conversation(reader, body["conversation"]) if each.kind == "content.erased"]
    return Note(
        id=event.about,
        auditor=body["auditor"],
        engagement=body["engagement"],
        about_kind=body["about_kind"],
        about=body["about"],
        recorded=event.recorded,
        index=event.index,
        entry=event.entry,
        conversation=body["conversation"],
        commit=sealed["commit"],
        bytes=sealed["bytes"],
        withdrawn=gone[-1].recorded if gone else None,
    )
