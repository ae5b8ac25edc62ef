"""Receipts: a signed checkpoint to take away, and holding the book to one that somebody took away earlier.

Promises: a receipt is the checkpoint as it was published (a C2SP signed note, with every cosignature), and a page of words beside
it; giving one is an entry. A check says step by step what was computed: whose signature it is, whether the book still reaches
that size, and whether today's tree contains that one unchanged. What cannot be told is Unknown. Met says that nothing before the
receipt was changed or removed since; not that what was recorded is true.
Hostile input: any bytes; a file that is no checkpoint raises MalformedBundle or LimitExceeded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from proofbook.anchoring.seen import SeenBy, read_cosignatures
from proofbook.anchoring.settings import WitnessSettings
from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.book.receipts import choose_handed_out
from proofbook.errors import IntegrityError, MalformedBundle, ProofbookError, UnavailableError
from proofbook.fieldwork.acting import Act, check_said
from proofbook.fieldwork.proving import FAILS, HOLDS, OPEN, Step
from proofbook.journal.receipt import Submission
from proofbook.primitives.ids import IdSource
from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict
from proofbook.primitives.visible import visible
from proofbook.readmodel import fieldwork
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.fieldwork import Event
from proofbook.records.fieldwork import ReceiptGiven
from proofbook.tlog.checkpoint import Checkpoint, check_checkpoint, parse_checkpoint
from proofbook.tlog.note import Ed25519Verifier, Note, parse_note
from proofbook.tlog.proof import check_consistency
from proofbook.tlog.vkey import parse_vkey

MAX_NAME: Final = 200
_KINDS: Final = {Met: HOLDS, Unmet: FAILS, Unknown: OPEN}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt to be handed over: two files, and the entry that says so. `note` is verbatim the signed note."""

    id: str
    size: int
    root: str
    signed_at: str
    note_name: str
    note: bytes
    words_name: str
    words: bytes
    submissions: tuple[Submission, ...]


