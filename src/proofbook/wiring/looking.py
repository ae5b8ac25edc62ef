"""Looking at this machine for a home: model stores, engines, processes, devices. Each look is recorded, even an empty one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from proofbook.book.interface import BookReading
from proofbook.collectors.discover.discovery import Discovery, record_discovery
from proofbook.collectors.discover.inventory import Inventory
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.interface import Place
from proofbook.collectors.model_store.assembling import Workbench
from proofbook.collectors.model_store.locate import StorePlace, collector_of, locate_stores, place_of
from proofbook.collectors.runner import CollectionContext, RunSummary, run_collector
from proofbook.journal.receipt import Recorder
from proofbook.primitives.verdict import Unknown
from proofbook.readmodel import artifacts
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import parse_entry
from proofbook.records.provenance import DiscoveryRun
from proofbook.weights.hash_cache import CachedDigests, read_cache, write_cache
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK, host_name

MODEL_STORE: Final = "collector:model_store"
DISCOVER: Final = "collector:discover"
HASH_WORKERS: Final = max(1, min(8, os.cpu_count() or 1))

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan of all model stores did."""

    runs: tuple[RunSummary, ...]

    @property
    def found(self) -> int:
        """Artifacts seen."""
        return sum(run.found for run in self.runs)

    @property
    def recorded(self) -> int:
        """New or changed ones, each with a new entry."""
        return sum(len(run.recorded) for run in self.runs)

    @property
    def skipped(self) -> int:
        """Things that could not be looked at, or not fully."""
        return sum(len(run.skipped) for run in self.runs)


@dataclass(frozen=True, slots=True)
class FoundUpstream:
    """An engine that listens here, to be put behind the gateway."""

    url: str
    product: str


class BookArtifacts:
    """Implements the runner's `ArtifactHistory` from the book."""

    def __init__(self, book: BookReading, projection: Projection) -> None:
        self._book = book
        self._projection = projection
        self._in_force = {_place(each): each for each in artifacts.by_place(projection.reader)}

    def latest(self, subject: str, place: Place) -> tuple[str, Mapping[str, Any]] | None:
        """The newest record of a subject at a place, if nothing else was seen there since.

        Bytes that come back to a place after others stood there are news: without a record of their own the book would still say
        that the others are there.
        """
        newest = self._in_force.get((place.host, place.store, place.location))
        if newest is None or newest.subject != subject:
            return None
        entry = parse_entry(self._book.entry(newest.index))
        return entry.id, entry.body


def _place(version: artifacts.ArtifactVersion) -> tuple[str, str, str]:
    return version.host, version.store, version.location


def find_stores(home: Home, paths: tuple[Path, ...] = ()) -> tuple[StorePlace, ...]:
    """The stores to scan: those named, or else those of the settings and the well-known ones."""
    if paths:
        return tuple(place_of(path) for path in paths)
    named = tuple(place_of(Path(path)) for path in home.settings.models.paths)
    return (*named, *(locate_stores(os.environ, [Path.home()]) if home.settings.models.well_known else ()))


def collect_models(
    home: Home, recorder: Recorder, paths: tuple[Path, ...] = (), *, full: bool = False, progress: Progress | None = None
) -> Scan:
    """Scan model stores: hash, record what is new or changed, and that the look took place."""
    cache = read_cache(home.hash_cache)
    bench = Workbench(CachedDigests(cache, CLOCK, full=full, workers=HASH_WORKERS), CLOCK, host_name(), progress)
    with open_projection(home) as (book, projection):
        runs: list[RunSummary] = []
        for place in find_stores(home, paths):
            projection.catch_up()  # what the look before this one recorded; places may lie within each other
            context = CollectionContext(recorder, BookArtifacts(book, projection), CLOCK, MODEL_STORE)
            runs.append(run_collector(collector_of(place, bench), context))
    write_cache(cache, home.hash_cache)
    return Scan(tuple(runs))


def look_around(home: Home, recorder: Recorder) -> DiscoveryRun:
    """Engines, processes, devices and stores of this machine against the inventory; recorded."""
    with open_projection(home) as (book, projection):
        inventory = _inventory(home, book, projection)
    discovery = Discovery(Machine(host_name()), CLOCK, inventory, find_stores(home))
    run, _ = record_discovery(discovery, recorder, source=DISCOVER)
    return run


def propose_upstreams() -> tuple[FoundUpstream, ...]:
    """Engines that listen on this machine, before there is a home."""
    run = Discovery(Machine(host_name()), CLOCK, Inventory()).look()
    return tuple(FoundUpstream(f"http://{engine['address']}", _known_product(engine["product"])) for engine in run.engines)


def _known_product(product: str) -> str:
    return product if product in {"llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio"} else "auto"


def _inventory(home: Home, book: BookReading, projection: Projection) -> Inventory:
    known = artifacts.by_place(projection.reader)
    bodies = [parse_entry(book.entry(each.index)).body for each in known]
    gateway = home.settings.gateway
    digests = CachedDigests(read_cache(home.hash_cache), CLOCK)

    def digest_of(path: str) -> str | None:
        found = digests.digest_of(path)
        return None if isinstance(found, Unknown) else found[0]

    return Inventory(
        artifacts=frozenset(each.artifact for each in known),
        revisions=frozenset(str(body["source_revision"]) for body in bodies),
        locations=frozenset(each.location for each in known if each.host == host_name()),
        upstreams=() if gateway is None else tuple(each.base_url for each in gateway.upstreams),
        own_ports=frozenset({home.settings.portal.port} | (set() if gateway is None else {gateway.port})),
        digest_of=digest_of,
    )
