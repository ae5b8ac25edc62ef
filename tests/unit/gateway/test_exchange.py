"""The conversation of one exchange, as transcripts."""

from __future__ import annotations

import pytest

from proofbook.gateway.exchange import (
    Answer,
    CutClient,
    CutUpstream,
    Done,
    Exchange,
    Finish,
    Forward,
    Phase,
    RecordRefusal,
    RecordRequest,
    RecordResponse,
    Send,
    SendHead,
)
from proofbook.gateway.refusal import KEY_MISSING, STORE_UNAVAILABLE, malformed, too_large
from proofbook.records.exchange import State
from support.playbook import Playbook

UNAVAILABLE = Answer(503, "store_unavailable", STORE_UNAVAILABLE.detail)
BROKEN = Answer(502, "upstream_unavailable", "The engine did not give a complete reply. What happened is in the record.")
COMPLETE = RecordResponse(State.COMPLETE, None)
MARK = b"data: [DONE]\n\n"


def _forwarded(play: Playbook) -> Exchange:
    """An exchange whose request was recorded and forwarded."""
    play.on(play.exchange.request_read(), RecordRequest())
    play.on(play.exchange.recorded(), Forward())
    return play.exchange


def test_whole_reply_is_shown_only_after_its_record() -> None:
    """The order of the product's first promise."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=False, length=5))
        play.on(it.upstream_body(b"he"))
        play.on(it.upstream_body(b"llo"))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.recorded(), SendHead(5), Finish(b"hello"), Done())
        assert it.captured() == b"hello"


def test_empty_reply_is_complete() -> None:
    """No body is a body of no bytes."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(204, streamed=False, length=None))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.recorded(), SendHead(0), Finish(b""), Done())


def test_stream_flows_and_its_end_mark_waits() -> None:
    """Text at once, the end mark after the record."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=True, length=None), SendHead(None))
        play.on(it.upstream_body(b"data: a\n\n"), Send(b"data: a\n\n"))
        play.on(it.upstream_body(b"data: [DO"), Send(b"data: [DO"))
        play.on(it.upstream_body(b"NE]\n\n"))
        play.on(it.upstream_body(b": after\n\n"))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.recorded(), Finish(b"NE]\n\n: after\n\n"), Done())


def test_stream_without_a_mark_waits_with_its_end() -> None:
    """The end of the framing is then the last byte."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=True, length=None), SendHead(None))
        play.on(it.upstream_body(b"data: a\n\n"), Send(b"data: a\n\n"))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.recorded(), Finish(b""), Done())


def test_large_reply_flows_but_its_last_piece_waits() -> None:
    """Memory is bounded, and the reply is still not whole before its record."""
    with Playbook(hold=4) as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=False, length=9))
        play.on(it.upstream_body(b"abc"))
        play.on(it.upstream_body(b"def"), SendHead(9), Send(b"abc"))
        play.on(it.upstream_body(b"ghi"), Send(b"def"))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.recorded(), Finish(b"ghi"), Done())


def test_large_reply_in_one_piece_waits_whole() -> None:
    """A single piece is also the last piece."""
    with Playbook(hold=4) as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=False, length=9))
        play.on(it.upstream_body(b"abcdefghi"), SendHead(9))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.recorded(), Finish(b"abcdefghi"), Done())


def test_refusal_is_recorded_before_it_is_answered() -> None:
    """A refusal is evidence, too."""
    with Playbook() as play:
        play.on(play.exchange.refuse(KEY_MISSING), RecordRefusal(KEY_MISSING))
        play.on(play.exchange.recorded(), Answer(401, "key_missing", KEY_MISSING.detail), Done())


def test_refusal_without_a_record_is_unavailable() -> None:
    """Nothing is answered as if it were on record."""
    with Playbook() as play:
        play.on(play.exchange.refuse(KEY_MISSING), RecordRefusal(KEY_MISSING))
        play.on(play.exchange.not_recorded(STORE_UNAVAILABLE), UNAVAILABLE, Done())


def test_request_without_a_record_is_not_forwarded() -> None:
    """Fail closed."""
    with Playbook() as play:
        play.on(play.exchange.request_read(), RecordRequest())
        play.on(play.exchange.not_recorded(STORE_UNAVAILABLE), UNAVAILABLE, Done())


def test_request_that_cannot_be_an_entry_is_refused_on_record() -> None:
    """That is no outage, so the refusal can be recorded."""
    refusal = too_large("It is too large.")
    with Playbook() as play:
        play.on(play.exchange.request_read(), RecordRequest())
        play.on(play.exchange.not_recorded(refusal), RecordRefusal(refusal))
        play.on(play.exchange.recorded(), Answer(413, "request_too_large", refusal.detail), Done())


def test_stream_without_a_record_is_cut() -> None:
    """Its end mark is never sent."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=True, length=None), SendHead(None))
        play.on(it.upstream_body(MARK))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.not_recorded(STORE_UNAVAILABLE), CutClient(), Done())


def test_whole_reply_without_a_record_is_withheld() -> None:
    """None of it was shown, so an error can be."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=False, length=2))
        play.on(it.upstream_body(b"ok"))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.not_recorded(malformed("Odd.")), UNAVAILABLE, Done())


