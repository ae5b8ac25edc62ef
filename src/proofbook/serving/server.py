"""A uvicorn server over a socket that is taken before anything is promised, until a signal tells it to stop.

Promises: an address that cannot be taken and a certificate that cannot be used are refused by the name of their setting; no
access log, no program name in answers, no trust in forwarding headers; SIGINT and SIGTERM are a normal end, after the requests
under way.
"""

from __future__ import annotations

import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn

from proofbook.errors import ConfigurationError

_BACKLOG: Final = 128
_STOP_SECONDS: Final = 5


def listen(host: str, port: int, *, field: str = "port") -> socket.socket:
    """A listening socket. `field`: the setting of the port. Raises ConfigurationError."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        made.close()
        raise ConfigurationError(
            f"{field}: {host}:{port} cannot be listened on: {error}", hint=f"choose another {field}; 0 takes a free one"
        ) from error
    return made


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files of a certificate and of its key, and the settings that name them."""

    file: Path
    key_file: Path
    fields: tuple[str, str]


def make_server(
    app: Any,
    certificate: Certificate | None,
    **options: Any,
) -> uvicorn.Server:
    """A server that is not started yet. Raises ConfigurationError when certificate or key cannot be used."""
    file, key_file = (None, None) if certificate is None else (certificate.file, certificate.key_file)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            ssl_certfile=file,
            ssl_keyfile=key_file,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
            ws="none",
            **options,
        )
    )
    try:
        server.config.load()
    except (OSError, ssl.SSLError) as error:
        if certificate is None:
            raise
        raise ConfigurationError(
            f"{certificate.fields[0]} {file}, {certificate.fields[1]} {key_file}: cannot be used: {error}",
            hint="give the PEM files of a certificate and of the key it was made for, readable by this user",
        ) from error
    return server


def serve_until_stopped(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve on this thread until SIGTERM or SIGINT."""
    with _stopping_on_signals(server):
        server.run(sockets=[listener])


def shown_host(host: str) -> str:
    """A host as it stands in an address that a person opens."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


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
