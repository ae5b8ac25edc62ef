"""Classifying from the vault what was not classified in passing, and looking at content without what is sensitive in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofbook.records.envelope import Entry, parse_entry
from proofbook.sensitive.rule_set import rule_set
from proofbook.vault.reader import Absent
from proofbook.wiring import contents
from proofbook.wiring.classifying import Narrowing, classify_sealed
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_book
from proofbook.wiring.recording import open_door
from support.draft_builder import answered, asked
from support.home_builder import make_home

CARD, MAIL = "4111 1111 1111 1111", "ada@example.org"
ASKED = json.dumps({"messages": [{"role": "user", "content": f"Pay with\n{CARD}, says {MAIL}"}]}).encode()
ANSWERED = b"".join(
    b'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}\n\n' % piece for piece in (b"Card 4111 1111", b" 1111 1111.")
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one exchange that is over, and one that is not."""
    made = make_home(tmp_path)
    with open_door(made) as door:
        submissions = [asked("x_1", ASKED, "c_1"), answered("x_1", ANSWERED, "c_1"), asked("x_2", ASKED, "c_2")]
        door.recorder.submit(submissions).result()
    return made


def _of_kind(home: Home, kind: str) -> list[Entry]:
    with open_book(home) as book:
        return [entry for _, data in book.entries(0, book.size()) if (entry := parse_entry(data)).kind == kind]


def test_what_was_never_classified_is_classified_once(home: Home) -> None:
    """After a crash nothing may stay unexamined that is still sealed; a second run finds nothing to do."""
    with open_door(home) as door:
        first = classify_sealed(home, door.recorder)
        again = classify_sealed(home, door.recorder)
    assert (first.classified, first.incomplete, first.damaged, again.classified) == (1, 0, 0, 0)
    (entry,) = _of_kind(home, "exchange.classified")
    assert entry.body["exchange"] == "x_1"
    assert (entry.body["by"], entry.body["system"]) == ("catch_up", "support-assistant")
    assert entry.body["request"]["counts"] == {"payment_card": 1, "email": 1}
    assert entry.body["response"]["counts"] == {"payment_card": 1}
    assert entry.supersedes is None


def test_newer_rules_supersede_what_older_ones_said(home: Home) -> None:
    """The earlier look stays in the book; the newer one says which entry it replaces."""
    with open_door(home) as door:
        classify_sealed(home, door.recorder)
        (first,) = _of_kind(home, "exchange.classified")
        older = dict(first.body) | {"rule_set": "sha256:" + "0" * 64}
        receipt = door.recorder.record(_redrafted(first, older))
        assert classify_sealed(home, door.recorder).classified == 0
        assert classify_sealed(home, door.recorder, newer=True).classified == 1
    newest = _of_kind(home, "exchange.classified")[-1]
    assert (newest.supersedes, newest.body["rule_set"]) == (receipt.entry_id, rule_set())


def _redrafted(entry: Entry, body: dict[str, Any]) -> Any:
    from proofbook.records.envelope import Draft

    return Draft(entry.kind, entry.subject, entry.occurred, entry.actor, entry.source, entry.assurance, body)


def test_erased_content_is_said_to_be_gone(home: Home) -> None:
    """Nothing can be said of it any more, and 'nothing found' would be said of it."""
    with open_door(home) as door:
        contents.erase(door.recorder, "c_1", reason="sample", policy="sample")
        done = classify_sealed(home, door.recorder)
    assert (done.classified, done.incomplete) == (1, 1)
    (entry,) = _of_kind(home, "exchange.classified")
    assert entry.body["request"]["not_examined"] == [{"reason": "not_kept", "parts": 1}]


def test_only_what_was_asked_for_is_classified(home: Home) -> None:
    """A narrow look costs a narrow look."""
    with open_door(home) as door:
        assert classify_sealed(home, door.recorder, narrowing=Narrowing(system="other")).classified == 0
        later = Narrowing("2027-01-01T00:00:00.000000Z", "2027-02-01T00:00:00.000000Z")
        assert classify_sealed(home, door.recorder, narrowing=later).classified == 0


def test_content_is_shown_without_what_is_sensitive(home: Home) -> None:
    """Also where a number was split over the pieces of a stream; the entry says that and by which rules."""
    with open_door(home) as door:
        request = contents.reveal(home, door.recorder, "x_1", "request", purpose="sample")
        response = contents.reveal(home, door.recorder, "x_1", "response", purpose="sample")
    assert not isinstance(request, Absent)
    assert not isinstance(response, Absent)
    assert "[card number], says [e-mail address]" in request.text
    assert (response.text, response.counts) == ("Card [card number].", (("payment_card", 1),))
    looks = [(each.body["view"], each.body["rule_set"]) for each in _of_kind(home, "content.revealed")]
    assert looks == [("redacted", rule_set())] * 2


def test_exact_content_is_shown_on_request_and_the_entry_says_so(home: Home) -> None:
    """Sometimes the bytes are the evidence."""
    with open_door(home) as door:
        shown = contents.reveal(home, door.recorder, "x_1", "request", purpose="sample", unredacted=True)
    assert not isinstance(shown, Absent)
    assert shown.text.encode() == ASKED
    assert [(each.body["view"], each.body["rule_set"]) for each in _of_kind(home, "content.revealed")] == [("unredacted", None)]


def test_parts_that_are_not_text_are_left_out_and_counted() -> None:
    """A redacted view must not show what nobody could look at."""
    picture = json.dumps({"messages": [{"content": [{"image_url": {"url": "data:image/png;base64,QUJD"}}, {"text": "hi"}]}]})
    shown = contents.redact_content("request", "openai.chat", picture.encode(), streamed=False)
    assert (shown.text, shown.left_out) == ("hi", 1)
