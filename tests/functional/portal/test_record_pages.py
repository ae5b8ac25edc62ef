"""Records through the portal, as browsers without a script use it: write, look before recording, conflict, sign, attach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import count

import pytest

from proofbook.book.reader import BookReader
from proofbook.readmodel.projection import Projection
from proofbook.wiring.contents import erase, find_conversation
from proofbook.wiring.recording import open_door
from support.record_portal import OTHER, READER, REVIEWER, WRITER, RecordPortal, Somebody, serving

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp.exe{{7*7}} \u200b\\u0041\n\n  end "
NUMBERS = count(1)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordPortal]:
    """One home for all tests here; each writes records of its own."""
    with serving(tmp_path_factory.mktemp("records")) as made:
        yield made


@pytest.fixture
def writer(portal: RecordPortal) -> Somebody:
    """Who writes."""
    return portal.people[WRITER]


def own_id() -> str:
    """An id no other test has."""
    return f"sample-{next(NUMBERS)}"


def written(portal: RecordPortal, who: Somebody, kind: str = "vendor", **fields: str) -> str:
    """A record of a kind, written through its form; its id."""
    record_id = own_id()
    stated = {"r_title": f"Sample {record_id}", "r_takes": "weights", "r_kind": "hub", **fields} if kind == "vendor" else fields
    plan = who.fill(f"/records/new/{kind}", id=record_id, **stated)
    assert plan.status == 200, plan.words
    done = who.send(plan.text, f"/records/new/{kind}", "record")
    assert (done.status, done.headers["location"]) == (303, f"/records/{kind}/{record_id}")
    return record_id


def test_nothing_is_recorded_before_it_was_shown(portal: RecordPortal, writer: Somebody) -> None:
    """A slip of the finger must not become an entry that nobody can remove."""
    record_id = own_id()
    plan = writer.fill("/records/new/vendor", id=record_id, r_title="Sample hub", r_takes="weights", r_kind="hub")
    assert "What this would record" in plan.words
    assert portal.newest("vendor", record_id) is None
    writer.send(plan.text, "/records/new/vendor", "record")
    found = portal.newest("vendor", record_id)
    assert found is not None
    assert (found.body["title"], found.body["kind"], found.actor, found.source) == ("Sample hub", ["hub"], WRITER, "desk:records")


def test_a_mistake_stands_beside_its_field_and_what_was_typed_stays(portal: RecordPortal, writer: Somebody) -> None:
    """Typing everything once more is how people come to hate a tool."""
    path = "/records/new/change"
    reply = writer.fill(
        path, id="Not An Id", r_title="T", r_description=HOSTILE, r_released_at="soon", r_review_within_days="few"
    )
    assert reply.status == 422
    assert reply.text.count('class="mistake"') >= 4
    assert 'value="soon"' in reply.text
    assert 'value="Not An Id"' in reply.text
    assert "<script>" not in reply.text
    assert "\u202e" not in reply.text
    assert "is not a time with its offset" in reply.words


def test_hostile_text_survives_the_form_and_harms_no_page(portal: RecordPortal, writer: Somebody) -> None:
    """What somebody pasted is evidence as it is, and a danger to nobody who reads it."""
    record_id = written(
        portal, writer, r_notes=HOSTILE.replace("\u202e", "\\u202e").replace("\u200b", "\\u200b"), r_title="<b>T</b>"
    )
    html = writer.get(f"/records/vendor/{record_id}/edit").text
    plan = writer.send(html, f"/records/vendor/{record_id}/edit", "check", r_notes=HOSTILE, because="<i>why</i>")
    writer.send(plan.text, f"/records/vendor/{record_id}/edit", "record")
    found = portal.newest("vendor", record_id)
    assert found is not None
    assert found.body["notes"] == HOSTILE
    for page in ("", "/edit", "/history", "/difference"):
        text = writer.get(f"/records/vendor/{record_id}{page}").text
        assert "<script>alert" not in text
        assert "<b>T" not in text
        assert "\u202e" not in text
    plan = writer.fill(f"/records/vendor/{record_id}/edit", because="only the way through the form")
    assert "says the same" in plan.words


def test_two_who_write_at_once_see_each_other(portal: RecordPortal, writer: Somebody) -> None:
    """The second one must not wipe out what the first one said."""
    record_id = written(portal, writer)
    path = f"/records/vendor/{record_id}/edit"
    began = portal.people[OTHER].get(path).text
    mine = writer.fill(path, r_exit="two weeks", because="asked the team")
    writer.send(mine.text, path, "record")
    theirs = portal.people[OTHER].send(began, path, "check", r_mirror="rack 2", because="mirror found")
    assert theirs.status == 409
    assert "Somebody was faster" in theirs.words
    assert "two weeks" in theirs.words
    assert "rack 2" in theirs.words
    again = portal.people[OTHER].send(theirs.text, path, "back")
    plan = portal.people[OTHER].send(again.text, path, "check", r_exit="two weeks")
    portal.people[OTHER].send(plan.text, path, "record")
    found = portal.newest("vendor", record_id)
    assert found is not None
    assert (found.version, found.body["exit"], found.body["mirror"], found.actor) == (3, "two weeks", "rack 2", OTHER)


def test_the_confirmation_is_held_against_the_book_once_more(portal: RecordPortal, writer: Somebody) -> None:
    """Between looking and pressing the button somebody else may write."""
    record_id = written(portal, writer)
    path = f"/records/vendor/{record_id}/edit"
    plan = writer.fill(path, r_exit="one", because="first")
    between = portal.people[OTHER].fill(path, r_exit="two", because="second")
    portal.people[OTHER].send(between.text, path, "record")
    assert writer.send(plan.text, path, "record").status == 409
    assert len(portal.history("vendor", record_id)) == 2


def test_a_change_says_why(portal: RecordPortal, writer: Somebody) -> None:
    """And the reason of the version before is not carried over."""
    record_id = written(portal, writer, because="first")
    path = f"/records/vendor/{record_id}/edit"
    reply = writer.fill(path, r_exit="one")
    assert reply.status == 422
    assert 'id="m-because"' in reply.text


def test_rows_are_added_and_removed_without_a_script(portal: RecordPortal, writer: Somebody) -> None:
    """What stands in the other rows stays where it is."""
    path = "/records/new/data_flow"
    html = writer.get(path).text
    for name in ("elements", "elements", "flows"):
        html = writer.send(html, path, f"add:r.{name}", **{"r_elements.0.id": "P-1"} if "r.elements.0.id" in html else {}).text
    assert 'value="P-1"' in html
    assert "autofocus" in html
    html = writer.send(html, path, "remove:r.elements:1", **{"r_flows.0.data": "questions"}).text
    assert 'value="P-1"' in html
    assert 'value="questions"' in html
    assert "r.elements.1" not in html
    for odd in ("add:r.nothing", "remove:r.elements:99", "add:x", "remove:r.flows.9.crosses:0", "add:r.title"):
        assert writer.send(html, path, odd).status == 200


def test_an_older_version_is_written_again_as_a_new_one(portal: RecordPortal, writer: Somebody) -> None:
    """Nothing is undone in a book; it is said anew."""
    record_id = written(portal, writer, r_exit="first")
    path = f"/records/vendor/{record_id}/edit"
    writer.send(writer.fill(path, r_exit="second", because="wrong one").text, path, "record")
    html = writer.get(f"{path}?version=1").text
    plan = writer.send(html, path, "check", because="the first was right")
    writer.send(plan.text, path, "record")
    assert [each.body["exit"] for each in portal.history("vendor", record_id)] == ["first", "second", "first"]
    words = writer.get(f"/records/vendor/{record_id}/history").words
    assert "the first was right" in words
    assert words.index("Version 3") < words.index("Version 1")
    assert "second" in writer.get(f"/records/vendor/{record_id}?version=2").words
    assert "not the newest" in writer.get(f"/records/vendor/{record_id}?version=2").words


def test_drafts_are_kept_for_their_writer_only(portal: RecordPortal, writer: Somebody) -> None:
    """An hour of typing survives a closed window, and nobody else sees it."""
    record_id = written(portal, writer)
    path, draft = f"/records/vendor/{record_id}/edit", f"/records/drafts/vendor/{record_id}"
    from support.form_fields import sent_fields

    fields = [
        (name, "half a sentence" if name == "r.exit" else value) for name, value in sent_fields(writer.get(path).text, path)
    ]
    assert "Kept for you" in writer.post(draft, fields).words
    assert "You began this" in writer.get(path).words
    assert "half a sentence" in writer.get(f"{path}?draft=kept").text
    assert "You began this" not in portal.people[OTHER].get(path).words
    assert writer.send(writer.get(path).text, path, "discard").status == 303
    assert "You began this" not in writer.get(path).words


def test_nobody_signs_their_own_version_and_blanks_are_not_approved(portal: RecordPortal, writer: Somebody) -> None:
    """A signature says that a second person looked (soc2.md 19.14, 19.28)."""
    record_id = written(portal, writer, r_exit="[[what would it take]]")
    path = f"/records/vendor/{record_id}"
    said = {"decision": "approved", "role": "approver", "statement": "I read it."}
    entry = re.search(r'name="entry" value="(e_[0-9a-z]{26})"', portal.people[REVIEWER].get(path).text)
    assert entry is not None
    own = writer.post(f"{path}/sign", [("entry", entry[1]), *said.items()])
    assert own.status == 403
    assert "nobody signs what they wrote themselves" in own.words
    assert "nobody signs what they wrote themselves" in writer.get(path).words
    blank = portal.people[REVIEWER].post(f"{path}/sign", [("entry", entry[1]), *said.items()])
    assert blank.status == 403
    assert "still has blanks: exit" in blank.words
    missing = portal.people[REVIEWER].post(f"{path}/sign", [("entry", entry[1]), ("decision", "approved")])
    assert missing.status == 422
    changes = portal.people[REVIEWER].post(
        f"{path}/sign", [("entry", entry[1]), *(said | {"decision": "changes_requested"}).items()]
    )
    assert changes.status == 303
    assert "Changes are asked for" in writer.get(path).words


def test_a_signature_is_about_one_version_and_recorded_once(portal: RecordPortal, writer: Somebody) -> None:
    """The next version waits again."""
    record_id = written(portal, writer)
    path, reviewer = f"/records/vendor/{record_id}", portal.people[REVIEWER]
    first = portal.newest("vendor", record_id)
    assert first is not None
    assert record_id in reviewer.get("/approvals?kind=vendor").text
    said = [("decision", "approved"), ("role", "approver"), ("statement", "I read it."), ("checked", "licence\nmirror")]
    for _ in range(2):
        assert reviewer.post(f"{path}/sign", [("entry", first.entry), *said]).status == 303
    assert record_id not in reviewer.get("/approvals?kind=vendor").text
    html = writer.get(path).text
    signed = re.search(r'href="/records/sign_off/(so-[0-9a-f]+)"', html)
    assert signed is not None
    signature = portal.history("sign_off", signed[1])
    assert [each.body["of_entry"] for each in signature] == [first.entry]
    assert signature[0].body["checked"] == ["licence", "mirror"]
    edit = f"{path}/edit"
    writer.send(writer.fill(edit, r_exit="later", because="was empty").text, edit, "record")
    assert record_id in reviewer.get("/approvals?kind=vendor").text
    assert "not this one" in writer.get(path).words
    stale = reviewer.post(f"{path}/sign", [("entry", first.entry), *said])
    assert stale.status == 409


def test_a_file_is_sealed_named_by_its_hash_and_never_shown(portal: RecordPortal, writer: Somebody) -> None:
    """A page somebody uploads must not run in the name of this one."""
    record_id = written(portal, writer)
    path, data = f"/records/vendor/{record_id}", b"<script>alert(4711)</script>"
    base = portal.newest("vendor", record_id)
    assert base is not None
    name = '..\\..\\etc/\u202epass"wd\r\nX: y.html'
    sent = writer.post(f"{path}/attach", [("base", base.entry), ("because", "their report")], {"file": (name, data)})
    assert sent.status == 303, sent.words
    digest = sha256(data).hexdigest()
    found = portal.newest("vendor", record_id)
    assert found is not None
    assert [(each["sha256"], each["bytes"]) for each in found.body["attachments"]] == [(digest, len(data))]
    assert "\u202e" not in found.body["attachments"][0]["name"]
    saved = portal.people[READER].get(f"{path}/files/{digest}")
    assert saved.body == data
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+"', saved.headers["content-disposition"])
    assert (saved.headers["content-type"], saved.headers["x-content-type-options"]) == ("application/octet-stream", "nosniff")
    assert writer.get(f"{path}/files/{'0' * 64}").status == 404
    with BookReader(portal.home.book) as book, Projection(portal.home.readmodel, book) as projection:
        projection.catch_up()
        entries = [data for _, data in book.entries(0, book.size())]
    assert not any(b"alert(4711)" in each for each in entries)
    assert any(b'"portal.viewed"' in each and digest.encode() in each for each in entries)


def test_files_that_cannot_be_kept_are_refused_in_words(portal: RecordPortal, writer: Somebody) -> None:
    """Empty, twice, over an older version, too large."""
    record_id = written(portal, writer)
    path = f"/records/vendor/{record_id}/attach"
    base = portal.newest("vendor", record_id)
    assert base is not None
    fields = [("base", base.entry), ("because", "sample")]
    assert writer.post(path, fields, {"file": ("a.txt", b"")}).status == 422
    assert writer.post(path, [("base", base.entry)], {"file": ("a.txt", b"a")}).status == 422
    assert writer.post(path, fields, {"file": ("a.txt", b"a")}).status == 303
    assert writer.post(path, fields, {"file": ("b.txt", b"b")}).status == 409
    newest = portal.newest("vendor", record_id)
    assert newest is not None
    assert writer.post(path, [("base", newest.entry), ("because", "again")], {"file": ("c.txt", b"a")}).status == 409
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(64 * 1024 * 1024)}
    assert writer.visitor.ask(path, method="POST", headers=headers, body=b"--x--").status == 413
    assert len(portal.history("vendor", record_id)) == 2


def test_records_point_at_each_other_both_ways(portal: RecordPortal, writer: Somebody) -> None:
    """From a vendor to the systems that depend on it and back."""
    system = own_id()
    plan = writer.fill("/records/new/ai_system", id=system, r_title="Sample system", r_purpose="answers", r_status="production")
    writer.send(plan.text, "/records/new/ai_system", "record")
    vendor = own_id()
    html = writer.send(writer.get("/records/new/vendor").text, "/records/new/vendor", "add:r.systems").text
    fields = {"r_title": "Sample hub", "r_takes": "weights", "r_kind": "hub", "r_systems.0": system}
    plan = writer.send(html, "/records/new/vendor", "check", id=vendor, **fields)
    writer.send(plan.text, "/records/new/vendor", "record")
    assert f'href="/records/ai_system/{system}"' in writer.get(f"/records/vendor/{vendor}").text
    assert f'href="/records/vendor/{vendor}"' in writer.get(f"/records/ai_system/{system}").text
    assert vendor in writer.get(f"/records/ai_system/{system}/named-by/vendor").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/records/nothing", 404),
        ("/records/vendor/nobody", 404),
        ("/records/vendor/nobody/edit", 404),
        ("/records/new/nothing", 400),
        ("/records/new/sign_off", 403),
        ("/records/vendor?blanks=maybe", 400),
        ("/records/vendor?before=%27x", 400),
        ("/records/vendor?words=" + "a" * 300, 400),
        ("/records/entries/e_nothing", 404),
        ("/records/entries/e_nothing.tlog-proof", 404),
        ("/approvals?kind=outage", 400),
        ("/records/vendor/%00", 404),
    ],
)
def test_addresses_that_lead_nowhere_say_so(writer: Somebody, path: str, status: int) -> None:
    """Never a page of something else, never a failure of ours."""
    assert writer.get(path).status == status


def test_an_empty_kind_teaches_what_it_is_for(writer: Somebody) -> None:
    """The first visit to a page decides whether there is a second."""
    words = writer.get("/records/restore.test").words
    for part in (
        "None is recorded yet",
        "proofbook record template restore.test",
        "Write the first one",
        "How it typically fails",
    ):
        assert part in words


def test_who_may_only_look_sees_no_buttons_and_sends_nothing(portal: RecordPortal, writer: Somebody) -> None:
    """The administrator neither writes nor signs."""
    record_id = written(portal, writer)
    reader = portal.people[READER]
    text = reader.get(f"/records/vendor/{record_id}").text
    assert f"/{record_id}/edit" not in text
    assert f"/{record_id}/sign" not in text
    assert reader.post(f"/records/vendor/{record_id}/edit", [("do", "record")]).status == 403
    assert reader.post(f"/records/vendor/{record_id}/sign", []).status == 403
    assert portal.people[OTHER].post(f"/records/vendor/{record_id}/sign", []).status == 403


def test_the_record_as_of_a_day_and_its_proof_can_be_had(portal: RecordPortal, writer: Somebody) -> None:
    """What did it say then, and how would one show it?"""
    record_id = written(portal, writer)
    path = f"/records/vendor/{record_id}"
    assert writer.get(f"{path}?as_of=2020-01-01").status == 404
    assert writer.get(f"{path}?as_of=2999-01-01").status == 200
    assert writer.get(f"{path}?as_of=someday").status == 400
    found = portal.newest("vendor", record_id)
    assert found is not None
    assert found.entry.encode() in writer.get(f"/records/entries/{found.entry}.entry.json").body
    assert writer.get(f"/records/entries/{found.entry}").headers["location"] == f"{path}?version=1"


def test_an_address_fills_in_what_it_knows(writer: Somebody) -> None:
    """The list of today leads to a form that knows what is due; nothing else in an address reaches it."""
    text = writer.get("/records/new/vendor?title=Sample+hub&kind=hub&systems=help-desk&takes=%3Cb%3E&actions=x&nothing=y").text
    assert 'name="r.title" type="text" value="Sample hub"' in text
    assert 'name="r.kind" value="hub" checked' in text
    assert 'value="help-desk"' in text
    assert "&lt;b&gt;" in text


def test_an_erased_file_leaves_its_name_and_hash(portal: RecordPortal, writer: Somebody) -> None:
    """What had to go is gone; that it was there is not."""
    record_id, data = written(portal, writer), b"sample of what must go"
    path = f"/records/vendor/{record_id}"
    base = portal.newest("vendor", record_id)
    assert base is not None
    assert writer.post(f"{path}/attach", [("base", base.entry), ("because", "x")], {"file": ("a", data)}).status == 303
    conversation = find_conversation(portal.home, f"records/vendor/{record_id}")
    with open_door(portal.home) as door:
        erase(door.recorder, conversation, reason="sample request", policy="sample policy")
    saved = writer.get(f"{path}/files/{sha256(data).hexdigest()}")
    assert saved.status == 403
    assert "were erased" in saved.words
    assert sha256(data).hexdigest() in writer.get(path).text
