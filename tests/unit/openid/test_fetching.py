"""Fetching a provider's documents: from whom we think it is, bounded in size and time."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError, SourceUnavailable
from proofbook.openid.fetching import MAX_BYTES, make_fetch
from support.certificate_authority import Authority

OK = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """One connection on a port of this machine, answered as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                plain, _ = server.accept()
                with plain if tls is None else tls.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(4096)
                    answer(connection)
            except OSError:
                return  # the client refused us, or left

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """An authority's certificate, and a server's context."""
    folder, ours = tmp_path_factory.mktemp("authority"), Authority()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.write_server(folder))
    return ours.write(folder), context


def test_documents_come_over_tls_from_the_given_authority(pair: tuple[Path, ssl.SSLContext]) -> None:
    """Providers on private networks have certificates of private authorities."""
    authority, context = pair
    with answering(lambda to: to.sendall(OK + b'{"keys":[]}'), context) as port:
        assert make_fetch(str(authority))(f"https://localhost:{port}/keys") == b'{"keys":[]}'


def test_a_server_nobody_vouches_for_is_not_believed(pair: tuple[Path, ssl.SSLContext]) -> None:
    """Whoever could stand in for the provider could let anybody in."""
    with (
        answering(lambda to: to.sendall(OK), pair[1]) as port,
        pytest.raises(SourceUnavailable, match="certificate verify failed"),
    ):
        make_fetch(None)(f"https://localhost:{port}/keys")


ANSWERS = {
    "an error": b"HTTP/1.1 500 Oops\r\n\r\n",
    "a redirect": b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "nothing": b"",
    "too much": OK + b"x" * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("data", ANSWERS.values(), ids=ANSWERS)
def test_anything_but_a_bounded_200_is_refused(data: bytes) -> None:
    """A redirect could lead anywhere."""
    with answering(lambda to: to.sendall(data)) as port, pytest.raises(SourceUnavailable, match=rf"^http://127.0.0.1:{port}/k: "):
        make_fetch(None)(f"http://127.0.0.1:{port}/k")


@pytest.mark.parametrize("begins", [OK, b"HTTP/1.1 200 OK\r\nendless: "], ids=["body", "head"])
def test_a_server_that_trickles_is_left_by_the_deadline(begins: bytes) -> None:
    """Each byte in time does not make the whole in time: the clock here moves a second at every look."""
    ticks = count()

    def trickle(to: socket.socket) -> None:
        to.sendall(begins)
        while True:
            to.sendall(b"x")

    with answering(trickle) as port, pytest.raises(SourceUnavailable, match="TimeoutError"):
        make_fetch(None, seconds=5.0, monotonic=lambda: float(next(ticks)))(f"http://127.0.0.1:{port}/")


def test_an_authority_that_cannot_be_read_is_a_configuration_error(tmp_path: Path) -> None:
    """Before anybody is served."""
    (tmp_path / "empty.pem").write_text("no certificate")
    for name in ("empty.pem", "absent.pem"):
        with pytest.raises(ConfigurationError, match="ca_file"):
            make_fetch(str(tmp_path / name))
