"""Sources whose process ended without a word and has no successor under the same name: somebody must say so.

A gateway with four workers that was killed may come back with two: nobody starts again as the third and fourth. Whoever runs then
closes what they left open and says since when nothing was recorded by them.
Promises: a source whose process still holds its post is not touched; each orphan is told of once.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import structlog

from proofbook.errors import ProofbookError
from proofbook.gateway.drafts import draft_recorder_gap, process_actor
from proofbook.journal.receipt import Recorder, Submission
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import exchanges, sources
from proofbook.readmodel.connection import Reader
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import SourceGap, SourceStopped
from proofbook.wiring.home import Home
from proofbook.wiring.posts import read_posts, source_of
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK

LOG = structlog.get_logger(__name__)
ORPHAN_SETTLED = "gateway.orphan_settled"
ORPHANS_LEFT = "gateway.orphans_left"


@contextmanager
def settling(home: Home, recorder: Recorder, gateway: str) -> Iterator[None]:
    """Settle the orphans in a thread while the block runs: the event loop has other things to do."""

    def settle() -> None:
        try:
            settle_orphans(home, recorder, gateway)
        except ProofbookError as error:
            LOG.warning(ORPHANS_LEFT, code=error.code)

    thread = threading.Thread(target=settle, name="orphans", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def settle_orphans(home: Home, recorder: Recorder, gateway: str) -> tuple[str, ...]:
    """Say of each orphan of this gateway that it ended; their sources. Raises what reading and recording raise."""
    alive = {each.source for each in read_posts(home.run, gateway)}
    with open_projection(home) as (_, projection):
        found = {source: _settle(projection.reader, source) for source in _orphans(projection.reader, gateway, alive)}
    for source, submissions in found.items():
        recorder.submit(submissions).result()
        LOG.warning(ORPHAN_SETTLED, source=source, exchanges=len(submissions) - 2)
    return tuple(found)


def _orphans(reader: Reader, gateway: str, alive: Collection[str]) -> list[str]:
    first = source_of(gateway, 1)
    ours = [each.source for each in sources.every(reader) if each.source == first or each.source.startswith(f"{first}/")]
    return [each for each in ours if each not in alive and sources.previous_end(reader, each) == "unclean"]


def _settle(reader: Reader, source: str) -> list[Submission]:
    now = format_instant(CLOCK.now())
    known = sources.one(reader, source)
    run = sources.runs(reader, source, limit=1)[0].run
    left = exchanges.open_of(reader, source)
    gap = SourceGap.model_validate(
        {
            "from": now if known is None else known.last_recorded,
            "until": now,
            "reason": "unclean_stop",
            "detail": f"ended without a word and was not started again; {len(left)} exchanges were left open",
            "served_late": 0,
            "served_unrecorded": None,
        }
    )
    stopped = SourceStopped(run=run, reason="ended without a word; said by another process of this gateway")
    reason = "the recorder ended before this exchange did"
    return [
        _submission("source.gap", source, now, gap),
        *(draft_recorder_gap(each.exchange, source, now, reason) for each in left),
        _submission("source.stopped", source, now, stopped),
    ]


def _submission(kind: str, source: str, now: str, document: SourceGap | SourceStopped) -> Submission:
    return Submission(Draft(kind, source, now, process_actor(source), source, Assurance.INLINE, document.to_body()))
