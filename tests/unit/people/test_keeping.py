"""Drafts of forms and requests that are done once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from proofbook.errors import ConflictError, LimitExceeded, MalformedRecord
from proofbook.people.keeping import MAX_DRAFTS
from proofbook.people.store import Store
from support.sample_people import Scene


def test_a_draft_is_its_writers_alone_and_sealed(tmp_path: Path) -> None:
    """What somebody has not filed yet may be confidential."""
    scene = Scene(tmp_path)
    drafts = scene.people.drafts
    drafts.keep("sample.a", "incident/1", {"what": "confidential sample words"})
    kept = drafts.find("sample.a", "incident/1")
    assert kept is not None
    assert kept.value == {"what": "confidential sample words"}
    assert drafts.find("sample.b", "incident/1") is None
    assert b"confidential" not in b"".join(path.read_bytes() for path in scene.path.parent.iterdir())
    drafts.drop("sample.a", "incident/1")
    assert drafts.find("sample.a", "incident/1") is None


def test_drafts_are_bounded(tmp_path: Path) -> None:
    """In size, in number, in time; what cannot be read any more is not there."""
    scene = Scene(tmp_path)
    drafts = scene.people.drafts
    with pytest.raises(LimitExceeded):
        drafts.keep("sample.a", "f", "x" * (256 * 1024))
    with pytest.raises(MalformedRecord):
        drafts.keep("sample.a", "f", 0.5)  # type: ignore[arg-type]  # not a value of ours
    with scene.store.transaction():
        for number in range(MAX_DRAFTS + 2):
            scene.wait(seconds=1)
            drafts.keep("sample.a", f"f{number}", {})
    forms = [form for form, _ in drafts.list_forms("sample.a")]
    assert (len(forms), forms[0], forms[-1]) == (MAX_DRAFTS, f"f{MAX_DRAFTS + 1}", "f2")
    assert scene.open(scene.store, key=bytes(32)).drafts.find("sample.a", "f9") is None
    scene.wait(days=91)
    scene.people.sweep()
    assert drafts.list_forms("sample.a") == ()


def test_a_request_under_a_key_is_done_once(tmp_path: Path) -> None:
    """The same again gets the same answer; another under the same key is refused; others' keys are others'."""
    once = Scene(tmp_path).people.done_once
    assert once.recall("sample.a", "k", b"request") is None
    with pytest.raises(ConflictError, match="under way"):
        once.recall("sample.a", "k", b"request")
    once.remember("sample.a", "k", b"answer")
    assert once.recall("sample.a", "k", b"request") == b"answer"
    with pytest.raises(ConflictError, match="another request"):
        once.recall("sample.a", "k", b"other")
    assert once.recall("sample.b", "k", b"other") is None


def test_a_request_that_was_certainly_not_done_may_come_again(tmp_path: Path) -> None:
    """But an answer that was given is not taken back; and after a day the key is new."""
    scene = Scene(tmp_path)
    once = scene.people.done_once
    assert once.recall("sample.a", "k", b"request") is None
    once.release("sample.a", "k")
    assert once.recall("sample.a", "k", b"request") is None
    once.remember("sample.a", "k", b"answer")
    once.release("sample.a", "k")
    assert once.recall("sample.a", "k", b"request") == b"answer"
    scene.wait(days=2)
    scene.people.sweep()
    assert once.recall("sample.a", "k", b"request") is None


def test_of_two_requests_at_once_one_is_done(tmp_path: Path) -> None:
    """In whatever process."""
    scene = Scene(tmp_path)
    rooms = [scene.people, scene.open(Store(scene.path))]
    begun, found = threading.Barrier(6), []

    def ask(number: int) -> None:
        begun.wait()
        try:
            found.append(rooms[number % 2].done_once.recall("sample.a", "k", b"request"))
        except ConflictError as error:
            found.append(error.message.encode())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found.count(None) == 1
