"""Where a request ends: the header lines that say so, judged together.

Promises: framing that two parsers could read differently is refused (RFC 9112 6.1 and 6.3), whatever llhttp let through; so are
other versions of HTTP, a missing or second Host and anything that would switch protocols. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from proofbook.gateway.http.head import Header
from proofbook.gateway.refusal import Refusal, malformed

LINES = frozenset((b"content-length", b"transfer-encoding", b"host", b"upgrade", b"expect"))
"""The header lines that matter here, in lower case."""


class Framing(NamedTuple):
    """How a request's body is framed."""

    length: int | None
    """Declared body length, 0 without a body; None when chunked."""
    waits: bool
    """Whether the client waits for `100 Continue` before it sends the body."""


_VERSION = malformed("Only HTTP/1.1 and HTTP/1.0 are spoken here.", status=505)
_AMBIGUOUS = malformed("The framing of the request is ambiguous: use one Content-Length, or one 'chunked'.")
_HOST = malformed("The request needs exactly one Host header.")
SWITCHING = malformed("Switching protocols is not offered here.")


def read_framing(lines: Sequence[Header], *, version: str, method: str) -> Framing | Refusal:
    """The framing by the lines of `LINES` in a head, or why it cannot be served. `version`: `1.1`, as the parser has it."""
    found: dict[bytes, bytes] = {}
    twice = False
    for name, value in lines:
        twice = twice or (name in found and name != b"expect")
        found[name] = value
    if version not in {"1.0", "1.1"}:
        return _VERSION
    if b"upgrade" in found or method == "CONNECT":
        return SWITCHING
    coding, length = found.get(b"transfer-encoding"), found.get(b"content-length")
    if coding is not None and (coding.lower() != b"chunked" or length is not None or version == "1.0"):
        return _AMBIGUOUS
    if twice:
        return _HOST if [name for name, _ in lines].count(b"host") > 1 else _AMBIGUOUS
    if b"host" not in found and version == "1.1":
        return _HOST
    waits = b"expect" in found and (b"100-continue" in [value.lower() for name, value in lines if name == b"expect"])
    return Framing(None if coding is not None else 0 if length is None else int(length), waits)
