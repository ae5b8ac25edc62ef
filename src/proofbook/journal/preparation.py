"""From submissions to rows: seal the content, act on the vault, fill in what only the writer knows, number, date and check.

All submissions of one call are prepared together; when one fails, what the others did to the vault is taken back, and the
numbers they would have had are free again. Content passes through here and into the vault; nothing of it reaches an
entry, an error or a log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, overload

from proofbook.book.writer import Row
from proofbook.errors import InputError, MalformedRecord
from proofbook.journal.receipt import Content, Effect, EffectKind, Receipt, Submission
from proofbook.journal.store import Store
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import parse_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft, format_entry, parse_entry
from proofbook.records.kinds import format_body
from proofbook.records.operations import ClockStepped
from proofbook.vault.sealing import COMMITMENT_ALGORITHM
from proofbook.vault.writer import Disposal, SealedContent

BOOK_SOURCE: Final = "book"
BOOK_ACTOR: Final = Actor("proofbook", ActorKind.SYSTEM, "process")
MAX_LISTED_COMMITMENTS: Final = 256
"""A disposal record names this many commitments and the total; more would not fit an entry."""

MAX_NAME_CHARACTERS: Final = 256
"""Names of conversations and retention classes: printable ASCII, so that every store and label takes them."""


@dataclass(slots=True)
class Batch:
    """Rows of one transaction in the making."""

    recorded: str
    first: int
    """Size of the book before it."""
    rows: list[Row] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    blobs: list[tuple[int, str, SealedContent]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    disposed: bool = False


class Written(Sequence[Receipt]):
    """The receipts of a batch that was written, each made when it is asked for."""

    def __init__(self, batch: Batch, first: int, leaves: list[bytes]) -> None:
        self._batch = batch
        self._first = first
        self._leaves = leaves

    def __len__(self) -> int:
        return len(self._leaves)

    @overload
    def __getitem__(self, offset: int) -> Receipt: ...

    @overload
    def __getitem__(self, offset: slice) -> tuple[Receipt, ...]: ...

    def __getitem__(self, offset: int | slice) -> Receipt | tuple[Receipt, ...]:
        if isinstance(offset, slice):
            return tuple(self[each] for each in range(*offset.indices(len(self))))
        at = range(len(self))[offset]
        row = self._batch.rows[at]
        return Receipt(self._batch.ids[at], self._first + at, row.source, row.seq, row.recorded, self._leaves[at])


class Preparer:
    """Prepares submissions for one store. Used by the writer's thread."""

    def __init__(self, store: Store, ids: IdSource) -> None:
        self._store = store
        self._vault = store.vault
        self._ids = ids

    @property
    def store(self) -> Store:
        """The store that is written."""
        return self._store

    def start(self, now: str) -> Batch:
        """A batch dated `now`, inside the open transaction; its first row says so when the clock went back since."""
        batch = Batch(now, self._store.book.size)
        before = self._store.book.recorded
        if before and now < before:
            step = parse_instant(before) - parse_instant(now)
            body = ClockStepped(before=before, after=now, milliseconds=int(step.total_seconds() * 1000)).to_body()
            draft = Draft("clock.stepped", BOOK_SOURCE, now, BOOK_ACTOR, BOOK_SOURCE, Assurance.INLINE, body)
            self.add(batch, [Submission(draft)])
        return batch

    def write(self, batch: Batch) -> Written:
        """Append a batch to book and vault, inside the open transaction; a receipt for each row, valid once it is committed."""
        if not batch.rows:
            return Written(batch, 0, [])
        leaves = self._store.book.append(batch.rows)
        if batch.blobs:
            self._vault.store(batch.blobs)
        return Written(batch, batch.first, leaves)

    def add(self, batch: Batch, submissions: Sequence[Submission]) -> range:
        """Prepare the submissions of one call, inside the open transaction; where their rows stand in the batch.

        Raises:
            MalformedRecord, LimitExceeded, RefusedError, InputError: nothing of this call remains in batch or vault.
        """
        first, blobs, numbers, disposed = len(batch.rows), len(batch.blobs), batch.numbers.copy(), batch.disposed
        keys = self._vault.mark()
        acts = False
        for item in submissions:
            acts = acts or item.effect is not None
        if acts:
            self._run("SAVEPOINT call")
        try:
            for item in submissions:
                self._add_one(batch, item)
        except BaseException:
            del batch.rows[first:], batch.ids[first:], batch.blobs[blobs:]
            batch.numbers, batch.disposed = numbers, disposed
            self._vault.undo(keys)
            if acts and self._store.connection.in_transaction:  # SQLite itself rolls all back when the disk is full
                self._run("ROLLBACK TO call")
                self._run("RELEASE call")
            raise
        if acts:
            self._run("RELEASE call")
        return range(first, len(batch.rows))

    def _add_one(self, batch: Batch, item: Submission) -> None:
        draft = item.draft
        body = draft.body
        if item.contents:
            body = {**body, "content": self._seal(batch, draft.kind, item.contents)}
        if item.effect is not None:
            body = self._act(batch, draft.kind, body, item.effect)
        recorded, source = batch.recorded, draft.source
        seq = batch.numbers.get(source) or self._store.book.next_seq(source)
        entry_id = self._ids.new("e")
        written = format_body(draft.kind, body)
        data = format_entry(draft, entry_id=entry_id, recorded=recorded, seq=seq, body=written)
        batch.rows.append(Row(data, draft.kind, source, seq, recorded))
        batch.ids.append(entry_id)
        batch.numbers[source] = seq + 1

    def _seal(self, batch: Batch, kind: str, contents: Sequence[Content]) -> dict[str, JsonValue]:
        index, now, seal = batch.first + len(batch.rows), batch.recorded, self._vault.seal
        commitments: dict[str, JsonValue] = {}
        for content in contents:
            slot, conversation, retention = content.slot, content.conversation, content.retention
            _check_name(conversation, "conversation")
            if retention != "default":
                _check_name(retention, "retention class")
            made = seal(content.data, conversation=conversation, retention=retention, now=now)
            if slot in commitments:
                raise MalformedRecord(f"{kind}: content slot {slot!r} is given twice")
            batch.blobs.append((index, slot, made))
            commitments[slot] = {"alg": COMMITMENT_ALGORITHM, "commit": made.sealed.commit.hex(), "bytes": made.sealed.length}
        return commitments

    def _act(self, batch: Batch, kind: str, body: Mapping[str, JsonValue], effect: Effect) -> Mapping[str, JsonValue]:
        vault = self._vault
        _check_name(effect.conversation, "conversation")
        match effect.kind:
            case EffectKind.HOLD:
                vault.hold(effect.conversation, batch.recorded)
                return body
            case EffectKind.RELEASE:
                vault.release(effect.conversation)
                return body
            case EffectKind.ERASE:
                if batch.blobs:
                    raise InputError(f"{kind}: content is recorded and erased in one call", hint="erase in a call of its own")
                disposal = vault.erase(effect.conversation)
                batch.disposed = True
                return {**body, **self._disposal(disposal)}

    def _disposal(self, disposal: Disposal) -> dict[str, JsonValue]:
        commits = [self._commit_of(index, slot) for index, slot in disposal.blobs[:MAX_LISTED_COMMITMENTS]]
        total = len(disposal.blobs) + disposal.carried
        return {"blobs": total, "commits": commits, "commits_total": total}

    def _commit_of(self, index: int, slot: str) -> str:
        row = self._store.connection.execute("SELECT bytes FROM entry WHERE idx = ?", (index,)).fetchone()
        content: Any = {} if row is None else parse_entry(row[0]).body.get("content", {})
        return str(content.get(slot, {}).get("commit", "unknown"))

    def _run(self, statement: str) -> None:
        self._store.connection.execute(statement).fetchall()


def _check_name(name: str, what: str) -> None:
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isascii() or not name.isprintable():
        raise MalformedRecord(
            f"{what} {name[:40]!r} cannot be a name", hint=f"1 to {MAX_NAME_CHARACTERS} printable ASCII characters"
        )
