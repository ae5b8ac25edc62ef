"""Custom populations: a reviewed question over read-only views, marked as what it is."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from proofbook.errors import InputError, LimitExceeded
from proofbook.export.custom import NOT_SHOWN, export_custom, parse_custom
from proofbook.export.room import ExportFrom
from proofbook.primitives.instants import FixedClock
from proofbook.readmodel.inquiry import inquire
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind
from support.memory_recorder import MemoryRecorder
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_RUN, SampleBook, sound_book

HEADING = """-- population: CUSTOM-CALLS
-- title: Calls of a service
-- purpose: To see who called
-- unit: one exchange
-- key: exchange
-- author: a.person
-- reviewer: b.person
-- reviewed: 2026-01-04
-- limitation: only what the gateway saw
"""
QUESTION = f"""{HEADING}SELECT exchange, principal, occurred FROM exchanges
WHERE occurred >= :start AND occurred < :end AND refused = 0;
"""  # noqa: S608 - a question as a person writes it


@pytest.fixture(scope="module")
def book() -> SampleBook:
    """A sound book; nobody changes it."""
    return sound_book(1)


@pytest.fixture
def projection(book: SampleBook, tmp_path: Path) -> Path:
    """Its projection."""
    path = tmp_path / "projection" / "readmodel.sqlite"
    path.parent.mkdir()
    with Projection(path, book.book) as made:
        made.catch_up(lambda _done: None)
    return path


def run(book: SampleBook, projection: Path, out: Path, question: str) -> MemoryRecorder:
    """Export a question."""
    clock = FixedClock(book.entries.now + timedelta(minutes=1))
    recorder = MemoryRecorder(clock)
    actor = Actor("a.person", ActorKind.PERSON, "local_account")
    with Projection(projection, book.book) as made:
        origin = ExportFrom(book.book, made, book.book.signer, recorder, clock, actor, SAMPLE_RUN)
        export_custom(out, origin, projection, SAMPLE_ENGAGEMENT, parse_custom(question.encode()))
    return recorder


def test_a_custom_population_is_marked_and_keeps_its_question(book: SampleBook, projection: Path, tmp_path: Path) -> None:
    """Whoever relies on it must see that its logic is somebody's own, who wrote it and who read it."""
    recorder = run(book, projection, tmp_path / "one", QUESTION)
    header = json.loads((tmp_path / "one" / "header.json").read_bytes())
    assert header["custom"] is True
    assert (header["preparer"], header["reviewer"]) == ("a.person", "b.person, 2026-01-04")
    assert header["completeness"] == "not_demonstrated"
    assert header["reasons"] == [NOT_SHOWN]
    assert (tmp_path / "one" / "question.sql").read_text("utf-8") == QUESTION
    rows = json.loads((tmp_path / "one" / "rows.json").read_bytes())
    assert len(rows) == header["row_counts"]["rows"] == 4
    assert [each["exchange"] for each in rows] == sorted(each["exchange"] for each in rows)
    assert [each.kind for each in recorder.entries] == ["population.exported"]
    run(book, projection, tmp_path / "two", QUESTION)
    assert (tmp_path / "one" / "rows.csv").read_bytes() == (tmp_path / "two" / "rows.csv").read_bytes()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-- reviewer: b.person\n", "lacks reviewer"),
        ("-- purpose: To see who called\n", "lacks purpose"),
        ("-- reviewer: A.Person\n", "same person"),
        ("-- population: POP-15\n", "no id of a custom population"),
        ("-- key: other\n", "names key twice"),
    ],
)
def test_a_heading_that_says_too_little_is_refused(line: str, told: str) -> None:
    """A question nobody else read is no report."""
    name = line.split(":", maxsplit=1)[0]
    given = line in QUESTION
    text = QUESTION.replace(line, "") if given else QUESTION
    if not given:
        kept = [] if name in {"-- reviewer", "-- population"} else [name]
        lines = [each for each in QUESTION.splitlines(keepends=True) if not each.startswith(name) or name in kept]
        text = line + "".join(lines)
    with pytest.raises(InputError, match=told):
        parse_custom(text.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM exchanges",
        "SELECT 1; SELECT 2",
        "SELECT name FROM sqlite_schema",
        "SELECT entry FROM main.exchange",
        "SELECT * FROM document_version",
        "SELECT random() AS entry",
        "SELECT date('now') AS entry",
        "SELECT load_extension('x') AS entry",
        "PRAGMA query_only=OFF",
        "ATTACH 'x' AS y",
        "SELECT entry FROM exchanges) UNION SELECT name FROM (SELECT name FROM sqlite_schema",
        "nonsense",
    ],
)
def test_nothing_but_one_select_over_the_views_is_run(projection: Path, statement: str) -> None:
    """A question of a person must not be a way into the store."""
    with pytest.raises(InputError), inquire(projection, statement, {}, 10**6, order_by="entry") as asked:
        list(asked.rows)


def test_a_question_that_never_ends_is_ended(projection: Path) -> None:
    """By steps and not by a clock, so that it ends at the same place everywhere."""
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) AS n FROM t"
    with pytest.raises(LimitExceeded), inquire(projection, endless, {}, 10**6, order_by="n", ticks=3) as asked:
        list(asked.rows)


def test_views_show_the_book_as_of_a_size(projection: Path) -> None:
    """What came after the checkpoint is in no custom population either."""

    def count(size: int) -> int:
        with inquire(projection, "SELECT count(entry) AS n FROM exchanges", {}, size, order_by="n") as asked:
            return int(next(iter(asked.rows))[0])

    assert count(0) == 0 < count(12) < count(10**6)
