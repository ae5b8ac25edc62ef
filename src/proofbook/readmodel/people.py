"""Questions about people: what happened to accounts, who came in, what they looked at. Pages walk backwards by position.

What an account may do is not asked here but of the roll, which is made of the entries themselves (`people.roll`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.readmodel.connection import Bindings, Reader, Row

END: Final = 1 << 62
"""A position after everything."""


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """One entry about an account, a proof, a session or a token. `account` is None when it was nobody's."""

    index: int
    entry: str
    kind: str
    account: str | None
    session: str | None
    recorded: str
    actor: str
    actor_kind: str
    method: str
    source: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PortalView:
    """One look at a page; `page` names the parts that vary, `subjects` are what stood in their place."""

    index: int
    entry: str
    recorded: str
    session: str
    account: str
    engagement: str | None
    page: str
    subjects: tuple[str, ...]
    status: int


def roll_positions(reader: Reader) -> tuple[int, ...]:
    """Where the entries stand of which the roll is made, in order."""
    return tuple(row[0] for row in reader.rows("roll_positions"))


def events(
    reader: Reader, *, limit: int, before: int = END, account: str | None = None, kind: str | None = None
) -> tuple[PersonEvent, ...]:
    """Events before a position, the newest first; of an account or of a kind, not of both."""
    bindings: Bindings = {"before": before, "limit": limit}
    if account is not None:
        rows = reader.rows("person_events_of_account", {**bindings, "account": account})
    elif kind is not None:
        rows = reader.rows("person_events_of_kind", {**bindings, "kind": kind})
    else:
        rows = reader.rows("person_events", bindings)
    return tuple(PersonEvent(*(*row[:-1], json.loads(row[-1]))) for row in rows)


def views(
    reader: Reader, *, limit: int, before: int = END, account: str | None = None, engagement: str | None = None
) -> tuple[PortalView, ...]:
    """Looks before a position, the newest first; of an account or of an engagement's visitors, not of both."""
    bindings: Bindings = {"before": before, "limit": limit}
    if account is not None:
        rows = reader.rows("portal_views_of_account", {**bindings, "account": account})
    elif engagement is not None:
        rows = reader.rows("portal_views_of_engagement", {**bindings, "engagement": engagement})
    else:
        rows = reader.rows("portal_views", bindings)
    return tuple(map(_view, rows))


def _view(row: Row) -> PortalView:
    return PortalView(*(*row[:7], tuple(json.loads(row[7])), row[8]))
