"""The door for requests: who calls, for what, and whether that is served here; every refusal is recorded.

Promises: a key is checked before the path and before any of the body is kept, a token that its provider is asked about before
anything is done with the body; nothing in a request changes what is recorded.
`/healthz` and `/readyz` need no key, are no exchanges, and tell nothing but whether this gateway works.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from proofbook.errors import ProofbookError
from proofbook.gateway.drafts import Opening, derive_actor
from proofbook.gateway.house import House
from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.room import Room
from proofbook.gateway.http.visit import Client, Visit
from proofbook.gateway.identity.caller import Awaited, Caller, Identities
from proofbook.gateway.passage import Passage
from proofbook.gateway.refusal import STORE_UNAVAILABLE, UPSTREAM_NOT_CONFIGURED, Refusal
from proofbook.gateway.running.readiness import Readiness, StatusVisit
from proofbook.gateway.settings import Limits
from proofbook.gateway.waiting import WaitingVisit
from proofbook.gateway.wire.body_type import find_type
from proofbook.gateway.wire.generic import as_stated
from proofbook.gateway.wire.routes import Route, find_route
from proofbook.gateway.wire.text import bounded_text
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import format_instant

_PATH_CHARACTERS = 512


class FrontDoor(Room):
    """Implements `Reception` for the gateway."""

    def __init__(
        self, house: House, identities: Identities, ids: IdSource, *, limits: Limits, readiness: Callable[[], Readiness]
    ) -> None:
        super().__init__(limits)
        self._house = house
        self._identities = identities
        self._ids = ids
        self._readiness = readiness

    def renew(self, house: House, identities: Identities, limits: Limits) -> None:
        """From the next request on these; requests under way end under those they began with."""
        self._house, self._identities = house, identities
        self.allow(limits)

    def open_visit(self, client: Client, head: RequestHead) -> Visit:
        """A request head arrived."""
        if head.method == "GET" and head.path == "/healthz":
            return StatusVisit(client, 200, {"status": "alive"})
        if head.method == "GET" and head.path == "/readyz":
            return self._readiness().visit(client)
        now = format_instant(self._house.clock.now())
        caller = self._assess(client, head, now)
        if caller.pending is not None:
            return self._await(client, head, caller.pending)
        return self._open(client, head, now, caller)

    def _await(self, client: Client, head: RequestHead, pending: Awaited) -> Visit:
        """Somebody outside has to say first who calls; asked again then, whatever there is stands."""

        def go_on() -> Visit:
            now = format_instant(self._house.clock.now())
            return self._open(client, head, now, self._assess(client, head, now))

        waiting = WaitingVisit(go_on)

        def told() -> None:
            with suppress(RuntimeError):  # the gateway ended meanwhile
                self._house.loop.call_soon_threadsafe(waiting.known)

        pending.add(told)
        return waiting

    def _open(self, client: Client, head: RequestHead, now: str, caller: Caller) -> Passage:
        route = find_route(head.method, head.path, record_unknown=self._house.record_unknown)
        opening, stated = self._opening(head, now, caller), find_type(head.headers)
        dialect = route.dialect if isinstance(stated, Refusal) else as_stated(route.dialect, stated)
        passage = Passage(self._house, client, head, opening, dialect)
        refusal = caller.refusal or self._assess_route(caller, route, now) or (stated if isinstance(stated, Refusal) else None)
        if refusal is not None:
            passage.turn_away(refusal)
        elif (figures := self._house.recording.figures) is not None:
            figures.opened(opening.exchange, head.headers)
        return passage

    def refuse_visit(self, client: Client, head: RequestHead, refusal: Refusal) -> Visit:
        """A request arrived that cannot be read."""
        now = format_instant(self._house.clock.now())
        dialect = find_route(head.method, head.path).dialect
        passage = Passage(self._house, client, head, self._opening(head, now, Caller(None, None)), dialect)
        passage.turn_away(refusal)
        return passage

    def _assess(self, client: Client, head: RequestHead, now: str) -> Caller:
        try:
            return self._identities.assess(head, client.peer, now)
        except ProofbookError:
            return Caller(None, STORE_UNAVAILABLE)

    def _assess_route(self, caller: Caller, route: Route, now: str) -> Refusal | None:
        if route.refusal is not None:
            return route.refusal
        if caller.verified is None or caller.verified.system not in self._house.upstreams:
            return UPSTREAM_NOT_CONFIGURED
        return self._house.admission.assess_caller(caller.verified, now)

    def _opening(self, head: RequestHead, now: str, caller: Caller) -> Opening:
        path = bounded_text(head.path, _PATH_CHARACTERS) or ""
        source, verified = self._house.recording.source, caller.verified
        return Opening(self._ids.new("x"), source, now, head.method, path, verified, derive_actor(verified))
