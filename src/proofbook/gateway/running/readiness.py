"""What the gateway says of itself at `/healthz` and `/readyz`: to anybody, so nothing but whether it works.

`ready` means that a request would most likely be served by this process: records are being written, at least one system has an
engine that can be asked, what identities and access rules rest on is fresh, and it is not on its way out. Each part is named
beside it, so that an operator sees which one is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from proofbook.gateway.http.head import format_answer
from proofbook.gateway.http.visit import Client, Visit
from proofbook.gateway.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Readiness:
    """How it stands now."""

    store: str
    """`writable`, `unavailable`, `stuck` (what was submitted is not answered) or `unknown`."""
    upstreams: Mapping[str, str]
    """State of each engine."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """`served`, `not_served`, or `weights_differ`: served, by those of its engines only that have the weights of the first."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """`fresh` or `stale`, of what identities and access rules rest on."""
    workers: Mapping[str, str] = field(default_factory=dict)
    """`ready`, `not_ready`, `draining` or `absent`, of the other processes that share the port; empty when there are none."""
    reload: str = "none"
    """`none`, `done` or `refused`: how the last reload of the settings ended."""
    reloads: int = 0
    """How often new settings were asked for."""
    draining: bool = False

    @property
    def able(self) -> bool:
        """Whether this process would most likely serve a request."""
        served = any(state != "not_served" for state in self.systems.values()) or not self.systems
        fresh = all(state == "fresh" for state in self.sources.values())
        return self.store == "writable" and "reachable" in self.upstreams.values() and served and fresh and not self.draining

    @property
    def ready(self) -> bool:
        """Whether whichever process gets the next request would most likely serve it."""
        return self.able and "not_ready" not in self.workers.values()

    def state(self) -> dict[str, object]:
        """All of it, as it is told."""
        status = "draining" if self.draining else "ready" if self.ready else "not_ready"
        told: dict[str, object] = {"status": status, "store": self.store, "upstreams": dict(self.upstreams)}
        told |= {"systems": dict(self.systems), "sources": dict(self.sources), "reload": self.reload}
        return told | ({"workers": dict(self.workers)} if self.workers else {})

    def visit(self, client: Client) -> Visit:
        """The answer to somebody who asks."""
        return StatusVisit(client, 200 if self.ready else 503, self.state())


class StatusVisit:
    """Answers a question about the gateway itself."""

    wants_body = True

    def __init__(self, client: Client, status: int, state: Mapping[str, object]) -> None:
        self._client = client
        self._status = status
        self._state = state

    def request_read(self, body: bytes) -> None:
        """Answer."""
        del body
        answer = json.dumps(self._state, separators=(",", ":")).encode("ascii")
        self._client.write((format_answer(self._status, answer, exchange=None, close=self._client.will_close),))
        self._client.finish()

    def refuse(self, refusal: Refusal, received: int) -> None:
        """Such a question has no body worth refusing."""
        del refusal, received
        self._client.cut()

    def client_gone(self, reason: str) -> None:
        """Nothing was at stake."""

    def client_stalled(self) -> None:
        """The answer is short."""

    def client_reads(self) -> None:
        """The answer is short."""
