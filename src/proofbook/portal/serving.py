"""Listening and serving until told to stop.

Promises: the port is bound before `ready` is told the address, key included; nothing is written to an access log, so the key is
in none. Stops on SIGTERM or SIGINT after the requests under way. Raises ConfigurationError when the
address cannot be listened on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn

from proofbook.portal.access import Access
from proofbook.portal.application import create_application
from proofbook.portal.guard import allowed_hosts
from proofbook.portal.patience import CONNECTIONS, Patience, patient
from proofbook.portal.surroundings import PortalSources
from proofbook.serving import server
from proofbook.serving.server import Certificate, listen, serve_until_stopped, shown_host


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
    listener = listen(at.host, at.port, field="portal.port")
    with listener:
        bound = int(listener.getsockname()[1])
        scheme = "http" if at.certificate_file is None else "https"
        made = make_server(sources, access, replace(at, port=bound))
        ready(f"{scheme}://{shown_host(at.host)}:{bound}/?key={access.key}")
        serve_until_stopped(made, listener)


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
    files = None
    if at.certificate_file is not None and at.key_file is not None:
        files = Certificate(at.certificate_file, at.key_file, ("portal.certificate_file", "key_file"))
    return server.make_server(app, files, http=patient(patience), limit_concurrency=CONNECTIONS, lifespan="on")
