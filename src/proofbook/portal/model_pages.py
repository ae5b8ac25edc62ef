"""Model artifacts: what bytes answered, what is known about them, how it is known, and what is not.

Promises: verification status and rung are shown as the words of their closed lists, never as a tick; what a file says about
itself stands apart as its own claim. Bytes that answered without a record have a page too, which says that nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from proofbook.errors import MalformedRecord, ProofbookError
from proofbook.fieldwork.proving import prove
from proofbook.portal import wording
from proofbook.portal.staff.records.named_by import named_by
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.primitives.digest import parse_digest
from proofbook.readmodel import activity, artifacts, exchanges
from proofbook.readmodel.walking import Filters
from proofbook.records.envelope import parse_entry

_MAX_FILES: Final = 200
_MAX_VERSIONS: Final = 50


def show_models(desk: Desk, query: Query) -> Page:
    """`/models`."""
    del query
    return Page(
        "models.html",
        {
            "models": [(each, wording.VERIFICATIONS.get(each.verification)) for each in artifacts.latest(desk.reader)],
            "unrecorded": [(each, _newest(desk, each)) for each in activity.served_without_record(desk.reader)],
            "looks": artifacts.latest_collections(desk.reader),
            "rungs": {name: (place, word) for place, (name, word, _) in enumerate(wording.RUNGS)},
        },
    )


def show_model(desk: Desk, digest: str) -> Answer:
    """`/models/{digest}`, or None when no record names these bytes and none of them answered."""
    try:
        artifact = parse_digest(digest)
    except MalformedRecord:
        return None
    record, newest = artifacts.by_digest(desk.reader, artifact), _newest(desk, artifact)
    if record is None:
        return None if newest is None else Page("model_unrecorded.html", {"artifact": artifact, "newest": newest})
    body, trouble = _body(desk, record.index)
    files = _list(body, "files")
    return Page(
        "model.html",
        {
            "it": record,
            "newest": newest,
            "body": body,
            "trouble": trouble,
            "record_proof": prove(
                desk.book, record.index, entry_id=record.entry, origin=desk.sources.origin, vkey=desk.sources.vkey
            ),
            "verification": wording.VERIFICATIONS.get(record.verification, (record.verification, "unknown")),
            "rungs": wording.RUNGS,
            "rung": wording.rung_number(record.rung),
            "files": [each for each in files if isinstance(each, Mapping)][:_MAX_FILES],
            "findings": [each for each in _list(body, "findings") if isinstance(each, Mapping)],
            "unknowns": _list(body, "unknowns"),
            "imports": _list(body, "imports"),
            "self_declared": body["self_declared"] if isinstance(body.get("self_declared"), Mapping) else {},
            "elsewhere": [
                each for each in artifacts.latest(desk.reader) if each.artifact == artifact and each.subject != record.subject
            ],
            "pointers": named_by(desk.reader, "model.artifact", artifact),
            "versions": artifacts.versions(desk.reader, record.subject)[:_MAX_VERSIONS],
        },
    )


def _newest(desk: Desk, artifact: str) -> exchanges.Exchange | None:
    return next(iter(exchanges.page(desk.reader, limit=1, filters=Filters(artifact=artifact))), None)


def _body(desk: Desk, index: int) -> tuple[Mapping[str, Any], str | None]:
    """The record's body, or an empty one and why it cannot be read."""
    try:
        return parse_entry(desk.book.entry(index)).body, None
    except ProofbookError as error:
        return {}, error.message


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body.get(name)
    return value if isinstance(value, list) else []
