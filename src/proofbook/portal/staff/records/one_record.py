"""The page of one record: what it says, when and by whom it was written, what it points to and what points to it, its proof.

Promises: the three times stand apart (happened, recorded, and now); what is late, blank or not on record says so; signatures name
the version they were given to, and one given to an older version is shown as that. A version that is not the newest says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from proofbook.errors import InputError, MalformedRecord
from proofbook.fieldwork.proving import make_proof_file, prove
from proofbook.filing.lateness import days_between, is_late
from proofbook.people.roles import Permission
from proofbook.portal import wording
from proofbook.portal.staff.records.kinds import Kind, kind_of
from proofbook.portal.staff.records.labels import label_of
from proofbook.portal.staff.records.linking import Link, Linking
from proofbook.portal.staff.records.named_by import named_by
from proofbook.portal.staff.records.signing_act import DECISIONS, OWN_WORK, ROLES, is_own
from proofbook.portal.staff.records.view import Viewing
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page, Query, See
from proofbook.portal.typed_times import NoSuchTime, read_moment
from proofbook.portal.zones import zone_info_of, zone_of
from proofbook.primitives.instants import format_instant, parse_period
from proofbook.readmodel import heads
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.readmodel.heads import RecordFile
from proofbook.records.pointing import follow
from proofbook.records.record import find_blanks

_LONGEST: Final = 200
_MOST_TARGETS: Final = 60


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature and the version it was given to; `version` 0 when that is not one of this record."""

    signature: DocumentVersion
    version: int
    of_this: bool


@dataclass(frozen=True, slots=True)
class FileOf:
    """An attachment that a version names; `sealed` when its bytes are here."""

    name: str
    sha256: str
    bytes: int | None
    where: str | None
    sealed: RecordFile | None


