"""What one side of an exchange holds of sensitive data, as a pure function: bytes in, counts out.

Promises: only counts leave here; what was not looked at is said, with the reason; no bytes make it raise. Runs in the
classifier's process and where content is classified later, never in the gateway's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from proofbook.gateway.wire.facts import ProtocolName
from proofbook.gateway.wire.texts import Texts, texts_of_reply, texts_of_request
from proofbook.records.unexamined import NotExaminedReason
from proofbook.sensitive.classes import LONGEST, SensitiveKind
from proofbook.sensitive.counting import count_classes

if TYPE_CHECKING:  # the documents behind it take 7 MiB, which the process that looks does not need
    from proofbook.gateway.classifying import Side


def examine(
    side: Side,
    protocol: ProtocolName,
    body: bytes,
    *,
    streamed: bool,
    classes: Sequence[SensitiveKind],
    limit: int = LONGEST,
) -> dict[str, Any]:
    """One side of an exchange as `records.classification.ExaminedSide` has it."""
    if not body:
        return {"state": "empty", "bytes": 0, "counts": {}, "not_examined": []}
    texts = texts_of_request(protocol, body) if side == "request" else texts_of_reply(protocol, body, streamed=streamed)
    return _count(texts, classes, limit)


def _count(texts: Texts, classes: Sequence[SensitiveKind], limit: int) -> dict[str, Any]:
    counted = count_classes(texts.texts, classes, limit)
    missing = [
        {"reason": reason.value, "parts": parts}
        for reason, parts in (
            (NotExaminedReason.NOT_TEXT, texts.media),
            (NotExaminedReason.UNDECODABLE, texts.undecodable),
            (NotExaminedReason.TOO_LARGE, counted.beyond),
            (NotExaminedReason.TOO_MANY_CANDIDATES, len(counted.unfinished)),
        )
        if parts
    ]
    state = "examined" if not missing else "partly" if counted.examined else "not_examined"
    counts = {kind.value: counted.counts[kind] for kind in SensitiveKind if kind in counted.counts}
    return {"state": state, "bytes": counted.examined, "counts": counts, "not_examined": missing}
