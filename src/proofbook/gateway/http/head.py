"""Heads of requests and replies: which headers cross the gateway, and how a head is written.

Promises: to the engine only the headers of `FORWARDED` cross, since others could carry content or steer an engine unrecorded; to
the client all but hop-by-hop headers (RFC 9110 7.6.1, and those named in Connection), framing and credentials. Everything written
was parsed by llhttp before, so it holds no CR, LF or NUL. Names are lower case throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

Header: TypeAlias = tuple[bytes, bytes]

_HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"content-length")
)
FORWARDED = frozenset((
    b"content-type", b"accept", b"accept-language", b"anthropic-version", b"user-agent", b"x-request-id", b"traceparent",
    b"tracestate",
))  # fmt: skip
"""Request headers that cross: they say what the body is, or help to trace a call. A body crosses as it was recorded, so a
`content-encoding` that would make the engine read it differently does not."""
EXCHANGE_HEADER = b"x-proofbook-exchange"
"""Names the exchange in every reply, so that a caller can cite its record."""
_STAYS, _ENDS = b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"
"""How a head ends whose last line is not ended yet."""
_NOT_RETURNED = _HOP_BY_HOP | {EXCHANGE_HEADER, b"proxy-authenticate", b"proxy-authorization"}
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus}


class RequestHead(NamedTuple):
    """A parsed request head. `path` is the target without its query."""

    method: str
    path: str
    headers: tuple[Header, ...]
    modern: bool
    """HTTP/1.1; otherwise 1.0, which knows no chunked transfer."""
    keep_alive: bool
    length: int | None
    """Declared body length; None when chunked."""


class ReplyHead(NamedTuple):
    """A parsed reply head of an engine."""

    status: int
    headers: tuple[Header, ...]
    length: int | None
    """Declared body length; None when chunked or ended by closing."""
    until_close: bool
    """Whether only the end of the connection ends the body."""
    bodiless: bool = False
    """Whether the reply ends with its head, whatever that says of a body: to HEAD, 204 and 304 (RFC 9112 6.3)."""

    @property
    def content_type(self) -> bytes:
        """Value of Content-Type; empty when absent."""
        return find_header(self.headers, b"content-type") or b""


def find_header(headers: Iterable[Header], name: bytes) -> bytes | None:
    """The first value of a header, by its lower-case name."""
    for found, value in headers:
        if found == name:
            return value
    return None


def format_engine_lines(authority: str, engine_key: str | None) -> bytes:
    """The header lines that every request to one engine has; `engine_key` is what it asks of us."""
    lines = f"host: {authority}\r\naccept-encoding: identity\r\n"
    return (lines if engine_key is None else f"{lines}authorization: Bearer {engine_key}\r\n").encode("latin-1")


def format_forwarded_head(head: RequestHead, *, engine_lines: bytes, body_bytes: int) -> bytes:
    """The request head an engine gets. The query is not forwarded: what is forwarded is what is recorded."""
    lines = [f"{head.method} {head.path} HTTP/1.1\r\n".encode("ascii"), engine_lines]
    if head.method != "GET" or body_bytes:
        lines.append(b"content-length: %d\r\n" % body_bytes)
    for name, value in head.headers:
        if name in FORWARDED:
            lines += (name, b": ", value, b"\r\n")
    lines.append(b"\r\n")
    return b"".join(lines)


def format_returned_head(status: int, headers: Sequence[Header], *, framing: bytes, exchange: str, close: bool) -> bytes:
    """The reply head a client gets. `framing` is the framing header line, or empty when closing ends the body."""
    lines = [_status_line(status)]
    barred = _NOT_RETURNED
    for name, value in headers:
        if name == b"connection":
            barred |= {token.strip().lower() for token in value.split(b",")}
    for name, value in headers:
        if name not in barred:
            lines += (name, b": ", value, b"\r\n")
    lines += (framing, b"x-proofbook-exchange: ", exchange.encode("ascii"), _ENDS if close else _STAYS)
    return b"".join(lines)


def format_answer(status: int, body: bytes, *, exchange: str | None, close: bool, retry_after: int | None = None) -> bytes:
    """A whole JSON answer of the gateway's own; `retry_after` in seconds (RFC 9110 10.2.3)."""
    lines = [_status_line(status), b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body)]
    if exchange is not None:
        lines.append(b"%s: %s\r\n" % (EXCHANGE_HEADER, exchange.encode("ascii")))
    if retry_after is not None:
        lines.append(b"retry-after: %d\r\n" % retry_after)
    lines += [b"connection: close\r\n\r\n" if close else b"\r\n", body]
    return b"".join(lines)


def _status_line(status: int) -> bytes:
    return _STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status
