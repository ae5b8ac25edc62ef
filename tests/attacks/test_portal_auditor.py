"""An auditor who tries to see more than their engagement, or to look without being seen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from attacks.conftest import Besieged
from proofbook.errors import StoreUnavailable
from proofbook.journal.receipt import Submission
from proofbook.people.roles import Permission
from proofbook.people.visitor import Visitor
from proofbook.portal.site import PLACES
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.projection import ReadOnlyProjection
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from support.command_line import wait_until
from support.sample_portal import Visitor as SimpleBrowser
from support.sample_portal import running
from support.staffed_portal import Browser

ASKED = {"number": "R-900", "title": "Sample secret title", "description": "Sample words", "sort": "document"}
SHUT = "the book cannot be written"


@pytest.fixture(scope="module")
def request_place(besieged: Besieged) -> str:
    """A request of the one engagement."""
    asked = besieged.auditor.post("/room/requests", ASKED, page="/room/request")
    assert asked.status == 303, asked.words
    return asked.headers["location"]


@pytest.fixture(scope="module")
def delivery(besieged: Besieged) -> str:
    """A delivery of the one engagement."""
    place = "/room/populations/POP-15"
    assert besieged.auditor.post(place, {"observer": "Sample Auditor"}, page=place).status == 303
    wait_until(lambda: "/room/deliveries/" in besieged.auditor.get(place).text, "the population", 60)
    found = re.search(r'href="(/room/deliveries/[^"]+)"', besieged.auditor.get(place).text)
    assert found is not None
    return found[1]


def test_nothing_of_another_engagement_is_there(besieged: Besieged, request_place: str, delivery: str) -> None:
    """Not by its own page, and not as a record among records: the page of records once showed everything in the book."""
    name = request_place.rpartition("/")[2]
    for place in (request_place, delivery, f"{delivery}/files/header.json", "/room/records/engagement/sample-year"):
        assert besieged.other.get(place).status == 404, place
    record = f"/room/records/audit_request/{name}"
    wait_until(lambda: besieged.auditor.get(record).status == 200, "the assessment that knows of it", 30)
    for part in ("", "/proof", "/entry"):
        assert besieged.auditor.get(f"{record}{part}").status == 200
        assert besieged.other.get(f"{record}{part}").status == 404


def test_records_of_another_entity_are_not_there(besieged: Besieged) -> None:
    """One book may hold several entities; an engagement speaks of one."""
    with ReadOnlyProjection(besieged.home.readmodel) as projection:
        vendor = Documents(projection.reader).current("vendor", "sample-hub")
    assert vendor is not None
    body = {**vendor.body, "entity": "Another Sample Entity"}
    actor = Actor("sample-lead", ActorKind.PERSON, "local_account")
    draft = Draft("vendor", "sample-of-another", vendor.occurred, actor, "desk:sample", Assurance.MANUAL, body)
    writing = besieged.portal.sources.writing
    assert writing is not None
    writing.record([Submission(draft)])
    wait_until(lambda: besieged.lead.get("/records/vendor/sample-of-another").status == 200, "the record", 20)
    assert besieged.auditor.get(f"/room/records/vendor/{vendor.id}").status == 200
    assert besieged.auditor.get("/room/records/vendor/sample-of-another").status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("part", ["bytes=0-9", "bytes=0-0,2-3", None])
def test_each_part_of_a_file_is_a_look(besieged: Besieged, delivery: str, method: str, part: str | None) -> None:
    """However little is asked for, and of whichever condition it is made to depend."""
    size = besieged.size()
    headers = {"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"} | ({"Range": part} if part else {})
    cookie = "; ".join(f"{name}={value}" for name, value in besieged.auditor.cookies.items())
    visitor = SimpleBrowser(besieged.portal.port, "", cookie)
    assert visitor.ask(f"{delivery}/files/header.json", method=method, headers=headers).status in {200, 206}
    seen = besieged.since(size)
    assert [each.body["subjects"] for each in seen] == [[delivery.rpartition("/")[2], "header.json"]]


def test_a_mistake_is_a_look_as_well(besieged: Besieged, request_place: str) -> None:
    """Who tries ids until one fits leaves a trace of each."""
    size = besieged.size()
    reply = besieged.auditor.post("/room/notes/n_guessed/withdraw", {}, page=request_place)
    assert reply.status == 400
    assert ["n_guessed"] in [each.body["subjects"] for each in besieged.since(size)]


def test_what_was_looked_at_cannot_be_pushed_out_of_the_account(besieged: Besieged) -> None:
    """An entry names a bounded number of things; who asks for more is shown nothing."""
    assert besieged.auditor.get("/room/samples?" + "&".join(f"a{each}=1" for each in range(99))).status == 413
    assert besieged.auditor.get("/room/samples?a=" + "%01" * 3000).status == 413
    assert besieged.auditor.get("/room/samples?a=" + "%01" * 2600).status == 200


class Shut:
    """A book that cannot be written."""

    def viewed(self, visitor: Visitor, page: str, subjects: tuple[str, ...], status: int) -> None:
        """Raises."""
        raise StoreUnavailable(SHUT)


def test_nothing_is_shown_while_looks_cannot_be_recorded(besieged: Besieged, request_place: str, delivery: str) -> None:
    """Neither a page, nor a file, nor the proof of an entry."""
    known = {"request": request_place.rpartition("/")[2], "delivery": delivery.rpartition("/")[2], "name": "header.json"}
    known |= {"control": "LC-14", "artifact": "A01", "population": "POP-15", "kind": "audit_request", "id": known["request"]}
    with running(replace(besieged.portal.sources, witness=Shut()), inside=False) as outside:
        cookie = next(iter(besieged.auditor.cookies.values()))
        auditor = Browser(outside.port, cookies={f"proofbook_{outside.port}": cookie})
        for place in PLACES:
            if place.need is Permission.AUDIT and place.show is not None:
                reply = auditor.get(place.path.format_map({**dict.fromkeys(("sample",), "s_x"), **known}))
                assert (reply.status, SHUT in reply.words) == (503, True), place.path
                assert ASKED["title"] not in reply.text


def test_a_secret_that_lets_somebody_in_is_in_no_entry(besieged: Besieged) -> None:
    """Looks of auditors are entries, and a one-time link stands in an address: together they would hand it to every reader."""
    people = besieged.portal.sources.people
    assert people is not None
    link = people.make_link("admin", "reset", Actor("admin", ActorKind.PERSON, "local_account")).path
    size = besieged.size()
    assert besieged.auditor.get(link).status == 200
    assert besieged.auditor.get("/sign-in/sample/back?code=sample-secret").status == 404
    said = [str(each.body) for each in besieged.since(size)]
    assert said
    assert not any(link.rpartition("/")[2] in each or "sample-secret" in each for each in said)


def test_folders_of_this_machine_are_not_told_to_guests(besieged: Besieged, delivery: str) -> None:
    """A delivery that was damaged is named by its files."""
    folder = besieged.home.path / "deliveries" / delivery.rpartition("/")[2] / "files"
    header = folder / "header.json"
    whole = header.read_bytes()
    typed = {"source": f"{folder.parent.name}:interactions", "method": "seeded", "nonce": "0" * 32, "count": "2"}
    pages = []
    try:
        for broken in (b"[]", b"{", b"{}", None):
            header.write_bytes(broken) if broken is not None else header.unlink()
            pages += [besieged.auditor.post("/room/samples", typed, page="/room/notes"), besieged.auditor.get(delivery)]
    finally:
        header.write_bytes(whole)
    assert [each.status for each in pages[::2]] == [422] * 4
    assert "header.json: is not an evidence header" in pages[0].words
    assert all(str(besieged.home.path) not in each.text for each in pages)


def test_one_auditor_does_not_keep_all_others_waiting(besieged: Besieged) -> None:
    """A button that is pressed many times is pressed once; many different wishes of one are a few at a time."""
    page = "/room/populations/POP-15"
    size = besieged.size()
    replies = [besieged.auditor.post(page, {"observer": "Sample Auditor"}, page="/room") for _ in range(12)]
    assert all(each.status == 303 for each in replies)
    wishes = [besieged.auditor.post(page, {"observer": f"Sample {each}"}, page="/room") for each in range(5)]
    assert 403 in {each.status for each in wishes}
    assert besieged.other.post(page, {"observer": "Sample Auditor"}, page="/room").status == 303
    ways = {each.headers["location"] for each in (*replies, *wishes) if each.status == 303}
    wait_until(lambda: all("Show it" in besieged.auditor.get(each).words for each in ways), "the works", 60)
    assert len(besieged.since(size, "population.exported")) <= len(ways) + 1
