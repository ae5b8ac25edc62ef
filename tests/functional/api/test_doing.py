"""What programs do: once under a key, over the version they saw, as entries that name the token's holder; and no address is fetched."""

from __future__ import annotations

import socket
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from proofbook.people.roles import Permission, Role
from proofbook.primitives.canonical import canonical_bytes
from proofbook.records.envelope import Entry, parse_entry
from support.api_caller import Callers, Program, Told, give_token, refused
from support.free_ports import free_port

NOW = datetime.now(UTC).isoformat(timespec="seconds")
CHANGE = {
    "title": "Sample change",
    "system": "sample-help-desk",
    "what": "prompt",
    "description": "Sample words",
    "released_at": NOW,
}


def change(**stated: Any) -> dict[str, Any]:
    """Fields of a change that stands."""
    return {**CHANGE, **stated}


def entry_of(callers: Callers, told: Told, place: int = -1) -> Entry:
    """An entry that an act wrote."""
    with callers.portal.sources.open_book() as book:
        return parse_entry(book.entry(told.value["entries"][place]["index"]))


def test_what_a_pipeline_sends_is_an_entry_of_its_token(callers: Callers) -> None:
    """Who did it and how that is known stand in the entry."""
    told = callers.pipeline.post("/push/change/api-pushed", {"record": change()})
    assert told.status == 201, told.body
    entry = entry_of(callers, told)
    assert (entry.kind, entry.subject, entry.actor.method) == ("change", "api-pushed", f"api_token:{callers.pipeline.token}")
    assert (entry.actor.id, entry.actor.kind.value) == ("sample pipeline", "service")
    assert refused(callers.pipeline.post("/push/policy/x", {"record": {}}), 403, "refused")


def test_a_key_sent_again_gives_the_same_answer_and_writes_nothing(callers: Callers) -> None:
    """A program that did not hear the answer asks again; other spelling of the same JSON is the same request."""
    body = {"record": change()}
    first = callers.pipeline.post("/push/change/api-keyed", body, key="sample-1")
    again = callers.pipeline.post("/push/change/api-keyed", body, key="sample-1")
    assert first.status == again.status == 201, first.body
    assert first.value == again.value
    assert again.headers["idempotency-replayed"] == "true"
    assert refused(callers.pipeline.post("/push/change/api-keyed", {"record": {}}, key="sample-1"), 409, "key_taken")
    assert refused(callers.pipeline.post("/push/change/api-other", body, key="sample-1"), 409, "key_taken")
    assert len(callers.lead.get("/records/change/api-keyed/history").value["items"]) == 1


def test_what_was_refused_frees_its_key(callers: Callers) -> None:
    """A mistake is corrected under the same key."""
    told = callers.pipeline.post("/push/change/api-freed", {"record": {"title": "x"}}, key="sample-2")
    assert refused(told, 422, "filing_mistakes")
    assert "record.system" in {each["field"] for each in told.value["mistakes"]}
    assert callers.pipeline.post("/push/change/api-freed", {"record": change()}, key="sample-2").status == 201


def test_of_many_at_once_under_one_key_one_is_done(callers: Callers) -> None:
    """Retries that overlap leave one entry; whoever came too early is told to ask again."""
    body = {"decision": "race", "system": "sample-help-desk", "title": "Sample race"}
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: callers.pipeline.post("/decisions", body, key="sample-race"), range(6)))
    assert {each.status for each in found} <= {201, 409}
    done = [each for each in found if each.status == 201]
    assert done
    assert len({each.value["entries"][0]["entry"] for each in done}) == 1
    for each in found:
        if each.status == 409:
            assert each.code == "under_way"
            assert int(each.headers["retry-after"]) > 0


def test_what_broke_off_is_not_done_again_by_itself(callers: Callers) -> None:
    """Nobody knows whether it was done; only whoever asked can look and decide."""
    people = callers.portal.sources.people
    assert people is not None
    body = {"decision": "broken", "system": "sample-help-desk", "title": "Sample break"}
    request = b"\0".join((b"/api/v1/decisions", b"", canonical_bytes(body)))
    assert people.done_once.recall("api_token:sample pipeline", "broken", request) is None
    told = callers.pipeline.post("/decisions", body, key="broken")
    assert refused(told, 409, "under_way")
    assert int(told.headers["retry-after"]) > 0
    assert callers.pipeline.post("/decisions", body, key="another").status == 201


def test_keys_of_one_holder_are_none_of_anothers(callers: Callers) -> None:
    """Two programs may count alike."""
    other = give_token(callers.portal, service="other pipeline", scopes=[Permission.PUSH])
    one = {"decision": "own-1", "system": "sample-help-desk", "title": "Sample"}
    two = {"decision": "own-2", "system": "sample-help-desk", "title": "Sample"}
    assert callers.pipeline.post("/decisions", one, key="1").status == 201
    assert other.post("/decisions", two, key="1").status == 201


def test_a_version_is_written_over_the_one_that_was_seen(callers: Callers) -> None:
    """An entity tag that is not the newest writes nothing; one that is, writes the next version."""
    path = "/records/change/api-tagged"
    assert callers.lead.post(path, {"record": change()}).status == 201
    tag = callers.lead.get(path).headers["etag"]
    newer = {"record": change(title="Sample change, newer", because="a sample reason")}
    assert refused(callers.lead.post(path, newer), 409, "newer_version")
    assert refused(callers.lead.post(path, newer, If_Match='"e_other"'), 412, "stale")
    told = callers.lead.post(path, newer, If_Match=tag)
    assert (told.status, told.value["values"]["version"]) == (201, 2), told.body
    assert entry_of(callers, told).supersedes == tag.strip('"')
    same = {"record": change(title="Sample change, newer", because="a sample reason")}
    assert callers.lead.post(path, same, If_Match=f'"{told.value["values"]["entry"]}"').status == 200
    assert [each["version"] for each in callers.lead.get(f"{path}/history").value["items"]] == [2, 1]
    fields = callers.lead.get(f"{path}/difference").value["fields"]
    assert "title" in {each["path"] for each in fields}


