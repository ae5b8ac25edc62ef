"""The log's side of the witness protocol, against a real witness over HTTP and against hostile ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from proofbook.anchoring.asking import Asked, ask_witness, log_note
from proofbook.book.interface import StoredCheckpoint
from proofbook.errors import SourceUnavailable
from proofbook.openid.fetching import Reply, make_send
from proofbook.records.outside import WitnessOutcome
from proofbook.tlog.cosignature import CosignatureVerifier, Cosigner
from proofbook.tlog.note import Note, check_note, format_signature_line, parse_note, parse_signature_lines
from support.draft_builder import START
from support.memory_book import MemoryBook
from support.witness_at_work import COSIGNER, make_witness, serving

SEND = make_send(None, setting="test", seconds=20)
PREFIX = "http://witness.sample.example"


class Answers:
    """A `Send` that answers from a script, and keeps what it was sent."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.sent: list[tuple[str, bytes | None]] = []

    def __call__(self, url: str, *, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        self.sent.append((url, form))
        if not self.replies:
            raise SourceUnavailable(f"{url}: OSError: nobody there")
        return self.replies.pop(0)


def grown(size: int, *, seed: str = "sample") -> tuple[MemoryBook, StoredCheckpoint]:
    """A book of so many entries, signed."""
    book = MemoryBook()
    book.append(f"{seed} {number}".encode() for number in range(size))
    return book, book.sign(START)


def ask(book: MemoryBook, send: Answers, *, last: int = 0) -> Asked:
    """Ask the scripted witness about the newest checkpoint."""
    head = book.latest_checkpoint()
    assert head is not None
    return ask_witness(book, head, COSIGNER.key, PREFIX, send, last=last)


def test_a_real_witness_cosigns_each_step(tmp_path: Path) -> None:
    """Also when we forgot what it had cosigned: it says so, and we prove from there."""
    book, head = grown(5)
    with serving(make_witness(tmp_path, logs=(book.signer,))) as url:
        for more, last in ((0, 0), (7, 5), (9, 0), (4, 3)):
            book.append(b"more %d" % number for number in range(more))
            head = book.sign(START)
            asked = ask_witness(book, head, COSIGNER.key, url, SEND, last=last)
            assert (asked.outcome, asked.seconds) == (WitnessOutcome.COSIGNED, int(START.timestamp()))
            assert asked.line is not None
            line = parse_signature_lines(asked.line.encode())
            check_note(Note(parse_note(head.note).text, line), [CosignatureVerifier(COSIGNER.key)])


def test_a_rebuilt_book_is_told_apart_by_what_the_witness_holds(tmp_path: Path) -> None:
    """The witness refuses, and shows a checkpoint signed by this very log that this book does not lead to."""
    book, head = grown(5)
    with serving(make_witness(tmp_path, logs=(book.signer,))) as url:
        ask_witness(book, head, COSIGNER.key, url, SEND, last=0)
        for size in (5, 9, 3):  # of the same size, longer, shorter
            other, forged = grown(size, seed="rebuilt")
            asked = ask_witness(other, forged, COSIGNER.key, url, SEND, last=0)
            assert asked.outcome is WitnessOutcome.DIVERGED
            assert asked.line is None


def test_a_witness_that_does_not_watch_this_log_says_what_to_do(tmp_path: Path) -> None:
    """404 and 403 are the operator's to mend."""
    book, head = grown(5)
    with serving(make_witness(tmp_path)) as url:
        asked = ask_witness(book, head, COSIGNER.key, url, SEND, last=0)
    assert (asked.outcome, "does not watch" in asked.detail) == (WitnessOutcome.REFUSED, True)


def test_silence_is_an_outcome() -> None:
    """Nothing is raised for what is not there."""
    book, _ = grown(5)
    assert ask(book, Answers()) == Asked(WitnessOutcome.NO_ANSWER, "OSError: nobody there")


def test_a_cosignature_by_another_key_is_not_taken() -> None:
    """Whoever stands in between can answer with a key of their own, under the same name."""
    book, head = grown(5)
    stranger = Cosigner.from_seed(COSIGNER.key.name, b"\x09" * 32)
    line = format_signature_line(stranger.cosign(parse_note(head.note).text, time_seconds=1))
    asked = ask(book, Answers(Reply(200, line)))
    assert (asked.outcome, asked.line) == (WitnessOutcome.UNUSABLE, None)


def test_a_cosignature_over_another_checkpoint_is_not_taken() -> None:
    """An old line that is sent again would vouch for what the witness never saw."""
    book, _ = grown(5)
    old = format_signature_line(COSIGNER.cosign(parse_note(grown(4)[1].note).text, time_seconds=1))
    assert ask(book, Answers(Reply(200, old))).outcome is WitnessOutcome.UNUSABLE


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<html>", "— w ".encode() * 10_000])
def test_any_other_body_is_unusable(body: bytes) -> None:
    """Whatever it is, it is an outcome and no error."""
    assert ask(grown(5)[0], Answers(Reply(200, body))).outcome is WitnessOutcome.UNUSABLE


def test_a_witness_that_keeps_naming_other_sizes_is_left() -> None:
    """It cannot keep us busy for ever."""
    send = Answers(*(Reply(409, b"%d\n" % size) for size in (1, 2, 3, 4, 1)))
    asked = ask(grown(5)[0], send)
    assert (asked.outcome, len(send.sent)) == (WitnessOutcome.REFUSED, 3)


def test_a_claim_to_know_more_counts_only_with_this_logs_signature() -> None:
    """A witness, or whoever stands in between, could otherwise slander the book."""
    book, _ = grown(5)
    claimed = ask(book, Answers(Reply(409, b"900\n"), Reply(200, b"example\n900\nAAAA\n\n")))
    assert claimed.outcome is WitnessOutcome.UNUSABLE
    longer, _ = grown(6)
    head = longer.latest_checkpoint()
    assert head is not None
    shown = ask(book, Answers(Reply(409, b"6\n"), Reply(200, head.note)))
    assert shown.outcome is WitnessOutcome.DIVERGED


def test_only_the_logs_own_signature_is_sent_on() -> None:
    """What another witness said is not this one's business."""
    book, head = grown(5)
    line = COSIGNER.cosign(parse_note(head.note).text, time_seconds=1)
    assert log_note(head.note + format_signature_line(line), book.origin) == head.note
