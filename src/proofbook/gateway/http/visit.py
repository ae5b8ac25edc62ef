"""What a client connection and the gateway's inside ask of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.peer import Peer
from proofbook.gateway.refusal import Refusal


class Client(Protocol):
    """The client's connection, as the visit sees it."""

    head: RequestHead
    deadline: float | None
    """Loop time at which the present stage has lasted too long; None while the gateway is at work."""

    @property
    def peer(self) -> Peer:
        """Who is at the other end, as far as the connection tells."""

    @property
    def will_close(self) -> bool:
        """Whether the connection ends with the present reply."""

    def write(self, pieces: Sequence[bytes]) -> None:
        """Send bytes of the reply."""

    def let_go_of_body(self) -> None:
        """The body is not held any more."""

    def finish(self) -> None:
        """The reply is complete."""

    def cut(self) -> None:
        """Close without completing the reply."""

    def drain(self) -> None:
        """Serve the present request, then close."""

    def expire(self) -> None:
        """The present stage lasted too long."""


class Visit(Protocol):
    """What the gateway does with one request. Called on the event loop, in the order the request arrives."""

    wants_body: bool
    """False when the request was answered or refused by its head alone."""

    def request_read(self, body: bytes) -> None:
        """The whole request arrived."""

    def refuse(self, refusal: Refusal, received: int) -> None:
        """The request cannot be read to its end; `received` body bytes came."""

    def client_gone(self, reason: str) -> None:
        """The client cannot be answered any more."""

    def client_stalled(self) -> None:
        """The client does not read: send no more for now."""

    def client_reads(self) -> None:
        """The client reads again."""


class Reception(Protocol):
    """Who receives requests."""

    def enter(self, client: Client) -> bool:
        """Whether there is room for one more connection."""

    def leave(self, client: Client) -> None:
        """A connection is gone."""

    def hold(self, size: int) -> bool:
        """Whether there is room for so many more bytes of bodies; if so, they are held until `let_go`."""

    def let_go(self, size: int) -> None:
        """So many bytes of bodies are held no more."""

    def open_visit(self, client: Client, head: RequestHead) -> Visit:
        """A request head arrived and is well framed."""

    def refuse_visit(self, client: Client, head: RequestHead, refusal: Refusal) -> Visit:
        """A request head arrived that cannot be served; `head` is what could be read of it."""
