"""One question to one engine, bounded in time and bytes.

Promises: GET only, to the address that is configured; one deadline over connecting, headers and body; no redirect is followed and
no proxy used; the engine's key is sent where one is configured and appears nowhere else. Every failure has words for the record.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from dataclasses import dataclass, field
from typing import Final

from proofbook.collectors.engine_counters.reading import MAX_METRICS
from proofbook.errors import SourceUnavailable

SECONDS: Final = 2.0
_WORDS: Final = {
    401: "the engine wants a key, or another one (api_key_file)",
    403: "the engine does not let its counters be read",
    404: "the engine publishes no counters at this address",
    501: "the engine was started without counters",
}


@dataclass(frozen=True, slots=True)
class Target:
    """An engine whose counters are read, and the upstreams it is in the configuration."""

    upstreams: tuple[str, ...]
    host: str
    port: int
    product: str = "unknown"
    """As configured; `unknown`: found out."""
    metrics: tuple[str, int, str] | None = None
    """Host, port and path of its metrics, where they are not at `/metrics` of its own address."""
    key: str | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """As records have it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def question(self) -> tuple[str, int, str]:
        """Where its counters are."""
        return self.metrics or (self.host, self.port, "/metrics")


class NotPublished(SourceUnavailable):
    """The engine answered, and has no counters there."""


def fetch_metrics(target: Target, *, seconds: float = SECONDS) -> bytes:
    """The engine's answer. Raises NotPublished, SourceUnavailable."""
    host, port, path = target.question
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    deadline: threading.Timer | None = None
    headers = {"Accept": "text/plain; version=0.0.4", "Connection": "close"}
    if target.key is not None:
        headers["Authorization"] = f"Bearer {target.key}"
    try:
        connection.connect()
        # Held here: the connection forgets its socket while the answer is still being read.
        deadline = threading.Timer(seconds, _cut, [connection.sock])
        deadline.daemon = True
        deadline.start()
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read(MAX_METRICS + 1)
        if response.length and len(body) <= MAX_METRICS:  # a part of a number would be another number
            raise http.client.IncompleteRead(body, response.length)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SourceUnavailable("the engine did not answer") from error
    finally:
        if deadline is not None:
            deadline.cancel()
        connection.close()
    if response.status in _WORDS:
        raise NotPublished(_WORDS[response.status])
    if response.status != 200:
        raise SourceUnavailable(f"the engine answered {response.status}")
    return body


def _cut(held: socket.socket) -> None:
    with contextlib.suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)
