"""Own words for a card: written by one person, approved by another, printed with everything else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.sample_portal import Visitor
from support.staffed_home import ADMINISTRATOR, Staffed, send_form, staffed

HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """Written to by these tests, each at a card of its own."""
    with staffed(tmp_path_factory.mktemp("answers")) as made:
        yield made


def write(visitor: Visitor, card: int, **fields: str) -> None:
    """Record a version."""
    path = f"/answers/{card}/edit"
    base = re.search(r'name="base" value="([^"]*)"', visitor.ask(path).text)
    assert base is not None
    reply = send_form(visitor, path, path, **{"base": base[1], "answer": "Ours.", "limits": "", "evidence": "", **fields})
    assert reply.status == 303, reply.words


def test_answer_is_written_by_one_and_approved_by_another(home: Staffed) -> None:
    """The whole way, as two people walk it."""
    preparer, reviewer = home.people["sample-preparer"], home.people["sample-reviewer"]
    write(
        preparer, 2, answer="No vendor operates anything for us.", owner="sample-preparer", evidence="ai_system/sample-help-desk"
    )
    words = preparer.ask("/answers/2").words
    assert "No vendor operates anything for us." in words
    assert "not approved by anybody" in words
    assert "You wrote this version" not in words, "who may not approve is not told about approving"
    seen = reviewer.ask("/answers/2").text
    entry = re.search(r'name="entry" value="([^"]+)"', seen)
    assert entry is not None
    sent = {"entry": entry[1], "decision": "approved", "statement": "I read it and the evidence."}
    assert send_form(reviewer, "/answers/2", "/answers/2/sign", **sent).status == 303
    after = reviewer.ask("/answers/2").words
    assert "approved by sample-reviewer" in after
    assert "I read it and the evidence." in after


def test_new_version_is_not_approved_by_an_old_signature(home: Staffed) -> None:
    """What was approved is the text that was read."""
    preparer, lead = home.people["sample-preparer"], home.people["sample-lead"]
    write(preparer, 4, answer="First words.")
    entry = re.search(r'name="entry" value="([^"]+)"', lead.ask("/answers/4").text)
    assert entry is not None
    sent = {"entry": entry[1], "decision": "approved", "statement": "Read."}
    assert send_form(lead, "/answers/4", "/answers/4/sign", **sent).status == 303
    write(preparer, 4, answer="Other words.", because="the first were too short")
    assert "not approved by anybody" in preparer.ask("/answers/4").words
    stale = send_form(lead, "/answers/4", "/answers/4/sign", **sent)
    assert stale.status == 422
    assert "not the newest" in stale.words


def test_nobody_approves_their_own_words(home: Staffed) -> None:
    """Whoever may do both still needs a second person."""
    lead = home.people["sample-lead"]
    write(lead, 5)
    shown = lead.ask("/answers/5")
    assert "You wrote this version; somebody else approves it." in shown.words
    assert "/answers/5/sign" not in shown.text
    token = re.search(r'name="csrf" value="([^"]+)"', lead.ask("/answers/5/edit").text)
    assert token is not None
    body = f"csrf={token[1]}&entry=e_0&decision=approved&statement=mine".encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    assert lead.ask("/answers/5/sign", method="POST", headers=headers, body=body).status == 422


def test_two_who_write_at_once_do_not_overwrite_each_other(home: Staffed) -> None:
    """The second one sees that there is a newer version, and loses no word."""
    preparer, lead = home.people["sample-preparer"], home.people["sample-lead"]
    path = "/answers/8/edit"
    write(preparer, 8, answer="Theirs.")
    late = send_form(lead, path, path, base="", answer="Mine, typed meanwhile.", because="x")
    assert late.status == 422
    assert "Mine, typed meanwhile." in late.words
    assert "Theirs." in lead.ask("/answers/8").words


def test_change_without_a_reason_is_refused_beside_its_field(home: Staffed) -> None:
    """A reader in a year asks why."""
    preparer = home.people["sample-preparer"]
    write(preparer, 9, answer="One.")
    path = "/answers/9/edit"
    base = re.search(r'name="base" value="([^"]*)"', preparer.ask(path).text)
    assert base is not None
    reply = send_form(preparer, path, path, base=base[1], answer="Two.")
    assert reply.status == 422
    assert re.search(r'id="m-because">is missing', reply.text)
    assert "Two." in reply.words


@pytest.mark.parametrize(("who", "path", "status"), [
    ("sample-reviewer", "/answers/10/edit", 403),
    (ADMINISTRATOR, "/answers/10/edit", 403),
    ("sample-auditor", "/answers", 403),
    ("sample-lead", "/answers/10/edit", 200),
    ("sample-lead", "/answers/33/edit", 404),
])  # fmt: skip
def test_writing_is_for_those_who_prepare(home: Staffed, who: str, path: str, status: int) -> None:
    """The roles are kept apart."""
    assert home.people[who].ask(path).status == status


def test_document_holds_every_question_and_card_with_its_limits(home: Staffed) -> None:
    """What is printed and handed over."""
    reply = home.people["sample-lead"].ask("/answers/document")
    assert len(re.findall(r'<article class="card-article"', reply.text)) == 32
    assert len(re.findall(r'<section class="chapter"', reply.text)) == 6
    assert reply.words.count("What this does not show.") == 32
    assert reply.words.count("What an auditor will ask next.") == 32


def test_hostile_words_are_only_ever_text(home: Staffed) -> None:
    """Own words are typed by people and read by an auditor."""
    write(home.people["sample-preparer"], 11, answer=HOSTILE, limits=HOSTILE, owner=HOSTILE)
    for path in ("/answers/11", "/answers", "/answers/document", "/answers/11/edit"):
        text = home.people["sample-lead"].ask(path).text
        assert "<script>alert" not in text
        assert "49" not in re.findall(r"alert\(1\)[^<]{0,60}", text)[0] if "alert(1)" in text else True
