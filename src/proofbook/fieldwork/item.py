"""One drawn item: its row as exported, its record with proof, its history, what it leads to, and what is missing.

Promises: everything is read from the book as it is now and proven again; whatever one would expect and is not there is named as
missing, and nothing is graded. Content is never in a folder: its slots say whether it is withheld, released to the auditor, or
shredded; showing released content is a look of its own, which the face records.
Hostile input: a damaged entry is shown as damaged; ids are only compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from proofbook.book.interface import BookReading
from proofbook.fieldwork.lineage import Link, link_to_entry, links_of_artifact, links_of_exchange, links_of_record
from proofbook.fieldwork.parts import Part, Pinned, Sealing, entries_of, read_part, sealing_of
from proofbook.fieldwork.proving import FAILS, OPEN, make_proof_file
from proofbook.fieldwork.samples import Release, Sample, SampleItem
from proofbook.readmodel import artifacts, classes, contents, exchanges
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.exchanges import Exchange
from proofbook.records.kept import KEPT

WITHHELD: Final = "withheld"
RELEASED: Final = "released"
SHREDDED: Final = "shredded"
_NOT_DONE: Final = {"missed", "unknown", "late"}
_EXCHANGES: Final = {"exchange.request", "exchange.refused"}


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """Something that happened to the item, in book order."""

    recorded: str
    kind: str
    what: str
    entry: str
    index: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Something one would expect of such an item and that is not there, or cannot be told."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Sealed content of the item. `state`: withheld, released or shredded; `view` says how a release lets it be seen."""

    exchange: str
    name: str
    bytes: int
    commit: str
    state: str
    view: str | None
    words: str


@dataclass(frozen=True, slots=True)
class ItemFolder:
    """Everything about one drawn item."""

    sample: str
    item: SampleItem
    row: Mapping[str, str] | None
    """The row as exported, by column; None where the exported table is not at hand."""
    parts: tuple[Part, ...]
    history: tuple[HistoryStep, ...]
    links: tuple[Link, ...]
    slots: tuple[Slot, ...]
    missing: tuple[Missing, ...]
    release: Release | None

    def proof_file(self, book: BookReading, part: Part) -> bytes | None:
        """The C2SP tlog-proof file of one of its entries; None before a checkpoint covers it."""
        return make_proof_file(book, part.index)


@dataclass(slots=True)
class _Found:
    parts: list[Part] = field(default_factory=list)
    history: list[HistoryStep] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


def open_item(
    reader: Reader,
    book: BookReading,
    pinned: Pinned,
    sample: Sample,
    item: SampleItem,
    row: Mapping[str, str] | None = None,
) -> ItemFolder:
    """The folder of one drawn item, as the book has it now."""
    found, release = _Found(), sample.release_of(item.item)
    index = _index_of(reader, item)
    if item.entry is None:
        found.missing.append(
            Missing("record", "the exported row names no entry: nothing is on file for it, or it cannot be told")
        )
    elif index is None:
        found.missing.append(Missing("record", f"entry {item.entry} is not one that the projection knows"))
    else:
        part = read_part(book, pinned, "record", index, item.entry)
        kind = None if part.entry is None else part.entry.kind
        if kind in _EXCHANGES:
            _add_exchange(reader, book, pinned, part, release, found)
        else:
            found.parts.append(part)
            _add_record(reader, part, found)
    if row is not None and "occurrence" in row:
        _add_occurrence(reader, row, found)
    found.missing += _from_parts(found.parts)
    found.missing += [Missing(each.relation, each.words) for each in found.links if not each.found and _is_expected(each)]
    found.history.sort(key=lambda each: each.index)
    return ItemFolder(
        sample.id,
        item,
        row,
        tuple(found.parts),
        tuple(dict.fromkeys(found.history)),
        tuple(dict.fromkeys(found.links)),
        tuple(found.slots),
        tuple(dict.fromkeys(found.missing)),
        release,
    )


def missing_folder(sample: Sample, item: str) -> Missing:
    """What is said of an id that was asked for and is not in the population."""
    return Missing(item, f"is not in {sample.population}, table {sample.table}, as it was exported")


def _index_of(reader: Reader, item: SampleItem) -> int | None:
    """Where the item's entry stands; rows of what was due name the entry only."""
    if item.index is not None or item.entry is None:
        return item.index
    version = Documents(reader).by_entry(item.entry)
    return None if version is None else version.index


def _add_occurrence(reader: Reader, row: Mapping[str, str], found: _Found) -> None:
    """Of something that was due: what called for it, and that it was not done where the row says so."""
    if row.get("state") in _NOT_DONE:
        found.missing.append(
            Missing("performance", f"{row['state'].replace('_', ' ')}: {row.get('reason') or 'no reason is stated'}")
        )
    called_by = row.get("called_by")
    if called_by:
        found.links.append(link_to_entry(reader, "called for by", called_by))


