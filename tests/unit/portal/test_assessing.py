"""When what was assessed is used again, and when it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proofbook.assessment.scope import Scope
from proofbook.book.reader import BookReader
from proofbook.people.roles import Role
from proofbook.portal.assessing import Assessed, Assessor
from proofbook.portal.surroundings import Desk, Page, Stated
from proofbook.primitives.instants import parse_period
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.projection import Projection
from support.memory_book import SAMPLE_ORIGIN
from support.sample_accounts import sample_visitor
from support.sample_entries import SampleEntries
from support.sample_portal import make_sources, write_book

NOON_TEXT = "2026-03-02T12:00:00.000000Z"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class Listed:
    """Engagements by id, and how often one was asked for."""

    ids: tuple[str, ...]
    asked: list[str] = field(default_factory=list)

    def known(self, reader: Reader, moment: datetime) -> tuple[str, ...]:
        del reader, moment
        return self.ids

    def scope(self, reader: Reader, engagement: str, moment: datetime) -> Scope:
        del reader, moment
        self.asked.append(engagement)
        return Scope(engagement, "Sample Organisation", ("security",), "type_2", parse_period("2026-01-01", "2026-12-31", "UTC"))

    def stated(self, reader: Reader, moment: datetime) -> tuple[Stated, ...]:
        del reader, moment
        return ()


@dataclass(slots=True)
class Watch:
    """A clock that is moved by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def at_once(work: Callable[[], None]) -> None:
    """In place of a thread: done before anybody asks again."""
    work()


@contextmanager
def desk_over(folder: Path, listed: Listed) -> Iterator[Desk]:
    """A desk over a small book."""
    entries = SampleEntries(NOON)
    entries.opened(SAMPLE_ORIGIN, "sample")
    entries.started()
    book = write_book(folder, entries.raw)
    sources = make_sources(book, folder / "readmodel.sqlite", engagements=listed)
    with BookReader(book) as reader, Projection(folder / "readmodel.sqlite", reader) as projection:
        projection.catch_up()
        yield Desk(reader, projection.reader, projection.position, NOON, sources)


def test_memory_is_put_in_order_when_something_new_is_there_to_stay(tmp_path: Path) -> None:
    """Once for each assessment, first or anew, and never for a visit."""
    watch, settled = Watch(), []
    with desk_over(tmp_path, Listed(("a",))) as plain:
        desk = replace(plain, sources=replace(plain.sources, settle=lambda: settled.append(watch.now)))
        assessor = Assessor(watch, at_once)
        for watch.now in (0.0, 1.0, 59.0, 61.0, 62.0):
            assessor.assess(desk, "a")
    assert settled == [0.0, 61.0]


def test_same_book_is_assessed_once_a_minute(tmp_path: Path) -> None:
    """Days pass also in a book that nobody writes to."""
    listed, watch = Listed(("a",)), Watch()
    with desk_over(tmp_path, listed) as desk:
        assessor = Assessor(watch, at_once)
        first = assessor.assess(desk, "a")
        watch.now = 59
        assert assessor.assess(desk, "a") is first
        watch.now = 61
        assert assessor.assess(desk, "a") is not first


def test_grown_book_is_assessed_again_after_a_moment(tmp_path: Path) -> None:
    """What was just filed must show; a busy book must not keep the machine assessing."""
    listed, watch = Listed(("a",)), Watch()
    with desk_over(tmp_path, listed) as desk:
        assessor = Assessor(watch, at_once)
        first = assessor.assess(desk, "a")
        grown = replace(desk, position=desk.position + 1)
        watch.now = 1.9
        assert assessor.assess(grown, "a") is first
        watch.now = 2.1
        assert assessor.assess(grown, "a") is not first


def test_slow_assessment_of_a_growing_book_is_kept_longer(tmp_path: Path) -> None:
    """Four times as long as it took: at most a fifth of one processor goes to it."""
    listed, watch = Listed(("a",)), Watch()
    with desk_over(tmp_path, listed) as desk:
        assessor, seen = Assessor(watch, at_once), []

        def slowly(assessed: Assessed) -> Page:
            seen.append(assessed)
            watch.now += 5 if len(seen) == 1 else 0
            return Page("due.html", {})

        assessor.show(desk, {}, slowly)
        grown = replace(desk, position=desk.position + 1)
        watch.now = 19
        assessor.show(grown, {}, slowly)
        watch.now = 21
        assessor.show(grown, {}, slowly)
        assert seen[0] is seen[1]
        assert seen[2] is not seen[0]


def test_engagements_do_not_share_and_the_oldest_is_forgotten(tmp_path: Path) -> None:
    """Facts of a large book are large; a handful is kept."""
    listed = Listed(("a", "b", "c", "d", "e"))
    with desk_over(tmp_path, listed) as desk:
        assessor = Assessor(Watch(), at_once)
        for each in (*listed.ids, "e", "a"):
            assert assessor.assess(desk, each).facts.scope.engagement == each
        assert listed.asked == ["a", "b", "c", "d", "e", "a"]


