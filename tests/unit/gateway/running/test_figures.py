"""What is remembered of requests on their way, for their spans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from proofbook.gateway.running.figures import Ended, Figures
from proofbook.journal.receipt import Submission
from proofbook.records.envelope import UNKNOWN_ACTOR, Assurance, Draft

NOW = "2026-11-21T03:12:28.000000Z"
PARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass
class KeptSpans:
    ended_with: list[str | None] = field(default_factory=list)

    def ended(self, exchange: Ended) -> None:
        self.ended_with.append(exchange.parent)


def _submission(kind: str, body: dict[str, Any]) -> Submission:
    return Submission(Draft(kind, "x_1", NOW, UNKNOWN_ACTOR, "gateway:main", Assurance.INLINE, body))


@pytest.mark.parametrize(("sent", "kept"), [(PARENT, PARENT.decode()), (PARENT + b"-" * 60_000, None), (None, None)])
def test_trace_of_a_caller_is_kept_while_it_is_of_a_usual_size(sent: bytes | None, kept: str | None) -> None:
    """Ten thousand heads full of a traceparent would be most of a gigabyte."""
    spans = KeptSpans()
    figures = Figures(lambda: 0.0, ("support-desk",), spans)
    figures.opened("x_1", () if sent is None else ((b"traceparent", sent),))
    request = _submission("exchange.request", {"system": "support-desk", "protocol": "openai.chat"})
    response = _submission("exchange.response", {"state": "complete", "first_byte_at": None})
    figures.noted((request, response))(None)
    assert spans.ended_with == [kept]
