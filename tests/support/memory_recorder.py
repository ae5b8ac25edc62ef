"""A complete in-memory recorder: numbers, dates and keeps entries as the real one does, and keeps content beside them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Lock

from proofbook.errors import ProofbookError
from proofbook.journal.receipt import Content, Receipt, Submission
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.ids import CountingIds
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Draft, Entry, format_entry, parse_entry
from proofbook.records.kinds import check_body


class MemoryRecorder:
    """Implements `Recorder`. `fail_with` makes every later submission fail, as a full disk would."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids = CountingIds()
        self._seq: defaultdict[str, int] = defaultdict(int)
        self._lock = Lock()
        self.raw: list[bytes] = []
        self.contents: dict[str, bytes] = {}
        self.fail_with: ProofbookError | None = None

    @property
    def entries(self) -> list[Entry]:
        """Every entry recorded so far, parsed."""
        return [parse_entry(data) for data in self.raw]

    def of_kind(self, kind: str) -> list[Entry]:
        """Every entry of one kind, in order."""
        return [entry for entry in self.entries if entry.kind == kind]

    def content_of(self, entry: Entry, slot: str) -> bytes:
        """The content an entry commits to."""
        return self.contents[entry.body["content"][slot]["commit"]]

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """Record at once, all or nothing; the future is already done."""
        future: Future[tuple[Receipt, ...]] = Future()
        with self._lock:
            if self.fail_with is not None:
                future.set_exception(self.fail_with)
                return future
            try:
                future.set_result(tuple(self._append(item) for item in submissions))
            except ProofbookError as error:
                future.set_exception(error)
        return future

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """Record one entry."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def _append(self, item: Submission) -> Receipt:
        body = dict(item.draft.body)
        if item.contents:
            body["content"] = {content.slot: self._seal(content) for content in item.contents}
        draft = Draft(**{name: getattr(item.draft, name) for name in Draft.__slots__} | {"body": body})
        check_body(draft.kind, draft.body)
        self._seq[draft.source] += 1
        entry_id, recorded = self._ids.new("e"), format_instant(self._clock.now())
        data = format_entry(draft, entry_id=entry_id, recorded=recorded, seq=self._seq[draft.source])
        self.raw.append(data)
        leaf = hashlib.sha256(b"\0" + data).digest()
        return Receipt(entry_id, len(self.raw) - 1, draft.source, self._seq[draft.source], recorded, leaf)

    def _seal(self, content: Content) -> JsonValue:
        commit = hashlib.sha256(len(self.contents).to_bytes(8, "big") + content.data).hexdigest()
        self.contents[commit] = content.data
        return {"alg": "salted-sha256/1", "commit": commit, "bytes": len(content.data)}
