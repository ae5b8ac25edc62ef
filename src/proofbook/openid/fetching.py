"""Asking a provider over https: no redirects, no proxies of the environment, a bounded reply, one deadline.

Promises: the server's certificate is verified; a document that is not 200 or larger than the bound is refused; the whole exchange
ends by its deadline, even if the server sends a byte at a time. Runs in a thread, never on the event loop.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias
from urllib.parse import urlsplit

from proofbook.errors import ConfigurationError, SourceUnavailable

Fetch: TypeAlias = Callable[[str], bytes]
"""Gets the document at an address. Raises SourceUnavailable."""


class Reply(NamedTuple):
    """Status and body."""

    status: int
    body: bytes


class Send(Protocol):
    """Asks an address something."""

    def __call__(self, url: str, *, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """POST with a form, GET without one. Raises SourceUnavailable where no whole answer came."""


MAX_BYTES = 512 * 1024
SECONDS = 10.0
_PIECE = 16 * 1024
_FORM = "application/x-www-form-urlencoded"


def make_fetch(
    ca_file: str | None,
    *,
    setting: str = "gateway.oidc[].ca_file",
    seconds: float = SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Fetch:
    """A `Fetch` that trusts the system's authorities, or only those in a PEM file.

    Raises:
        ConfigurationError: the file cannot be read or holds no certificate; names the `setting`.
    """
    send = make_send(ca_file, setting=setting, seconds=seconds, monotonic=monotonic)

    def fetch(url: str) -> bytes:
        reply = send(url)
        if reply.status != 200:
            raise SourceUnavailable(f"{url}: ValueError: answered {reply.status}")
        return reply.body

    return fetch


def make_send(
    ca_file: str | None, *, setting: str, seconds: float = SECONDS, monotonic: Callable[[], float] = time.monotonic
) -> Send:
    """A `Send` with the same trust and bounds. Raises as `make_fetch`."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"{setting} {ca_file}: is not a readable PEM file with certificates", hint="check path and content"
        ) from error

    def send(url: str, *, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        deadline = monotonic() + seconds
        try:
            connection = _connect(url, context, lambda: deadline - monotonic())
            try:
                return _ask(connection, url, form, headers or {})
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceUnavailable(f"{url}: {type(error).__name__}: {_words(error)}") from error

    return send


def _connect(url: str, context: ssl.SSLContext, left: Callable[[], float]) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, port, timeout=left(), context=context)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=left())
    )
    connection.response_class = partial(_Reply, left)  # type: ignore[assignment]  # made like a class
    return connection


def _ask(connection: http.client.HTTPConnection, url: str, form: bytes | None, headers: Mapping[str, str]) -> Reply:
    sent = {"accept": "application/json", "connection": "close", **headers}
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if form is None:
        connection.request("GET", target, headers=sent)
    else:
        connection.request("POST", target, body=form, headers={"content-type": _FORM, **sent})
    reply = connection.getresponse()
    return Reply(reply.status, _read(reply))


class _Timely(io.RawIOBase):
    """What a server sends, head and body, as long as there is time left: a timeout of each read alone could go on for ever."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock = sock
        self._left = left
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._left()
        if left <= 0:
            raise TimeoutError("took too long")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reply(http.client.HTTPResponse):
    def __init__(self, left: Callable[[], float], sock: socket.socket, **how: Any) -> None:
        super().__init__(sock, **how)
        self.fp.close()
        self.fp = io.BufferedReader(_Timely(sock, left))


def _read(reply: http.client.HTTPResponse) -> bytes:
    found = bytearray()
    while len(found) <= MAX_BYTES:
        piece = reply.read1(_PIECE)
        if not piece:
            return bytes(found)
        found += piece
    raise ValueError(f"answered more than {MAX_BYTES} bytes")


def _words(error: Exception) -> str:
    return (
        str(error)[:200]
        if isinstance(error, ValueError | TimeoutError | ssl.SSLError)
        else getattr(error, "strerror", None) or ""
    )