@dataclass(frozen=True, slots=True)
class GivenReceipt:
    """A receipt on record."""

    id: str
    engagement: str | None
    to: str
    size: int
    root: str
    checkpoint_sha256: str
    file_sha256: str
    recorded: str
    actor: str
    entry: str


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What a check came to. `given` is the entry that recorded the receipt, where there is one."""

    verdict: Verdict
    steps: tuple[Step, ...]
    old_size: int
    old_root: str
    new_size: int | None
    new_root: str | None
    given: GivenReceipt | None

    @property
    def tone(self) -> str:
        """`holds`, `fails` or `open`."""
        return _KINDS[type(self.verdict)]

    @property
    def words(self) -> str:
        """The outcome in a few sentences."""
        return " ".join(self.verdict.reasons)


@dataclass(slots=True)
class _Working:
    steps: list[Step] = field(default_factory=list)
    outcome: str = HOLDS

    def say(self, outcome: str, words: str) -> None:
        self.steps.append(Step(outcome, words))
        if outcome == FAILS or (outcome == OPEN and self.outcome == HOLDS):
            self.outcome = outcome


def make_receipt(
    book: BookReading,
    act: Act,
    ids: IdSource,
    *,
    to: str,
    entity: str,
    vkey: str,
    engagement: str | None = None,
    witnesses: tuple[WitnessSettings, ...] = (),
) -> Receipt:
    """A receipt for the newest signed checkpoint, or for one of the last hour that a witness cosigned.

    `witnesses`: those whose cosignatures are checked and named in the words.

    Raises:
        UnavailableError: nothing is signed yet. InputError: `to` names nobody.
    """
    head, name = choose_handed_out(book), check_said(to, "to", longest=MAX_NAME)
    if head is None or head.size == 0:
        raise UnavailableError("the book has no signed checkpoint yet", hint="wait for the next one")
    receipt = ids.new("w")
    stem = _stem(head)
    body = ReceiptGiven(
        receipt=receipt,
        engagement=engagement,
        to=name,
        size=head.size,
        root=head.root.hex(),
        checkpoint_sha256=sha256(parse_note(head.note).text).hexdigest(),
        file_sha256=sha256(head.note).hexdigest(),
    )
    seen = read_cosignatures(head.note, book.origin, witnesses)
    words = _words(book, head, act, seen, to=name, entity=entity, vkey=vkey, receipt=receipt)
    drafts = (act.submission("receipt.given", receipt, body.to_body()),)
    root, note = head.root.hex(), head.note
    return Receipt(receipt, head.size, root, head.signed_at, f"{stem}.note", note, f"{stem}.txt", words.encode(), drafts)


def list_receipts(reader: Reader, engagement: str | None = None) -> tuple[GivenReceipt, ...]:
    """Receipts on record, newest first; of one engagement where it is named."""
    events = fieldwork.listed(reader, "receipt.given") if engagement is None else _of(reader, engagement)
    return tuple(map(_given, events))


def check_receipt(book: BookReading, reader: Reader, data: bytes, *, origin: str, vkey: str) -> ReceiptCheck:
    """Hold the book to a receipt. `origin` and `vkey` are the ones this home pins.

    Raises:
        MalformedBundle, LimitExceeded, ProofInvalid: the bytes are no signed checkpoint.
    """
    note = parse_note(data)
    old = parse_checkpoint(note.text)
    work, head = _Working(), book.latest_checkpoint()
    try:
        _check(book, note, old, head, origin, vkey, work)
    except ProofbookError as error:
        work.say(FAILS, f"Could not be computed: {error.message}.")
    given = _find_given(reader, note)
    _say_given(work, given)
    return ReceiptCheck(
        _verdict(work, old),
        tuple(work.steps),
        old.size,
        old.root.hex(),
        None if head is None else head.size,
        None if head is None else head.root.hex(),
        given,
    )


def _check(
    book: BookReading, note: Note, old: Checkpoint, head: StoredCheckpoint | None, origin: str, vkey: str, work: _Working
) -> None:
    if old.origin != origin:
        work.say(OPEN, f"The receipt is of another log ({visible(old.origin[:120])}); this book cannot be held to it.")
        return
    if not _is_signed(book, note, old, origin, vkey, work):
        return
    if head is None:
        work.say(OPEN, "This book has no signed checkpoint to compare with.")
        return
    present = _present(book, head, origin, vkey, work)
    if present is None:
        return
    if present.size < old.size:
        work.say(FAILS, f"The receipt names {old.size:,} entries and this book is signed for {present.size:,} only.")
        return
    if old.size == 0:
        work.say(HOLDS, "The receipt names an empty book: everything that came later extends it.")
        return
    _extends(book, old, present, work)


def _extends(book: BookReading, old: Checkpoint, present: Checkpoint, work: _Working) -> None:
    proof = book.consistency(old.size, present.size) if old.size < present.size else ()
    try:
        check_consistency(proof, old_size=old.size, old_root=old.root, new_size=present.size, new_root=present.root)
    except IntegrityError as error:
        work.say(FAILS, f"Today's tree does not contain the tree of the receipt: {error.message}.")
        return
    hashes = "1 hash" if len(proof) == 1 else f"{len(proof)} hashes"
    work.say(
        HOLDS,
        f"A proof of {hashes} leads from the root of the receipt's {old.size:,} entries to the signed root of today's "
        f"{present.size:,}.",
    )


def _is_signed(book: BookReading, note: Note, old: Checkpoint, origin: str, vkey: str, work: _Working) -> bool:
    try:
        check_checkpoint(note, origin=origin, verifiers=_verifiers(book, old.size, vkey))
    except (IntegrityError, MalformedBundle) as error:
        work.say(FAILS, f"The receipt does not carry this log's signature: {error.message}.")
        return False
    work.say(HOLDS, f"The receipt names {old.size:,} entries and carries this log's signature, and it checks out.")
    return True


def _present(book: BookReading, head: StoredCheckpoint, origin: str, vkey: str, work: _Working) -> Checkpoint | None:
    try:
        return check_checkpoint(head.note, origin=origin, verifiers=_verifiers(book, head.size, vkey))
    except (IntegrityError, MalformedBundle) as error:
        work.say(FAILS, f"The signature of this book's own newest checkpoint does not check out: {error.message}.")
        return None


def _verifiers(book: BookReading, size: int, vkey: str) -> Iterable[Ed25519Verifier]:
    """The pinned key, and the keys that the book says signed for that size."""
    periods = book.keys()
    fitting = {each.vkey for each in periods if each.from_size < size and (each.to_size is None or size <= each.to_size)}
    return [Ed25519Verifier(parse_vkey(each)) for each in sorted({vkey} | fitting)]


def _verdict(work: _Working, old: Checkpoint) -> Verdict:
    if work.outcome == FAILS:
        return Unmet(("This book does not go on from the receipt.", "Keep the receipt and ask for the reason in writing."))
    if work.outcome == OPEN:
        return Unknown(("Whether this book goes on from the receipt could not be told.",))
    return Met(
        (
            f"The first {old.size:,} entries of this book are those the receipt was given for: none was changed or removed.",
            "That does not make what was recorded true.",
        )
    )


def _find_given(reader: Reader, note: Note) -> GivenReceipt | None:
    digest, before = sha256(note.text).hexdigest(), None
    while events := fieldwork.listed(reader, "receipt.given", before=before):
        for event in events:
            if event.body["checkpoint_sha256"] == digest:
                return _given(event)
        before = events[-1].index
    return None


def _say_given(work: _Working, given: GivenReceipt | None) -> None:
    if given is None:
        work.steps.append(Step(OPEN, "No entry of this book says that this checkpoint was given as a receipt (informative)."))
    else:
        work.steps.append(Step(HOLDS, f"The book recorded on {given.recorded} that it was given to {visible(given.to)}."))


def _of(reader: Reader, engagement: str) -> tuple[Event, ...]:
    return fieldwork.of_engagement(reader, "receipt.given", engagement)


def _given(event: Event) -> GivenReceipt:
    body = event.body
    return GivenReceipt(
        id=event.about,
        engagement=event.engagement,
        to=body["to"],
        size=body["size"],
        root=body["root"],
        checkpoint_sha256=body["checkpoint_sha256"],
        file_sha256=body["file_sha256"],
        recorded=event.recorded,
        actor=event.actor,
        entry=event.entry,
    )


def _stem(head: StoredCheckpoint) -> str:
    return f"receipt-{head.size}-{head.root.hex()[:16]}"


def _words(
    book: BookReading,
    head: StoredCheckpoint,
    act: Act,
    seen: SeenBy,
    *,
    to: str,
    entity: str,
    vkey: str,
    receipt: str,
) -> str:
    """The page beside the note: what it is, and how to use it."""
    cosigned = [f"{visible(each.key_name)} at {each.at}, checked" for each in seen.cosigned]
    cosigned += [f"{seen.strangers} by keys that are not configured, not checked"] if seen.strangers else []
    lines = [
        "Receipt: the state of an evidence book",
        "",
        f"entity       {visible(entity)}",
        f"log          {book.origin}",
        f"entries      {head.size}",
        f"root         {head.root.hex()}",
        f"signed at    {head.signed_at}",
        f"given to     {visible(to)}",
        f"given by     {visible(act.actor.id)}",
        f"given at     {act.now}",
        f"receipt      {receipt}",
        f"note         {_stem(head)}.note",
        f"SHA-256      {sha256(head.note).hexdigest()}",
        f"witnesses    {'; '.join(cosigned) or 'none signed this checkpoint'}",
        f"key          {vkey}",
        "",
        "Keep the note. It names how many entries the book had and the root of the tree over them, and is signed by the log.",
        "Later, hold the book to it: `proofbook receipt check NOTE` on the company's side, or, with an evidence room,",
        "`python3 verify.py ROOM --key KEY --checkpoint NOTE`. Both fail when an entry before this point was changed or removed.",
        "It does not say that what was recorded is true, and it holds no content.",
    ]
    return "\n".join(lines) + "\n"
