"""Facts of a period, read once from the projection: what every check, grid and answer works on.

Promises: one value as of one moment, so that everything derived from it agrees; every version of every record is there (checks
must see what was corrected), and so is what could not be seen (`blinds`). Reads only; derives nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from proofbook.assessment.scope import Scope
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel import artifacts, classes, counters, keys, sightings, sources, traffic
from proofbook.readmodel.artifacts import ArtifactVersion
from proofbook.readmodel.classes import Coverage, Found
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.readmodel.keys import AccessKey
from proofbook.readmodel.sightings import EngineSighting
from proofbook.readmodel.sources import Gap, Run, Source
from proofbook.readmodel.traffic import Caller, Denied, Discovery, Flagged, Loaded, Served
from proofbook.reconciliation.comparing import Comparison
from proofbook.records.kept import KEPT

LATE_AFTER = timedelta(days=7)
"""An entry recorded longer than this after what it tells of is shown as late."""

_ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is known, at `as_of`, and what bounds that knowledge."""

    scope: Scope
    as_of: datetime
    """Nothing recorded later is looked at; nothing due later is owed yet."""
    book_began: str | None
    """When the book's first entry was recorded; None for an empty book."""
    book_size: int
    histories: Mapping[tuple[str, str], tuple[DocumentVersion, ...]]
    """Every version of every kept record, by kind and id, oldest first."""
    served: tuple[Served, ...]
    """Exchanges of the period, counted; of systems in scope, as are callers and keys."""
    callers: tuple[Caller, ...]
    keys: tuple[AccessKey, ...]
    artifacts: tuple[ArtifactVersion, ...]
    """Newest provenance record of every artifact found."""
    discoveries: tuple[Discovery, ...]
    sources: tuple[Source, ...]
    runs: tuple[Run, ...]
    gaps: tuple[Gap, ...]
    """Stretches in which a recorder says it did not record."""
    flagged: tuple[Flagged, ...] = ()
    """What passed in the period although admission found something lacking, and what it denied; of systems in scope."""
    denied: tuple[Denied, ...] = ()
    configs: tuple[Loaded, ...] = ()
    """Settings that programs loaded, oldest first."""
    sightings: tuple[EngineSighting, ...] = ()
    """What engines were seen to have loaded, from the book's beginning to the end of the period."""
    reconciled: tuple[Comparison, ...] = ()
    """The engines' own counters against the exchanges of the period, day by day."""
    sensitive: tuple[Found, ...] = ()
    """Classes of sensitive data found in exchanges of the period; of systems in scope."""
    examined: tuple[Coverage, ...] = ()
    """What was examined of the exchanges of the period for that; of systems in scope."""
    _newest: Mapping[str, tuple[DocumentVersion, ...]] = field(init=False, repr=False, compare=False)
    _scoped: Mapping[str, tuple[DocumentVersion, ...]] = field(init=False, repr=False, compare=False)
    _in_period: dict[str, tuple[DocumentVersion, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Kept as it is asked for: many ask for the same."""

    def __post_init__(self) -> None:
        """Sorts once what every check asks for again and again."""
        newest: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
        for (kind, _), versions in sorted(self.histories.items()):
            newest[kind].append(versions[-1])
        object.__setattr__(self, "_newest", {kind: tuple(found) for kind, found in newest.items()})
        scoped = {kind: tuple(each for each in found if self.includes(each)) for kind, found in newest.items()}
        object.__setattr__(self, "_scoped", scoped)
        # one book may hold several entities, an assessment speaks of one
        for name in ("served", "callers", "keys", "flagged", "denied", "sensitive", "examined"):
            object.__setattr__(self, name, tuple(each for each in getattr(self, name) if self.covers(each.system)))

    def of(self, kind: str) -> tuple[DocumentVersion, ...]:
        """The newest version of every record of a kind, by id, whatever its scope."""
        return self._newest.get(kind, ())

    def scoped(self, kind: str) -> tuple[DocumentVersion, ...]:
        """As `of`, of systems in scope (records that name no system are included) and of the entity."""
        return self._scoped.get(kind, ())

    def in_period(self, kind: str) -> tuple[DocumentVersion, ...]:
        """As `scoped`, of events that happened in the period."""
        found = self._in_period.get(kind)
        if found is None:
            since, until = self.scope.since, self.scope.until
            found = tuple(each for each in self.scoped(kind) if since <= happened_at(each) < until)
            self._in_period[kind] = found
        return found

    def current(self, kind: str, record: str) -> DocumentVersion | None:
        """The newest version of one record."""
        versions = self.histories.get((kind, record))
        return None if versions is None else versions[-1]

    def history(self, kind: str, record: str) -> tuple[DocumentVersion, ...]:
        """Every version of one record, oldest first."""
        return self.histories.get((kind, record), ())

    def at(self, kind: str, record: str, moment: str) -> DocumentVersion | None:
        """The version of a record that was the newest one recorded at a moment."""
        known = [each for each in self.history(kind, record) if each.recorded <= moment]
        return known[-1] if known else None

    def includes(self, version: DocumentVersion) -> bool:
        """Whether a record belongs to the scope: its entity, and one of its systems (or none named).

        A record that states no entity belongs to that of the systems it names, else to that of the book.
        """
        entity = version.body.get("entity")
        named = tuple(systems_of(version))
        if entity is not None:
            return bool(entity == self.scope.entity) and (not named or any(map(self.scope.includes, named)))
        return any(map(self.covers, named)) if named else self.scope.is_of_book_entity

    def covers(self, system: str | None) -> bool:
        """Whether a system is one of the entity and in scope; traffic of no system (None) is the book entity's."""
        if system is None:
            return self.scope.is_of_book_entity
        return self.scope.includes(system) and self.entity_of(system) == self.scope.entity

    def entity_of(self, system: str) -> str:
        """The legal entity of a system: as its inventory page states, else that of the book."""
        page = self.current("ai_system", system)
        return str((page.body.get("entity") if page is not None else None) or self.scope.book_entity or self.scope.entity)

    def systems(self) -> tuple[DocumentVersion, ...]:
        """Inventory pages in scope."""
        return tuple(each for each in self.of("ai_system") if self.includes(each) and self.scope.includes(each.id))


def read_facts(reader: Reader, scope: Scope, as_of: datetime, book_size: int, seen: Sequence[Source] | None = None) -> Facts:
    """Read everything once, as the book's first `book_size` entries tell it; they were recorded by `as_of`.

    `seen`: the sources as of that size, for a caller who has read the entries; otherwise they are as the projection has them,
    which follows the book. Raises StoreUnavailable.
    """
    histories: defaultdict[tuple[str, str], list[DocumentVersion]] = defaultdict(list)
    for version in Documents(reader).versions(until=format_instant(as_of)):
        if version.index < book_size:
            histories[version.kind, version.id].append(version)
    known = sources.every(reader)
    runs = (run for each in known for run in sources.runs(reader, each.source, _ALL))
    return Facts(
        scope=scope,
        as_of=as_of,
        book_began=traffic.book_began(reader),
        book_size=book_size,
        histories={key: tuple(versions) for key, versions in histories.items()},
        served=traffic.served(reader, scope.since, scope.until, book_size),
        callers=traffic.callers(reader, scope.since, scope.until, book_size),
        keys=tuple(keys.at_size(each, book_size) for each in keys.every(reader) if each.issued_index < book_size),
        artifacts=artifacts.latest(reader, book_size),
        discoveries=traffic.discoveries(reader, book_size),
        sources=known if seen is None else tuple(seen),
        runs=tuple(_run_at(each, book_size) for each in runs if each.index < book_size),
        gaps=tuple(each for each in sources.gaps(reader, limit=_ALL) if each.index < book_size),
        flagged=traffic.flagged(reader, scope.since, scope.until, book_size),
        denied=traffic.denied(reader, scope.since, scope.until, book_size),
        configs=traffic.configs(reader, book_size),
        sensitive=classes.found(reader, scope.since, scope.until, book_size),
        examined=classes.coverage(reader, scope.since, scope.until, book_size),
        sightings=sightings.until(reader, scope.until, book_size),
        reconciled=counters.reconcile(reader, scope.since, scope.until, book_size, zone=scope.period.zone),
    )


def _run_at(run: Run, size: int) -> Run:
    """A run as the first `size` entries tell it: a later end is not known yet."""
    if run.stopped_index is None or run.stopped_index < size:
        return run
    return replace(run, stopped_index=None, stopped=None, stop_reason=None)


def happened_at(version: DocumentVersion) -> str:
    """When the thing a record tells of happened: the field its kind names, else the entry's `occurred`."""
    model = KEPT.get(version.kind)
    field = None if model is None else model.happened
    value = version.body.get(field) if field else None
    return value if isinstance(value, str) else version.occurred


def is_late(version: DocumentVersion, after: timedelta = LATE_AFTER) -> bool:
    """Whether a version was recorded long after what it tells of."""
    return parse_instant(version.recorded) - parse_instant(happened_at(version)) > after


def systems_of(version: DocumentVersion) -> Iterator[str]:
    """Systems a record names; an inventory page names itself."""
    if version.kind == "ai_system":
        yield version.id
    if isinstance(version.body.get("system"), str):
        yield version.body["system"]
    yield from _texts(version.body.get("systems"))


def _texts(value: object) -> Iterable[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else ()
