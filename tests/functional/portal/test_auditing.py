"""Fieldwork over HTTP: an auditor asks, watches a population being made, draws, looks at an item, keeps notes, takes a receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.records.envelope import parse_entry
from proofbook.wiring.home import Home, open_home
from support.command_line import wait_until
from support.sample_portal import Reply
from support.staffed_portal import Browser, Staffed, staffed

ENGAGEMENT = "sample-year"
NONCE = "481516234248151623424815162342481516234299"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample year."""
    folder: Path = tmp_path_factory.mktemp("fieldwork") / "home"
    write_kit(folder)
    return open_home(folder)


@pytest.fixture(scope="module")
def portal(home: Home) -> Iterator[Staffed]:
    """Its portal with an auditor, another one, and a lead."""
    with staffed(home) as found:
        found.add("auditor", Role.AUDITOR, engagement=ENGAGEMENT)
        found.add("second", Role.AUDITOR, engagement=ENGAGEMENT)
        found.add("lead", Role.LEAD)
        yield found


@pytest.fixture(scope="module")
def auditor(portal: Staffed) -> Browser:
    """Signed in."""
    return portal.browser("auditor")


@pytest.fixture(scope="module")
def delivery(auditor: Browser) -> str:
    """POP-15, produced while the auditor watches."""
    return produced(auditor, "POP-15")


def produced(auditor: Browser, population: str) -> str:
    """A population, made while the auditor watches: its delivery's page."""
    page = f"/room/populations/{population}"
    begun = auditor.post(page, {"observer": "Sample Auditor"}, page=page)
    assert begun.status == 303
    place = begun.headers["location"]
    wait_until(lambda: "Show it" in auditor.get(place).words, "the population", 60)
    found = re.search(r'href="(/room/deliveries/[^"]+)"', auditor.get(place).text)
    assert found is not None
    return found[1]


def test_the_room_is_the_auditors_first_page(auditor: Browser) -> None:
    """Scope, period and firm of the one engagement, and nothing of any other."""
    assert auditor.get("/").headers["location"] == "/room"
    words = auditor.get("/room").words
    for part in (ENGAGEMENT, "2024-07-01 to 2025-06-30", "Europe/Berlin"):
        assert part in words
    assert "fy2026" not in words


def test_a_watched_run_leaves_a_transcript_that_agrees_with_the_files(auditor: Browser, delivery: str) -> None:
    """Clock, host, account, query, count and digest: what an auditor writes down (soc2.md 8.6)."""
    page = auditor.get(delivery)
    count = re.search(r"rows of interactions\s+(\d+)", page.words)
    assert count is not None
    data = auditor.get(f"{delivery}/files/interactions.csv").body
    assert data.count(b"\r\n") - 1 == int(count[1])
    assert "watched by" in page.words
    assert "Sample Auditor" in page.words


def test_a_part_of_an_archive_can_be_asked_for(auditor: Browser, delivery: str) -> None:
    """A download that broke off goes on where it stopped."""
    whole = auditor.get(f"{delivery}/files/all.zip")
    part = auditor.get(f"{delivery}/files/all.zip", Range="bytes=10-19")
    assert part.status == 206
    assert part.body == whole.body[10:20]


@pytest.mark.parametrize("name", ["..%2Fdelivery.json", "%2Fetc%2Fpasswd", "delivery.json", "nothing"])
def test_only_files_of_the_delivery_can_be_taken(auditor: Browser, delivery: str, name: str) -> None:
    """Names are looked up, not followed."""
    assert auditor.get(f"{delivery}/files/{name}").status == 404


def test_a_sample_under_the_auditors_nonce_keeps_its_picks_when_it_is_extended(auditor: Browser, delivery: str) -> None:
    """The first picks stay; the item leads to its weights, and what is missing is named."""
    source = f"{delivery.rpartition('/')[2]}:interactions"
    drawn = auditor.post(
        "/room/samples",
        {"source": source, "method": "seeded", "nonce": NONCE, "count": "4", "because": "own nonce"},
        page=f"/room/samples?source={source}",
    )
    assert drawn.status == 303, drawn.words
    place = drawn.headers["location"]
    first = items(auditor, place)
    assert len(first) == 4
    more = auditor.post(place, {"count": "7", "because": "an exception was found"}, page=place)
    assert more.status == 303, more.words
    second = items(auditor, place)
    assert second[:4] == first
    assert len(second) == 7
    words = auditor.get(f"{place}/item?item={first[0]}").words
    assert "weights and their provenance" in words
    assert "no content was sealed for this exchange" in words


def test_of_draws_at_once_all_but_one_are_asked_for_a_reason(auditor: Browser) -> None:
    """Two tabs must not be a way to draw until it pleases."""
    place = produced(auditor, "POP-08")
    source = f"{place.rpartition('/')[2]}:changes"
    nonces = [NONCE[:-1] + str(number) for number in range(4)]

    def draw(nonce: str) -> Reply:
        typed = {"source": source, "method": "seeded", "nonce": nonce, "count": "1"}
        return auditor.post("/room/samples", typed, page="/room/samples")

    with ThreadPoolExecutor(len(nonces)) as pool:
        replies = list(pool.map(draw, nonces))
    assert sorted(each.status for each in replies) == [303, 422, 422, 422], replies[0].words
    made = next(each for each in replies if each.status == 303).headers["location"].rpartition("/")[2]
    assert all(made in each.words for each in replies if each.status == 422)


