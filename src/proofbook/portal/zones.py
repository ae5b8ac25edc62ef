"""In whose time zone are a page's times told? In that of the engagement that is named, else of the first one, else UTC.

Promises: one look-up, never an assessment, so that pages which need no engagement do not wait for one. Hostile input: an
engagement nobody knows is UTC, as is a zone that cannot be read.
"""

from __future__ import annotations

from proofbook.errors import ProofbookError
from proofbook.portal.surroundings import Desk, Query

__all__ = ["zone_of"]


def zone_of(desk: Desk, query: Query | None = None) -> str:
    """Name of the zone, as in the time zone database."""
    engagements = desk.sources.engagements
    named = "" if query is None else query.get("engagement", "").strip()
    try:
        known = engagements.known(desk.reader, desk.now)
        if not known or (named and named not in known):
            return "UTC"
        return engagements.zone(desk.reader, named or known[0], desk.now)
    except ProofbookError:
        return "UTC"
