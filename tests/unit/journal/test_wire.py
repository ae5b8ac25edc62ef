"""Frames between processes: what is sent arrives, and what is malformed raises ours."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from proofbook.errors import (
    EntryDamaged,
    LimitExceeded,
    MalformedRecord,
    ProofbookError,
    RefusedError,
    StoreUnavailable,
)
from proofbook.journal import wire
from proofbook.journal.receipt import Receipt
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from support.draft_builder import OCCURRED, asked, beats, erasing

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two connected ends."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for end in ends:
        end.settimeout(20)
    yield ends
    for end in ends:
        end.close()


def test_a_call_arrives_as_it_was_made(pair: Pair) -> None:
    """Drafts, content of any bytes, effects."""
    calls = (*beats(2), asked("x_1", bytes(range(256)) * 5000, "c_1"), asked("x_2", b"", "c_1", "short"), erasing("c_2"))
    sender = threading.Thread(target=wire.send_submissions, args=(pair[0], calls))
    sender.start()
    assert wire.receive_submissions(pair[1]) == calls
    sender.join()


def test_receipts_arrive_as_they_were_made(pair: Pair) -> None:
    """Leaf hash included."""
    receipts = (Receipt("e_1", 5, "s", 3, OCCURRED, b"\x07" * 32), Receipt("e_2", 6, "s", 4, OCCURRED, b"\x08" * 32))
    wire.send_receipts(pair[0], receipts)
    assert wire.receive_receipts(pair[1]) == receipts


@pytest.mark.parametrize(
    "error",
    [
        MalformedRecord("bad", hint="fix it"),
        RefusedError("held"),
        StoreUnavailable("full"),
        EntryDamaged("changed", hint="look", place="entry 7"),
    ],
)
def test_an_error_arrives_as_it_was_raised(pair: Pair, error: ProofbookError) -> None:
    """Kind, message, hint and place: the caller's exit code depends on it."""
    wire.send_error(pair[0], error)
    with pytest.raises(type(error)) as caught:
        wire.receive_receipts(pair[1])
    assert (caught.value.message, caught.value.hint) == (error.message, error.hint)
    assert getattr(caught.value, "place", None) == getattr(error, "place", None)


def test_an_error_the_other_end_does_not_know_is_unavailable(pair: Pair) -> None:
    """Two versions side by side during an upgrade."""
    for kind in ("SomethingNew", "annotations", "ProofbookError.mro"):
        wire.send_frame(pair[0], {"error": [kind, "m", None, None]}, ())
        with pytest.raises(StoreUnavailable, match="m"):
            wire.receive_receipts(pair[1])


@pytest.mark.parametrize(
    "header", [{}, {"receipts": 5}, {"receipts": [[1]]}, {"error": {}}, {"receipts": [["e", 1, "s", 1, "t", "zz"]]}]
)
def test_an_answer_of_another_form_is_not_believed(pair: Pair, header: dict[str, Any]) -> None:
    """Whether it was recorded is not known then."""
    wire.send_frame(pair[0], header, ())
    with pytest.raises(wire.BrokenOff):
        wire.receive_receipts(pair[1])


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"submissions": 5},
        {"submissions": [{}]},
        {"submissions": [{"draft": {}, "contents": [], "effect": None}]},
        {"submissions": [{"draft": {"actor": ["a", "robot", "m"]}, "contents": [], "effect": None}]},
        {"submissions": [{"draft": {}, "contents": [{"bytes": -1}], "effect": None}]},
        {"submissions": [{"draft": "x", "contents": "y", "effect": 1}]},
    ],
)
def test_a_malformed_call_is_refused(pair: Pair, header: dict[str, Any]) -> None:
    """A confused peer of the same user must not stop the writer."""
    wire.send_frame(pair[0], header, ())
    with pytest.raises(MalformedRecord):
        wire.receive_submissions(pair[1])


@pytest.mark.parametrize("data", [b"[]", b"nonsense", b'{"b":1, "a":2}'])
def test_a_header_that_is_no_canonical_object_is_refused(pair: Pair, data: bytes) -> None:
    """Both ends are this program; anything else is a mistake."""
    pair[0].sendall(len(data).to_bytes(4, "big") + data)
    with pytest.raises(MalformedRecord):
        wire.receive_header(pair[1])


def test_announced_lengths_are_bounded(pair: Pair) -> None:
    """Nothing is allocated for a length that nobody sends."""
    pair[0].sendall((wire.MAX_HEADER_BYTES + 1).to_bytes(4, "big"))
    with pytest.raises(LimitExceeded, match="hand-over frame"):
        wire.receive_header(pair[1])
    content: dict[str, JsonValue] = {"slot": "s", "bytes": wire.MAX_CONTENT_BYTES + 1, "conversation": "c", "retention": "r"}
    wire.send_frame(pair[0], {"submissions": [{"draft": {}, "contents": [content], "effect": None}]}, ())
    with pytest.raises(LimitExceeded, match="bytes of content"):
        wire.receive_submissions(pair[1])


def test_what_is_too_large_is_not_even_begun(pair: Pair) -> None:
    """The connection stays usable for the next call."""
    large = asked("x_1", bytes(wire.MAX_CONTENT_BYTES + 1), "c_1")
    with pytest.raises(LimitExceeded):
        wire.send_submissions(pair[0], [large])
    with pytest.raises(LimitExceeded):
        wire.send_frame(pair[0], {"x": "y" * wire.MAX_HEADER_BYTES}, ())
    wire.send_submissions(pair[0], beats(1))
    assert wire.receive_submissions(pair[1]) == tuple(beats(1))


def test_the_end_between_frames_and_within_one_are_told_apart(pair: Pair) -> None:
    """Only the first is a goodbye."""
    data = canonical_bytes({"submissions": []})
    pair[0].sendall(len(data).to_bytes(4, "big") + data[:5])
    pair[0].shutdown(socket.SHUT_WR)
    with pytest.raises(wire.BrokenOff):
        wire.receive_header(pair[1])
    with pytest.raises(wire.PeerGone):
        wire.receive_header(pair[1])
