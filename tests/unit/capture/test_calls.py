"""The table of LiteLLM's calls under way: one reply to one request, whatever ids callers choose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofbook.capture.litellm.calls import Calls, OpenCall
from proofbook.gateway.drafts import Opening, derive_actor
from proofbook.primitives.digest import sha256_digest


def opened(name: str, since: float = 0.0, *, durable: bool = True) -> OpenCall:
    """A call of that exchange."""
    opening = Opening(name, "litellm:main", "2026-06-01T00:00:00.000000Z", "POST", "/", None, derive_actor(None))
    return OpenCall(opening, "c_1", since, durable)


REPLY = sha256_digest(b"reply")


def test_a_reply_counts_only_for_a_durable_request() -> None:
    """A reply that overtakes the record of its request must not pass."""
    calls, call = Calls(9), opened("x_1", durable=False)
    assert calls.begin("a", call)
    assert calls.answer("a", REPLY) is None
    call.durable = True
    assert calls.answer("a", REPLY) is call
    assert (calls.repeats("a", REPLY), calls.was_answered("a"), len(calls)) == (True, True, 0)
    calls.unanswer("a")
    assert not calls.repeats("a", REPLY)


def test_only_old_calls_expire() -> None:
    """And none whose request is still being recorded."""
    calls = Calls(9)
    calls.begin("old", opened("x_1", 1.0))
    calls.begin("pending", opened("x_2", 1.0, durable=False))
    calls.begin("new", opened("x_3", 5.0))
    assert [each.opening.exchange for each in calls.expire(3.0)] == ["x_1"]
    assert len(calls) == 2
    calls.forget("pending")
    assert len(calls) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("begin", "answer"))), max_size=60))
def test_no_request_gets_two_replies_and_memory_is_bounded(steps: list[tuple[str, str]]) -> None:
    """Whatever a caller does with ids it chose."""
    calls, begun, ended = Calls(2), set[str](), list[str]()
    for number, (call, step) in enumerate(steps):
        if step == "begin" and not calls.full and calls.begin(call, opened(f"x_{number}")):
            begun.add(f"x_{number}")
        elif step == "answer" and (found := calls.answer(call, REPLY)) is not None:
            ended.append(found.opening.exchange)
        assert len(calls) <= 2
    assert len(ended) == len(set(ended))
    assert set(ended) <= begun
