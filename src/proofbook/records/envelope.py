"""The envelope every entry of the book has, whatever its kind.

Three times are kept apart: `occurred` (when it happened, said by the source), `recorded` (when the writer committed it, said by
the writer's clock) and, in exports, `exported`. `source.seq` counts each source's entries without gaps. Parsing is strict: an
entry is canonical JSON with exactly these keys. Hostile bytes raise `MalformedRecord` or `LimitExceeded`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from proofbook.errors import LimitExceeded, MalformedRecord
from proofbook.primitives.canonical import MAX_INTEGER, JsonValue, canonical_bytes, parse_canonical
from proofbook.primitives.instants import parse_instant

ENVELOPE_VERSION = 1
MAX_ENTRY_BYTES = 48 * 1024
"""C2SP entry bundles carry a 16-bit length; staying well below leaves room for framing (ledger.md R4)."""


class Assurance(StrEnum):
    """How close to the fact the source stood."""

    INLINE = "inline"
    """Recorded in the path of the traffic itself."""
    INLINE_PARTIAL = "inline_partial"
    """Recorded in the path, from what another program in it tells: not the exact bytes, and no more than it tells."""
    IMPORTED_LOSSY = "imported_lossy"
    """Read later from a system that may have lost some."""
    COLLECTED = "collected"
    """Observed by a collector at a stated time."""
    MANUAL = "manual"
    """Written by a person."""


class ActorKind(StrEnum):
    """What sort of principal acted."""

    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, and how that was established (`method`: api_key, process, local_account, unknown, ...)."""

    id: str
    kind: ActorKind
    method: str


UNKNOWN_ACTOR = Actor("unknown", ActorKind.UNKNOWN, "unknown")


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as its source states it, before the writer numbers and dates it."""

    kind: str
    subject: str
    occurred: str
    actor: Actor
    source: str
    assurance: Assurance
    body: Mapping[str, JsonValue]
    supersedes: str | None = None
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed entry of the book."""

    id: str
    kind: str
    schema: int
    subject: str
    occurred: str
    recorded: str
    actor: Actor
    source: str
    seq: int
    assurance: Assurance
    supersedes: str | None
    body: Mapping[str, Any]


def format_entry(draft: Draft, *, entry_id: str, recorded: str, seq: int, body: bytes | None = None) -> bytes:
    """The canonical bytes of one entry: what is hashed, stored and verified. `parse_entry` reads all that is written here.

    `body`: the canonical bytes of the draft's body, where they are known already.

    Raises:
        LimitExceeded: longer than `MAX_ENTRY_BYTES`. MalformedRecord: a value has the wrong type or no canonical form.
    """
    actor: dict[str, JsonValue] = {"id": draft.actor.id, "kind": str(draft.actor.kind), "method": draft.actor.method}
    source: dict[str, JsonValue] = {"assurance": str(draft.assurance), "id": draft.source, "seq": seq}
    fields: dict[str, Any] = {  # in the order of RFC 8785, so that nothing needs sorting
        "actor": actor,
        "body": draft.body,
        "id": entry_id,
        "kind": draft.kind,
        "occurred": draft.occurred,
        "recorded": recorded,
        "schema": draft.schema,
        "source": source,
        "subject": draft.subject,
        "supersedes": draft.supersedes,
        "v": ENVELOPE_VERSION,
    }
    if _types(fields) not in _WRITTEN or _types(actor) != _WRITTEN_ACTOR or _types(source) != _WRITTEN_SOURCE or seq < 1:
        _check_form(fields, actor, source)  # knows the words for what is wrong
    _parse_instant(draft.occurred)
    _parse_instant(recorded)
    if body is None or not -MAX_INTEGER <= draft.schema <= MAX_INTEGER or seq > MAX_INTEGER:
        data = canonical_bytes(fields)
    else:
        fields["body"] = msgspec.Raw(body)
        data = _encode(fields)
    if len(data) > MAX_ENTRY_BYTES:
        raise LimitExceeded(f"{draft.kind}: entry has {len(data)} bytes, the cap is {MAX_ENTRY_BYTES}")
    return data


