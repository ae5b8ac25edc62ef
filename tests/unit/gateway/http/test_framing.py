"""What may be said about where a request ends."""

from __future__ import annotations

import pytest

from proofbook.gateway.http.framing import Framing, read_framing
from proofbook.gateway.http.head import Header
from proofbook.gateway.refusal import Refusal

HOST: Header = (b"host", b"gateway")
CHUNKED: Header = (b"transfer-encoding", b"chunked")
LENGTH: Header = (b"content-length", b"7")
EXPECT: Header = (b"expect", b"100-Continue")


@pytest.mark.parametrize(
    ("lines", "version", "expected"),
    [
        ((HOST,), "1.1", Framing(0, waits=False)),
        ((HOST, LENGTH), "1.1", Framing(7, waits=False)),
        ((LENGTH,), "1.0", Framing(7, waits=False)),
        ((HOST, CHUNKED), "1.1", Framing(None, waits=False)),
        ((HOST, (b"transfer-encoding", b"Chunked")), "1.1", Framing(None, waits=False)),
        ((HOST, LENGTH, EXPECT), "1.1", Framing(7, waits=True)),
        ((HOST, LENGTH, (b"expect", b"other"), EXPECT), "1.1", Framing(7, waits=True)),
        ((HOST, LENGTH, (b"expect", b"other")), "1.1", Framing(7, waits=False)),
    ],
)
def test_framing_that_all_read_alike_is_served(lines: tuple[Header, ...], version: str, expected: Framing) -> None:
    """Both ways of saying where a body ends, in both versions."""
    assert read_framing(lines, version=version, method="POST") == expected


@pytest.mark.parametrize(
    ("lines", "version", "method", "status"),
    [
        ((HOST, CHUNKED, LENGTH), "1.1", "POST", 400),
        ((HOST, LENGTH, CHUNKED), "1.1", "POST", 400),
        ((HOST, CHUNKED, CHUNKED), "1.1", "POST", 400),
        ((HOST, LENGTH, LENGTH), "1.1", "POST", 400),
        ((HOST, (b"transfer-encoding", b"gzip, chunked")), "1.1", "POST", 400),
        ((HOST, CHUNKED), "1.0", "POST", 400),
        ((LENGTH,), "1.1", "POST", 400),
        ((HOST, HOST, LENGTH), "1.1", "POST", 400),
        ((HOST, HOST), "1.0", "GET", 400),
        ((HOST, (b"upgrade", b"websocket")), "1.1", "GET", 400),
        ((HOST,), "1.1", "CONNECT", 400),
        ((HOST,), "2.0", "GET", 505),
    ],
)
def test_framing_that_two_could_read_differently_is_refused(
    lines: tuple[Header, ...], version: str, method: str, status: int
) -> None:
    """Each of these made two programs see two different requests, somewhere."""
    refusal = read_framing(lines, version=version, method=method)
    assert isinstance(refusal, Refusal)
    assert refusal.status == status
