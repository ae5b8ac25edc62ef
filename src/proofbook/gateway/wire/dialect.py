"""One API as callers speak it: how its requests and replies are read, how its streams end, and how it says an error.

The gateway's core knows APIs by this interface alone. Everything here is applied beside the passing bytes and never changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.facts import Fingerprint, ProtocolName, ReplyFacts, RequestFacts
from proofbook.records.exchange import State


class EndWatch(Protocol):
    """Watches one stream for its own end mark."""

    def completes_in(self, piece: bytes) -> bool:
        """Whether the end mark, however it was split over pieces, ends inside this one."""


class ReplyReader(Protocol):
    """Reads the facts of a captured reply."""

    def __call__(self, data: bytes, *, streamed: bool) -> ReplyFacts:
        """The same bytes give the same facts. Never raises for any bytes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API."""

    protocol: ProtocolName
    read_request: Callable[[bytes, Fingerprint], RequestFacts] | None
    """Facts of a request body; raises MalformedRecord for one that cannot be read for what it is. None: the path says all."""
    read_reply: ReplyReader
    stream_type: bytes
    """Content type of its streams, in lower case."""
    make_watch: Callable[[], EndWatch]
    """A watch for one stream."""
    must_end: bool
    """Whether a stream without its end mark is incomplete although its framing ended; otherwise only when nothing but the closing
    of the connection ended it."""
    format_error: Callable[[int, str, str], bytes]
    """The JSON body of an error: HTTP status, our code, our sentence."""

    def is_stream(self, content_type: bytes) -> bool:
        """Whether a Content-Type names this API's stream format."""
        return content_type.partition(b";")[0].strip().lower() == self.stream_type

    def judge_end(self, facts: ReplyFacts, *, streamed: bool, until_close: bool) -> tuple[State, str | None]:
        """Whether a reply that ended by its framing was complete by its content, too. `until_close`: only closing ended it."""
        if facts.unread:
            return State.RECORDER_GAP, "the reply could not be read here: what it says of itself, its end too, is not known"
        if facts.error:
            return State.UPSTREAM_ERROR, "engine reported an error inside its reply"
        if streamed and not facts.ended:
            if until_close:
                return State.UPSTREAM_ERROR, "engine closed the connection before the end mark of its stream"
            if self.must_end:
                return State.UPSTREAM_ERROR, "engine ended its stream without the event that ends it"
        return State.COMPLETE, None


@dataclass(frozen=True, slots=True)
class Api:
    """A family of paths that one kind of client asks for."""

    routes: Mapping[tuple[str, str], Dialect]
    """Method and path -> how it is read: everything of it that is served."""
    begins: tuple[str, ...]
    """How its paths begin; what begins so and is not served is refused in its voice."""
    voice: Dialect
    """Says the refusal of a path that is not served."""
    barred: Mapping[str, Refusal]
    """Paths, or beginnings of paths that end in a slash, with a refusal of their own, whatever the method."""

    def find_barred(self, path: str) -> Refusal | None:
        """The refusal of a barred path."""
        return next(
            (refusal for each, refusal in self.barred.items() if path == each or (each.endswith("/") and path.startswith(each))),
            None,
        )
