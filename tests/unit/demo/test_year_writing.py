"""Writing the generated year: each entry at its moment, references in place, checkpoints over the year, through the one door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.demo.year.generate import generate_year
from proofbook.demo.year.kit import KIT_YEAR, write_kit
from proofbook.demo.year.writing import set_time, write_year
from proofbook.errors import ConfigurationError, StoreUnavailable
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.home import Home
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.recording import open_door

KIND = "evaluation.run"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The kit, written once; tests only read it."""
    return write_kit(tmp_path_factory.mktemp("kit") / "home")


def entries(home: Home) -> Iterator[Entry]:
    """Every entry of the book."""
    with BookReader(home.book) as book:
        for _, data in book.entries(0, book.size()):
            yield parse_entry(data)


def _without_root(entry: Entry) -> Entry:
    return replace(entry, body={**entry.body, "root": None}) if entry.kind == "integrity.check" else entry


def test_entries_are_recorded_at_their_moments(home: Home) -> None:
    """`recorded` is what lateness is told by: it must be the moment of the plan, and the clock must never have gone back."""
    planned = [format_instant(moment) for moment, _ in generate_year(KIT_YEAR.last, KIT_YEAR.seed, KIT_YEAR.zone)]
    written = list(entries(home))
    assert [each.recorded for each in written[1:]] == planned
    assert written[0].kind == "book.opened"
    assert "clock.stepped" not in {each.kind for each in written}


def test_references_hold_ids_of_entries_before_them(home: Home) -> None:
    """A sign-off of a version that does not exist would be worth nothing."""
    seen: dict[str, Entry] = {}
    named = 0
    for entry in entries(home):
        for field in ("standard_entry", "of_entry", "reviewed_version", "scan"):
            if entry.body.get(field) is not None:
                named += 1
                assert seen[entry.body[field]].recorded <= entry.recorded
        if entry.supersedes is not None:
            assert (seen[entry.supersedes].kind, seen[entry.supersedes].subject) == (entry.kind, entry.subject)
        seen[entry.id] = entry
    assert named > 50
    assert sum(1 for each in seen.values() if each.supersedes is not None) > 5


def test_verifications_name_the_newest_checkpoint(home: Home) -> None:
    """Generated or not, what a verification says of the log can be held against the log."""
    with BookReader(home.book) as book:
        roots = {each.size: each.root.hex() for each in book.checkpoints()}
    checks = [each for each in entries(home) if each.kind == "integrity.check"]
    assert checks
    assert all(roots[each.body["size"]] == each.body["root"] for each in checks)


def test_book_checks_out_with_a_checkpoint_a_week(home: Home) -> None:
    """The year is a book like any other: inspected whole, and signed over the year, not once at its end."""
    report = inspect_home(home, content=True)
    assert report.damages_total == 0
    with BookReader(home.book) as book:
        signed = [parse_instant(each.signed_at) for each in book.checkpoints()]
    assert len(signed) > 52
    inside = [moment for moment in signed if moment >= KIT_YEAR.at(KIT_YEAR.first, 0)]
    assert max(later - before for before, later in pairwise(inside)) < timedelta(days=9)


def test_same_kit_has_the_same_entries(home: Home, tmp_path: Path) -> None:
    """Ids of entries included: whoever writes the kit can talk about it with whoever else did.

    Only the key differs: the first entry names it, and so do the roots that verifications of the log name.
    """
    other, one = ([_without_root(each) for each in entries(place)][1:] for place in (write_kit(tmp_path / "home"), home))
    assert other == one


def test_no_year_is_written_below_later_entries(home: Home) -> None:
    """A set clock must not be a way to slip a past into a book that is in use."""
    time = set_time(KIT_YEAR.at(KIT_YEAR.setup, 7), 1)
    size = sum(1 for _ in entries(home))
    with pytest.raises(ConfigurationError, match="later than the generated year"):
        write_year(home, generate_year(KIT_YEAR.last, 1, KIT_YEAR.zone)[:5], time)
    assert sum(1 for _ in entries(home)) == size


def test_nobody_elses_clock_is_set(tmp_path: Path) -> None:
    """While another process writes the book, its clock would date the year: refused."""
    home = write_kit(tmp_path / "home", faults=())
    with open_door(home), pytest.raises(StoreUnavailable, match="another process writes"):
        write_year(home, (), set_time(KIT_YEAR.at(KIT_YEAR.last, 1), 1))
