"""Streams of every API, cut at every place and at any places: the same bytes, the same facts, and never the end too early."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.gateway.exchange import Bounds, Commands, Exchange, Finish, RecordResponse, Send
from proofbook.gateway.wire.routes import ROUTES
from support.recorded_streams import STREAMS, RecordedStream

DIALECTS = {dialect.protocol: dialect for dialect in ROUTES.values()}


def _play(stream: RecordedStream, places: list[int]) -> None:
    """Pass the stream through an exchange in these pieces and hold it to its promises."""
    exchange = Exchange(Bounds(hold=64, reply=1 << 20), stream.dialect.make_watch)
    exchange.request_read()
    exchange.recorded()
    exchange.upstream_head(200, streamed=True, length=None)
    cuts = [0, *places, len(stream.data)]
    pieces = [stream.data[start:end] for start, end in pairwise(cuts) if start < end]
    early = b"".join(_bytes(exchange.upstream_body(piece)) for piece in pieces)
    assert len(early) < stream.data.rindex(stream.last) + len(stream.last)
    ending = exchange.upstream_end()
    assert [type(command) for command in ending] == [RecordResponse]
    assert stream.dialect.read_reply(exchange.captured(), streamed=True) == stream.facts
    assert early + _bytes(exchange.recorded()) == stream.data == exchange.captured()


def _bytes(commands: Commands) -> bytes:
    return b"".join(command.data for command in commands if isinstance(command, (Send, Finish)))


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_stream_cut_at_any_one_place_is_the_same(stream: RecordedStream) -> None:
    """Every place, within marks, characters and line ends."""
    for place in range(len(stream.data) + 1):
        _play(stream, [place])


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_stream_that_comes_byte_by_byte_is_the_same(stream: RecordedStream) -> None:
    """The worst network there is."""
    _play(stream, list(range(1, len(stream.data))))


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_text_before_the_end_is_not_held_back(stream: RecordedStream) -> None:
    """A model that talks about the end mark must not make its reader wait: only the mark itself is held."""
    watch = stream.dialect.make_watch()
    before = stream.data[: stream.data.rindex(stream.last)]
    assert not watch.completes_in(before)
    assert watch.completes_in(stream.data[len(before) :])


@given(st.data())
def test_stream_cut_at_many_places_is_the_same(data: st.DataObject) -> None:
    """Pieces are an accident of the network."""
    stream = data.draw(st.sampled_from(STREAMS))
    _play(stream, sorted(data.draw(st.sets(st.integers(1, len(stream.data) - 1), max_size=20))))


@pytest.mark.parametrize("name", sorted(DIALECTS))
@given(junk=st.one_of(st.binary(max_size=300), st.sampled_from(STREAMS).map(lambda stream: stream.data)), streamed=st.booleans())
def test_no_bytes_make_reading_a_reply_fail(name: str, junk: bytes, streamed: bool) -> None:  # noqa: FBT001  # drawn
    """Engines may say anything, in any API's name."""
    facts = DIALECTS[name].read_reply(junk, streamed=streamed)  # type: ignore[index]  # a name of the table
    assert facts.chunks >= 0
    assert facts.usage.prompt is None or facts.usage.prompt >= 0
