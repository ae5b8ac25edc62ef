"""Figures of what the gateway records, counted beside the recording and read when somebody asks for them.

Promises: what is counted was recorded, or could not be and is counted as that; names come from the settings and from closed
lists, so that no caller can make a new series, and none holds content, a model's name as a caller wrote it, or a caller's
identity. On the event loop a record costs a few additions; everything else happens when the figures are read. Does not: keep
anything beyond the exchanges that are under way.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from proofbook.errors import ProofbookError
from proofbook.gateway.http.head import Header, find_header
from proofbook.journal.receipt import Settled, Submission
from proofbook.primitives.instants import parse_instant

WAIT_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds: a record is on disk within milliseconds, or something is wrong."""
REPLY_BOUNDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds: models answer within a moment or within minutes."""
NOBODY: Final = ""
"""System of what belongs to none that is set."""
_MOST_PARENTS: Final = 10_000
_LONGEST_PARENT: Final = 128
"""Bytes: the form of today takes 55."""


class Ended(NamedTuple):
    """One exchange that is over, as it stands in the book. Instants are those of the entries."""

    exchange: str
    request: Mapping[str, Any]
    """Body of the request entry."""
    response: Mapping[str, Any]
    """Body of the response entry."""
    occurred: str
    """When the request's head was read."""
    over: str
    parent: str | None
    """The caller's `traceparent`, as it was sent."""


class Tracer(Protocol):
    """Makes spans of exchanges. Called on the event loop: must only take note."""

    def ended(self, exchange: Ended) -> None:
        """An exchange is over."""


class Histogram:
    """How many values lie at or below each bound. `counts` has one place more, for what is above all."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """One more value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class _Open(NamedTuple):
    body: Mapping[str, Any]
    occurred: str


class Figures:
    """Counts. Used on the event loop; read from any thread."""

    def __init__(self, clock: Callable[[], float], systems: Collection[str], tracer: Tracer | None = None) -> None:
        self._clock = clock
        self.systems = frozenset(systems)
        """Systems that are set; others are counted under no name."""
        self._tracer = tracer
        self._open: dict[str, _Open] = {}
        self._parents: OrderedDict[str, str] = OrderedDict()
        self.exchanges: dict[tuple[str, str, str], int] = {}
        """By system, protocol and state."""
        self.refusals: dict[tuple[str, str], int] = {}
        """By system and reason."""
        self.bytes: dict[tuple[str, str], int] = {}
        """Content recorded, by system and slot."""
        self.durations: dict[tuple[str, str], Histogram] = {}
        """From the request's head to the end of the reply, by system and protocol."""
        self.first_bytes: dict[tuple[str, str], Histogram] = {}
        """From the request's head to the engine's first byte, by system and protocol."""
        self.waits = Histogram(WAIT_BOUNDS)
        """From handing in to the answer that it is on disk."""
        self.unrecorded = 0
        """Calls that could not be recorded when they were made."""

    def opened(self, exchange: str, headers: tuple[Header, ...]) -> None:
        """A request was let in: remember its trace, if it has one. Some never get as far as a record: the memory is bounded."""
        if self._tracer is None:
            return
        parent = find_header(headers, b"traceparent")
        if parent is not None and len(parent) <= _LONGEST_PARENT:
            self._parents[exchange] = parent.decode("latin-1")
            if len(self._parents) > _MOST_PARENTS:
                self._parents.popitem(last=False)

    def noted(self, submissions: Sequence[Submission]) -> Settled:
        """These are being recorded; call what is returned once it is known what became of them."""
        began = self._clock()

        def settled(error: ProofbookError | None) -> None:
            self.waits.observe(self._clock() - began)
            if error is None:
                for each in submissions:
                    self._count(each)
            else:
                self.unrecorded += 1

        return settled

    def _count(self, submission: Submission) -> None:
        draft = submission.draft
        match draft.kind:
            case "exchange.request":
                self._open[draft.subject] = _Open(draft.body, draft.occurred)
                self._count_bytes(self._name(draft.body["system"]), submission)
            case "exchange.response":
                self._count_end(submission)
            case "exchange.refused":
                key = self._name(draft.body["system"]), str(draft.body["reason"])
                self.refusals[key] = self.refusals.get(key, 0) + int(str(draft.body["count"]))
                self._parents.pop(draft.subject, None)
            case _:
                pass

    def _count_end(self, submission: Submission) -> None:
        draft = submission.draft
        opened = self._open.pop(draft.subject, None)
        parent = self._parents.pop(draft.subject, None)
        system = NOBODY if opened is None else self._name(opened.body["system"])
        protocol = "unknown" if opened is None else str(opened.body["protocol"])
        key = system, protocol, str(draft.body["state"])
        self.exchanges[key] = self.exchanges.get(key, 0) + 1
        self._count_bytes(system, submission)
        if opened is None:
            return
        _observe(self.durations, (system, protocol), opened.occurred, draft.occurred)
        first = draft.body["first_byte_at"]
        if first is not None:
            _observe(self.first_bytes, (system, protocol), opened.occurred, str(first))
        if self._tracer is not None:
            self._tracer.ended(Ended(draft.subject, opened.body, draft.body, opened.occurred, draft.occurred, parent))

    def _count_bytes(self, system: str, submission: Submission) -> None:
        for content in submission.contents:
            key = system, content.slot
            self.bytes[key] = self.bytes.get(key, 0) + len(content.data)

    def _name(self, system: object) -> str:
        return system if isinstance(system, str) and system in self.systems else NOBODY


def _observe(histograms: dict[tuple[str, str], Histogram], key: tuple[str, str], since: str, until: str) -> None:
    found = histograms.get(key)
    if found is None:
        found = histograms[key] = Histogram(REPLY_BOUNDS)
    found.observe(max(0.0, (parse_instant(until) - parse_instant(since)).total_seconds()))
