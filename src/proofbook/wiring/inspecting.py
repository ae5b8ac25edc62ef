"""Looking into a home's book: status, the proof of one entry, and the inspection that re-derives everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from proofbook.book.fsck import Damage, inspect_book
from proofbook.book.reader import BookReader
from proofbook.book.receipts import check_held_checkpoint, choose_handed_out
from proofbook.errors import InputError, IntegrityError, ProofbookError
from proofbook.journal.content_check import ContentCheck
from proofbook.primitives.ids import check_id
from proofbook.readmodel import exchanges, sources
from proofbook.records.envelope import parse_entry
from proofbook.tlog.checkpoint import check_same_origin, parse_checkpoint
from proofbook.tlog.note import MAX_NOTE_BYTES, Note, parse_note
from proofbook.tlog.proof_file import ProofFile, format_proof_file
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_book, open_projection, open_vault

_MOST_DIGITS: Final = 18
"""A longer index is none that a book can have, nor one that its database understands."""


@dataclass(frozen=True, slots=True)
class HeldCheckpoint:
    """A checkpoint of this log that somebody outside holds, and the file it came in."""

    path: Path
    note: Note


@dataclass(frozen=True, slots=True)
class EntryProof:
    """An entry and the tlog-proof file that shows it in the book."""

    index: int
    kind: str
    size: int
    entry: str
    text: bytes


@dataclass(frozen=True, slots=True)
class InspectionReport:
    """What an inspection found, for people and for machines."""

    origin: str
    entries: int
    checkpoints: int
    root: str
    sources: dict[str, int]
    content: dict[str, int] | None
    held: int
    """How many held checkpoints were given."""
    extended: int
    """How many of them this book extends."""
    damages: tuple[Damage, ...]
    damages_total: int

    def lines(self) -> list[str]:
        """The report in words."""
        lines = [
            f"1. Entries: {self.entries} re-hashed; root {self.root}",
            f"2. Checkpoints: {self.checkpoints} signatures and roots re-derived, tiles, head and fence compared",
            "3. Sources: " + (", ".join(f"{name} 1-{seq}" for name, seq in sorted(self.sources.items())) or "none"),
        ]
        if self.content is None:
            lines.append("4. Content: not asked for (--content)")
        else:
            lines.append(
                f"4. Content: {self.content['present']} opened and compared, {self.content['shredded']} shredded on record"
            )
        held = f"{self.extended} of {self.held} given are extended by this book" if self.held else "none given"
        lines.append(f"5. Held checkpoints: {held}")
        if not self.damages_total:
            return [
                *lines,
                "No damage found. This shows that nothing changed since it was signed, not that what was recorded is true.",
            ]
        lines.append(f"{self.damages_total} damage(s):")
        return lines + [f"  {damage.place}: {damage.what}" for damage in self.damages]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "origin": self.origin,
            "entries": self.entries,
            "checkpoints": self.checkpoints,
            "root": self.root,
            "sources": self.sources,
            "content": self.content,
            "held_checkpoints": self.held,
            "held_checkpoints_extended": self.extended,
            "damages": [{"place": damage.place, "what": damage.what} for damage in self.damages],
            "damages_total": self.damages_total,
        }


def read_size(home: Home) -> int | None:
    """Number of entries; None when the book is too damaged to say."""
    try:
        with open_book(home) as book:
            return book.size()
    except ProofbookError:
        return None


def read_status(home: Home) -> dict[str, Any]:
    """Facts about the book, JSON values."""
    with open_projection(home) as (book, projection):
        latest, cosigned = book.latest_checkpoint(), book.latest_cosigned()
        return {
            "entity": home.settings.entity,
            "origin": book.origin,
            "entries": book.size(),
            "signed_size": None if latest is None else latest.size,
            "signed_at": None if latest is None else latest.signed_at,
            "signed_root": None if latest is None else latest.root.hex(),
            "cosigned_size": None if cosigned is None else cosigned.size,
            "verifier_key": book.keys()[-1].vkey,
            "keys_in_history": len(book.keys()),
            "sources": [
                {"source": each.source, "entries": each.last_seq, "newest": each.last_recorded}
                for each in sources.every(projection.reader)
            ],
            "kinds": {kind: count for kind, (_, count) in book.kinds().items()},
            "book": str(home.book),
        }


def prove_entry(home: Home, entry: str) -> EntryProof:
    """The proof of one entry, named by index, entry id or exchange id.

    Raises:
        InputError: there is no such entry, or no checkpoint covers it yet.
    """
    with open_projection(home) as (book, projection):
        index = int(entry) if _is_index(entry) else _find(book, projection.reader, entry)
        data = book.entry(index)
        latest = choose_handed_out(book, covering=index)
        if latest is None or latest.size <= index:
            raise InputError(f"entry {index} is not covered by a signed checkpoint yet", hint="try again in a second")
        proof = ProofFile(index, book.inclusion(index, latest.size), latest.note)
        return EntryProof(index, parse_entry(data).kind, latest.size, data.decode(), format_proof_file(proof))


def read_held_checkpoint(home: Home, path: Path) -> HeldCheckpoint:
    """A checkpoint of this home's log in a file; its signature is not looked at yet.

    Raises:
        InputError: it cannot be read, is no checkpoint, or is one of another log; names the file.
    """
    try:
        with path.open("rb") as stream:
            note = parse_note(stream.read(MAX_NOTE_BYTES + 1))
        check_same_origin(parse_checkpoint(note.text), home.identity().origin)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", hint="name the file of a checkpoint") from error
    except (InputError, IntegrityError) as error:
        raise InputError(f"{path}: is not a checkpoint of this log: {error.message}", hint=_A_CHECKPOINT) from error
    return HeldCheckpoint(path, note)


def inspect_home(
    home: Home, *, content: bool, held: Sequence[HeldCheckpoint] = (), progress: Callable[[int], None] | None = None
) -> InspectionReport:
    """Re-derive the whole book; with `content`, open everything sealed; with `held`, hold earlier checkpoints against it."""
    identity = home.identity()
    fence = home.fence(identity.origin)
    counts: dict[str, int] | None = None
    extra: list[Damage] = []
    if content:
        with open_vault(home) as vault:
            check = ContentCheck(vault)
            seen = inspect_book(home.book, fence=fence, each=check.see, freeze=check.freeze, progress=progress)
            check.finish()
        counts, extra = {"present": check.present, "shredded": check.shredded}, check.damages
    else:
        seen = inspect_book(home.book, fence=fence, progress=progress)
    with BookReader(home.book) as book:
        if (book.origin, book.keys()[-1].vkey) != (identity.origin, identity.vkey):
            extra = [*extra, Damage("identity", f"the book is of {book.origin!r}, {home.identity_path} names another log or key")]
        missed = [damage for each in held for damage in _check_held(book, each)]
    damages = (*seen.damages, *extra, *missed)
    return InspectionReport(
        identity.origin,
        seen.entries,
        seen.checkpoints,
        seen.root,
        seen.sources,
        counts,
        len(held),
        len(held) - len(missed),
        damages,
        seen.damages_total + len(extra) + len(missed),
    )


def _check_held(book: BookReader, held: HeldCheckpoint) -> list[Damage]:
    history = book.keys()
    try:
        check_held_checkpoint(book, held.note, [period.vkey for period in history])
    except ProofbookError as error:
        return [Damage(f"held checkpoint {held.path}", str(error))]
    return []


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _find(book: BookReader, reader: Any, entry: str) -> int:
    try:
        check_id(entry, "x" if entry.startswith("x_") else "e")
    except InputError as error:
        raise InputError(f"{entry[:80]!r} is neither an index nor an id", hint=_AN_ENTRY) from error
    if entry.startswith("x_"):
        found = exchanges.one(reader, entry)
        if found is None:
            raise InputError(f"exchange {entry!r}: there is none in this book", hint=_THIS_BOOK)
        return int(found.index)
    for index, data in book.entries(0, book.size()):
        if entry.encode() in data and parse_entry(data).id == entry:
            return index
    raise InputError(f"entry {entry!r}: there is none in this book", hint=_THIS_BOOK)


_AN_ENTRY: Final = "give an index (0, 1, 2, …), an entry id (e_…) or an exchange id (x_…)"
_THIS_BOOK: Final = "is --home the one it was recorded in?"
_A_CHECKPOINT: Final = "give the signed note as it was handed out: origin, size, root, an empty line, signatures"
