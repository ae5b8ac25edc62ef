"""From submissions to rows: seal the content, act on the vault, fill in what only the writer knows, number, date and check.

All submissions of one call are prepared together; when one fails, the savepoint takes back what the others did to the vault,
and the numbers they would have had are free again. Content passes through here and into the vault; nothing of it reaches an
entry, an error or a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from proofbook.book.writer import Row
from proofbook.errors import MalformedRecord
from proofbook.journal.receipt import Content, Effect, EffectKind, Submission
from proofbook.journal.store import Store
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.ids import IdSource
from proofbook.records.envelope import Draft, format_entry, parse_entry
from proofbook.records.kinds import check_body
from proofbook.vault.sealing import COMMITMENT_ALGORITHM
from proofbook.vault.writer import Disposal, SealedContent

MAX_LISTED_COMMITMENTS: Final = 256
"""A disposal record names this many commitments and the total; more would not fit an entry."""


@dataclass(slots=True)
class Batch:
    """Rows of one transaction in the making."""

    recorded: str
    rows: list[Row] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    blobs: list[tuple[int, str, SealedContent]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    disposed: bool = False


class Preparer:
    """Prepares submissions for one store. Used by the writer's thread."""

    def __init__(self, store: Store, ids: IdSource) -> None:
        self._store = store
        self._ids = ids

    def add(self, batch: Batch, submissions: Sequence[Submission]) -> range:
        """Prepare the submissions of one call, inside the open transaction; where their rows stand in the batch.

        Raises:
            MalformedRecord, LimitExceeded, RefusedError, InputError: nothing of this call remains in batch or vault.
        """
        first, blobs, numbers, disposed = len(batch.rows), len(batch.blobs), dict(batch.numbers), batch.disposed
        vaulted = any(item.contents or item.effect for item in submissions)
        if vaulted:
            self._run("SAVEPOINT call")
        try:
            for item in submissions:
                self._add_one(batch, item)
        except BaseException:
            del batch.rows[first:], batch.ids[first:], batch.blobs[blobs:]
            batch.numbers, batch.disposed = numbers, disposed
            if vaulted and self._store.connection.in_transaction:  # SQLite itself rolls all back when the disk is full
                self._run("ROLLBACK TO call")
                self._run("RELEASE call")
            self._store.vault.forget_keys()
            raise
        if vaulted:
            self._run("RELEASE call")
        return range(first, len(batch.rows))

    def _add_one(self, batch: Batch, item: Submission) -> None:
        draft = item.draft
        if item.contents:
            draft = self._with_commitments(batch, draft, item.contents)
        if item.effect is not None:
            draft = self._act(batch, draft, item.effect)
        check_body(draft.kind, draft.body)
        seq = batch.numbers.get(draft.source) or self._store.book.next_seq(draft.source)
        entry_id = self._ids.new("e")
        batch.rows.append(
            Row(
                format_entry(draft, entry_id=entry_id, recorded=batch.recorded, seq=seq),
                draft.kind,
                draft.source,
                seq,
                batch.recorded,
            )
        )
        batch.ids.append(entry_id)
        batch.numbers[draft.source] = seq + 1

    def _with_commitments(self, batch: Batch, draft: Draft, contents: Sequence[Content]) -> Draft:
        index = self._store.book.size + len(batch.rows)
        commitments: dict[str, JsonValue] = {}
        for content in contents:
            sealed = self._store.vault.seal(
                content.data, conversation=content.conversation, retention=content.retention, now=batch.recorded
            )
            if content.slot in commitments:
                raise MalformedRecord(f"{draft.kind}: content slot {content.slot!r} is given twice")
            batch.blobs.append((index, content.slot, sealed))
            commit = sealed.sealed.commit.hex()
            commitments[content.slot] = {"alg": COMMITMENT_ALGORITHM, "commit": commit, "bytes": sealed.sealed.length}
        return replace(draft, body={**draft.body, "content": commitments})

    def _act(self, batch: Batch, draft: Draft, effect: Effect) -> Draft:
        vault = self._store.vault
        match effect.kind:
            case EffectKind.HOLD:
                vault.hold(effect.conversation, batch.recorded)
                return draft
            case EffectKind.RELEASE:
                vault.release(effect.conversation)
                return draft
            case EffectKind.ERASE:
                disposal = vault.erase(effect.conversation)
                batch.disposed = True
                return replace(draft, body={**draft.body, **self._disposal(disposal)})

    def _disposal(self, disposal: Disposal) -> dict[str, JsonValue]:
        commits = [self._commit_of(index, slot) for index, slot in disposal.blobs[:MAX_LISTED_COMMITMENTS]]
        return {"blobs": len(disposal.blobs), "commits": commits, "commits_total": len(disposal.blobs)}

    def _commit_of(self, index: int, slot: str) -> str:
        row = self._store.connection.execute("SELECT bytes FROM entry WHERE idx = ?", (index,)).fetchone()
        if row is None:  # a blob of the very transaction that erases it
            return "unknown"
        content: Any = parse_entry(row[0]).body.get("content", {})
        return str(content.get(slot, {}).get("commit", "unknown"))

    def _run(self, statement: str) -> None:
        self._store.connection.execute(statement).fetchall()
