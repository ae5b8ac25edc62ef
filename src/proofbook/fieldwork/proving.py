"""Recomputing, while the page is made, that an entry is in the book as it was signed; every step said in words.

Promises: the leaf hash is computed from the bytes as they lie now; the signature is checked with the key this home pins; the path
is followed to the signed root. A step that fails is shown as failed, whatever its error; nothing of it is hidden or retried.
Does not: show that what was recorded is true, nor that other people hold the same checkpoint.
Hostile input: a damaged book leads to Unmet with the step that showed it, or to Unknown where nothing could be computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.errors import IntegrityError, ProofbookError
from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict
from proofbook.records.envelope import parse_entry
from proofbook.tlog.checkpoint import Checkpoint, check_checkpoint
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.proof import check_inclusion
from proofbook.tlog.proof_file import ProofFile, format_proof_file
from proofbook.tlog.vkey import parse_vkey

HOLDS: Final = "holds"
FAILS: Final = "fails"
OPEN: Final = "open"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was computed, and what came of it: `holds`, `fails` or `open`."""

    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class EntryProof:
    """What was recomputed for one entry. Hashes are hex; None where they could not be computed."""

    index: int
    verdict: Verdict
    steps: tuple[Step, ...]
    leaf: str | None
    path: tuple[str, ...]
    size: int | None
    root: str | None
    signed_at: str | None

    @property
    def tone(self) -> str:
        """`holds`, `fails` or `open`."""
        match self.verdict:
            case Met():
                return HOLDS
            case Unmet():
                return FAILS
            case Unknown():
                return OPEN

    @property
    def words(self) -> str:
        """The outcome in one sentence."""
        return " ".join(self.verdict.reasons)


@dataclass(slots=True)
class _Working:
    steps: list[Step] = field(default_factory=list)
    leaf: bytes | None = None
    path: tuple[bytes, ...] = ()
    head: StoredCheckpoint | None = None

    def say(self, outcome: str, words: str) -> None:
        self.steps.append(Step(outcome, words))


def prove(book: BookReading, index: int, *, entry_id: str, origin: str, vkey: str) -> EntryProof:
    """Recomputes the proof of the entry at `index`, which must be `entry_id`. `origin` and `vkey` are the pinned ones."""
    work = _Working()
    try:
        _compute(book, index, entry_id, origin, vkey, work)
    except ProofbookError as error:
        work.say(FAILS, f"Could not be computed: {error.message}.")
    return EntryProof(
        index,
        _verdict(work),
        tuple(work.steps),
        None if work.leaf is None else work.leaf.hex(),
        tuple(each.hex() for each in work.path),
        None if work.head is None else work.head.size,
        None if work.head is None else work.head.root.hex(),
        None if work.head is None else work.head.signed_at,
    )


def make_proof_file(book: BookReading, index: int) -> bytes | None:
    """The C2SP tlog-proof file of an entry as the book has it now, or None before a checkpoint covers it."""
    head = book.latest_checkpoint()
    if head is None or head.size <= index:
        return None
    return format_proof_file(ProofFile(index, book.inclusion(index, head.size), head.note))


def _compute(book: BookReading, index: int, entry_id: str, origin: str, vkey: str, work: _Working) -> None:
    data = book.entry(index)
    work.leaf = leaf_hash(data)
    stored = next(iter(book.leaf_hashes(index, index + 1)), None)
    if stored == work.leaf:
        work.say(HOLDS, "The entry's bytes were hashed just now and give the leaf hash that the book keeps for this position.")
    else:
        work.say(FAILS, "The entry's bytes do not give the leaf hash that the book keeps for this position.")
    _name(data, index, entry_id, work)
    work.head = book.latest_checkpoint()
    if work.head is None or work.head.size <= index:
        work.say(OPEN, "No signed checkpoint covers this entry yet.")
        return
    checkpoint = _signed(book, work.head, origin, vkey, work)
    work.path = book.inclusion(index, work.head.size)
    if checkpoint is None:
        return
    try:
        check_inclusion(work.leaf, work.path, index=index, size=checkpoint.size, root=checkpoint.root)
    except IntegrityError as error:
        work.say(FAILS, f"The path from this leaf hash does not lead to the signed root: {error.message}.")
    else:
        hashes = "1 hash" if len(work.path) == 1 else f"{len(work.path)} hashes"
        work.say(HOLDS, f"From this leaf hash, the path of {hashes} leads to the signed root of {checkpoint.size:,} entries.")


def _name(data: bytes, index: int, entry_id: str, work: _Working) -> None:
    try:
        found = parse_entry(data).id
    except ProofbookError as error:
        work.say(FAILS, f"The bytes at position {index:,} are not an entry: {error.message}.")
        return
    if found != entry_id:
        work.say(FAILS, f"The entry at position {index:,} is {found[:40]!r}, not {entry_id[:40]!r}.")


def _signed(book: BookReading, head: StoredCheckpoint, origin: str, vkey: str, work: _Working) -> Checkpoint | None:
    """The checkpoint, when its signature checks out with the pinned key or an earlier key of the book."""
    periods = book.keys()
    if not periods or periods[-1].vkey != vkey:
        work.say(FAILS, "The book names another signing key than the one this home pins.")
    verifiers = {vkey} | {
        each.vkey for each in periods if each.from_size < head.size and (each.to_size is None or head.size <= each.to_size)
    }
    try:
        checkpoint = check_checkpoint(
            head.note, origin=origin, verifiers=[Ed25519Verifier(parse_vkey(each)) for each in sorted(verifiers)]
        )
    except ProofbookError as error:
        work.say(FAILS, f"The signature of the checkpoint does not check out: {error.message}.")
        return None
    if (checkpoint.size, checkpoint.root) != (head.size, head.root):
        work.say(FAILS, "The stored size or root differs from the one in the signed text.")
    work.say(HOLDS, f"The checkpoint of {checkpoint.size:,} entries carries this log's signature, and it checks out.")
    return checkpoint


def _verdict(work: _Working) -> Verdict:
    if any(step.outcome == FAILS for step in work.steps):
        return Unmet(("This entry does not check out.", "What is shown of it here cannot be relied on."))
    if any(step.outcome == OPEN for step in work.steps):
        return Unknown(("No signed checkpoint covers this entry yet.", "Load this page again in a moment."))
    return Met(("This entry is in the book, unchanged since it was signed.", "That does not make what was recorded true."))
