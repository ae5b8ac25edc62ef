"""Fetching a provider's public documents over https: no redirects, no proxies of the environment, a bounded reply, one deadline.

Promises: the server's certificate is verified; a reply that is not 200 or larger than the bound is refused; the whole fetch ends
by its deadline, even if the server sends a byte at a time. Runs in a thread, never on the event loop.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from proofbook.errors import ConfigurationError, SourceUnavailable

Fetch: TypeAlias = Callable[[str], bytes]
"""Gets the document at an address. Raises SourceUnavailable."""
MAX_BYTES = 512 * 1024
SECONDS = 10.0
_PIECE = 16 * 1024


def make_fetch(ca_file: str | None, *, seconds: float = SECONDS, monotonic: Callable[[], float] = time.monotonic) -> Fetch:
    """A `Fetch` that trusts the system's authorities, or only those in a PEM file.

    Raises:
        ConfigurationError: the file cannot be read or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"gateway.oidc[].ca_file {ca_file}: is not a readable PEM file with certificates", hint="check path and content"
        ) from error

    def fetch(url: str) -> bytes:
        try:
            return _fetch(url, context, monotonic, monotonic() + seconds)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceUnavailable(f"{url}: {type(error).__name__}: {_words(error)}") from error

    return fetch


def _fetch(url: str, context: ssl.SSLContext, monotonic: Callable[[], float], deadline: float) -> bytes:
    parts = urlsplit(url)
    seconds, host, port = deadline - monotonic(), parts.hostname or "", parts.port
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=seconds)
    )
    connection.response_class = partial(_Reply, lambda: deadline - monotonic())  # type: ignore[assignment]  # made like a class
    try:
        connection.request("GET", parts.path or "/", headers={"accept": "application/json", "connection": "close"})
        reply = connection.getresponse()
        if reply.status != 200:
            raise ValueError(f"answered {reply.status}")
        return _read(reply)
    finally:
        connection.close()


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