def show_record(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`/records/{kind}/{id}`, at a moment (`as_of`) or as one version said it (`version`)."""
    found = find_version(desk, query, kind, id)
    if found is None:
        return None
    if found.version is None:
        values = {"kind": found.kind, "id": id, "as_of": query.get("as_of", ""), "newest": found.newest}
        return Page("records/not_yet.html", values, 404)
    return Page("records/record.html", _values(desk, Documents(desk.reader), found.kind, found.newest, found.version))


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """The version of a record that was asked for; None: there was none then."""

    kind: Kind
    newest: DocumentVersion
    version: DocumentVersion | None


def find_version(desk: Desk, query: Query, kind: str, id: str) -> FoundVersion | None:  # noqa: A002 - the part of the address
    """The version that `version` or `as_of` name, else the newest; None: there is no such record. Raises InputError."""
    found, documents = kind_of(kind), Documents(desk.reader)
    newest = documents.current(kind, id) if found is not None and len(id) <= _LONGEST else None
    if found is None or newest is None:
        return None
    return FoundVersion(found, newest, _chosen(desk, documents, newest, query))


def see_entry(desk: Desk, query: Query, entry: str) -> Answer:
    """`/records/entries/{entry}`: on to the version that an entry holds."""
    del query
    found = Documents(desk.reader).by_entry(entry)
    return None if found is None else See(f"/records/{found.kind}/{found.id}?version={found.version}")


def save_record_proof(desk: Desk, query: Query, entry: str) -> Answer:
    """`/records/entries/{entry}.tlog-proof`; None when there is no such version or no checkpoint covers it yet."""
    del query
    found = Documents(desk.reader).by_entry(entry)
    proof = None if found is None else make_proof_file(desk.book, found.index)
    return None if found is None or proof is None else Attachment(f"{found.entry}.tlog-proof", "text/plain; charset=utf-8", proof)


def save_record_entry(desk: Desk, query: Query, entry: str) -> Answer:
    """`/records/entries/{entry}.entry.json`: the exact bytes that are hashed."""
    del query
    found = Documents(desk.reader).by_entry(entry)
    return None if found is None else Attachment(f"{found.entry}.entry.json", "application/json", desk.book.entry(found.index))


def show_pointing(desk: Desk, query: Query, kind: str, id: str, other: str) -> Answer:  # noqa: A002 - the part of the address
    """`/records/{kind}/{id}/named-by/{other}`: all records of a kind that point here."""
    found, pointing = kind_of(kind), kind_of(other)
    head = None if found is None else heads.of_record(desk.reader, kind, id)
    if found is None or pointing is None or head is None:
        return None
    before = read_position(query)
    rows = heads.of_kind_pointing_to(desk.reader, other, kind, id, before=before, limit=51)
    values = {"kind": found, "head": head, "other": pointing, "rows": rows[:50], "label_of": label_of, "before": before}
    return Page("records/pointing.html", {**values, "older": rows[49].head.index if len(rows) > 50 else None})


def read_position(query: Query) -> int | None:
    """`before=` of an address. Raises InputError."""
    text = query.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise InputError(f"before={text[:40]!r} is not a position in the book", hint="follow the links below the list")
    return int(text)


def blanks_of(version: DocumentVersion) -> tuple[str, ...]:
    """Where blanks stand, in words: `Sections 2, text`."""
    found = []
    for path in find_blanks(version.body):
        parts = [part for step in path.replace("]", "").split(".") for part in step.split("[")]
        found.append(", ".join(f"{label_of(each)}" if not each.isdigit() else f"row {int(each) + 1}" for each in parts))
    return tuple(found)


def files_of(desk: Desk, version: DocumentVersion) -> tuple[FileOf, ...]:
    """The attachments a version names, with what is sealed here of them."""
    sealed = {each.sha256: each for each in reversed(heads.files_of(desk.reader, version.kind, version.id))}
    named = version.body.get("attachments")
    return tuple(
        FileOf(str(each["name"]), str(each["sha256"]), each.get("bytes"), each.get("where"), sealed.get(str(each["sha256"])))
        for each in (named if isinstance(named, list) else [])
        if isinstance(each, Mapping) and "name" in each and "sha256" in each
    )


def _chosen(desk: Desk, documents: Documents, newest: DocumentVersion, query: Query) -> DocumentVersion | None:
    wanted, as_of = query.get("version", ""), query.get("as_of", "").strip()
    if wanted:
        history = (
            documents.history(newest.kind, newest.id) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 9 else ()
        )
        return next((each for each in history if each.version == int(wanted)), None)
    if not as_of:
        return newest
    try:
        moment = _end_of(as_of, zone_of(desk)) or read_moment(as_of, zone_info_of(desk))
    except NoSuchTime as error:
        raise InputError(f"as_of: {error}") from error
    if wording.moment(moment) is None:
        raise InputError(f"as_of={as_of[:40]!r} is not a time", hint="write a day, or a day and a time: 2026-03-28T09:00")
    return documents.current(newest.kind, newest.id, moment)


def _end_of(day: str, zone: str) -> str | None:
    """The last moment of a day there; None for text that is no day."""
    try:
        return format_instant(parse_period(day, day, zone).end - timedelta(microseconds=1))
    except MalformedRecord:
        return None


def _values(desk: Desk, documents: Documents, kind: Kind, newest: DocumentVersion, version: DocumentVersion) -> Mapping[str, Any]:
    linking, visitor = Linking(desk.reader), desk.known
    head = heads.of_record(desk.reader, version.kind, version.id)
    proof = prove(desk.book, version.index, entry_id=version.entry, origin=desk.sources.origin, vkey=desk.sources.vkey)
    late = is_late(version.occurred, version.recorded)
    own = is_own(newest, visitor)
    return {
        "kind": kind,
        "it": version,
        "newest": newest,
        "is_newest": version.entry == newest.entry,
        "parts": Viewing(version.kind, linking).parts(version.body),
        "zone": zone_of(desk),
        "late_days": days_between(version.occurred, version.recorded) if late else None,
        "blanks": blanks_of(version),
        "signatures": _signatures(documents, version),
        "decision": None if head is None else head.decision,
        "decided_by": None if head is None else head.decided_by,
        "pointers": named_by(desk.reader, version.kind, version.id),
        "points_to": _targets(version, linking),
        "files": files_of(desk, version),
        "unlisted": _unlisted(desk, version),
        "proof": proof,
        "may_write": visitor.may(Permission.PREPARE) and kind.written_elsewhere is None and desk.sources.writing is not None,
        "may_sign": visitor.may(Permission.REVIEW) and kind.kind != "sign_off" and desk.sources.writing is not None,
        "own": OWN_WORK if own else None,
        "decisions": DECISIONS,
        "roles": ROLES,
        "given": {},
        "mistakes": {},
        "assurances": wording.ASSURANCES,
    }


def _signatures(documents: Documents, version: DocumentVersion) -> tuple[Signed, ...]:
    versions = {each.entry: each.version for each in documents.history(version.kind, version.id)}
    found = documents.sign_offs(version.kind, version.id)
    return tuple(
        Signed(each, versions.get(str(each.body.get("of_entry")), 0), each.body.get("of_entry") == version.entry)
        for each in found
    )


def _targets(version: DocumentVersion, linking: Linking) -> tuple[tuple[str, tuple[tuple[str, Link], ...]], ...]:
    """What the record points to, by field: ids and where they lead."""
    found: dict[str, list[tuple[str, Link]]] = {}
    for path, target, name in islice(follow(version.kind, version.body), _MOST_TARGETS):
        found.setdefault(label_of(path.rpartition(".")[2]), []).append((name, linking.find(target, name)))
    return tuple((label, tuple(each)) for label, each in found.items())


def _unlisted(desk: Desk, version: DocumentVersion) -> tuple[RecordFile, ...]:
    """Files that are sealed with the record and that this version does not name."""
    named = {str(each.get("sha256")) for each in version.body.get("attachments") or [] if isinstance(each, Mapping)}
    return tuple(each for each in heads.files_of(desk.reader, version.kind, version.id) if each.sha256 not in named)
