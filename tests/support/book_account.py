"""A whole book held against what clients received and what an engine would have answered: the judge of the crash tests.

Re-derives the book with `inspect_book` and `ContentCheck`, gathers every exchange with its opened content, and names whatever
does not fit. An empty list is the only good answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from proofbook.book.fsck import inspect_book
from proofbook.book.reader import BookReader
from proofbook.journal.content_check import ContentCheck
from proofbook.records.envelope import Entry, parse_entry
from proofbook.vault.reader import Absent, VaultReader
from proofbook.wiring.home import Home
from support.load_client import Witnessed

GATEWAY = "gateway:main"
Judge = Callable[[bytes, bytes], bool]
"""Whether the second argument is the complete reply to the request body in the first."""


@dataclass(slots=True)
class Told:
    """What the book tells of one exchange: its entries with their opened content."""

    requests: list[bytes] = field(default_factory=list)
    ends: list[tuple[str, bytes, int | None]] = field(default_factory=list)
    """State, content and HTTP status of each response entry."""
    refused: int = 0


@dataclass(slots=True)
class Account:
    """One look at a whole book."""

    entries: int
    exchanges: dict[str, Told]
    problems: list[str]
    starts: int
    """How often the gateway began."""
    gaps: list[str]
    """Reason of each interval nobody recorded, in order."""

    @property
    def still_open(self) -> list[str]:
        """Exchanges whose end is not in the book."""
        return [name for name, told in self.exchanges.items() if told.requests and not told.ends]

    def states(self) -> dict[str, int]:
        """How many exchanges ended how."""
        counts: dict[str, int] = {}
        for told in self.exchanges.values():
            for state, _, _ in told.ends:
                counts[state] = counts.get(state, 0) + 1
        return counts


def read_entries(home: Home) -> Account:
    """What the entries tell; nothing is re-derived, and no content is opened."""
    walk = _Walk(None)
    with BookReader(home.book) as book:
        size = book.size()
        for index, entry in book.entries(0, size):
            walk.see(index, parse_entry(entry))
    return Account(size, walk.exchanges, walk.problems, walk.starts, walk.gaps)


def read_account(home: Home) -> Account:
    """Inspect the whole book and open everything in it."""
    with VaultReader(home.book, home.vault_key()) as vault:
        walk, check = _Walk(vault), ContentCheck(vault)

        def see(index: int, entry: Entry) -> None:
            check.see(index, entry)
            walk.see(index, entry)

        seen = inspect_book(home.book, fence=home.fence(home.identity().origin), each=see, freeze=check.freeze)
        check.finish()
    damages = [f"{each.place}: {each.what}" for each in (*seen.damages, *check.damages)]
    doubled = [f"{name}: {len(told.ends)} ends" for name, told in walk.exchanges.items() if len(told.ends) > 1]
    return Account(seen.entries, walk.exchanges, [*damages, *walk.problems, *doubled], walk.starts, walk.gaps)


class _Walk:
    """Gathers, entry by entry; without a vault, content is empty."""

    def __init__(self, vault: VaultReader | None) -> None:
        self.exchanges: dict[str, Told] = {}
        self.problems: list[str] = []
        self.starts = 0
        self.gaps: list[str] = []
        self._vault = vault
        self._newest: Entry | None = None
        self._before_start: Entry | None = None

    def see(self, index: int, entry: Entry) -> None:
        if entry.kind.startswith("exchange."):
            self._tell(index, entry)
        if entry.source == GATEWAY:
            self._follow(entry)
            self._newest = entry

    def _tell(self, index: int, entry: Entry) -> None:
        told, body = self.exchanges.setdefault(entry.subject, Told()), entry.body
        if entry.kind == "exchange.request":
            told.requests.append(self._content(index, "request", body))
        elif entry.kind == "exchange.response":
            told.ends.append((str(body["state"]), self._content(index, "response", body), body["http_status"]))
        else:
            told.refused += 1

    def _follow(self, entry: Entry) -> None:
        """A start says how the run before it ended, and is followed by the gap since that run's last entry."""
        newest = self._newest
        if newest is not None and newest.kind == "source.started" and self._before_start is not None:
            self._check_gap(newest, self._before_start, entry)
        if entry.kind == "source.gap":
            self.gaps.append(str(entry.body["reason"]))
        if entry.kind != "source.started":
            return
        self.starts += 1
        end = "none" if newest is None else "clean" if newest.kind == "source.stopped" else "unclean"
        if entry.body["previous_end"] != end:
            self.problems.append(f"{entry.id}: the run before ended {end}, recorded as {entry.body['previous_end']}")
        self._before_start = newest

    def _check_gap(self, started: Entry, before: Entry, entry: Entry) -> None:
        reason = "stopped" if before.kind == "source.stopped" else "unclean_stop"
        expected = ("source.gap", before.recorded, started.occurred, reason)
        body = entry.body
        if (entry.kind, body.get("from"), body.get("until"), body.get("reason")) != expected:
            self.problems.append(f"{entry.id}: where {expected} is due there is {entry.kind} {body.get('from')}")

    def _content(self, index: int, slot: str, body: Any) -> bytes:
        commitment = body["content"].get(slot)
        if commitment is None or self._vault is None:
            return b""
        found = self._vault.content(index, slot, bytes.fromhex(commitment["commit"]))
        return b"" if isinstance(found, Absent) else found


def assess_witnesses(account: Account, received: Iterable[Witnessed]) -> Iterator[str]:
    """What clients received whole and the book does not tell the same way."""
    for each in received:
        told = account.exchanges.get(each.exchange)
        if each.status == 503:
            continue  # the gateway's own answer while it could not record; nothing was forwarded
        if told is None or not told.requests:
            yield f"{each.exchange}: answered with {each.status}, not in the book"
        elif told.requests != [each.request]:
            yield f"{each.exchange}: the recorded request is not the one that was sent"
        elif not told.ends:
            yield f"{each.exchange}: answered with {each.status}, its end is not in the book"
        elif each.status == 200:
            yield from _assess_reply(each, *told.ends[0])


def assess_forwarded(account: Account, forwarded: Iterable[str]) -> Iterator[str]:
    """Requests that reached the engine, by hash, and whose bytes are not in the book."""
    recorded = {sha256(body).hexdigest() for told in account.exchanges.values() for body in told.requests}
    yield from (f"a request reached the engine unrecorded: {each}" for each in forwarded if each not in recorded)


def assess_complete(account: Account, judge: Judge) -> Iterator[str]:
    """Exchanges called complete whose recorded reply is not complete, or called otherwise though nothing is missing for it."""
    for name, told in account.exchanges.items():
        for state, content, _ in told.ends:
            if state == "complete" and told.requests and not judge(told.requests[0], content):
                yield f"{name}: called complete, but the recorded reply is not"


def _assess_reply(each: Witnessed, state: str, content: bytes, status: int | None) -> Iterator[str]:
    if state != "complete" or status != 200:
        yield f"{each.exchange}: answered whole, recorded as {state} with status {status}"
    got = content if each.framed else content[: each.length]
    if (len(got), sha256(got).hexdigest()) != (each.length, each.sha256):
        yield f"{each.exchange}: the recorded reply is not the one that was received"


def is_complete_json_or_stream(request: bytes, reply: bytes) -> bool:
    """For an engine whose words cannot be foretold: a whole JSON document, or a stream up to its end mark."""
    if json.loads(request).get("stream"):
        return reply.rstrip().endswith(b"data: [DONE]")
    try:
        return isinstance(json.loads(reply), dict)
    except ValueError:
        return False
