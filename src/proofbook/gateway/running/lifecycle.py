"""The gateway as a source of entries: when it ran, when it did not, and which exchanges its last run left open.

Promises: the first entries of a run say how the previous one ended, which interval nobody recorded, and close every exchange that
was left open with state `recorder_gap`, all in one submission; the last entry of an orderly run is `source.stopped`. Between
them a heartbeat says that silence means no traffic. Does not: look into the book; a `SourceHistory` tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from proofbook.errors import ProofbookError
from proofbook.gateway.drafts import draft_recorder_gap, process_actor
from proofbook.gateway.recording import Recording
from proofbook.journal.receipt import Submission
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.exchange import Document
from proofbook.records.operations import SourceGap, SourceHeartbeat, SourceStarted, SourceStopped

LOG = structlog.get_logger(__name__)
HEARTBEAT_FAILED = "gateway.heartbeat_failed"

PROGRAM = "proofbook gateway"


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """What the book knows of this source's last run. `last_recorded` is an instant, None when there was no run."""

    last_recorded: str | None
    ended_cleanly: bool
    open_exchanges: tuple[str, ...]
    """Exchanges with a request entry and no response entry, in order."""


class SourceHistory(Protocol):
    """Looks at the book before the gateway starts."""

    def previous(self) -> PreviousRun:
        """The last run of this source."""


@dataclass(frozen=True, slots=True)
class Run:
    """This run: its id, the program's version and the digest of the configuration in force (None when there is none)."""

    id: str
    version: str
    config: str | None
    fail_open: bool = False
    """Whether a system may be served while nothing can be recorded."""
    program: str = PROGRAM
    assurance: Assurance = Assurance.INLINE


class SourceLife:
    """Records the life of one source."""

    def __init__(self, recording: Recording, clock: Clock, run: Run) -> None:
        self._recording = recording
        self._clock = clock
        self._run = run

    async def start(self, previous: PreviousRun) -> None:
        """Record the beginning. Raises what the recorder raises: a gateway that cannot record must not start."""
        now = self._now()
        end: Literal["none", "clean", "unclean"] = "none"
        if previous.last_recorded is not None:
            end = "clean" if previous.ended_cleanly else "unclean"
        started = SourceStarted(
            run=self._run.id, program=self._run.program, version=self._run.version, config=self._run.config, previous_end=end
        )
        submissions = [self._submission("source.started", now, started)]
        if previous.last_recorded is not None:
            gap = _gap(previous, previous.last_recorded, now, fail_open=self._run.fail_open)
            submissions.append(self._submission("source.gap", now, gap))
        reason = "the recorder ended before this exchange did"
        source = self._recording.source
        submissions += [draft_recorder_gap(exchange, source, now, reason) for exchange in previous.open_exchanges]
        await self._recording.record(submissions)

    async def beat(self, seconds: float, counts: Callable[[], tuple[int, int, int]]) -> None:
        """Record a heartbeat every `seconds` until cancelled; `counts` gives open exchanges, exchanges and refusals."""
        while True:
            await asyncio.sleep(seconds)
            still_open, exchanges, refused = counts()
            heartbeat = SourceHeartbeat(run=self._run.id, open_exchanges=still_open, refused=refused, exchanges=exchanges)
            try:
                await self._recording.record((self._submission("source.heartbeat", self._now(), heartbeat),))
            except ProofbookError as error:
                # the next one that succeeds is followed by the gap record
                LOG.warning(HEARTBEAT_FAILED, code=error.code, reason=error.message)

    async def stop(self, reason: str) -> None:
        """Record the end. Raises what the recorder raises; the next start then finds an unclean end, which is true."""
        stopped = SourceStopped(run=self._run.id, reason=reason)
        await self._recording.record((self._submission("source.stopped", self._now(), stopped),))

    def _submission(self, kind: str, now: str, document: Document) -> Submission:
        source = self._recording.source
        return Submission(Draft(kind, source, now, process_actor(source), source, self._run.assurance, document.to_body()))

    def _now(self) -> str:
        return format_instant(self._clock.now())


def _gap(previous: PreviousRun, since: str, until: str, *, fail_open: bool) -> SourceGap:
    cause = "stopped" if previous.ended_cleanly else "unclean_stop"
    detail = f"not running; {len(previous.open_exchanges)} exchanges were left open"
    # what cannot be recorded is not served; but a system that fails open may have served unrecorded before a crash
    served = None if fail_open and not previous.ended_cleanly else 0
    return SourceGap.model_validate({
        "from": since, "until": until, "reason": cause, "detail": detail, "served_late": 0, "served_unrecorded": served,
    })  # fmt: skip
