"""Drawing the pages of artifacts for a home: facts of an engagement as of a moment, the checkpoint that covers them, who ran it.

Promises: pages depend on the book, the engagement and the moment only; who ran it and when stands apart in `run.json`. Nothing is
recorded: a page is a view of records, and what it shows can be proven from the book.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from proofbook import __version__
from proofbook.artifacts.folder import MakeRun, Progress, WrittenPages, write_artifacts
from proofbook.artifacts.page import Stand
from proofbook.assessment.facts import Facts, read_facts
from proofbook.book.reader import BookReader
from proofbook.errors import InputError
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.sources import Source
from proofbook.records.envelope import parse_entry
from proofbook.wiring.access import operator
from proofbook.wiring.engagements import find_scope, size_at
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK, host_name

_HEARTBEAT: Final = "source.heartbeat"
RUN_FORMAT: Final = "proofbook-artifact-run/1"


def draw_artifacts(
    home: Home, artifacts: Sequence[str], engagement: str, out: Path, *, as_of: datetime | None = None, progress: Progress
) -> WrittenPages:
    """Write the pages of some artifacts into the new folder `out`, as the book stood at `as_of` (default: now).

    Raises:
        ConfigurationError: there is no such engagement. InputError: an id is none of the ten, or the moment is still to come.
        RefusedError: `out` exists. What reading the book and writing the folder raise.
    """
    started = CLOCK.now()
    moment = as_of or started
    if moment > started:
        raise InputError(f"{format_instant(moment)}: is still to come", hint="name a moment up to now, or none")
    with open_projection(home) as (book, projection):
        size = size_at(book, moment, projection.position)
        scope = find_scope(home, projection, engagement, moment)
        facts = read_facts(projection.reader, scope, moment, size)
        if size < projection.position:
            facts = replace(facts, sources=sources_at(book, size))
        stand = covering(book, size)
        make_run = _run_maker(home, facts, stand, started)
        return write_artifacts(out, artifacts, facts, body_reader(book), stand=stand, make_run=make_run, progress=progress)


def covering(book: BookReader, size: int) -> Stand | None:
    """The first signed checkpoint over `size` entries; the newest one when none covers them all; None when nothing is signed.

    The first, so that the same facts name the same checkpoint however long the book has become since.
    """
    known = list(book.checkpoints())
    chosen = next((each for each in known if each.size >= size), known[-1] if known else None)
    return None if chosen is None else Stand(book.origin, chosen.size, chosen.root.hex(), chosen.signed_at)


def sources_at(book: BookReader, size: int) -> tuple[Source, ...]:
    """The sources as the first `size` entries tell of them; the projection knows them only as they are now."""
    found: dict[str, Source] = {}
    for index, data in book.entries(0, size):
        entry = parse_entry(data)
        name, recorded = entry.source, entry.recorded
        before = found.get(name)
        found[name] = Source(
            source=name,
            assurance=entry.assurance.value if before is None else before.assurance,
            entries=1 if before is None else before.entries + 1,
            last_seq=entry.seq,
            last_index=index,
            first_recorded=recorded if before is None else before.first_recorded,
            last_recorded=recorded,
            last_heartbeat=recorded if entry.kind == _HEARTBEAT else before.last_heartbeat if before else None,
        )
    return tuple(found[name] for name in sorted(found))


def body_reader(book: BookReader) -> Callable[[int], Mapping[str, Any]]:
    """Gives the body of the entry at a place. The function raises EntryDamaged."""
    return lambda index: parse_entry(book.entry(index)).body


def _run_maker(home: Home, facts: Facts, stand: Stand | None, started: datetime) -> MakeRun:
    """Makes `run.json`: who, when, where, with what, over which facts."""

    def make(sums: bytes) -> bytes:
        actor, ended = operator(), CLOCK.now()
        told: dict[str, JsonValue] = {
            "format": RUN_FORMAT,
            "run_by": actor.id,
            "auth": actor.method,
            "trigger": "manual",
            "started": format_instant(started),
            "ended": format_instant(ended),
            "clock": {"source": "operating system", "offset_ms": None},
            "host": host_name(),
            "tool": {"name": "proofbook", "version": __version__, "python": platform.python_version()},
            "config": home.config_digest,
            "engagement": facts.scope.engagement,
            "engagement_source": facts.scope.source,
            "as_of": format_instant(facts.as_of),
            "entries": facts.book_size,
            "book": home.identity().origin,
            "checkpoint": None if stand is None else {"size": stand.size, "root": stand.root, "signed_at": stand.signed_at},
            "sums_sha256": sha256(sums).hexdigest(),
        }
        return canonical_bytes(told) + b"\n"

    return make
