"""A home in which no engagement is stated, told and typed in the zone of its settings: New York, whose clocks are put forward and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from proofbook.primitives.instants import format_instant
from support.record_portal import WRITER, RecordPortal, Somebody, serving

ZONE = "America/New_York"
NEW = "/records/new/vendor"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordPortal]:
    """One home for all tests here."""
    with serving(tmp_path_factory.mktemp("settings"), ZONE) as made:
        yield made


@pytest.fixture
def writer(portal: RecordPortal) -> Somebody:
    """Who writes."""
    return portal.people[WRITER]


def write(writer: Somebody, name: str, occurred: str) -> str:
    """A vendor that is so since a typed time; what the answer shows."""
    stated = {"r_title": f"Sample {name}", "r_takes": "weights", "r_kind": "hub"}
    return writer.fill(NEW, id=name, occurred=occurred, **stated).text


@pytest.mark.parametrize("page", ["/", "/book", "/gaps", "/exchanges", "/models", "/records", "/queues/exercises"])
def test_pages_say_that_the_settings_name_the_zone(writer: Somebody, page: str) -> None:
    """Whoever wonders about an hour finds where it is set."""
    words = writer.get(page).words
    assert f"Times and days are those of {ZONE} , now UTC-0" in words
    assert "the zone of the settings" in words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2025-03-09T02:30", "was skipped by the clocks of America/New_York"),
        ("2025-11-02T01:30", "came twice in America/New_York: write 2025-11-02T01:30:00-04:00 or 2025-11-02T01:30:00-05:00"),
    ],
)
def test_an_hour_that_the_clocks_skipped_or_showed_twice_is_asked_about(writer: Somebody, typed: str, words: str) -> None:
    """In a field that has room for the answer, with what was typed still in it."""
    shown = write(writer, "sample-doubtful", typed)
    assert words in shown
    field = re.search(r'<input id="f-occurred"[^>]*>', shown)
    assert field is not None
    assert 'type="text"' in field[0]
    assert f'value="{typed}"' in field[0]


@pytest.mark.parametrize(
    ("typed", "instant", "told"),
    [
        ("2025-11-02T01:30:00-05:00", "2025-11-02T06:30:00.000000Z", "2025-11-02 01:30:00 EST"),
        ("2025-11-02T01:30:00-04:00", "2025-11-02T05:30:00.000000Z", "2025-11-02 01:30:00 EDT"),
        ("2025-07-01T23:15", "2025-07-02T03:15:00.000000Z", "2025-07-01 23:15:00 EDT"),
    ],
)
def test_what_was_typed_is_recorded_as_that_instant_and_told_again(
    portal: RecordPortal, writer: Somebody, typed: str, instant: str, told: str
) -> None:
    """The two hours of one name stay two hours."""
    name = f"sample-{instant[:13].lower()}"
    done = writer.send(write(writer, name, typed), NEW, "record")
    assert done.status == 303, done.words
    found = portal.newest("vendor", name)
    assert found is not None
    assert found.occurred == instant
    page = writer.get(f"/records/vendor/{name}").text
    assert f'<time datetime="{instant}" title="{instant[:10]} {instant[11:19]} UTC">{told}</time>' in page


def test_a_record_as_of_a_day_is_that_of_the_day_there(portal: RecordPortal, writer: Somebody) -> None:
    """Its last moment is midnight in New York."""
    name = "sample-as-of"
    assert writer.send(write(writer, name, ""), NEW, "record").status == 303
    found = portal.newest("vendor", name)
    assert found is not None
    recorded = datetime.fromisoformat(found.recorded)
    assert format_instant(recorded.astimezone(UTC)) == found.recorded
    day = re.search(r">(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d E[SD]T</time>", writer.get(f"/records/vendor/{name}").text)
    assert day is not None
    assert writer.get(f"/records/vendor/{name}?as_of={day[1]}").status == 200
    assert writer.get(f"/records/vendor/{name}?as_of=2025-01-01").status == 404
