"""What tests of `filing` say again and again: parse a text, hold a run against a book in memory, look at what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofbook.filing.document import Filed
from proofbook.filing.known import Known, by_key
from proofbook.filing.marked import Listing, Marked, Scalar
from proofbook.filing.mistakes import FilingRefused, Mistake, Mistakes
from proofbook.filing.plan import Plan, make_plan, make_submissions
from proofbook.filing.remark import Code
from proofbook.filing.sources import parse_file
from proofbook.journal.receipt import Submission
from proofbook.primitives.ids import CountingIds
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind, Draft, format_entry
from support.memory_book import MemoryBook

NOW = "2026-03-30T08:00:00.000000Z"
WRITER = Actor("os:sample-writer", ActorKind.PERSON, "local_account")


def plain(value: Marked) -> Any:
    """A marked value without its marks."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Listing):
        return [plain(each) for each in value.items]
    return {name: plain(each.value) for name, each in value.entries.items()}


def parsed(text: str | bytes, file: str = "sample.yaml") -> tuple[list[Filed], tuple[Mistake, ...]]:
    """The records of a file's text, and its mistakes."""
    mistakes = Mistakes()
    found = parse_file(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"), file, mistakes)
    return found, mistakes.told()


def told(text: str | bytes, file: str = "sample.yaml") -> list[str]:
    """Only the mistakes, each on a line."""
    return [str(each) for each in parsed(text, file)[1]]


def filed(*documents: Mapping[str, Any]) -> list[Filed]:
    """Records without a mistake."""
    found, mistakes = parsed(json.dumps(documents), "sample.json")
    assert mistakes == (), [str(each) for each in mistakes]
    return found


@dataclass
class Desk:
    """A book in memory with its projection, to which runs are applied one after another."""

    path: Path
    now: str = NOW
    actor: Actor = WRITER
    controls: frozenset[str] = frozenset({"LC-01"})
    starters: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    _seq: dict[str, int] = field(default_factory=dict)
    _ids: CountingIds = field(default_factory=CountingIds)

    def plan(self, *documents: Mapping[str, Any], strict: bool = False) -> Plan:
        """Hold a run against the book."""
        run = filed(*documents)
        with Projection(self.path, MemoryBook(self.raw)) as projection:
            projection.catch_up()
            known = Known(projection.reader, by_key(run), self.controls, self.starters.get)
            return make_plan(run, known, position=projection.position, now=self.now, actor=self.actor, strict=strict)

    def apply(self, *documents: Mapping[str, Any]) -> list[str]:
        """Apply a run; the ids of its entries."""
        return self.write(make_submissions(self.plan(*documents), now=self.now, actor=self.actor))

    def write(self, submissions: Sequence[Submission]) -> list[str]:
        """Commit submissions; the ids of their entries."""
        return [self.enter(each.draft) for each in submissions]

    def enter(self, draft: Draft) -> str:
        """Commit one entry, dated now; its id."""
        self._seq[draft.source] = self._seq.get(draft.source, 0) + 1
        entry = self._ids.new("e")
        self.raw.append(format_entry(draft, entry_id=entry, recorded=self.now, seq=self._seq[draft.source]))
        return entry

    def notes(self, *documents: Mapping[str, Any]) -> list[tuple[Code, tuple[str | int, ...]]]:
        """Code and path of what is remarked on a run that is let in."""
        return [(remark.code, remark.path) for each in self.plan(*documents).planned for remark in each.remarks]

    def refusals(self, *documents: Mapping[str, Any], strict: bool = False) -> list[str]:
        """What is said of a run that is not let in."""
        try:
            self.plan(*documents, strict=strict)
        except FilingRefused as refused:
            return [str(each) for each in refused.mistakes]
        return []

    def history(self, kind: str, record_id: str) -> list[Any]:
        """Every version of a record."""
        with Projection(self.path, MemoryBook(self.raw)) as projection:
            projection.catch_up()
            return list(Documents(projection.reader).history(kind, record_id))
