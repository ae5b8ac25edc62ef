"""A request whose caller is not known yet: its body is read meanwhile, and nothing else happens until there is an answer.

Promises: nothing is recorded, judged or forwarded before the caller was established; what becomes of the request then is what
would have become of it at once. A client that hangs up before leaves nothing behind, as one that hangs up within a head does.
"""

from __future__ import annotations

from collections.abc import Callable

from proofbook.gateway.http.visit import Visit
from proofbook.gateway.refusal import Refusal


class WaitingVisit:
    """Implements `Visit` for the time until its caller is known. Used on the event loop only."""

    def __init__(self, go_on: Callable[[], Visit]) -> None:
        """`go_on` makes the visit that takes over, and says a refusal itself if there is one."""
        self.wants_body = True
        self._go_on = go_on
        self._visit: Visit | None = None
        self._body: bytes | None = None
        self._known = self._gone = self._stalled = False

    def known(self) -> None:
        """Who calls is known by now, or that nobody can tell."""
        self._known = True
        if self._body is not None and self._visit is None and not self._gone:
            self._take_over(self._body)

    def request_read(self, body: bytes) -> None:
        """The whole request arrived."""
        self._body = body
        if self._known:
            self._take_over(body)

    def refuse(self, refusal: Refusal, received: int) -> None:
        """The request cannot be read to its end."""
        visit = self._visit = self._go_on()
        if visit.wants_body:
            visit.refuse(refusal, received)

    def client_gone(self, reason: str) -> None:
        """The client cannot be answered any more."""
        self._gone = True
        if self._visit is not None:
            self._visit.client_gone(reason)

    def client_stalled(self) -> None:
        """The client does not read."""
        self._stalled = True
        if self._visit is not None:
            self._visit.client_stalled()

    def client_reads(self) -> None:
        """The client reads again."""
        self._stalled = False
        if self._visit is not None:
            self._visit.client_reads()

    def _take_over(self, body: bytes) -> None:
        visit = self._visit = self._go_on()
        self._body = None
        if self._stalled:
            visit.client_stalled()
        if visit.wants_body:
            visit.request_read(body)
