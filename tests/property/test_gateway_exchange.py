"""Whatever order clients, engines and stores act in, the promises of an exchange hold."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from proofbook.gateway.exchange import (
    Answer,
    Bounds,
    Commands,
    CutClient,
    Done,
    Exchange,
    Finish,
    Forward,
    Phase,
    RecordRefusal,
    RecordRequest,
    RecordResponse,
    Send,
)
from proofbook.gateway.refusal import KEY_MISSING, STORE_UNAVAILABLE, too_large
from proofbook.gateway.wire.sse import watch_for_end_mark

RECORDING = (Phase.REFUSING, Phase.RECORDING_REQUEST, Phase.RECORDING_RESPONSE)
PIECES = st.sampled_from([b"data: a\n\n", b"data: [DO", b"NE]\n\n", b"data: [DONE]\n\n", b"x" * 40])


class ExchangeStory(RuleBasedStateMachine):
    """Plays client, engine and store in any order they can act in."""

    def __init__(self) -> None:
        super().__init__()
        self.exchange = Exchange(Bounds(hold=30, reply=120), watch_for_end_mark)
        self.request_durable = self.response_durable = self.forwarded = self.gone = False
        self.responses_asked = self.done = 0
        self.received = self.sent = b""
        self.finished = self.streamed = False

    def take(self, commands: Commands) -> None:
        for command in commands:
            assert self.done == 0, "nothing follows the end"
            match command:
                case Forward():
                    assert self.request_durable
                    self.forwarded = True
                case Send(data):
                    self.sent += data
                case Finish(data):
                    assert self.response_durable
                    self.sent, self.finished = self.sent + data, True
                case RecordResponse():
                    assert self.request_durable
                    self.responses_asked += 1
                case Answer() | CutClient():
                    assert not self.finished
                case Done():
                    self.done += 1
                case _:
                    assert isinstance(command, (RecordRequest, RecordRefusal)) or not self.finished

    @precondition(lambda self: self.exchange.phase is Phase.OPEN)
    @rule()
    def request_is_read(self) -> None:
        self.take(self.exchange.request_read())

    @precondition(lambda self: self.exchange.phase is Phase.OPEN)
    @rule()
    def request_is_refused(self) -> None:
        self.take(self.exchange.refuse(KEY_MISSING))

    @precondition(lambda self: self.exchange.phase in RECORDING)
    @rule()
    def record_succeeds(self) -> None:
        self.request_durable |= self.exchange.phase is Phase.RECORDING_REQUEST
        self.response_durable |= self.exchange.phase is Phase.RECORDING_RESPONSE
        self.take(self.exchange.recorded())

    @precondition(lambda self: self.exchange.phase in RECORDING)
    @rule(refusal=st.sampled_from([STORE_UNAVAILABLE, too_large("It is too large.")]))
    def record_fails(self, refusal: object) -> None:
        assert refusal in {STORE_UNAVAILABLE, too_large("It is too large.")}
        self.take(
            self.exchange.not_recorded(STORE_UNAVAILABLE if refusal is STORE_UNAVAILABLE else too_large("It is too large."))
        )

    @precondition(lambda self: self.exchange.phase is Phase.AWAITING_HEAD)
    @rule(streamed=st.booleans())
    def engine_begins(self, streamed: bool) -> None:  # noqa: FBT001  # drawn
        self.streamed = streamed
        self.take(self.exchange.upstream_head(200, streamed=streamed, length=None))

    @precondition(lambda self: self.exchange.phase is Phase.PASSING)
    @rule(piece=PIECES)
    def engine_speaks(self, piece: bytes) -> None:
        self.received += piece
        self.take(self.exchange.upstream_body(piece))

    @precondition(lambda self: self.exchange.phase is Phase.PASSING)
    @rule()
    def engine_ends(self) -> None:
        self.take(self.exchange.upstream_end())

    @rule()
    def engine_fails(self) -> None:
        self.take(self.exchange.upstream_failed("gone"))

    @precondition(lambda self: self.exchange.phase is not Phase.ENDED and not self.gone)
    @rule()
    def client_leaves(self) -> None:
        self.gone = True
        self.take(self.exchange.client_gone())

    @precondition(lambda self: self.exchange.phase is not Phase.OPEN)
    @rule()
    def gateway_stops(self) -> None:
        self.take(self.exchange.stopped())

    @invariant()
    def promises_hold(self) -> None:
        assert self.responses_asked <= 1
        assert self.received.startswith(self.sent)
        assert self.exchange.captured() == self.received
        assert self.done == (self.exchange.phase is Phase.ENDED)
        if self.finished:
            assert self.sent == self.received
        if self.exchange.phase is Phase.ENDED and self.request_durable:
            assert self.responses_asked == 1
        if not self.response_durable and not self.finished:
            assert b"\ndata: [DONE]" not in b"\n" + self.sent or not self.streamed


ExchangeStory.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
test_promises_of_an_exchange = ExchangeStory.TestCase