def test_nobody_signs_what_they_wrote_and_somebody_else_does(callers: Callers) -> None:
    """The rule of the page holds for programs."""
    path = "/records/change/api-signed"
    entry = callers.lead.post(path, {"record": change()}).value["values"]["entry"]
    body = {"entry": entry, "decision": "noted", "statement": "Sample statement"}
    assert refused(callers.lead.post(f"{path}/sign", body), 403, "refused")
    told = callers.reviewer.post(f"{path}/sign", body)
    assert told.status == 201, told.body
    assert entry_of(callers, told).actor.id == "reviewer"
    assert callers.lead.get(path).value["signatures"][0]["signer"] == "reviewer"


def test_a_file_is_kept_with_a_record_and_comes_back_as_it_was(callers: Callers) -> None:
    """Sealed, named by its hash, given back byte for byte, each time an entry."""
    path = "/records/change/api-filed"
    entry = callers.lead.post(path, {"record": change()}).value["values"]["entry"]
    data = bytes(range(256))
    body = {"name": "../sample.bin", "content": b64encode(data).decode(), "because": "a sample reason"}
    told = callers.lead.post(f"{path}/files", body, If_Match=f'"{entry}"')
    assert told.status == 201, told.body
    digest = told.value["values"]["sha256"]
    saved = callers.lead.get(f"{path}/files/{digest}", Accept="*/*")
    assert saved.body == data
    assert 'filename="sample.bin"' in saved.headers["content-disposition"]
    views = [each for each in looks(callers) if each.body["page"].endswith("/files/{digest}")]
    assert views[-1].body["account"] == "lead"


def test_an_output_waits_and_somebody_else_decides(callers: Callers) -> None:
    """Asked for by an application, decided by a person, once."""
    body = {"decision": "case 7", "system": "sample-help-desk", "title": "Sample case", "requested_by": "reviewer"}
    name = callers.pipeline.post("/decisions", body).value["values"]["id"]
    assert name in {each["id"] for each in callers.lead.get("/decisions").value["items"]}
    decided = {"outcome": "accepted"}
    assert refused(callers.reviewer.post(f"/decisions/{name}/decide", decided), 403, "refused")
    assert callers.lead.post(f"/decisions/{name}/decide", decided).status == 201
    assert refused(callers.lead.post(f"/decisions/{name}/decide", decided), 409, "conflict")
    assert callers.lead.get(f"/decisions/{name}").value["review"]["body"]["outcome"] == "accepted"


def test_a_spot_check_is_of_what_its_seed_draws_and_leaves_nothing_unjudged(callers: Callers) -> None:
    """A reviewer, who writes no records, checks outputs by program as on the page."""
    wish = {
        "system": "sample-ticket-triage",
        "covers_from": "2024-07-01",
        "covers_until": "2025-06-30",
        "count": 3,
        "seed": "api5",
    }
    query = "&".join(f"{name}={value}" for name, value in wish.items())
    drawn = callers.reviewer.get(f"/spot-checks/draw?{query}").value
    names = [each["review"] for each in drawn["items"]]
    assert len(names) == 3
    verdicts = [{"review": name, "verdict": "right"} for name in names]
    assert refused(callers.reviewer.post("/spot-checks", wish | {"verdicts": verdicts[:2]}), 400, "input")
    other = [*verdicts, {"review": "another", "verdict": "right"}]
    assert refused(callers.reviewer.post("/spot-checks", wish | {"verdicts": other}), 400, "input")
    told = callers.reviewer.post("/spot-checks", wish | {"verdicts": verdicts})
    assert told.status == 201, told.body
    body = callers.lead.get(f"/records/spot_check/{told.value['values']['id']}").value["record"]["body"]
    assert (body["seed"], body["checker"], [each["review"] for each in body["items"]]) == ("api5", "reviewer", names)


def test_an_address_in_a_record_is_text_and_is_never_asked(callers: Callers) -> None:
    """Whoever can write a record must not make this machine call another."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{port}/sample"
        record = change(description=address, title=address)
        assert callers.pipeline.post("/push/change/api-address", {"record": record}).status == 201
        reading = ("/records/change/api-address", "/findings", f"/lineage/{'x' * 8}", "/records/change?words=127.0.0.1")
        for path in reading:
            assert callers.lead.get(path).status in {200, 404}
        ask = {"name": address, "content": b64encode(b"number,title\n").decode(), "engagement": "sample-year"}
        callers.lead.post("/requests/import", ask)
        try:
            listener.accept()
        except TimeoutError:
            return
    raise AssertionError("an address in a record was asked")


def test_reviewers_write_no_records(callers: Callers) -> None:
    """A role of the pages is the same role here."""
    callers.portal.add("preparer-only", Role.PREPARER)
    preparer: Program = give_token(callers.portal, "preparer-only")
    assert refused(callers.reviewer.post("/records/change/x", {"record": {}}), 403, "not_admitted")
    assert refused(preparer.post("/records/change/x/sign", {}), 403, "not_admitted")


def looks(callers: Callers) -> list[Entry]:
    """Every look that was recorded."""
    with callers.portal.sources.open_book() as book:
        found = [parse_entry(book.entry(index)) for index in range(max(0, book.size() - 400), book.size())]
    return [each for each in found if each.kind == "portal.viewed"]
