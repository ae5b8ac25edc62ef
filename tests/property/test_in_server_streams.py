"""However an engine cuts its reply into messages, the client hears the same bytes, and the record holds them and the same facts."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from support.asgi_engine import ASKED, EVENTS, STREAMED, WHOLE, AsgiCaller, Heard, ToldEngine, wrap
from support.memory_recorder import MemoryRecorder
from support.running_gateway import SystemClock

KINDS = {True: b"text/event-stream", False: b"application/json"}


def cut(data: bytes, places: list[int]) -> tuple[bytes, ...]:
    """The data in pieces; two equal places make an empty one."""
    ends = [*sorted(place % (len(data) + 1) for place in places), len(data)]
    return tuple(data[start:end] for start, end in zip([0, *ends], ends, strict=False))


def hear(engine: ToldEngine, asked: bytes, recorder: MemoryRecorder, *, recorded: bool, hold: int = 1 << 20) -> Heard:
    """What a caller hears of an engine, with the middleware around it or without."""
    app = wrap(engine, recorder, hold_bytes=hold) if recorded else engine
    return asyncio.run(AsgiCaller(asked).call(app))


@given(streamed=st.booleans(), places=st.lists(st.integers(0, 4000), max_size=12), hold=st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_bytes_and_facts_do_not_depend_on_the_pieces(*, streamed: bool, places: list[int], hold: int) -> None:
    """A message boundary means nothing in HTTP."""
    data, asked = (EVENTS, STREAMED) if streamed else (WHOLE, ASKED)
    engine = ToldEngine(cut(data, places), KINDS[streamed])
    plain = hear(engine, asked, MemoryRecorder(SystemClock()), recorded=False)
    recorder = MemoryRecorder(SystemClock())
    heard = hear(engine, asked, recorder, recorded=True, hold=hold)
    assert (heard.body, heard.status, heard.complete) == (plain.body, plain.status, plain.complete) == (data, 200, True)
    added = {name: value for name, value in heard.headers.items() if name not in plain.headers}
    assert added.keys() == {b"x-proofbook-exchange"}
    (response,) = recorder.of_kind("exchange.response")
    assert recorder.content_of(response, "response") == data
    assert (response.body["state"], response.body["finish"]) == ("complete", ["stop"])
    assert response.body["chunks"] == (2 if streamed else 0)


@given(st.integers(1, len(EVENTS)), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_a_client_that_leaves_anywhere_leaves_one_end(place: int, after: int) -> None:
    """Every request on record gets exactly one response on record, with what had come."""
    recorder = MemoryRecorder(SystemClock())
    pieces = cut(EVENTS, list(range(place, len(EVENTS), place)))
    app = wrap(ToldEngine(pieces, KINDS[True]), recorder)
    heard = asyncio.run(AsgiCaller(STREAMED, leaves_after=after).call(app))
    (response,) = recorder.of_kind("exchange.response")
    assert EVENTS.startswith(heard.body)
    assert recorder.content_of(response, "response").startswith(heard.body)
    assert response.body["state"] == ("complete" if recorder.content_of(response, "response") == EVENTS else "client_aborted")