def test_of_two_extensions_at_once_one_is_told_to_look_again(auditor: Browser, delivery: str) -> None:
    """Both would add the same items, each as if it were the first."""
    source = f"{delivery.rpartition('/')[2]}:interactions"
    typed = {"source": source, "method": "seeded", "nonce": NONCE, "count": "2", "because": "two tabs"}
    place = auditor.post("/room/samples", typed, page="/room/samples").headers["location"]

    def extend(count: int) -> int:
        return auditor.post(place, {"count": str(count), "because": "more"}, page=place).status

    with ThreadPoolExecutor(3) as pool:
        statuses = sorted(pool.map(extend, (4, 4, 4)))
    assert statuses[0] == 303
    assert statuses.count(303) == 1, statuses
    assert len(items(auditor, place)) == 4


def test_ids_that_are_not_in_the_population_are_named(auditor: Browser, delivery: str) -> None:
    """25 ids asked for are 25 answers (soc2.md 19.12)."""
    source = f"{delivery.rpartition('/')[2]}:interactions"
    typed = {"source": source, "method": "listed", "items": "x_nothing\nx_nowhere", "because": "own ids"}
    reply = auditor.post("/room/samples", typed, page="/room/samples")
    words = auditor.get(reply.headers["location"]).words
    assert "not in the population: x_nothing , x_nowhere" in words


def test_a_request_goes_from_asked_to_accepted_with_both_sides(portal: Staffed, auditor: Browser) -> None:
    """The company submits, only the auditor accepts, returning takes a reason, and every version stays."""
    asked = auditor.post(
        "/room/requests",
        {"number": "R-014", "title": "Model changes", "description": "All of them", "sort": "population", "control": "LC-14"},
        page="/room/request",
    )
    place = asked.headers["location"]
    name = place.rpartition("/")[2]
    lead = portal.browser("lead")
    seen = entry_of(lead, f"/requests/{name}")
    given = {"seen": seen, "to": "submitted", "records": "vendor/sample-hub", "because": "newest"}
    refused = lead.post(f"/requests/{name}", {**given, "records": "vendor/no-such"}, page=f"/requests/{name}")
    assert (refused.status, "is no record of this book" in refused.words) == (422, True)
    assert all(typed in refused.text for typed in ("\nvendor/no-such</textarea>", 'value="newest"'))
    vendors = re.findall(r'href="/records/vendor/([^"?/]+)"', lead.get("/records/vendor").text)
    assert lead.post(f"/requests/{name}", {**given, "records": f"vendor/{vendors[0]}"}, page=f"/requests/{name}").status == 303
    no_reason = auditor.post(place, {"seen": entry_of(auditor, place), "to": "returned"}, page=place)
    assert (no_reason.status, "without a reason" in no_reason.words) == (422, True)
    stale = auditor.post(place, {"seen": seen, "to": "accepted"}, page=place)
    assert (stale.status, "changed" in stale.words) == (422, True)
    assert auditor.post(place, {"seen": entry_of(auditor, place), "to": "accepted"}, page=place).status == 303
    assert "accepted" in lead.get(f"/requests/{name}").words


def test_notes_are_shown_to_their_author_alone(portal: Staffed, auditor: Browser) -> None:
    """Neither to another auditor of the same engagement nor to anybody of the company."""
    told = "look again at <b>the fourth</b>\nand ask"
    kept = auditor.post("/room/notes", {"about_kind": "request", "about": "R-014", "text": told}, page="/room/notes")
    assert kept.status == 303
    page = auditor.get("/room/notes").text
    assert "look again at &lt;b&gt;the fourth&lt;/b&gt;" in page
    assert "look again" not in portal.browser("second").get("/room/notes").text


def test_a_receipt_that_was_taken_away_is_extended_by_the_book(auditor: Browser) -> None:
    """And something else is no receipt."""
    reply = auditor.post("/room/receipts", {"to": "Sample Auditor"}, page="/room/receipts")
    assert reply.headers["content-disposition"].startswith("attachment")
    assert b"\n\n\xe2\x80\x94 " in reply.body


def test_whatever_the_auditor_looked_at_is_on_record(auditor: Browser, home: Home) -> None:
    """With the page, what it was about and how it was answered."""
    auditor.get("/room/controls/LC-01")
    with BookReader(home.book) as book:
        seen = [parse_entry(data) for _, data in book.entries(0, book.size())]
    looks = [each for each in seen if each.kind == "portal.viewed" and each.actor.id == "auditor"]
    assert any(each.body["page"] == "/room/controls/{control}" and each.body["subjects"] == ["LC-01"] for each in looks)


def items(browser: Browser, place: str) -> list[str]:
    """Items of a sample, in the order they stand."""
    return [unescape(each) for each in re.findall(r'item\?item=([^"]+)"', browser.get(place).text)]


def entry_of(browser: Browser, place: str) -> str:
    """The version that a request's form was shown with."""
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(place).text)
    assert found is not None
    return found[1]