@pytest.mark.parametrize(("query", "chosen"), [({}, "b"), ({"engagement": " a "}, "a"), ({"engagement": ""}, "b")])
def test_first_engagement_is_shown_unless_one_is_named(tmp_path: Path, query: dict[str, str], chosen: str) -> None:
    """The order is that of the home: on record first."""
    with desk_over(tmp_path, Listed(("b", "a"))) as desk:
        page = Assessor(Watch(), at_once).show(desk, query, lambda _: Page("due.html", {}))
    assert isinstance(page, Page)
    assert page.values["chosen"] == chosen
    assert page.values["carried"] == ("?engagement=a" if chosen == "a" else "")


def test_derived_values_are_made_once(tmp_path: Path) -> None:
    """Two pages of one assessment must agree."""
    with desk_over(tmp_path, Listed(("a",))) as desk:
        assessed = Assessor(Watch(), at_once).assess(desk, "a")
        assert assessed.today.grid is assessed.grid("month")
        assert assessed.grid("quarter") is assessed.quarters
        assert assessed.cards is assessed.cards
        assert assessed.shelf("ART-01", desk) is assessed.shelf("ART-01", desk)


def test_page_shows_what_is_kept_while_it_is_made_anew(tmp_path: Path) -> None:
    """Nobody waits for an assessment twice; the page says of when it is."""
    listed, watch = Listed(("a",)), Watch()
    waiting: list[Callable[[], None]] = []
    with desk_over(tmp_path, listed) as desk:
        assessor = Assessor(watch, waiting.append)
        first = assessor.assess(desk, "a")
        watch.now = 61
        assert assessor.assess(desk, "a") is first
        assert assessor.assess(desk, "a") is first
        assert len(waiting) == 1
        waiting[0]()
        assert assessor.assess(desk, "a") is not first


def test_what_is_minutes_old_is_not_shown(tmp_path: Path) -> None:
    """Nobody looked for an hour: the page waits as the first one did."""
    listed, watch = Listed(("a",)), Watch()
    with desk_over(tmp_path, listed) as desk:
        assessor = Assessor(watch)
        first = assessor.assess(desk, "a")
        watch.now = 3600
        assert assessor.assess(desk, "a") is not first


def test_assessment_that_fails_is_tried_again(tmp_path: Path) -> None:
    """What is kept goes on being shown with its time; nothing of the failure is lost."""
    listed, watch = Listed(("a",)), Watch()
    with desk_over(tmp_path, listed) as desk:
        broken = replace(desk, sources=replace(desk.sources, projection=tmp_path / "nowhere.sqlite"))
        assessor = Assessor(watch, at_once)
        first = assessor.assess(desk, "a")
        watch.now = 61
        assert assessor.assess(broken, "a") is first
        assert assessor.assess(desk, "a") is not first


def test_visitor_sees_their_own_record_at_once(tmp_path: Path) -> None:
    """Whoever mends what the list names must not find it there again."""
    listed, watch = Listed(("a",)), Watch()
    visitor = sample_visitor(Role.PREPARER)
    with desk_over(tmp_path, listed) as desk:
        assessor = Assessor(watch, at_once)
        first = assessor.assess(desk, "a")
        assert assessor.assess(replace(desk, visitor=visitor), "a") is first
        row = (
            "e_1",
            "risk",
            "r-1",
            NOON_TEXT,
            NOON_TEXT,
            visitor.actor.id,
            "person",
            "local_account",
            "cli",
            "manual",
            None,
            "{}",
        )
        with Projection(desk.sources.projection, desk.book) as writing:
            writing.reader.write("add_document_version", [(desk.position + 5, *row)])
        assert assessor.assess(replace(desk, visitor=sample_visitor(Role.LEAD)), "a") is first
        assert assessor.assess(replace(desk, visitor=visitor), "a") is not first


def test_what_pages_asked_for_is_made_again_before_anybody_sees_it(tmp_path: Path) -> None:
    """A long page must not be drawn while somebody waits for it, but the first time."""
    listed, watch = Listed(("a",)), Watch()
    drawn: list[Assessed] = []
    with desk_over(tmp_path, listed) as desk:
        assessor = Assessor(watch, at_once)
        first = assessor.assess(desk, "a")
        assert first.once("sample", lambda each: drawn.append(each) or len(drawn)) == 1  # type: ignore[func-returns-value]  # counts calls
        assert first.once("sample", lambda _: 0) == 1
        watch.now = 61
        second = assessor.assess(desk, "a")
        assert drawn == [first, second]
        assert second.once("sample", lambda _: 0) == 2
