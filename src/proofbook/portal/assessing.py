"""Engagements assessed for the pages: facts of one moment and what is derived from them, kept and made anew in the background.

Promises: a page says as of which entry it was assessed. Only the first page about an engagement waits for its assessment; later
ones show what is kept, while a thread of its own makes it anew when a minute has passed or the book has grown: at most a fifth of
one processor goes to that. Two sorts of visitors wait for it: who has just written a record, so that it is seen, and who comes
when what is kept is minutes old because nobody looked. Asked by one thread. Does not: record that anything was tested.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlencode

import structlog
from markupsafe import Markup

from proofbook.artifacts.catalogue import derive_pages
from proofbook.artifacts.folder import name_apart
from proofbook.artifacts.page import Page as ArtifactPage
from proofbook.artifacts.page import Stand
from proofbook.artifacts.rendering import render_body
from proofbook.assessment.answers import CardAnswer, answer_cards
from proofbook.assessment.facts import Facts, read_facts
from proofbook.assessment.grid import Grid, Width, derive_grid
from proofbook.assessment.selftests.table import CHECKS
from proofbook.assessment.today import Today, derive_today
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.portal.telling import document_in_zone
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.activity import wrote_since
from proofbook.readmodel.projection import ReadOnlyProjection
from proofbook.records.envelope import parse_entry

_KEPT: Final = 4
"""Engagements; the one assessed longest ago is forgotten."""
_UNCHANGED_SECONDS: Final = 60.0
_GROWN_SECONDS: Final = 2.0
_TIMES: Final = 4
"""A growing book is assessed again after this many times as long as it took."""
_OLD_SECONDS: Final = 300.0
"""What is older than this is not shown: the page waits for a newer one, as the first page did."""
_WRITTEN_SECONDS: Final = 5.0
"""How long a page waits at most to show its visitor's own record."""
FAILED: Final = "portal.assessment_failed"
LOG = structlog.get_logger()


T = TypeVar("T")


class Assessed:
    """One engagement as of one moment. Everything is derived when it is first asked for."""

    def __init__(self, facts: Facts) -> None:
        self.facts: Final = facts
        self._shelves: dict[str, tuple[ArtifactPage, ...]] = {}
        self._once: dict[str, tuple[Callable[[Assessed], Any], Any]] = {}

    @cached_property
    def months(self) -> Grid:
        """The grid by month."""
        return derive_grid(self.facts)

    @cached_property
    def quarters(self) -> Grid:
        """The grid by quarter."""
        return derive_grid(self.facts, "quarter")

    def grid(self, width: Width) -> Grid:
        """The grid by one of its widths."""
        return self.quarters if width == "quarter" else self.months

    @cached_property
    def today(self) -> Today:
        """Today's list."""
        return derive_today(self.months, CHECKS)

    @cached_property
    def cards(self) -> tuple[CardAnswer, ...]:
        """Every card, answered."""
        return answer_cards(self.months)

    def prepare(self, older: Assessed, desk: Desk) -> None:
        """Derives what pages will ask for: the list, the cards, and whatever was asked for of an older one."""
        _ = self.today, self.cards
        if "quarters" in older.__dict__:
            _ = self.quarters
        for artifact in tuple(older._shelves):
            self.shelf(artifact, desk)
        for key, (make, _) in tuple(older._once.items()):
            self.once(key, make)

    def once(self, key: str, make: Callable[[Assessed], T]) -> T:
        """What `make` derives of this assessment and nothing else, made when it is first asked for.

        What pages asked for is made again with each new assessment, before anybody sees it. `key` names it among all pages.
        """
        if key not in self._once:
            self._once[key] = make, make(self)
        found: T = self._once[key][1]
        return found

    def drawn(self, artifact: str, name: str, run_by: str) -> Markup:
        """The body of a page whose shelf was asked for, drawn once; nothing when there is no such page any more."""

        def draw(newest: Assessed) -> Markup:
            found = next((each for each in newest.derived(artifact) if each.name == name), None)
            return Markup("") if found is None else document_in_zone(render_body(found, run_by), newest.facts.scope.period.zone)

        return self.once(f"artifact {artifact} {name}: {run_by}", draw)

    def derived(self, artifact: str) -> tuple[ArtifactPage, ...]:
        """The pages of one artifact, as far as somebody asked for its shelf."""
        return self._shelves.get(artifact, ())

    def shelf(self, artifact: str, desk: Desk) -> tuple[ArtifactPage, ...]:
        """The pages of one artifact. Raises InputError for an id that is none of the ten, EntryDamaged."""
        if artifact not in self._shelves:
            found = derive_pages(artifact, self.facts, lambda index: parse_entry(desk.book.entry(index)).body)
            self._shelves[artifact] = tuple(name_apart(found, _stand(desk, self.facts.book_size)))
        return self._shelves[artifact]


