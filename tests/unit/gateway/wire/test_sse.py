"""Server-sent events, as the standard and as engines have them."""

from __future__ import annotations

import pytest

from proofbook.gateway.wire.sse import parse_events, watch_for_end_mark

STREAMS = [
    (b"data: a\n\ndata:b\n\n", [b"a", b"b"]),
    (b"data: a\r\n\r\n: ping\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
    (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
    (b"event: x\ndata: a\nid: 1\ndata: b\n\n", [b"a\nb"]),
    (b"data\n\n", [b""]),
    (b"\n\n\ndata: a\n\n\n", [b"a"]),
    (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
    (b"data: unfinished", []),
    (b"database: a\n\n", []),
    (b"", []),
]


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_events_of_a_stream(stream: bytes, events: list[bytes]) -> None:
    """Each spelling the standard allows."""
    assert list(parse_events(stream)) == events


@pytest.mark.parametrize("mark", [b"data: [DONE]\n\n", b"data:[DONE]\r\n\r\n", b"\rdata: [DONE]\r\r"])
@pytest.mark.parametrize("at", range(1, 15))
def test_mark_is_noticed_in_two_halves(mark: bytes, at: int) -> None:
    """TCP cuts where it likes."""
    watch = watch_for_end_mark()
    watch.completes_in(b"data: {}\n\n")
    assert watch.completes_in(mark[:at]) | watch.completes_in(mark[at:])


def test_mark_is_noticed_byte_by_byte() -> None:
    """And in the piece that completes it, not later."""
    watch = watch_for_end_mark()
    seen = [watch.completes_in(bytes((byte,))) for byte in b"data: x\n\ndata: [DONE]"]
    assert seen == [False] * (len(seen) - 1) + [True]


@pytest.mark.parametrize("text", [b'data: {"c":"data: [DONE]"}\n\n', b"x data: [DONE]\n", b": data: [DONE]\n"])
def test_mark_inside_a_line_is_no_mark(text: bytes) -> None:
    """A model may speak of the mark."""
    watch = watch_for_end_mark()
    assert not any(watch.completes_in(text[start : start + 3]) for start in range(0, len(text), 3))
