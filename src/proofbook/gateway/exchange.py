"""One exchange as a pure conversation: events come in, commands go out; no socket, no clock, no store.

Promises, in this order and whatever arrives: nothing is forwarded before the request is recorded; the last byte of a reply (of a
stream: its end mark, or else its end) is released only after the response is recorded; a client that hangs up cuts the engine
off; every exchange whose request was recorded asks for exactly one response record, with all bytes captured so far.
If a record cannot be made, the client gets an error or a cut reply, never a complete one - unless the system is set to fail open:
then, and only while the store is unavailable, the exchange goes on, and whoever records must say so afterwards.
Events in a wrong order are our own mistake and raise RuntimeError; hostile engines and clients can only choose among states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from proofbook.gateway.refusal import STORE_UNAVAILABLE, Refusal
from proofbook.gateway.wire.dialect import EndWatch
from proofbook.records.exchange import RefusalReason, State


class RecordRequest(NamedTuple):
    """Record the request; answer with `recorded` or `not_recorded`."""


class RecordRefusal(NamedTuple):
    """Record the refusal; answer with `recorded` or `not_recorded`."""

    refusal: Refusal


class RecordResponse(NamedTuple):
    """Record the response with everything captured; answer with `recorded` or `not_recorded`."""

    state: State
    reason: str | None


class Forward(NamedTuple):
    """Send the request to the engine."""


class SendHead(NamedTuple):
    """Send the reply's head. `length` is the body's length; None is a stream of unknown length."""

    length: int | None


class Send(NamedTuple):
    """Send body bytes that are not the last."""

    data: bytes


class Finish(NamedTuple):
    """Send the last body bytes and the end of the reply."""

    data: bytes


class Answer(NamedTuple):
    """Answer with an error of the gateway's own."""

    status: int
    code: str
    message: str
    retry_after: int | None = None


class CutUpstream(NamedTuple):
    """Close the connection to the engine now."""


class CutClient(NamedTuple):
    """Close the connection to the client without completing the reply."""


class Done(NamedTuple):
    """The exchange is over."""


Command: TypeAlias = (
    RecordRequest | RecordRefusal | RecordResponse | Forward | SendHead | Send | Finish | Answer | CutUpstream | CutClient | Done
)
Commands: TypeAlias = tuple[Command, ...]
_RECORD_REQUEST: Final[Commands] = (RecordRequest(),)
_FORWARD: Final[Commands] = (Forward(),)
_DONE: Final[Commands] = (Done(),)