@dataclass(slots=True)
class _Kept:
    """What was assessed, of how many entries, when, and how long that took with all that was derived from it."""

    assessed: Assessed
    since: float
    took: float
    again: threading.Event | None = None
    """Set while it is made anew; the event tells when that has ended."""

    def serves(self, position: int, now: float) -> bool:
        """Whether it need not be made anew yet."""
        age = now - self.since
        if position == self.assessed.facts.book_size:
            return age < _UNCHANGED_SECONDS
        return age < max(_GROWN_SECONDS, _TIMES * self.took)


Start: TypeAlias = "Callable[[Callable[[], None]], None]"


def start_thread(work: Callable[[], None]) -> None:
    """Work in a thread of its own, which nothing waits for when the program ends."""
    threading.Thread(target=work, name="assessing anew", daemon=True).start()


class Assessor:
    """Assesses engagements and keeps them. Used by one thread; `start` has work done beside it."""

    def __init__(self, monotonic: Callable[[], float], start: Start = start_thread) -> None:
        self._monotonic = monotonic
        self._start = start
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def assess(self, desk: Desk, engagement: str) -> Assessed:
        """The engagement as the projection has it, or as it had it a moment ago. Raises ConfigurationError, StoreUnavailable."""
        return self._keep(desk, engagement).assessed

    def show(self, desk: Desk, query: Query, make: Make) -> Answer:
        """A page about the engagement that the address names, the first one when it names none.

        `make` gets what was assessed and gives the page. Without any engagement the page says how one is recorded; an unknown
        one is answered with 404, in words.
        """
        known = desk.sources.engagements.known(desk.reader, desk.now)
        named = query.get("engagement", "").strip()
        if not known and not named:
            return Page("begin_engagement.html", {})
        if named and named not in known:
            return Page("unknown_engagement.html", {"named": named[:80], "engagements": known}, 404)
        chosen = named or known[0]
        kept = self._keep(desk, chosen)
        started = self._monotonic()
        page = make(kept.assessed)
        kept.took = max(kept.took, self._monotonic() - started)
        return page and replace(page, values={**_standing(kept.assessed, known, named=bool(named)), **page.values})

    def _keep(self, desk: Desk, engagement: str) -> _Kept:
        now, kept = self._monotonic(), self._kept.get(engagement)
        if kept is None:
            kept = self._put(engagement, self._assess(desk, engagement, now))
            desk.sources.settle()
        elif not kept.serves(desk.position, now) or self._has_written(desk, kept):
            again = self._again(desk, engagement, kept)
            if now - kept.since > _OLD_SECONDS:
                again.wait(desk.sources.patience_seconds)
            elif self._has_written(desk, kept):
                again.wait(_WRITTEN_SECONDS)
            kept = self._kept.get(engagement, kept)
        return kept

    def _assess(self, desk: Desk, engagement: str, started: float) -> _Kept:
        scope = desk.sources.engagements.scope(desk.reader, engagement, desk.now)
        assessed = Assessed(read_facts(desk.reader, scope, desk.now, desk.position))
        return _Kept(assessed, started, self._monotonic() - started)

    def _put(self, engagement: str, kept: _Kept) -> _Kept:
        self._kept[engagement] = kept
        self._kept.move_to_end(engagement)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept

    def _again(self, desk: Desk, engagement: str, kept: _Kept) -> threading.Event:
        """Has it made anew, unless that is under way."""
        if kept.again is not None:
            return kept.again
        ended = kept.again = threading.Event()
        sources = desk.sources

        def work() -> None:
            try:
                with sources.open_book() as book, ReadOnlyProjection(sources.projection) as projection:
                    here = Desk(book, projection.reader, projection.position, sources.clock.now(), sources)
                    newer = self._assess(here, engagement, self._monotonic())
                    newer.assessed.prepare(kept.assessed, here)
                newer.took = self._monotonic() - newer.since
                self._put(engagement, newer)
                sources.settle()
            except Exception as error:  # noqa: BLE001 - the boundary of a thread; its message may quote an entry
                LOG.error(FAILED, error=type(error).__name__)  # noqa: TRY400 - a traceback may quote an entry
                kept.again = None
            finally:
                ended.set()

        self._start(work)
        return ended

    @staticmethod
    def _has_written(desk: Desk, kept: _Kept) -> bool:
        """Whether the visitor wrote a record that is not assessed yet."""
        visitor = desk.visitor
        return visitor is not None and wrote_since(desk.reader, visitor.actor.id, kept.assessed.facts.book_size)


Make: TypeAlias = "Callable[[Assessed], Page | None]"


def _standing(assessed: Assessed, known: tuple[str, ...], *, named: bool) -> Mapping[str, object]:
    """What every page about an engagement shows, and what its links carry on."""
    facts = assessed.facts
    chosen = facts.scope.engagement
    return {
        "scope": facts.scope,
        "chosen": chosen,
        "engagements": known,
        "assessed_at": format_instant(facts.as_of),
        "assessed_size": facts.book_size,
        "carried": f"?{urlencode({'engagement': chosen})}" if named else "",
    }


def _stand(desk: Desk, size: int) -> Stand | None:
    """The newest signed checkpoint; it names how many entries it covers."""
    head = desk.book.latest_checkpoint() if size else None
    return None if head is None else Stand(desk.sources.origin, head.size, head.root.hex(), head.signed_at)
