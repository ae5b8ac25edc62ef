"""How many connections, and how many bytes of bodies, one listener has room for.

Promises: a connection counts from the moment it is accepted, so that handshakes which never end are bounded as well; bytes count
from the moment they are held until they are let go of. Used on the event loop only.
"""

from __future__ import annotations

from proofbook.gateway.http.visit import Client
from proofbook.gateway.settings import Limits


class Room:
    """Connections and bodies of one listener, within its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = 0
        self._arriving = 0
        self.clients: set[Client] = set()
        """Connections that speak HTTP."""

    def allow(self, limits: Limits) -> None:
        """From now on so much; what is there stays."""
        self._limits = limits

    @property
    def connections(self) -> int:
        """Connections, handshakes under way among them."""
        return len(self.clients) + self._arriving

    def arrive(self) -> bool:
        """Whether there is room for one more that shakes hands first; if so it counts until `settle`."""
        if self.connections >= self._limits.connections:
            return False
        self._arriving += 1
        return True

    def settle(self) -> None:
        """A handshake is over: whoever made it has entered, or is gone."""
        self._arriving -= 1

    def enter(self, client: Client) -> bool:
        """Whether there is room for one more connection; one that shook hands had its room since it arrived."""
        if len(self.clients) >= self._limits.connections:
            return False
        self.clients.add(client)
        return True

    def leave(self, client: Client) -> None:
        """A connection is gone."""
        self.clients.discard(client)

    @property
    def held(self) -> int:
        """Bytes of bodies in memory."""
        return self._held

    def hold(self, size: int) -> bool:
        """Whether there is room for so many more bytes of bodies."""
        if self._held + size > self._limits.bodies_bytes:
            return False
        self._held += size
        return True

    def let_go(self, size: int) -> None:
        """So many bytes of bodies are held no more."""
        self._held -= size
