"""The listener's side of the endpoint: connections, their bounds, and one visit for each call of LiteLLM.

Promises: the gateway's own connection class reads what arrives, with its limits and its strictness about framing; a call whose
client hung up is recorded nonetheless, since LiteLLM may go on without the answer.
"""

from __future__ import annotations

from proofbook.capture.litellm.desk import Desk
from proofbook.gateway.drafts import Opening
from proofbook.gateway.http.head import RequestHead, format_answer
from proofbook.gateway.http.room import Room
from proofbook.gateway.http.visit import Client, Visit
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.running.readiness import StatusVisit
from proofbook.gateway.settings import Limits


class GuardrailDoor(Room):
    """Implements `Reception` for the endpoint."""

    def __init__(self, desk: Desk, limits: Limits) -> None:
        super().__init__(limits)
        self._desk = desk

    def open_visit(self, client: Client, head: RequestHead) -> Visit:
        """A request head arrived."""
        if (head.method, head.path) == ("GET", "/healthz"):
            return StatusVisit(client, 200, {"status": "alive"})
        opening, refusal = self._desk.assess(head)
        visit = GuardrailVisit(self._desk, client, opening)
        if refusal is not None:
            visit.turn_away(refusal)
        return visit

    def refuse_visit(self, client: Client, head: RequestHead, refusal: Refusal) -> Visit:
        """A request arrived that cannot be read."""
        opening, _ = self._desk.assess(head)
        visit = GuardrailVisit(self._desk, client, opening)
        visit.turn_away(refusal)
        return visit


class GuardrailVisit:
    """One call. Whatever cannot be served is answered `BLOCKED`."""

    def __init__(self, desk: Desk, client: Client, opening: Opening) -> None:
        self.wants_body = True
        self._desk = desk
        self._client: Client | None = client
        self._opening = opening

    def request_read(self, body: bytes) -> None:
        """The whole call arrived."""
        self._desk.take(self._opening, body, self._answer)

    def refuse(self, refusal: Refusal, received: int) -> None:
        """The call cannot be read to its end."""
        self._desk.refuse(self._opening, refusal, received, self._answer)

    def turn_away(self, refusal: Refusal) -> None:
        """The call is blocked, whatever its body holds."""
        self.wants_body = False
        self._desk.refuse(self._opening, refusal, None, self._answer)

    def client_gone(self, reason: str) -> None:
        """Nobody waits for the answer."""
        del reason
        self._client = None

    def client_stalled(self) -> None:
        """The answer is short."""

    def client_reads(self) -> None:
        """The answer is short."""

    def _answer(self, body: bytes, exchange: str | None) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.let_go_of_body()
            client.write((format_answer(200, body, exchange=exchange, close=client.will_close),))
            client.finish()
