"""Fetching a provider's public documents over https: no redirects, no proxies of the environment, a bounded reply, one deadline.

Promises: the server's certificate is verified; a reply that is not 200 or larger than the bound is refused; the whole fetch ends
by its deadline, even if the server sends a byte at a time. Runs in a thread, never on the event loop.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable
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
    try:
        connection.request("GET", parts.path or "/", headers={"accept": "application/json", "connection": "close"})
        reply = connection.getresponse()
        if reply.status != 200:
            raise ValueError(f"answered {reply.status}")
        return _read(reply, connection, monotonic, deadline)
    finally:
        connection.close()


def _read(reply: Any, connection: http.client.HTTPConnection, monotonic: Callable[[], float], deadline: float) -> bytes:
    found = bytearray()
    while len(found) <= MAX_BYTES:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError("took too long")
        if connection.sock is not None:
            connection.sock.settimeout(left)
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
