"""What is already on record and configured, handed to discovery so that it can say what differs.

Promises: values only; made by wiring from the read model and the configuration.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is known.

    `artifacts`: digests of provenance records. `revisions`: their immutable revisions (Ollama: digest of the manifest).
    `locations`: paths of provenance records on this host. `upstreams`: base addresses in the configuration.
    `own_ports`: ports of this installation, which are never asked. `digest_of`: digest of a file, None when it cannot be told.
    """

    artifacts: frozenset[str] = frozenset()
    revisions: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    upstreams: tuple[str, ...] = ()
    own_ports: frozenset[int] = frozenset()
    digest_of: Callable[[str], str | None] = lambda path: None  # noqa: ARG005  # nothing can be told by default

    def names_upstream(self, port: int) -> bool:
        """Whether an upstream in the configuration is this machine's `port`."""
        return port in self.local_ports()

    def local_ports(self) -> tuple[int, ...]:
        """Ports of upstreams on this machine, which are asked in any case."""
        ports = (_local_port(address) for address in self.upstreams)
        return tuple(port for port in ports if port is not None)

    def silent_upstreams(self, answering: Collection[int]) -> tuple[str, ...]:
        """Upstreams on this machine whose port is not among those that answered."""
        return tuple(
            address for address in self.upstreams if (port := _local_port(address)) is not None and port not in answering
        )

    def covers(self, path: str) -> bool:
        """Whether a recorded location is this path, a folder above it, or the set it is a shard of."""
        return any(
            path == location or path.startswith((location.rstrip("/") + "/", location + "-0")) for location in self.locations
        )


def _local_port(address: str) -> int | None:
    """The port of a base address on this machine; None for another machine or no address."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    if parts.hostname == "localhost":
        return port
    try:
        host = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return None
    return port if host.is_loopback or host.is_unspecified else None
