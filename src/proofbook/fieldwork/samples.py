"""Samples as they stand: what was drawn, added, held and released, read back from the book's projection.

A sample is what its entries say: the draw, then every extension in order. Missing ids stay named. Does not open the population
again; `drawing` does. Pure questions over the projection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from proofbook.errors import InputError, RefusedError
from proofbook.fieldwork.acting import Act, Side, check_said, check_side
from proofbook.journal.receipt import Submission
from proofbook.readmodel import fieldwork
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.fieldwork import Event
from proofbook.records.fieldwork import SampleReleased

View: TypeAlias = Literal["redacted", "unredacted"]


@dataclass(frozen=True, slots=True)
class SampleItem:
    """One drawn item. `draw` counts from 1, the first draw; `row` is its line in the exported table."""

    item: str
    row: int
    entry: str | None
    index: int | None
    draw: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the population, and how many were asked for of it in all."""

    value: str
    rows: int
    asked: int


@dataclass(frozen=True, slots=True)
class DrawStep:
    """One draw or extension."""

    entry: str
    index: int
    recorded: str
    actor: str
    asked: int
    added: int
    because: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """Content of one item may be seen by the auditor. `view`: redacted or unredacted."""

    item: str
    view: str
    because: str
    recorded: str
    actor: str
    entry: str


@dataclass(frozen=True, slots=True)
class Held:
    """What was put under hold for a sample, over all its draws."""

    held: tuple[str, ...] = ()
    held_before: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    without_content: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample. `rows` are those of the table it was drawn from; `seed` and `nonce` are None when ids were listed."""

    id: str
    engagement: str
    request: str | None
    population: str
    table: str
    key: str
    definition: str
    logic: str
    population_entry: str
    data_sha256: str
    rows: int
    completeness: str
    checkpoint_size: int
    checkpoint_root: str
    checkpoint_sha256: str
    cosigned_by: tuple[str, ...]
    method: str
    nonce: str | None
    seed: str | None
    stratum_by: str | None
    strata: tuple[Stratum, ...]
    asked: int
    items: tuple[SampleItem, ...]
    missing: tuple[str, ...]
    earlier: tuple[str, ...]
    because: str | None
    draws: tuple[DrawStep, ...]
    holds: Held
    releases: tuple[Release, ...]

    def item(self, item: str) -> SampleItem | None:
        """One of its items."""
        return next((each for each in self.items if each.item == item), None)

    def release_of(self, item: str) -> Release | None:
        """The newest release of an item's content."""
        return next((each for each in reversed(self.releases) if each.item == item), None)


def list_samples(reader: Reader, engagement: str) -> tuple[Sample, ...]:
    """Every sample of an engagement, newest first."""
    return tuple(_sample(reader, event) for event in fieldwork.of_engagement(reader, "sample.drawn", engagement))


def find_sample(reader: Reader, sample: str) -> Sample | None:
    """One sample, or None."""
    events = fieldwork.about(reader, "sample.drawn", sample)
    return _sample(reader, events[0]) if events else None


def read_sample(reader: Reader, sample: str) -> Sample:
    """One sample. Raises InputError when there is none."""
    found = find_sample(reader, sample)
    if found is None:
        raise InputError(f"sample {sample[:60]!r}: there is none in this book", hint="see `proofbook sample list`")
    return found


def release_content(reader: Reader, act: Act, sample: str, item: str, *, view: View, because: str) -> tuple[Submission, ...]:
    """Lets the auditor see the content of one drawn item; each look is still recorded when it happens.

    Raises:
        RefusedError: an auditor asks, or the content is released like this already. InputError: no such item, or no reason.
    """
    check_side(act, Side.STAFF, "releasing content")
    found = read_sample(reader, sample)
    if found.item(item) is None:
        raise InputError(f"item {item[:80]!r}: is not in sample {sample}")
    before = found.release_of(item)
    if before is not None and before.view == view:
        raise RefusedError(f"item {item[:80]!r}: is released {view} already, since {before.recorded[:10]}")
    body = SampleReleased(
        sample=sample, engagement=found.engagement, item=item, view=view, because=check_said(because, "because")
    )
    return (act.submission("sample.released", sample, body.to_body()),)


def _sample(reader: Reader, drawn: Event) -> Sample:
    body, more = drawn.body, fieldwork.about(reader, "sample.extended", drawn.about)
    newest = more[-1].body if more else body
    plain = (
        "engagement", "request", "population", "table", "key", "definition", "logic", "population_entry", "data_sha256", "rows",
        "completeness", "checkpoint_size", "checkpoint_root", "checkpoint_sha256", "method", "nonce", "seed", "stratum_by",
        "because",
    )  # fmt: skip
    every = (drawn, *more)
    return Sample(
        id=drawn.about,
        **{name: body[name] for name in plain},
        cosigned_by=tuple(body["cosigned_by"]),
        strata=tuple(Stratum(each["value"], each["rows"], each["asked"]) for each in newest["strata"]),
        asked=newest["asked"],
        items=tuple(item for draw, event in enumerate(every, start=1) for item in _items(event.body, draw)),
        missing=tuple(item for event in every for item in event.body["missing"]),
        earlier=tuple(body["earlier"]),
        draws=tuple(map(_step, every)),
        holds=_held(event.body for event in fieldwork.about(reader, "sample.held", drawn.about)),
        releases=tuple(map(_release, fieldwork.about(reader, "sample.released", drawn.about))),
    )


def _items(body: Mapping[str, Any], draw: int) -> tuple[SampleItem, ...]:
    return tuple(SampleItem(each["item"], each["row"], each["entry"], each["index"], draw) for each in body["items"])


def _step(event: Event) -> DrawStep:
    body = event.body
    return DrawStep(event.entry, event.index, event.recorded, event.actor, body["asked"], len(body["items"]), body["because"])


def _held(bodies: Iterable[Mapping[str, Any]]) -> Held:
    known = list(bodies)

    def every(field: str) -> tuple[str, ...]:
        return tuple(name for body in known for name in body[field])

    return Held(every("held"), every("held_before"), every("gone"), sum(body["without_content"] for body in known))


def _release(event: Event) -> Release:
    body = event.body
    return Release(body["item"], body["view"], body["because"], event.recorded, event.actor, event.entry)
