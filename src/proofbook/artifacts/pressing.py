"""The press's own process: takes orders on its input, gives documents on its output, until its input ends or stays silent.

Promises: imports next to nothing besides Typst. An order is a byte, a length and a JSON object (`source`: the template's path;
`page`, `date`: what it is told; `timestamp`, `standards`); the reply is a byte (DONE or REFUSED), a length, and the document or
what is wrong. Never a word of a page on any other way out. Hostile input: only whoever started it can give orders.
"""

from __future__ import annotations

import json
import select
import struct
import sys
from typing import Any, BinaryIO, Final

HEAD: Final = struct.Struct(">BQ")
DONE: Final = 1
REFUSED: Final = 0
IDLE_SECONDS: Final = 20.0
"""Whoever wants another document later starts another process."""


def compile_document(order: dict[str, Any]) -> bytes:
    """The PDF of an order. Raises RuntimeError when Typst refuses."""
    import typst

    made = typst.compile(
        order["source"],
        format="pdf",
        sys_inputs={"page": order["page"], "date": order["date"]},
        ignore_system_fonts=True,
        pdf_standards=order["standards"],
        timestamp=order["timestamp"],
    )
    return bytes(made)


def serve(orders: BinaryIO, documents: BinaryIO, idle_seconds: float = IDLE_SECONDS) -> None:
    """Orders, one after the other. `orders` is not buffered."""
    while select.select([orders], [], [], idle_seconds)[0]:
        head = _read(orders, HEAD.size)
        if len(head) < HEAD.size:
            return
        data = _read(orders, HEAD.unpack(head)[1])
        try:
            word, said = DONE, compile_document(json.loads(data))
        except RuntimeError as error:  # typst.TypstError is one
            word, said = REFUSED, str(error).encode(errors="replace")
        documents.write(HEAD.pack(word, len(said)))
        documents.write(said)
        documents.flush()


def _read(stream: BinaryIO, length: int) -> bytes:
    parts, missing = [], length
    while missing:
        read = stream.read(missing)
        if not read:
            break
        parts.append(read)
        missing -= len(read)
    return b"".join(parts)


if __name__ == "__main__":
    with open(0, "rb", buffering=0, closefd=False) as given:
        serve(given, sys.stdout.buffer)
