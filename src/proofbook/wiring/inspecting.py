"""Looking into a home's book: status, the proof of one entry, and the inspection that re-derives everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from proofbook.book.fsck import Damage, inspect_book
from proofbook.book.reader import BookReader
from proofbook.book.receipts import check_held_checkpoint
from proofbook.errors import InputError, IntegrityError, ProofbookError
from proofbook.journal.content_check import ContentCheck
from proofbook.primitives.ids import check_id
from proofbook.readmodel import exchanges
from proofbook.records.envelope import parse_entry
from proofbook.tlog.note import parse_note
from proofbook.tlog.proof_file import ProofFile, format_proof_file
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_book, open_projection, open_vault


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
        lines.append(
            f"5. Held checkpoints: {self.held} extended by this book" if self.held else "5. Held checkpoints: none given"
        )
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
            "damages": [{"place": damage.place, "what": damage.what} for damage in self.damages],
            "damages_total": self.damages_total,
        }


def read_status(home: Home) -> dict[str, Any]:
    """Facts about the book, JSON values."""
    with open_book(home) as book:
        latest = book.latest_checkpoint()
        return {
            "entity": home.settings.entity,
            "origin": book.origin,
            "entries": book.size(),
            "signed_size": None if latest is None else latest.size,
            "signed_at": None if latest is None else latest.signed_at,
            "signed_root": None if latest is None else latest.root.hex(),
            "verifier_key": book.keys()[-1].vkey,
            "keys_in_history": len(book.keys()),
            "kinds": {kind: count for kind, (_, count) in book.kinds().items()},
            "book": str(home.book),
        }


def prove_entry(home: Home, entry: str) -> EntryProof:
    """The proof of one entry, named by index, entry id or exchange id.

    Raises:
        InputError: there is no such entry, or no checkpoint covers it yet.
    """
    with open_projection(home) as (book, projection):
        index = int(entry) if entry.isdecimal() else _find(book, projection.reader, entry)
        data = book.entry(index)
        latest = book.latest_checkpoint()
        if latest is None or latest.size <= index:
            raise InputError(f"entry {index} is not covered by a signed checkpoint yet", hint="try again in a second")
        proof = ProofFile(index, book.inclusion(index, latest.size), latest.note)
        return EntryProof(index, parse_entry(data).kind, latest.size, data.decode(), format_proof_file(proof))


def inspect_home(
    home: Home, *, content: bool, held: Sequence[bytes] = (), progress: Callable[[int], None] | None = None
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
        for number, note in enumerate(held, start=1):
            extra = [*extra, *_check_held(book, note, number)]
    damages = (*seen.damages, *extra)
    return InspectionReport(
        identity.origin,
        seen.entries,
        seen.checkpoints,
        seen.root,
        seen.sources,
        counts,
        len(held),
        damages,
        seen.damages_total + len(extra),
    )


def _check_held(book: BookReader, note: bytes, number: int) -> list[Damage]:
    place, history = f"held checkpoint {number}", book.keys()
    try:
        parse_note(note)
        check_held_checkpoint(book, note, [period.vkey for period in history])
    except IntegrityError as error:
        return [Damage(place, str(error))]
    except ProofbookError as error:
        return [Damage(place, f"cannot be used: {error}")]
    return []


def _find(book: BookReader, reader: Any, entry: str) -> int:
    if entry.startswith("x_"):
        found = exchanges.one(reader, check_id(entry, "x"))
        if found is None:
            raise InputError(f"exchange {entry!r}: there is none in this book")
        return int(found.index)
    check_id(entry, "e")
    for index, data in book.entries(0, book.size()):
        if entry.encode() in data and parse_entry(data).id == entry:
            return index
    raise InputError(f"entry {entry!r}: there is none in this book")
