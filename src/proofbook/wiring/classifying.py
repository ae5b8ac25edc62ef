"""Classifying sealed content later: what the gateway did not get to, and what was looked at by older rules.

Promises: each look is an entry that supersedes the exchange's earlier one; content is opened from the vault, counted, and
forgotten; what was erased is said to be not kept. Needs the vault key. Stopping half-way loses nothing: what was not reached is
still due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from proofbook.book.interface import BookReading
from proofbook.errors import ConfigurationError, DigestMismatch
from proofbook.gateway.examining import examine
from proofbook.journal.receipt import Recorder, Submission
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import classes
from proofbook.readmodel.classes import Due
from proofbook.records.classification import EMPTY, not_examined
from proofbook.records.envelope import Assurance, Draft, Entry, parse_entry
from proofbook.records.unexamined import NotExaminedReason
from proofbook.sensitive.classes import SensitiveKind, parse_classes
from proofbook.sensitive.rule_set import rule_set
from proofbook.vault.reader import Absent, VaultReader
from proofbook.wiring.access import SOURCE, operator
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection, open_vault
from proofbook.wiring.system import CLOCK

_TOGETHER: Final = 100
"""Exchanges recorded in one go."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What a catch-up did.

    `incomplete`: exchanges of which something was not examined. `damaged`: exchanges whose content does not open.
    """

    rule_set: str
    classified: int
    incomplete: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which exchanges; instants, None does not narrow."""

    since: str | None = None
    until: str | None = None
    system: str | None = None


def classify_sealed(
    home: Home,
    recorder: Recorder,
    *,
    newer: bool = False,
    narrowing: Narrowing | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Caught:
    """Classify what was never classified or was passed over; with `newer`, what was classified by other rules, too.

    Raises:
        ConfigurationError: no class is configured. StoreUnavailable: the book or vault cannot be read or written.
    """
    settings = home.settings.classification
    wanted = parse_classes(settings.classes, "classification.classes")
    if not wanted:
        raise ConfigurationError("classification.classes is empty", hint="name the classes to look for")
    rules, where = rule_set(), narrowing or Narrowing()
    classified = incomplete = damaged = 0
    after = -1
    with open_projection(home) as (book, projection), open_vault(home) as vault:
        look = _Look(book, vault, wanted, settings.examined_bytes)
        while True:
            due = classes.due(
                projection.reader,
                rule_set=rules,
                newer=newer,
                after=after,
                since=where.since,
                until=where.until,
                system=where.system,
                limit=_TOGETHER,
            )
            if not due:
                return Caught(rules, classified, incomplete, damaged)
            found = [(each, look.sides(each)) for each in due]
            drafts = [_submission(each, sides, rules, wanted) for each, sides in found if sides is not None]
            if drafts:
                recorder.submit(drafts).result()
            classified += len(drafts)
            damaged += len(found) - len(drafts)
            incomplete += sum(any(side["not_examined"] for side in sides) for _, sides in found if sides is not None)
            after = due[-1].request_index
            progress(classified)


class _Look:
    """Opens and examines the sides of exchanges."""

    def __init__(self, book: BookReading, vault: VaultReader, wanted: tuple[SensitiveKind, ...], limit: int) -> None:
        self._book = book
        self._vault = vault
        self._wanted = wanted
        self._limit = limit

    def sides(self, due: Due) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Request and response; None when sealed content is not what its entry committed to, which `book fsck` tells of."""
        try:
            request = self._side(due, "request", parse_entry(self._book.entry(due.request_index)), due.request_index)
            if due.response_index is None:
                return request, EMPTY
            return request, self._side(due, "response", parse_entry(self._book.entry(due.response_index)), due.response_index)
        except DigestMismatch:
            return None

    def _side(self, due: Due, slot: Any, entry: Entry, index: int) -> dict[str, Any]:
        commitment = entry.body["content"].get(slot)
        if commitment is None:
            return EMPTY
        body = self._vault.content(index, slot, bytes.fromhex(commitment["commit"]))
        if isinstance(body, Absent):
            return not_examined(NotExaminedReason.NOT_KEPT)
        protocol: Any = due.protocol
        streamed = bool(entry.body.get("chunks"))
        return examine(slot, protocol, body, streamed=streamed, classes=self._wanted, limit=self._limit)


def _submission(
    due: Due, sides: tuple[dict[str, Any], dict[str, Any]], rules: str, wanted: tuple[SensitiveKind, ...]
) -> Submission:
    body: dict[str, Any] = {
        "exchange": due.exchange,
        "system": due.system,
        "rule_set": rules,
        "looked_for": [each.value for each in wanted],
        "by": "catch_up",
        "request": sides[0],
        "response": sides[1],
    }
    now = format_instant(CLOCK.now())
    draft = Draft(
        "exchange.classified", due.exchange, now, operator(), SOURCE, Assurance.COLLECTED, body, supersedes=due.previous
    )
    return Submission(draft)
