"""JSON documents one a line, as Ollama streams them.

Promises: the answer does not depend on how the bytes were cut; CRLF and blank lines are understood, and a last line without its
line end is not counted, because it may be cut.
"""

from __future__ import annotations

from collections.abc import Iterator


def parse_lines(data: bytes) -> Iterator[bytes]:
    """Each finished line that is not blank, in order."""
    lines = data.split(b"\n")
    lines.pop()  # what follows the last line end was never finished
    for line in lines:
        stripped = line.strip(b"\r\t ")
        if stripped:
            yield stripped
