"""The process that looks for sensitive data: reads content from its standard input, answers with counts on its standard output.

A process of its own, because looking holds the interpreter, and because hostile content should meet as little as possible beside
it: it opens no file, no socket and no key, and what it says is counts. A line of JSON and the bytes it announces in, a line of
JSON out, until the input ends. Started by `wiring.classifier_process` alone.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, BinaryIO, Final

from proofbook.gateway.examining import examine
from proofbook.sensitive.classes import parse_classes
from proofbook.sensitive.rule_set import rule_set
from proofbook.wiring.parts import end_with_parent

NICENESS: Final = 10


def run(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until the input ends. The first line in says what to look for; the first line out says by which rules."""
    wanted = json.loads(source.readline())
    classes, limit = parse_classes(wanted["classes"], "classes"), wanted["limit"]
    _say(sink, {"rule_set": rule_set()})
    while line := source.readline():
        pieces = [(asked, source.read(asked["bytes"])) for asked in json.loads(line)]
        _say(
            sink,
            [
                examine(asked["side"], asked["protocol"], body, streamed=asked["streamed"], classes=classes, limit=limit)
                for asked, body in pieces
            ],
        )


def _say(sink: BinaryIO, answer: Any) -> None:
    sink.write(json.dumps(answer, separators=(",", ":")).encode("ascii") + b"\n")
    sink.flush()


def main() -> None:
    """Lower our priority and serve; end when whoever started us ends."""
    end_with_parent()
    os.nice(NICENESS)
    run(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
