"""Clients that are slow, silent or endless, against the portal as it listens: they are cut, and nobody else notices."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from proofbook.portal.patience import HEAD_BYTES, Patience
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, Visitor, make_sources, running, write_book

LITTLE = Patience(head=0.3, body=0.3, taking=0.3, each_address=80)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Visitor]:
    """A portal with little patience, so that a test need not have much."""
    entries = SampleEntries(NOW)
    entries.started()
    with running(make_sources(write_book(tmp_path, entries.raw), tmp_path / "r.sqlite"), patience=LITTLE) as visitor:
        yield visitor


@contextmanager
def connected(portal: Visitor, first: bytes = b"") -> Iterator[socket.socket]:
    """A connection on which something was sent already."""
    with socket.create_connection(("127.0.0.1", portal.port), timeout=20) as made:
        made.sendall(first)
        yield made


def head(portal: Visitor, line: str = "GET /style.css HTTP/1.1", more: str = "") -> bytes:
    """The head of a request."""
    return f"{line}\r\nHost: 127.0.0.1:{portal.port}\r\n{more}\r\n".encode()


def is_cut(connection: socket.socket) -> bool:
    """Waits until the other side ends the connection."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize("what", ["nothing", "half a head", "blank lines", "half a body", "a second head"])
def test_what_does_not_arrive_in_time_is_cut(portal: Visitor, what: str) -> None:
    """64 silent connections used to shut everybody out for good."""
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n"
    first = {
        "nothing": b"",
        "half a head": head(portal)[:-2],
        "blank lines": b"\r\n\r\n",
        "half a body": head(portal, "POST /sign-in HTTP/1.1", form) + b"account=",
        "a second head": head(portal) + head(portal)[:-2],
    }[what]
    with connected(portal, first) as slow:
        assert is_cut(slow)


def test_a_client_that_dribbles_gains_no_time(portal: Visitor) -> None:
    """A byte now and then is not an arrival."""
    with connected(portal, b"GET / HTTP/1.1\r\n") as slow, pytest.raises(ConnectionError):
        _send_on(slow, b"A: b\r\n", 400, 0.05)


def test_a_head_without_end_is_cut(portal: Visitor) -> None:
    """The parser itself would take any number of headers of any length."""
    with connected(portal, b"GET / HTTP/1.1\r\nA: ") as endless, pytest.raises(ConnectionError):
        _send_on(endless, b"a" * HEAD_BYTES, 200)


def test_an_answer_that_nobody_takes_off_is_let_go(portal: Visitor) -> None:
    """The whole style sheet many times over, and never a byte read."""
    with connected(portal) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sender = threading.Thread(target=_send_all, args=(lazy, head(portal) * 3000))
        sender.start()
        sender.join(20)
        assert not sender.is_alive()


def test_one_address_holds_a_part_of_all_connections_at_most(portal: Visitor) -> None:
    """A page is answered while it holds many; of more than its part, the last to come is turned away at once."""
    with ExitStack() as many:
        for _ in range(LITTLE.each_address - 10):
            many.enter_context(connected(portal, b"G"))
        assert portal.ask("/style.css").status == 200
        for _ in range(20):
            last = many.enter_context(connected(portal))
        assert is_cut(last)


def _send_on(connection: socket.socket, part: bytes, times: int, each: float = 0) -> None:
    for _ in range(times):
        connection.sendall(part)
        time.sleep(each)


def _send_all(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:
        return
