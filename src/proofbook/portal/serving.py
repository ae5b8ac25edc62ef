"""Listening and serving until told to stop.

Promises: the port is bound before `ready` is told the address, key included; nothing is written to an access log, so the key is
in none. Stops on SIGTERM or SIGINT after the requests under way. Raises ConfigurationError when the
address cannot be listened on.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn

from proofbook.errors import ConfigurationError
from proofbook.portal.access import Access
from proofbook.portal.application import create_application
from proofbook.portal.guard import allowed_hosts
from proofbook.portal.surroundings import PortalSources

_CONNECTIONS: Final = 64
"""A few browsers; more are answered 503."""
_STOP_SECONDS: Final = 5


def serve(sources: PortalSources, access: Access, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until a signal. `ready` gets the address of the first visit."""
    listener = listen(host, port)
    with listener:
        bound = int(listener.getsockname()[1])
        ready(f"http://{_shown(host)}:{bound}/?key={access.key}")
        server = make_server(sources, access, host=host, port=bound)
        with _stopping_on_signals(server):
            server.run(sockets=[listener])


@contextmanager
def _stopping_on_signals(server: uvicorn.Server) -> Iterator[None]:
    """A signal is a normal end: the server raises it anew once it has stopped, and that must not kill the process."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def make_server(sources: PortalSources, access: Access, *, host: str, port: int) -> uvicorn.Server:
    """A server for a bound socket: no access log, no program name in answers, no trust in forwarding headers."""
    app = create_application(sources, access, hosts=allowed_hosts(host, port), cookie=f"proofbook_{port}")
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_STOP_SECONDS,
            lifespan="on",
            ws="none",
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigurationError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        raise ConfigurationError(
            f"portal: {host}:{port} cannot be listened on: {error}", hint="choose another [portal] port; 0 takes a free one"
        ) from error
    return made


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host
