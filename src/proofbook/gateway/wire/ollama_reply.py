"""What a reply of Ollama's own API says: one JSON object, or one a line of which the last has `"done": true`.

Promises: the same bytes give the same facts however they arrived; what is not stated stays None. Ollama leaves out counts of
zero, so a count that is missing is unknown, not zero. Most lines of a stream only add text: those are counted, not decoded.
"""

from __future__ import annotations

import re
from typing import Any

from proofbook.gateway.wire.documents import decode_object
from proofbook.gateway.wire.facts import NOTHING, ReplyFacts, TokenUsage
from proofbook.gateway.wire.marks import MarkWatch
from proofbook.gateway.wire.ndjson import parse_lines
from proofbook.gateway.wire.text import bounded_count, bounded_text

_DONE = re.compile(rb'"done"[ \t]{0,4}:[ \t]{0,4}true')
_DONE_LONGEST = len(b'"done":true') + 8
_FINISH_CHARACTERS = 32


def watch_for_done() -> MarkWatch:
    """A watch for the last line. It can be noticed too early in arguments of a tool, which are objects of their own."""
    return MarkWatch(b"true", _DONE, _DONE_LONGEST)


def parse_reply(data: bytes, *, streamed: bool) -> ReplyFacts:
    """The facts of a captured reply. Never raises for any bytes."""
    if streamed:
        return _parse_stream(data)
    document = decode_object(data)
    return NOTHING if document is None else _read_document(NOTHING, document)._replace(ended=False)


def _parse_stream(data: bytes) -> ReplyFacts:
    facts, chunks = NOTHING, 0
    for line in parse_lines(data):
        chunks += 1
        if chunks > 1 and _only_adds_text(line):
            continue
        document = decode_object(line)
        if document is not None:
            facts = _read_document(facts, document)
    return facts._replace(chunks=chunks)


def _only_adds_text(line: bytes) -> bool:
    """Whether a line certainly is not the last and states no error: within a JSON string quotes are escaped."""
    return b'"done":false' in line and line.count(b'"done"') == 1 and b'"error"' not in line


def _read_document(facts: ReplyFacts, document: dict[str, Any]) -> ReplyFacts:
    """The facts with those of one document: the first to state the model wins, the last to state anything else."""
    reason = bounded_text(document.get("done_reason"), _FINISH_CHARACTERS)
    prompt, completion = bounded_count(document.get("prompt_eval_count")), bounded_count(document.get("eval_count"))
    return facts._replace(
        model=facts.model or bounded_text(document.get("model"), 512),
        finish=facts.finish if reason is None else (reason,),
        usage=facts.usage if prompt is None and completion is None else TokenUsage(prompt, completion, None),
        ended=facts.ended or document.get("done") is True,
        remote_host=facts.remote_host or bounded_text(document.get("remote_host"), 256),
        error=facts.error or isinstance(document.get("error"), (dict, str)),
    )
