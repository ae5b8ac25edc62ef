"""Everything that breaks the record: recorded gaps, runs without an end, numbers that do not follow, responses without a request.

Promises: an empty list says what was looked at; a list that was cut says so. Does not: explain a gap away.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Final

from proofbook.portal import wording
from proofbook.portal.coverage import read_duties
from proofbook.portal.surroundings import Desk, Page, Query
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import exchanges, sources

_MOST: Final = 200


def show_gaps(desk: Desk, query: Query) -> Page:
    """`/gaps`."""
    del query
    heartbeat = timedelta(seconds=desk.sources.heartbeat_seconds)
    duties = read_duties(desk.reader)
    alive = {each.source for each in duties if each.is_alive(desk.now, heartbeat)}
    silent = [
        (each.source, format_instant(each.last_heard), wording.age(format_instant(each.last_heard), desk.now))
        for each in duties
        if each.runs[-1][1] is None and each.source not in alive
    ]
    known = sources.every(desk.reader)
    return Page(
        "gaps.html",
        {
            "known": known,
            "silent": silent,
            "gaps": [(each, wording.between(each.since, each.until)) for each in sources.gaps(desk.reader, limit=_MOST)],
            "breaks": tuple(islice(sources.sequence_breaks(desk.reader), _MOST)),
            "strays": tuple(islice(exchanges.stray_responses(desk.reader), _MOST)),
            "runs": [run for each in known for run in sources.runs(desk.reader, each.source, 20)],
            "lasting": {run.index for source in alive for run in sources.runs(desk.reader, source, 1)},
            "most": _MOST,
        },
    )