def _add_exchange(reader: Reader, book: BookReading, pinned: Pinned, part: Part, release: Release | None, found: _Found) -> None:
    known = exchanges.one(reader, str(part.said("exchange")))
    if known is None:
        found.parts.append(part)
        found.missing.append(Missing("exchange", "the projection does not know it; it may be behind the book"))
        return
    found.parts += [read_part(book, pinned, name, index, entry) for name, index, entry in entries_of(known)]
    if not known.refused and known.response_index is None:
        found.missing.append(Missing("response", "no response record: how the exchange ended is not known"))
    found.links += links_of_exchange(reader, known)
    sealing = sealing_of(reader, known)
    found.slots += [
        _slot(known, sealing, name, int(each.get("bytes", 0)), str(each.get("commit", "")), release)
        for one in found.parts
        for name, each in one.commitments
    ]
    if not known.refused and not found.slots:
        found.missing.append(Missing("content", "no content was sealed for this exchange"))
    if sealing.shredded is not None:
        found.missing.append(Missing("content", f"was erased on {sealing.shredded.recorded}: {sealing.shredded.reason}"))
    found.history += _exchange_history(reader, known)


def _exchange_history(reader: Reader, known: Exchange) -> Iterator[HistoryStep]:
    yield HistoryStep(
        known.recorded, "exchange.refused" if known.refused else "exchange.request", "asked", known.entry, known.index
    )
    if known.response_index is not None and known.response_entry is not None:
        ended = f"ended: {known.state.replace('_', ' ')}"
        yield HistoryStep(known.response_recorded or "", "exchange.response", ended, known.response_entry, known.response_index)
    looked = None if known.refused else classes.of_exchange(reader, known.exchange)
    if looked is not None:
        yield HistoryStep(looked.recorded, "exchange.classified", "looked through for sensitive data", looked.entry, looked.index)
    for each in () if known.conversation is None else contents.of_conversation(reader, known.conversation):
        yield HistoryStep(each.recorded, each.kind, f"{each.kind.removeprefix('content.')}: {each.reason}", "", each.index)


def _slot(known: Exchange, sealing: Sealing, name: str, size: int, commit: str, release: Release | None) -> Slot:
    if sealing.shredded is not None:
        words = f"its key was destroyed on {sealing.shredded.recorded}; the commitment stays"
        return Slot(known.exchange, name, size, commit, SHREDDED, None, words)
    if release is None:
        return Slot(known.exchange, name, size, commit, WITHHELD, None, "sealed; not released for this sample")
    words = f"released {release.view} on {release.recorded} by {release.actor}: {release.because}"
    return Slot(known.exchange, name, size, commit, RELEASED, release.view, words)


def _add_record(reader: Reader, part: Part, found: _Found) -> None:
    if part.entry is None:
        return
    kind, subject = part.entry.kind, part.entry.subject
    if kind in KEPT:
        documents = Documents(reader)
        for each in documents.history(kind, subject):
            what = f"version {each.version} by {each.actor}" + (", after the one drawn" if each.index > part.index else "")
            found.history.append(HistoryStep(each.recorded, kind, what, each.entry, each.index))
        for signed in documents.sign_offs(kind, subject):
            found.history.append(
                HistoryStep(signed.recorded, "sign_off", f"signed off by {signed.actor}", signed.entry, signed.index)
            )
        version = documents.by_entry(part.entry.id)
        if version is None:
            found.missing.append(Missing("record", "the projection does not know this version; it may be behind the book"))
        else:
            found.links += links_of_record(reader, version)
    elif kind == "model.artifact":
        for seen in artifacts.versions(reader, subject):
            found.history.append(HistoryStep(seen.recorded, kind, f"looked at on {seen.host}", seen.entry, seen.index))
        found.links += links_of_artifact(reader, str(part.said("artifact")))
    else:
        found.history.append(HistoryStep(part.entry.recorded, kind, "recorded", part.entry.id, part.index))


def _from_parts(parts: list[Part]) -> Iterator[Missing]:
    for part in parts:
        if part.trouble is not None:
            yield Missing(part.name, f"its entry cannot be read: {part.trouble}")
        if part.proof.tone == FAILS:
            yield Missing(f"proof of the {part.name}", part.proof.words)
        elif part.proof.tone == OPEN:
            yield Missing(f"proof of the {part.name}", "no signed checkpoint covers this entry yet")


def _is_expected(link: Link) -> bool:
    """An illustrative control is not a record that somebody owes."""
    return not (link.kind == "control" and link.id.startswith("LC-"))
