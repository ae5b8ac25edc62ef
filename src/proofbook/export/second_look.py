"""A second count of what a population holds, by SQL over the projection instead of by definition over the book.

The filters are stated here a second time on purpose: a tie-out between two counts made by one piece of code would show nothing.
Both rest on the same book, so this is no second source; the evidence header says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from proofbook.export.engagement import Engagement
from proofbook.export.observation import Listed
from proofbook.readmodel import artifacts, exchanges
from proofbook.readmodel.connection import Reader

_PROTOCOLS: Final = (
    "openai.chat", "openai.completions", "openai.responses", "openai.embeddings",
    "ollama.chat", "ollama.generate", "ollama.embed", "anthropic.messages",
)  # fmt: skip


def count_apart(reader: Reader, engagement: Engagement, size: int) -> Mapping[str, int]:
    """Rows each table should have within the first `size` entries, by table name."""
    period, systems = engagement.period, engagement.systems
    return {
        "interactions": exchanges.count_in(reader, period, size=size, refused=False, protocols=_PROTOCOLS, systems=systems),
        "refusals": exchanges.count_in(reader, period, size=size, refused=True, systems=systems),
        "artifacts": artifacts.count(reader, size),
        "records": artifacts.count_versions(reader, size),
    }


def find_strays(reader: Reader, size: int) -> Listed:
    """Responses that found no open request, as the projection saw them."""
    found = Listed()
    for each in exchanges.stray_responses(reader):
        if each.index < size:
            found.add(each.entry)
    return found
