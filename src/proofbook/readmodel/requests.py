"""Questions about requests of an engagement: how many stand where, who answers them, and one page of them in their order.

Promises: no question looks at more than the requests of that engagement, and a page's records are read for the page alone.
"""

from __future__ import annotations

from typing import Final

from proofbook.readmodel.connection import Bindings, Reader

BEGINNING: Final = ("", "")


def count_by_state(reader: Reader, engagement: str) -> dict[str, int]:
    """How many stand where; a state that none has is left out."""
    return {row[0]: row[1] for row in reader.rows("requests_counted", {"engagement": engagement})}


def owners(reader: Reader, engagement: str) -> tuple[str, ...]:
    """Who answers one or more, by name."""
    return tuple(row[0] for row in reader.rows("requests_owners", {"engagement": engagement}))


def place_of(reader: Reader, engagement: str, request: str) -> tuple[str, str] | None:
    """Where a request stands in the order; None when the engagement has none of this id."""
    row = reader.row("request_place", {"engagement": engagement, "id": request})
    return None if row is None else (row[0], row[1])


def page(
    reader: Reader,
    engagement: str,
    *,
    states: tuple[str | None, str | None] = (None, None),
    owner: str | None = None,
    after: tuple[str, str] = BEGINNING,
    limit: int,
) -> tuple[str, ...]:
    """Ids in their order behind a place; of one or of two states, of one owner (empty: of nobody)."""
    bindings: Bindings = {
        "engagement": engagement, "one": states[0], "other": states[1], "owner": owner, "key": after[0], "id": after[1],
        "limit": limit,
    }  # fmt: skip
    return tuple(row[0] for row in reader.rows("requests_page", bindings))
