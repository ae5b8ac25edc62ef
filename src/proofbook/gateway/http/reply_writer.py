"""The bytes of one reply to a client: an engine's reply passed on, or the gateway's own error.

Promises: the body bytes are the engine's, only their framing is ours; an incomplete reply is never framed as a complete one.
"""

from __future__ import annotations

from proofbook.gateway.http.head import ReplyHead, format_answer, format_returned_head

_COPIED_BELOW = 8192
"""Bytes below which one copy costs less than three pieces to be sent."""


class ReplyWriter:
    """Frames one reply for a client that speaks HTTP/1.1 (`modern`) or 1.0."""

    __slots__ = ("_chunked", "_exchange", "_modern", "reply")

    def __init__(self, exchange: str, *, modern: bool) -> None:
        self._exchange = exchange
        self._modern = modern
        self._chunked = False
        self.reply: ReplyHead | None = None
        """The engine's reply head, once it came."""

    def head(self, length: int | None, *, close: bool) -> bytes:
        """The head for a body of `length` bytes; None is a length not known yet: chunked, or for 1.0 ended by closing."""
        reply = self.reply
        if reply is None:
            raise RuntimeError("a reply cannot be passed on before it has begun")
        if reply.bodiless:
            length = reply.length  # of the body that a GET would get
        self._chunked = length is None and self._modern and not reply.bodiless
        framing = b"transfer-encoding: chunked\r\n" if length is None else b"content-length: %d\r\n" % length
        open_ended = length is None and not self._modern
        if open_ended or (reply.bodiless and (length is None or reply.status == 204)):  # RFC 9110 8.6
            framing = b""
        ends = close or (open_ended and not reply.bodiless)
        return format_returned_head(reply.status, reply.headers, framing=framing, exchange=self._exchange, close=ends)

    def piece(self, data: bytes) -> tuple[bytes, ...]:
        """Body bytes."""
        if not self._chunked:
            return (data,)
        if len(data) < _COPIED_BELOW:
            return (b"%x\r\n%b\r\n" % (len(data), data),)
        return (b"%x\r\n" % len(data), data, b"\r\n")

    def last(self, data: bytes) -> tuple[bytes, ...]:
        """The last body bytes, possibly none, and the end."""
        pieces = self.piece(data) if data else ()
        return (*pieces, b"0\r\n\r\n") if self._chunked else pieces

    def answer(self, status: int, body: bytes, *, close: bool, retry_after: int | None = None) -> bytes:
        """A whole answer of the gateway's own."""
        return format_answer(status, body, exchange=self._exchange, close=close, retry_after=retry_after)
