"""The auditor's program: one engagement, every look an entry, long work begun and asked about, a sample drawn again."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from proofbook.records.envelope import parse_entry
from support.api_caller import Callers, refused
from support.command_line import wait_until

NONCE = "481516234248151623424815162342481516234299"


def test_every_look_of_an_auditors_token_is_an_entry(callers: Callers) -> None:
    """As it is for pages: what was looked at, and by whom."""
    assert callers.auditor.get("/room/requests?state=accepted").status == 200
    assert callers.auditor.get("/room/deliveries/nothing").status == 404
    with callers.portal.sources.open_book() as book:
        newest = [parse_entry(book.entry(index)) for index in range(max(0, book.size() - 40), book.size())]
    views = [each.body for each in newest if each.kind == "portal.viewed" and each.body["account"] == "auditor"]
    assert {"/api/v1/room/requests", "/api/v1/room/deliveries/{delivery}"} <= {each["page"] for each in views}
    found = next(each for each in reversed(views) if each["page"] == "/api/v1/room/requests")
    assert found["subjects"] == ["state=accepted"]


def test_both_sides_move_a_request(callers: Callers) -> None:
    """Asked, answered with evidence, accepted; each side does its own steps."""
    asked = {"number": "API-1", "title": "Sample request", "description": "Sample words", "criteria": ["CC8.1"]}
    name = callers.auditor.post("/room/requests", asked).value["values"]["request"]
    assert refused(callers.auditor.post("/room/requests", asked), 409, "conflict")
    whole = callers.lead.get(f"/requests/{name}")
    vendor = callers.lead.get("/records/vendor?limit=1").value["items"][0]["id"]
    given = {"to": "submitted", "evidence": [{"sort": "record", "id": f"vendor/{vendor}"}]}
    assert refused(callers.lead.post(f"/requests/{name}/move", given, If_Match='"e_other"'), 412, "stale")
    moved = callers.lead.post(f"/requests/{name}/move", given, If_Match=whole.headers["etag"])
    assert moved.status == 201, moved.body
    seen = callers.auditor.get(f"/room/requests/{name}")
    assert seen.value["request"]["evidence"][0]["id"] == f"vendor/{vendor}"
    assert set(seen.value["steps"]) == {"in_review", "accepted", "returned"}
    accepted = callers.auditor.post(f"/room/requests/{name}/move", {"to": "accepted"}, If_Match=seen.headers["etag"])
    assert accepted.status == 201, accepted.body
    said = callers.auditor.post(f"/room/requests/{name}/comments", {"text": "Sample comment"})
    assert said.status == 201
    assert callers.lead.get(f"/requests/{name}").value["comments"][0]["side"] == "auditor"


@pytest.mark.parametrize("evidence", [{"sort": "record", "id": "vendor/nobody"}, {"sort": "file", "id": "/etc/passwd"}])
def test_evidence_that_is_not_there_is_not_submitted(callers: Callers, evidence: dict[str, str]) -> None:
    """A name alone is no evidence."""
    number = "API-2" if evidence["sort"] == "record" else "API-3"
    asked = {"number": number, "title": "Sample request", "description": "Sample words"}
    name = callers.auditor.post("/room/requests", asked).value["values"]["request"]
    seen = callers.lead.get(f"/requests/{name}").value["request"]["entry"]
    told = callers.lead.post(f"/requests/{name}/move", {"to": "submitted", "seen": seen, "evidence": [evidence]})
    assert refused(told, 400, "input")


def test_a_list_is_shown_before_it_is_taken_over(callers: Callers) -> None:
    """The plan first; a list with mistakes names rows and columns."""
    data = b"number,title,description\nL-1,Sample,Sample words\n"
    sent = {"name": "list.csv", "content": b64encode(data).decode()}
    plan = callers.auditor.post("/room/requests/import", sent)
    assert (plan.status, plan.value["values"]["new"], plan.value["values"]["recorded"]) == (200, ["L-1"], False), plan.body
    done = callers.auditor.post("/room/requests/import", sent | {"agreed": True})
    assert (done.status, done.value["values"]["recorded"]) == (201, True)
    bad = {"name": "list.csv", "content": b64encode(b"number,title,description\nL-2,a,b\nL-2,a,b\n").decode()}
    told = callers.auditor.post("/room/requests/import", bad)
    assert refused(told, 422, "import_refused")
    assert told.value["mistakes"][0]["field"].startswith("row 3")


def test_a_population_is_made_and_a_sample_drawn_from_it(callers: Callers) -> None:
    """202 with a work to ask about; the file in parts; the same nonce draws the same items; nothing of content."""
    begun = callers.auditor.post("/room/populations/POP-15", {"observer": "Sample Auditor"}, key="population")
    assert begun.status == 202, begun.body
    place = begun.headers["location"]
    again = callers.auditor.post("/room/populations/POP-15", {"observer": "Sample Auditor"}, key="population")
    assert again.headers["location"] == place
    assert refused(callers.lead.get(place), 404, "not_there")
    wait_until(lambda: callers.auditor.get(place).value["state"] in {"done", "failed"}, "the population", 60)
    assert callers.auditor.get(place).value["state"] == "done"
    delivery = callers.auditor.get("/room/deliveries").value["items"][0]["id"]
    part = callers.auditor.get(f"/room/deliveries/{delivery}/files/interactions.csv", Range="bytes=0-8", Accept="*/*")
    assert (part.status, len(part.body)) == (206, 9)
    wish = {"source": delivery, "table": "interactions", "method": "seeded", "nonce": NONCE, "count": 3}
    drawn = callers.auditor.post("/room/samples", wish)
    assert drawn.status == 201, drawn.body
    sample, items = drawn.value["values"]["sample"], drawn.value["values"]["items"]
    more = callers.auditor.post(f"/room/samples/{sample}", {"count": 5, "because": "a sample reason"})
    assert more.status == 201, more.body
    found = callers.auditor.get(f"/room/samples/{sample}").value
    assert [each["item"] for each in found["items"]][:3] == items
    item = callers.auditor.get(f"/room/samples/{sample}/item?item={items[0]}")
    assert item.value["parts"][0]["proof"]["tone"] in {"holds", "open"}
    proof = f"/room/samples/{sample}/proof?item={items[0]}&index={item.value['parts'][0]['index']}"
    assert callers.auditor.get(proof, Accept="text/plain").status in {200, 404}
    look = callers.auditor.post(f"/room/samples/{sample}/content", {"item": items[0], "slot": "request"})
    assert refused(look, 403, "refused")
    again_drawn = callers.auditor.post("/room/samples", wish | {"because": "again"})
    assert again_drawn.value["values"]["items"] == items


def test_a_receipt_holds_against_the_book_and_a_changed_one_does_not(callers: Callers) -> None:
    """What is taken away can be held against the book later."""
    given = callers.auditor.post("/room/receipts", {"to": "Sample Auditor"}).value["values"]
    sound = callers.auditor.post("/room/receipts/check", {"receipt": b64encode(given["note"].encode()).decode()})
    assert (sound.status, sound.value["values"]["tone"]) == (200, "holds"), sound.body
    lines = given["note"].split("\n")
    lines[2] = b64encode(bytes(32)).decode()
    changed = callers.auditor.post("/room/receipts/check", {"receipt": b64encode("\n".join(lines).encode()).decode()})
    assert changed.status in {200, 400}
    assert changed.status == 400 or changed.value["values"]["tone"] == "fails"


def test_notes_are_their_writers_alone(callers: Callers) -> None:
    """Sealed, opened for one's own token only, gone when withdrawn."""
    body = {"about_kind": "engagement", "about": "sample-year", "text": "Sample note of mine"}
    note = callers.auditor.post("/room/notes", body).value["values"]["note"]
    mine = {each["id"]: each["text"] for each in callers.auditor.get("/room/notes").value["items"]}
    assert mine[note] == "Sample note of mine"
    assert refused(callers.lead.get("/room/notes"), 403, "not_admitted")
    assert callers.auditor.post(f"/room/notes/{note}/withdraw", {}).status == 201
    mine = {each["id"]: each["text"] for each in callers.auditor.get("/room/notes").value["items"]}
    assert mine[note] is None
    assert "Sample note" not in json.dumps(callers.lead.get("/book").value)