class Phase(Enum):
    """Where an exchange stands."""

    OPEN = "open"
    REFUSING = "refusing"
    RECORDING_REQUEST = "recording_request"
    AWAITING_HEAD = "awaiting_head"
    PASSING = "passing"
    RECORDING_RESPONSE = "recording_response"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Caps of one exchange, in bytes: what is held of a reply that is not streamed, and what can be captured at all."""

    hold: int
    reply: int


class Exchange:
    """The conversation of one request. Each event method returns the commands it causes, to be carried out in order.

    `make_watch` makes what notices the end mark of a stream.
    """

    __slots__ = (
        "_abandoned", "_bounds", "_captured", "_gone", "_held", "_length", "_make_watch", "_refusal", "_release", "_sent_head",
        "_size", "_watch", "fail_open", "phase", "status",
    )  # fmt: skip

    def __init__(self, bounds: Bounds, make_watch: Callable[[], EndWatch], *, fail_open: bool = False) -> None:
        self.phase = Phase.OPEN
        self.fail_open = fail_open
        self.status: int | None = None
        """Status the engine sent, once it did."""
        self._bounds = bounds
        self._make_watch = make_watch
        self._captured: list[bytes] = []
        self._size = 0
        self._held: list[bytes] = []
        self._watch: EndWatch | None = None
        self._length: int | None = None
        self._sent_head = False
        self._gone = False
        self._abandoned: tuple[State, str] | None = None
        self._refusal: Refusal | None = None
        self._release: Commands = ()

    @property
    def size(self) -> int:
        """Bytes captured so far; 0 once it is over."""
        return 0 if self.phase is Phase.ENDED else self._size

    def captured(self) -> bytes:
        """The engine's body bytes so far."""
        return b"".join(self._captured)

    def refuse(self, refusal: Refusal) -> Commands:
        """The gateway will not serve this request."""
        self._expect(Phase.OPEN, Phase.RECORDING_REQUEST)
        self.phase, self._refusal = Phase.REFUSING, refusal
        return (RecordRefusal(refusal),)

    def request_read(self) -> Commands:
        """The whole request was read and may be served."""
        self._expect(Phase.OPEN)
        self.phase = Phase.RECORDING_REQUEST
        return _RECORD_REQUEST

    def recorded(self) -> Commands:
        """What was last asked to be recorded is durable, or goes on without: see `not_recorded`."""
        match self.phase:
            case Phase.REFUSING if self._refusal is not None:
                return self._end(_answer(self._refusal))
            case Phase.RECORDING_REQUEST if self._abandoned is not None:
                return self._conclude(*self._abandoned, (CutClient(),))
            case Phase.RECORDING_REQUEST:
                self.phase = Phase.AWAITING_HEAD
                return _FORWARD
            case Phase.RECORDING_RESPONSE:
                return self._end(*self._release)
            case _:
                raise RuntimeError(f"nothing was being recorded in phase {self.phase.value}")

    def not_recorded(self, refusal: Refusal) -> Commands:
        """It could not be recorded. `refusal` says why: the store is unavailable, or the request has no form as an entry."""
        unavailable = refusal.reason is RefusalReason.STORE_UNAVAILABLE
        match self.phase:
            case Phase.RECORDING_REQUEST if not unavailable:
                return self.refuse(refusal)
            case Phase.RECORDING_REQUEST | Phase.RECORDING_RESPONSE if unavailable and self.fail_open:
                return self.recorded()
            case Phase.REFUSING | Phase.RECORDING_REQUEST:
                return self._end(_answer(STORE_UNAVAILABLE))
            case Phase.RECORDING_RESPONSE if self._sent_head:
                return self._end(CutClient())
            case Phase.RECORDING_RESPONSE:
                return self._end(_answer(STORE_UNAVAILABLE))
            case _:
                raise RuntimeError(f"nothing was being recorded in phase {self.phase.value}")

    def upstream_head(self, status: int, *, streamed: bool, length: int | None) -> Commands:
        """The engine's reply begins. `streamed`: it is a stream of events; `length`: its declared body length."""
        self._expect(Phase.AWAITING_HEAD)
        self.phase, self.status, self._length = Phase.PASSING, status, length
        if not streamed:
            return ()
        self._watch = self._make_watch()
        self._sent_head = True
        return (SendHead(None),)

    def upstream_body(self, data: bytes) -> Commands:
        """Body bytes of the engine's reply; never empty."""
        self._captured.append(data)
        self._size += len(data)
        if self._size > self._bounds.reply:
            return self.break_off(f"reply larger than the recording cap of {self._bounds.reply} bytes")
        if self._watch is not None:
            if self._held or self._watch.completes_in(data):
                self._held.append(data)
                return ()
            return (Send(data),)
        self._held.append(data)
        if self._size <= self._bounds.hold:
            return ()
        head: Commands = () if self._sent_head else (SendHead(self._length),)
        ready, self._held = self._held[:-1], [data]
        self._sent_head = True
        return (*head, Send(b"".join(ready))) if ready else head

    def upstream_end(self) -> Commands:
        """The engine's reply is complete."""
        self._expect(Phase.PASSING)
        last = b"".join(self._held)
        release: Commands = (Finish(last),) if self._sent_head else (SendHead(len(last)), Finish(last))
        if self.status is not None and self.status >= 300:
            return self._conclude(State.UPSTREAM_ERROR, f"engine answered with status {self.status}", release)
        return self._conclude(State.COMPLETE, None, release)

    def upstream_failed(self, reason: str, *, timed_out: bool = False) -> Commands:
        """The engine cannot be reached, broke off, does not speak the protocol, or was silent for too long."""
        if self.phase not in {Phase.AWAITING_HEAD, Phase.PASSING}:
            return ()
        status, code = (504, "upstream_timeout") if timed_out else (502, "upstream_unavailable")
        answer = Answer(status, code, "The engine did not give a complete reply. What happened is in the record.")
        release: Commands = (CutClient(),) if self._sent_head else (answer,)
        return self._conclude(State.UPSTREAM_TIMEOUT if timed_out else State.UPSTREAM_ERROR, reason, release)

    def client_gone(self, reason: str = "client hung up before the reply was complete") -> Commands:
        """The client can no longer be answered."""
        self._gone = True
        match self.phase:
            case Phase.AWAITING_HEAD | Phase.PASSING:
                return (CutUpstream(), *self._conclude(State.CLIENT_ABORTED, reason, ()))
            case Phase.RECORDING_REQUEST:
                self._abandoned = (State.CLIENT_ABORTED, "client hung up before the request was forwarded")
                return ()
            case Phase.OPEN:
                return self._end()
            case _:
                return ()

    def stopped(self) -> Commands:
        """The gateway must stop now and cannot wait for the engine."""
        reason = "the gateway was stopped before the reply was complete"
        if self.phase is Phase.OPEN:
            return self._end(CutClient())  # still arriving: nothing of it was forwarded, and nothing may be any more
        if self.phase is Phase.RECORDING_REQUEST:
            self._abandoned = (State.RECORDER_GAP, reason)
        if self.phase not in {Phase.AWAITING_HEAD, Phase.PASSING}:
            return ()
        return (CutUpstream(), *self._conclude(State.RECORDER_GAP, reason, (CutClient(),)))

    def break_off(self, reason: str) -> Commands:
        """The gateway itself takes no more of the reply. Nothing happens when none is being passed."""
        if self.phase not in {Phase.AWAITING_HEAD, Phase.PASSING}:
            return ()
        return (CutUpstream(), *self.upstream_failed(reason))

    def _conclude(self, state: State, reason: str | None, release: Commands) -> Commands:
        self.phase, self._release = Phase.RECORDING_RESPONSE, release
        return (RecordResponse(state, reason),)

    def _end(self, *commands: Command) -> Commands:
        self.phase = Phase.ENDED
        self._held.clear()
        return _DONE if self._gone else (*commands, *_DONE)

    def _expect(self, *phases: Phase) -> None:
        if self.phase not in phases:
            raise RuntimeError(f"event does not belong in phase {self.phase.value}")


def _answer(refusal: Refusal) -> Answer:
    return Answer(refusal.status, refusal.reason.value, refusal.detail, refusal.retry_after)