@pytest.mark.parametrize("status", [300, 404, 429, 500])
def test_engine_error_status_is_passed_on_and_named(status: int) -> None:
    """The client sees the engine's own error."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(status, streamed=False, length=1))
        play.on(it.upstream_body(b"x"))
        play.on(it.upstream_end(), RecordResponse(State.UPSTREAM_ERROR, f"engine answered with status {status}"))
        play.on(it.recorded(), SendHead(1), Finish(b"x"), Done())


def test_engine_that_fails_before_showing_anything_is_answered_for() -> None:
    """An error in protocol shape, after its record."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_failed("gone"), RecordResponse(State.UPSTREAM_ERROR, "gone"))
        play.on(it.upstream_failed("gone again"))
        play.on(it.recorded(), BROKEN, Done())


def test_engine_that_fails_in_a_stream_cuts_the_client() -> None:
    """What was said stays said; the end does not come."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=True, length=None), SendHead(None))
        play.on(it.upstream_body(b"data: a\n\n"), Send(b"data: a\n\n"))
        play.on(it.upstream_failed("gone"), RecordResponse(State.UPSTREAM_ERROR, "gone"))
        play.on(it.recorded(), CutClient(), Done())


def test_reply_beyond_the_cap_is_broken_off() -> None:
    """What cannot be recorded does not pass."""
    reason = "reply larger than the recording cap of 10 bytes"
    with Playbook(reply=10) as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=True, length=None), SendHead(None))
        play.on(it.upstream_body(b"12345678"), Send(b"12345678"))
        play.on(it.upstream_body(b"9abc"), CutUpstream(), RecordResponse(State.UPSTREAM_ERROR, reason))
        play.on(it.recorded(), CutClient(), Done())
        assert it.captured() == b"123456789abc"


@pytest.mark.parametrize("begun", [False, True])
def test_hang_up_cuts_the_engine_and_is_recorded(begun: bool) -> None:  # noqa: FBT001  # before and after the head
    """Nobody is there to be answered."""
    with Playbook() as play:
        it = _forwarded(play)
        if begun:
            play.on(it.upstream_head(200, streamed=True, length=None), SendHead(None))
        play.on(it.client_gone("left"), CutUpstream(), RecordResponse(State.CLIENT_ABORTED, "left"))
        play.on(it.upstream_failed("cut"))
        play.on(it.recorded(), Done())


def test_hang_up_while_the_request_is_recorded_is_not_forwarded() -> None:
    """The engine need not work for nobody; the record says what happened."""
    with Playbook() as play:
        play.on(play.exchange.request_read(), RecordRequest())
        play.on(play.exchange.client_gone())
        reason = "client hung up before the request was forwarded"
        play.on(play.exchange.recorded(), RecordResponse(State.CLIENT_ABORTED, reason))
        play.on(play.exchange.recorded(), Done())


def test_hang_up_after_the_reply_changes_nothing_in_the_record() -> None:
    """The engine did finish."""
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=False, length=0))
        play.on(it.upstream_end(), COMPLETE)
        play.on(it.client_gone())
        play.on(it.recorded(), Done())


def test_hang_up_before_the_request_is_whole_ends_without_a_record() -> None:
    """Nothing was asked."""
    with Playbook() as play:
        play.on(play.exchange.client_gone(), Done())


def test_stop_breaks_off_what_cannot_finish() -> None:
    """The record says the recorder left, not the client or the engine."""
    reason = "the gateway was stopped before the reply was complete"
    with Playbook() as play:
        it = _forwarded(play)
        play.on(it.upstream_head(200, streamed=True, length=None), SendHead(None))
        play.on(it.stopped(), CutUpstream(), RecordResponse(State.RECORDER_GAP, reason))
        play.on(it.stopped())
        play.on(it.recorded(), CutClient(), Done())


def test_stop_while_the_request_is_recorded_forwards_nothing() -> None:
    """No new work begins."""
    with Playbook() as play:
        play.on(play.exchange.request_read(), RecordRequest())
        play.on(play.exchange.stopped())
        reason = "the gateway was stopped before the reply was complete"
        play.on(play.exchange.recorded(), RecordResponse(State.RECORDER_GAP, reason))
        play.on(play.exchange.recorded(), CutClient(), Done())


def test_stop_while_the_request_is_still_arriving_ends_it() -> None:
    """It could otherwise become whole after the gateway recorded its own end, and be forwarded then."""
    with Playbook() as play:
        play.on(play.exchange.stopped(), CutClient(), Done())


def test_events_out_of_order_are_our_own_mistake() -> None:
    """They must not be taken for traffic."""
    exchange = Playbook().exchange
    for wrong in (exchange.recorded, exchange.upstream_end, lambda: exchange.not_recorded(STORE_UNAVAILABLE)):
        with pytest.raises(RuntimeError, match="phase"):
            wrong()
    assert exchange.phase is Phase.OPEN
