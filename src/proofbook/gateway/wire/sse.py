"""Server-sent events as engines send them: where the stream's own end mark is, and which events a captured stream holds.

Promises: the answer does not depend on how the bytes were cut into pieces; CR, LF and CRLF line ends, comments, a missing end
mark and an unfinished last event are all understood (WHATWG HTML 9.2.6). Hostile bytes can cause nothing worse than events that
hold no JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

END_MARK = b"[DONE]"
"""Payload of the event that ends a stream of the OpenAI protocol."""

_MARK_LINE = re.compile(rb"[\r\n]data:[ ]?\[DONE\]")
_OVERLAP = len(b"\rdata: [DONE]") - 1
_LINE_END = re.compile(rb"\r\n|\r|\n")


class EndMarkWatch:
    """Notices the piece with which the end mark becomes complete, however it was split."""

    __slots__ = ("_tail",)

    def __init__(self) -> None:
        self._tail = b"\n"

    def completes_in(self, piece: bytes) -> bool:
        """Whether the mark `data: [DONE]` at the start of a line ends inside `piece`."""
        tail = self._tail
        self._tail = piece[-_OVERLAP:] if len(piece) >= _OVERLAP else (tail + piece)[-_OVERLAP:]
        if END_MARK in piece and _MARK_LINE.search(tail + piece) is not None:
            return True
        return _MARK_LINE.search(tail + piece[:_OVERLAP]) is not None


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
