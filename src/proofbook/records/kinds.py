"""The closed table of record kinds: the only place that lists them all.

`check_body` holds a body against its kind's model; a kind that is not here cannot be recorded. `format_body` does so and gives
the canonical bytes, faster for the kinds that come with every exchange.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import ValidationError

from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.records.body_forms import BodyForm, derive_form
from proofbook.records.exchange import Document
from proofbook.records.kept import PLACES
from proofbook.records.table import KindTable

KINDS: Mapping[str, type[Document]] = KindTable(
    {
        "book.opened": "operations:BookOpened",
        "log.key_rotated": "operations:LogKeyRotated",
        "log.restored": "operations:LogRestored",
        "clock.stepped": "operations:ClockStepped",
        "source.started": "operations:SourceStarted",
        "source.stopped": "operations:SourceStopped",
        "source.heartbeat": "operations:SourceHeartbeat",
        "source.gap": "operations:SourceGap",
        "config.loaded": "operations:ConfigLoaded",
        "access.key_issued": "operations:KeyIssued",
        "access.key_limited": "operations:KeyLimited",
        "access.key_revoked": "operations:KeyRevoked",
        "exchange.request": "exchange:ExchangeRequest",
        "exchange.response": "exchange:ExchangeResponse",
        "exchange.refused": "exchange:ExchangeRefused",
        "exchange.classified": "classification:ExchangeClassified",
        "model.artifact": "provenance:ModelArtifact",
        "collection.run": "provenance:CollectionRun",
        "discovery.run": "provenance:DiscoveryRun",
        "engine.counters": "reconciliation:EngineCounters",
        "engine.sighting": "sighting:EngineSighting",
        "reconciliation.run": "reconciliation:ReconciliationRun",
        "population.exported": "operations:PopulationExported",
        "room.exported": "operations:RoomExported",
        "content.erased": "content:ContentErased",
        "content.held": "content:ContentHeld",
        "content.released": "content:ContentReleased",
        "content.revealed": "content:ContentRevealed",
        "retention.run": "content:RetentionRun",
        "account.set": "people:AccountSet",
        "account.credential": "people:AccountCredential",
        "session.opened": "people:SessionOpened",
        "session.refused": "people:SessionRefused",
        "session.ended": "people:SessionEnded",
        "token.issued": "people:TokenIssued",
        "token.revoked": "people:TokenRevoked",
        "portal.viewed": "people:PortalViewed",
        "sample.drawn": "fieldwork:SampleDrawn",
        "sample.extended": "fieldwork:SampleExtended",
        "sample.held": "fieldwork:SampleHeld",
        "sample.released": "fieldwork:SampleReleased",
        "observed.run": "fieldwork:ObservedRun",
        "auditor.note": "fieldwork:AuditorNote",
        "receipt.given": "fieldwork:ReceiptGiven",
        "record.attached": "attachments:RecordAttached",
        "log.witnessed": "outside:LogWitnessed",
        "log.timestamped": "outside:LogTimestamped",
        "log.timestamp_missed": "outside:TimestampMissed",
        "room.delivered": "outside:RoomDelivered",
        **PLACES,
    }
)

_FREQUENT = ("exchange.request", "exchange.response", "exchange.refused")
_FORMS: Mapping[str, BodyForm] = MappingProxyType({kind: derive_form(KINDS[kind]) for kind in _FREQUENT})


def check_body(kind: str, body: Mapping[str, JsonValue]) -> Document:
    """The typed document of a body. Nothing is converted: what passes here is what the entry says.

    Raises:
        MalformedRecord: the kind is not in the table, or a field is missing, foreign or wrong; names kind and field.
    """
    return _read(kind, _model(kind), _canonical(kind, body))


def format_body(kind: str, body: Mapping[str, JsonValue]) -> bytes:
    """The canonical bytes of a body that its kind allows: what the entry will hold.

    Raises:
        MalformedRecord, LimitExceeded: as `check_body`.
    """
    form = _FORMS.get(kind)
    data = None if form is None else form(body)
    if data is not None:
        return data
    model = _model(kind)
    data = _canonical(kind, body)
    _read(kind, model, data)
    return data


def _model(kind: str) -> type[Document]:
    model = KINDS.get(kind)
    if model is None:
        raise MalformedRecord(f"record kind {kind[:64]!r} is not known", hint=f"known kinds: {', '.join(sorted(KINDS))}")
    return model


def _canonical(kind: str, body: Mapping[str, JsonValue]) -> bytes:
    try:
        return canonical_bytes(body)
    except MalformedRecord as error:
        raise MalformedRecord(f"{kind}: {error.message}", hint=error.hint) from error


def _read(kind: str, model: type[Document], data: bytes) -> Document:
    try:
        return model.model_validate_json(data, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise MalformedRecord(f"{kind}: field {field!r}: {first['msg']}") from error