def _encode(fields: Mapping[str, Any]) -> bytes:
    """As `canonical_bytes` for texts, integers and a body in its canonical bytes, all in order."""
    try:
        return _ENCODER.encode(fields)
    except UnicodeEncodeError as error:
        raise MalformedRecord(f"text holds a lone surrogate: {error.reason}", hint="send well-formed Unicode") from error


def parse_entry(data: bytes) -> Entry:
    """Entry bytes -> Entry, strictly.

    Raises:
        MalformedRecord: not canonical, a key missing or foreign, or a value of the wrong type. LimitExceeded: too long.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise LimitExceeded(f"entry has {len(data)} bytes, the cap is {MAX_ENTRY_BYTES}")
    value = parse_canonical(data)
    fields = _object(value, _ENVELOPE, "entry")
    if fields["v"] != ENVELOPE_VERSION:
        raise MalformedRecord(f"entry has envelope version {fields['v']!r}; this program reads {ENVELOPE_VERSION}")
    actor, source = fields["actor"], fields["source"]
    _check_form(fields, actor, source)
    try:
        return Entry(
            id=fields["id"],
            kind=fields["kind"],
            schema=fields["schema"],
            subject=fields["subject"],
            occurred=fields["occurred"],
            recorded=fields["recorded"],
            actor=Actor(actor["id"], ActorKind(actor["kind"]), actor["method"]),
            source=source["id"],
            seq=source["seq"],
            assurance=Assurance(source["assurance"]),
            supersedes=fields["supersedes"],
            body=fields["body"],
        )
    except ValueError as error:
        raise MalformedRecord(f"entry: {error}") from error


_ENVELOPE: dict[str, tuple[type, ...]] = {
    "v": (int,),
    "id": (str,),
    "kind": (str,),
    "schema": (int,),
    "subject": (str,),
    "occurred": (str,),
    "recorded": (str,),
    "actor": (dict,),
    "source": (dict,),
    "supersedes": (str, type(None)),
    "body": (dict,),
}
_ACTOR: dict[str, tuple[type, ...]] = {"id": (str,), "kind": (str,), "method": (str,)}
_SOURCE: dict[str, tuple[type, ...]] = {"id": (str,), "seq": (int,), "assurance": (str,)}


_ENCODER = msgspec.json.Encoder()
_parse_instant = lru_cache(maxsize=64)(parse_instant)
"""Entries of one commit share their instants."""


_WRITTEN = frozenset((dict, dict, str, str, str, str, int, dict, str, before, int) for before in (str, type(None)))
_WRITTEN_ACTOR = (str, str, str)
_WRITTEN_SOURCE = (str, str, int)
"""The same forms as types in the order of writing, which are compared in one go."""


def _types(fields: Mapping[str, Any]) -> tuple[type, ...]:
    return (*map(type, fields.values()),)


def _check_form(fields: object, actor: object, source: object) -> None:
    envelope = _object(fields, _ENVELOPE, "entry")
    _object(actor, _ACTOR, "entry.actor")
    if _object(source, _SOURCE, "entry.source")["seq"] < 1:
        raise MalformedRecord("entry.source.seq is below 1; sources count from 1")
    _parse_instant(envelope["occurred"])
    _parse_instant(envelope["recorded"])


def _object(value: object, form: Mapping[str, tuple[type, ...]], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedRecord(f"{where} is not an object")
    if value.keys() != form.keys():
        odd = sorted(value.keys() ^ form.keys())
        raise MalformedRecord(f"{where}: keys missing or foreign: {', '.join(map(repr, odd))}")
    for key, types in form.items():
        if type(value[key]) not in types:
            raise MalformedRecord(f"{where}.{key} has type {type(value[key]).__name__}")
    return value
