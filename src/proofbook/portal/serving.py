"""Listening and serving until told to stop.

Promises: the port is bound before `ready` is told the address, key included; nothing is written to an access log, so the key is
in none. Stops on SIGTERM or SIGINT after the requests under way. Raises ConfigurationError when the
address cannot be listened on.
"""

from __future__ import annotations

import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from proofbook.errors import ConfigurationError
from proofbook.portal.access import Access
from proofbook.portal.application import create_application
from proofbook.portal.guard import allowed_hosts
from proofbook.portal.patience import CONNECTIONS, Patience, patient
from proofbook.portal.surroundings import PortalSources

_STOP_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen, under which names, and the PEM files of a certificate and its key (both or neither)."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    certificate_file: Path | None = None
    key_file: Path | None = None


def serve(sources: PortalSources, access: Access, at: Listening, *, ready: Callable[[str], None]) -> None:
    """Serve until a signal. `ready` gets the address of the first visit. Raises ConfigurationError."""
    listener = listen(at.host, at.port)
    with listener:
        bound = int(listener.getsockname()[1])
        scheme = "http" if at.certificate_file is None else "https"
        server = make_server(sources, access, replace(at, port=bound))
        ready(f"{scheme}://{_shown(at.host)}:{bound}/?key={access.key}")
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


def make_server(
    sources: PortalSources,
    access: Access,
    at: Listening,
    *,
    patience: Patience = Patience(),  # noqa: B008 - a frozen value
) -> uvicorn.Server:
    """A server for a bound socket: no access log, no program name in answers, no trust in forwarding headers.

    Raises ConfigurationError when certificate or key cannot be used.
    """
    hosts = allowed_hosts(at.host, at.port) | frozenset(at.names)
    app = create_application(sources, access, hosts=hosts, cookie=f"proofbook_{at.port}")
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            ssl_certfile=at.certificate_file,
            ssl_keyfile=at.key_file,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=patient(patience),
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=_STOP_SECONDS,
            lifespan="on",
            ws="none",
        )
    )
    try:
        server.config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"portal.certificate_file {at.certificate_file}, key_file {at.key_file}: cannot be used: {error}",
            hint="give the PEM files of a certificate and of the key it was made for, readable by this user",
        ) from error
    return server


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
