"""Server-sent events as engines send them: where the stream's own end mark is, and which events a captured stream holds.

Promises: the answer does not depend on how the bytes were cut into pieces; CR, LF and CRLF line ends, comments, a missing end
mark and an unfinished last event are all understood (WHATWG HTML 9.2.6). Hostile bytes can cause nothing worse than events that
hold no JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from proofbook.gateway.wire.marks import MarkWatch

END_MARK = b"[DONE]"
"""Payload of the event that ends a stream of the OpenAI protocol."""

_MARK_LINE = re.compile(rb"[\r\n]data:[ ]?\[DONE\]")
_LONGEST = len(b"\rdata: [DONE]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


def watch_for_end_mark() -> MarkWatch:
    """A watch for `data: [DONE]` at the start of a line."""
    return MarkWatch(END_MARK, _MARK_LINE, _LONGEST)


def watch_for_events(names: tuple[str, ...], common: bytes) -> Callable[[], MarkWatch]:
    """Makes watches for events of these names, which stand in their `event` line or as a JSON string in their payload.

    `common` is part of every name.
    """
    either = "|".join(map(re.escape, names))
    pattern = re.compile(rf"[\r\n]event:[ ]?(?:{either})|\"(?:{either})\"".encode())
    longest = max(map(len, names)) + len("\revent: ")
    return lambda: MarkWatch(common, pattern, longest)


def parse_events(data: bytes) -> Iterator[bytes]:
    """The payload of each finished event that has one, in order; data lines of one event are joined by LF."""
    if b"\r" in data:
        data = _LINE_END.sub(b"\n", data)
    data = data.removeprefix(b"\xef\xbb\xbf")
    blocks = data.split(b"\n\n")
    blocks.pop()  # what follows the last blank line was never finished
    for block in blocks:
        if block.startswith(b"data:") and b"\n" not in block:
            yield block[6:] if block.startswith(b"data: ") else block[5:]
            continue
        lines = [_payload(line) for line in block.split(b"\n") if line.startswith(b"data:") or line == b"data"]
        if lines:
            yield b"\n".join(lines)


def _payload(line: bytes) -> bytes:
    return line[5:].removeprefix(b" ")
