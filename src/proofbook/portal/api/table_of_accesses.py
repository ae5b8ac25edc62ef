"""Resources about who looked, for those who oversee it."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.api import reading_accesses
from proofbook.portal.api.resource import Reading, Resource

_OVERSEE: Final = Permission.OVERSEE

ACCESS_RESOURCES: Final[tuple[Resource, ...]] = (
    Reading(
        path="/accesses",
        name="accesses.list",
        summary="Who came in, looked, took away or administered, newest first",
        need=_OVERSEE,
        find=reading_accesses.list_accesses,
        asks=reading_accesses.AccessesAsked,
        gives=reading_accesses.AccessesPage,
        pages=("/who-looked",),
    ),
    Reading(
        path="/accesses/{entry}",
        name="accesses.read",
        summary="One of these with its entry and proof",
        need=_OVERSEE,
        find=reading_accesses.read_access,
        gives=reading_accesses.AccessWhole,
        pages=("/who-looked/{entry}",),
    ),
    Reading(
        path="/accesses/{entry}/proof",
        name="accesses.proof",
        summary="The C2SP proof of one of these",
        need=_OVERSEE,
        find=reading_accesses.save_proof,
        media="text/plain",
        pages=("/who-looked/{entry}.tlog-proof",),
    ),
    Reading(
        path="/accesses/{entry}/bytes",
        name="accesses.entry",
        summary="The entry of one of these, as it is hashed",
        need=_OVERSEE,
        find=reading_accesses.save_entry,
        pages=("/who-looked/{entry}.entry.json",),
    ),
)
