"""The book as a whole: what this book is, where it stands, who records into it, what is in it, and what is not known.

Promises: every figure is either exact (kept by the book), or says over how many of the newest exchanges it was counted. An
interval nobody recorded is shown as unknown. Does not: judge any of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from proofbook.anchoring.seen import SeenBy, read_cosignatures
from proofbook.book.interface import StoredCheckpoint
from proofbook.errors import ProofbookError
from proofbook.portal import chart, wording
from proofbook.portal.coverage import Duty, Span, derive_uncovered, read_duties
from proofbook.portal.staff.book.identity import find_foreign
from proofbook.portal.staff.book.signs import read_signs
from proofbook.portal.surroundings import NEWEST, Desk, Page, Query
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import activity, artifacts, exchanges

_MODELS: Final = 6
_SPAN_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Unknown:
    """One thing the book cannot tell, with where to look further."""

    text: str
    link: str | None = None


def show_book(desk: Desk, query: Query) -> Page:
    """`/book`."""
    del query
    duties = read_duties(desk.reader)
    drawing, uncovered = _draw(desk, duties)
    head = desk.book.latest_checkpoint()
    kinds = [(kind, count) for kind, (_, count) in sorted(desk.book.kinds().items())]
    states = activity.states(desk.reader, NEWEST)
    records = artifacts.latest(desk.reader)
    values: dict[str, Any] = {
        "origin": desk.book.origin,
        "assurances": wording.ASSURANCES,
        "entries": desk.book.size(),
        "head": head,
        "unsigned": desk.book.size() - (head.size if head else 0),
        "seen": None if head is None else _read_seen(desk, head.note),
        "witnessed": _witnessed(desk),
        "keys": desk.book.keys(),
        "identity": find_foreign(desk),
        "sources": read_signs(desk, duties),
        "kinds": kinds,
        "states": [(wording.STATES.get(state, (state, "plain", "")), state, count) for state, count in states.items()],
        "states_of": sum(states.values()),
        "states_are_all": sum(states.values()) < NEWEST,
        "chart": drawing,
        "draw_chart": chart.draw_chart,
        "chart_peak": None if drawing is None else chart.peak(drawing),
        "chart_middle": None if drawing is None else chart.middle(drawing),
        "newest": next(iter(exchanges.page(desk.reader, limit=1)), None),
        "models": [(each, wording.VERIFICATIONS.get(each.verification)) for each in records[:_MODELS]],
        "models_total": len(records),
        "unknowns": _unknowns(desk, uncovered, states, records),
        "rungs": {name: (place, word) for place, (name, word, _) in enumerate(wording.RUNGS)},
    }
    return Page("staff/book.html", values)


def _draw(desk: Desk, duties: tuple[Duty, ...]) -> tuple[chart.Chart | None, tuple[Span, ...]]:
    """The chart, once anybody recorded or anything was recorded, and the uncovered intervals of its window."""
    starts = [duty.runs[0][0] for duty in duties]
    if not starts and not exchanges.page(desk.reader, limit=1):
        return None, ()
    scale = chart.choose_scale(desk.now, min(starts, default=None))
    window = chart.window_of(desk.now, scale)
    heartbeat = timedelta(seconds=desk.sources.heartbeat_seconds)
    uncovered = derive_uncovered(duties, Span(window.start, desk.now), heartbeat)
    counts = activity.counts(desk.reader, format_instant(window.start), format_instant(window.end), scale.grain)
    return chart.derive_chart(counts, uncovered, scale=scale, window=window, now=desk.now), uncovered


def _read_seen(desk: Desk, note: bytes) -> SeenBy | None:
    """What the configured witnesses say of a checkpoint, each cosignature checked; None when it cannot be read."""
    try:
        return read_cosignatures(note, desk.book.origin, desk.sources.witnesses, desk.sources.quorum)
    except ProofbookError:
        return None


def _witnessed(desk: Desk) -> tuple[StoredCheckpoint, SeenBy] | None:
    """The newest checkpoint with a cosignature by a configured witness, and what they say of it."""
    found = desk.book.latest_cosigned()
    seen = None if found is None else _read_seen(desk, found.note)
    return None if found is None or seen is None or not seen.cosigned else (found, seen)


def _unknowns(
    desk: Desk, uncovered: tuple[Span, ...], states: dict[str, int], records: tuple[artifacts.ArtifactVersion, ...]
) -> list[Unknown]:
    """What is not known, most pressing first; the last lines hold for every book."""
    found = [Unknown(_interval(each, desk), "/gaps") for each in uncovered[-_SPAN_LINES:]]
    if len(uncovered) > _SPAN_LINES:
        found.insert(
            0, Unknown(f"{len(uncovered) - _SPAN_LINES} earlier intervals in the chart are not covered either.", "/gaps")
        )
    for state, one, many in (
        ("open", "exchange has no recorded end yet.", "exchanges have no recorded end yet."),
        ("recorder_gap", "exchange was open when the recorder stopped: its end is unknown.",
         "exchanges were open when the recorder stopped: their ends are unknown."),
    ):  # fmt: skip
        if states.get(state):
            found.append(Unknown(wording.counted(states[state], one, many), f"/exchanges?state={state}"))
    unbound = activity.without_artifact(desk.reader, NEWEST)
    if unbound:
        newest = sum(states.values())
        found.append(
            Unknown(f"{wording.counted(unbound, 'exchange')} of the newest {newest:,} cannot name the bytes that answered.")
        )
    unrecorded = len(activity.served_without_record(desk.reader))
    if unrecorded:
        found.append(
            Unknown(f"{wording.counted(unrecorded, 'set')} of model bytes answered without a provenance record.", "/models")
        )
    partial = sum(bool(each.unknowns) for each in records)
    if partial:
        found.append(Unknown(f"{wording.counted(partial, 'model record')} with questions that it leaves open.", "/models"))
    return [
        *found,
        Unknown("Traffic that went to an engine without passing the gateway is not in this book."),
        *_unwitnessed(desk),
    ]


def _unwitnessed(desk: Desk) -> list[Unknown]:
    found = [Unknown("Times are this machine's clock.")]
    if not desk.sources.witnesses:
        found.append(Unknown("No witness is configured: whoever holds the log key could show somebody else another history."))
    elif _witnessed(desk) is None:
        found.append(Unknown("No configured witness has cosigned a checkpoint of this book yet."))
    return found


def _interval(span: Span, desk: Desk) -> str:
    start, end = format_instant(span.start), format_instant(span.end)
    first = min((duty.runs[0][0] for duty in read_duties(desk.reader)), default=None)
    if span.end == first:
        return f"Before {wording.clock(end)} UTC, when recording began: not covered."
    until = "now" if span.end == desk.now else f"{wording.clock(end)} UTC"
    length = wording.duration((span.end - span.start).total_seconds())
    return f"{wording.clock(start)} UTC to {until} ({length}): not covered. What happened is unknown."
