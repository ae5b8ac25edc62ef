"""Where clients come in: one or more sockets that stay open while what serves them is exchanged.

Promises: an exchange of settings or certificates loses no connection, neither one that exists nor one that waits to be accepted;
a port that another program has is refused by name, unless it was agreed that processes share it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from proofbook.errors import ConfigurationError
from proofbook.gateway.http.room import Room
from proofbook.gateway.running.handshakes import Handshakes

_BACKLOG = 1024


class Listener:
    """Listens on one address. Used on the event loop only."""

    def __init__(self, host: str, port: int, *, share: bool = False, field: str = "gateway") -> None:
        """Take the address. `share`: another process that also agrees may listen there at the same time.

        Raises:
            ConfigurationError: it cannot be taken.
        """
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._handshakes: Handshakes | None = None
        try:
            for family, _, _, _, address in _addresses(host, port):
                taken = self._sockets[0].getsockname()[1] if self._sockets and port == 0 else port
                self._sockets.append(_bind(family, (address[0], taken, *address[2:]), share=share))
        except OSError as error:
            self.close()
            raise ConfigurationError(
                f"{field} cannot listen on {host}:{port}: {error.strerror or error}", hint=f"set {field}.port to a free port"
            ) from error

    @property
    def address(self) -> tuple[str, int]:
        """Host and port listened on."""
        host, port = self._sockets[0].getsockname()[:2]
        return host, port

    async def serve(self, protocol: Callable[[], asyncio.Protocol], tls: ssl.SSLContext | None, room: Room) -> None:
        """From now on new connections get this protocol, over TLS where a context is given. Raises OSError: all is as before.

        `room` counts those whose handshake is under way; the protocol itself enters there.
        """
        if tls is not None:
            self._handshakes = self._handshakes or Handshakes(self._sockets, room, protocol)
            self._handshakes.take(tls)
            return
        loop = asyncio.get_running_loop()
        made: list[asyncio.Server] = []
        try:
            for each in self._sockets:
                sock = each.dup()
                made.append(await loop.create_server(protocol, sock=sock, backlog=_BACKLOG))
        except OSError:
            for server in made:
                server.close()
            raise
        before, self._servers = self._servers, made
        for old in before:  # it closes its copy of the socket; whoever waits in the queue is accepted by the new one
            old.close()

    def close(self) -> None:
        """Accept nobody any more. Connections that exist are not touched. Safe to call twice."""
        if self._handshakes is not None:
            self._handshakes.close()
            self._handshakes = None
        for server in self._servers:
            server.close()
        for each in self._sockets:
            with suppress(OSError):
                each.close()
        self._servers, self._sockets = [], []


def is_exposed(host: str) -> bool:
    """Whether other machines may reach what listens on `host`."""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _addresses(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [*dict.fromkeys(found)]  # type: ignore[list-item]  # the addresses of both families begin alike


def _bind(family: int, address: tuple[str, int], *, share: bool) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setblocking(False)
        made.bind(address)
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made
