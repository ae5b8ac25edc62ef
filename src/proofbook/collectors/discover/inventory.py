"""What is already on record and configured, handed to discovery so that it can say what differs.

Promises: values only; made by wiring from the read model and the configuration.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
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
        return any(_is_local_port(address, port) for address in self.upstreams)

    def covers(self, path: str) -> bool:
        """Whether a recorded location is this path, a folder above it, or the set it is a shard of."""
        return any(
            path == location or path.startswith((location.rstrip("/") + "/", location + "-0")) for location in self.locations
        )


def _is_local_port(address: str, port: int) -> bool:
    try:
        parts = urlsplit(address)
        stated = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    if stated != port or parts.hostname is None:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        host = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return False
    return host.is_loopback or host.is_unspecified
