"""The other end of a connection, as far as the connection itself tells."""

from __future__ import annotations

import asyncio
from typing import NamedTuple


class Peer(NamedTuple):
    """The other end of a connection."""

    address: str | None
    """IP address; None when it is not known."""
    certificate: bytes | None
    """DER of the client certificate that the TLS handshake verified; None without one."""


def read_peer(transport: asyncio.Transport | None) -> Peer:
    """What a transport knows of its other end."""
    if transport is None:
        return Peer(None, None)
    name, tls = transport.get_extra_info("peername"), transport.get_extra_info("ssl_object")
    return Peer(name[0] if isinstance(name, tuple) else None, None if tls is None else tls.getpeercert(binary_form=True))
