"""A request whose caller somebody else has to name first: whatever comes in whatever order, it is taken up once, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from proofbook.gateway.refusal import GATEWAY_FULL, Refusal
from proofbook.gateway.waiting import WaitingVisit


@dataclass
class GivenVisit:
    """Implements `Visit`: remembers what it was told."""

    wants_body: bool = True
    told: list[object] = field(default_factory=list)

    def request_read(self, body: bytes) -> None:
        self.told.append(body)

    def refuse(self, refusal: Refusal, received: int) -> None:
        self.told.append((refusal, received))

    def client_gone(self, reason: str) -> None:
        self.told.append(reason)

    def client_stalled(self) -> None:
        self.told.append("stalled")

    def client_reads(self) -> None:
        self.told.append("reads")


@dataclass
class Maker:
    """Makes the visit that takes over, and counts."""

    visit: GivenVisit = field(default_factory=GivenVisit)
    made: int = 0

    def __call__(self) -> GivenVisit:
        self.made += 1
        return self.visit


def test_the_body_is_handed_over_once_both_are_there() -> None:
    """The answer before the body, and the body before the answer."""
    for answer_first in (True, False):
        maker = Maker()
        waiting = WaitingVisit(maker)
        if answer_first:
            waiting.known()
        else:
            waiting.request_read(b"body")
        assert maker.made == 0
        if answer_first:
            waiting.request_read(b"body")
        waiting.known()
        waiting.known()
        assert (maker.made, maker.visit.told) == (1, [b"body"])


def test_a_refused_request_is_not_read() -> None:
    """Whoever takes over has answered by then."""
    maker = Maker(GivenVisit(wants_body=False))
    waiting = WaitingVisit(maker)
    waiting.request_read(b"body")
    waiting.known()
    assert (maker.made, maker.visit.told) == (1, [])


def test_a_body_that_cannot_be_read_is_refused_without_waiting() -> None:
    """It is too large whoever sends it; the answer that comes later changes nothing."""
    maker = Maker()
    waiting = WaitingVisit(maker)
    waiting.refuse(GATEWAY_FULL, 7)
    waiting.known()
    assert (maker.made, maker.visit.told) == (1, [(GATEWAY_FULL, 7)])


@given(st.permutations(["known", "body", "gone"]))
def test_a_client_that_left_before_leaves_nothing_behind(order: list[str]) -> None:
    """And one that leaves afterwards is told to whoever took over."""
    maker = Maker()
    waiting = WaitingVisit(maker)
    steps: dict[str, Callable[[], None]] = {
        "known": waiting.known,
        "body": lambda: waiting.request_read(b"body"),
        "gone": lambda: waiting.client_gone("left"),
    }
    left = False
    for step in order:
        left = left or step == "gone"
        if not (left and step == "body"):  # nothing arrives from a client that left
            steps[step]()
    assert maker.visit.told == ([b"body", "left"] if order[-1] == "gone" else [])
    assert maker.made == (order[-1] == "gone")
