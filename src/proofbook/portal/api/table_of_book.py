"""Resources for the company's people and programs about the book, exchanges and records."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.api import (
    book_shapes,
    exchange_shapes,
    reading_book,
    reading_exchanges,
    reading_records,
    record_shapes,
)
from proofbook.portal.api.pushing import PUSH_RECORD
from proofbook.portal.api.resource import MAX_FILE_BODY, Doing, Reading, Resource
from proofbook.portal.api.saving import save_exchange_entry, save_exchange_proof, save_version_entry, save_version_proof
from proofbook.portal.revealing import REVEAL
from proofbook.portal.staff.queues.decisions import ASK_FOR_DECISION, DECIDE, RECORD_DECISION
from proofbook.portal.staff.queues.spot_check_act import RECORD_CHECK
from proofbook.portal.staff.records.attaching_act import ATTACH_TO_RECORD
from proofbook.portal.staff.records.filing_act import FILE_RECORD
from proofbook.portal.staff.records.signing_act import SIGN_RECORD

READ: Final = Permission.READ
EXPORT: Final = Permission.EXPORT
_TEXT: Final = "text/plain"
_BYTES: Final = "application/octet-stream"
_RECORD: Final = "/records/{kind}/{id}"

_BOOK: Final[tuple[Resource, ...]] = (
    Reading(
        path="/book",
        name="book.read",
        summary="Where the book stands",
        need=READ,
        find=reading_book.read_book,
        gives=book_shapes.BookShape,
        pages=("/book",),
    ),
    Reading(
        path="/sources",
        name="sources.list",
        summary="Sources and their signs of life",
        need=READ,
        find=reading_book.list_sources,
        gives=book_shapes.SourcesShape,
        pages=("/book",),
    ),
    Reading(
        path="/gaps",
        name="gaps.list",
        summary="Everything that breaks the record",
        need=READ,
        find=reading_book.list_gaps,
        gives=book_shapes.GapsShape,
        pages=("/gaps",),
    ),
    Reading(
        path="/models",
        name="models.list",
        summary="Model artifacts",
        need=READ,
        find=reading_book.list_models,
        gives=book_shapes.ModelsShape,
        pages=("/models",),
    ),
    Reading(
        path="/models/{digest}",
        name="models.read",
        summary="One model artifact",
        need=READ,
        find=reading_book.read_model,
        gives=book_shapes.ModelWhole,
        pages=("/models/{digest}",),
    ),
    Reading(
        path="/reconciliation",
        name="reconciliation.read",
        summary="Engines' own counters against the book",
        need=READ,
        find=reading_book.read_reconciliation,
        gives=book_shapes.ReconciliationShape,
        pages=("/reconciliation",),
    ),
    Reading(
        path="/week",
        name="week.read",
        summary="What was recorded in the last seven days",
        need=READ,
        find=reading_book.read_week,
        gives=book_shapes.WeekShape,
        pages=("/",),
    ),
)

_EXCHANGES: Final[tuple[Resource, ...]] = (
    Reading(
        path="/exchanges",
        name="exchanges.list",
        summary="Exchanges, newest first",
        need=READ,
        find=reading_exchanges.list_exchanges,
        asks=reading_exchanges.ExchangesAsked,
        gives=exchange_shapes.ExchangesPage,
        pages=("/exchanges",),
    ),
    Reading(
        path="/exchanges/{id}",
        name="exchanges.read",
        summary="One exchange with its proofs",
        need=READ,
        find=reading_exchanges.read_exchange,
        gives=exchange_shapes.ExchangeWhole,
        pages=("/exchanges/{id}",),
    ),
    Reading(
        path="/exchanges/{id}/{part}.tlog-proof",
        name="exchanges.proof",
        summary="The C2SP proof of one of its entries",
        need=READ,
        find=save_exchange_proof,
        media=_TEXT,
        pages=("/exchanges/{id}/{part}.tlog-proof",),
    ),
    Reading(
        path="/exchanges/{id}/{part}.entry.json",
        name="exchanges.entry",
        summary="One of its entries, as it is hashed",
        need=READ,
        find=save_exchange_entry,
        pages=("/exchanges/{id}/{part}.entry.json",),
    ),
    Doing(path="/exchanges/{id}/content", act=REVEAL, gives=exchange_shapes.RevealedContent, status=200, keeps=False),
    Reading(
        path="/exchange-values/{field}",
        name="exchanges.values",
        summary="Values of a field that occur",
        need=READ,
        find=reading_exchanges.list_values,
        asks=reading_exchanges.ValuesAsked,
        gives=exchange_shapes.FieldValues,
        pages=("/exchanges/values",),
    ),
    Reading(
        path="/lineage/{id}",
        name="lineage.read",
        summary="What is behind a decision, a review or an exchange",
        need=READ,
        find=reading_exchanges.read_lineage,
        gives=exchange_shapes.LineageShape,
        pages=("/lineage/{id}", "/lineage"),
    ),
)

_RECORDS: Final[tuple[Resource, ...]] = (
    Reading(
        path="/kinds",
        name="kinds.list",
        summary="Kinds of kept record",
        need=READ,
        find=reading_records.list_kinds,
        gives=record_shapes.KindsShape,
        pages=("/records",),
    ),
    Reading(
        path="/kinds/{kind}/schema",
        name="kinds.schema",
        summary="The JSON Schema of a kind",
        need=READ,
        find=reading_records.read_schema,
        gives=record_shapes.SchemaShape,
        pages=("/records/new/{kind}",),
    ),
    Reading(
        path="/approvals",
        name="approvals.list",
        summary="Versions that wait for a signature",
        need=Permission.REVIEW,
        find=reading_records.list_waiting,
        asks=reading_records.WaitingAsked,
        gives=record_shapes.RecordsPage,
        pages=("/approvals",),
    ),
    Reading(
        path="/entries/{entry}",
        name="versions.read",
        summary="The version of a record that an entry holds",
        need=READ,
        find=reading_records.read_version,
        gives=record_shapes.VersionShape,
        pages=("/records/entries/{entry}",),
    ),
    Reading(
        path="/entries/{entry}/proof",
        name="versions.proof",
        summary="The C2SP proof of a version",
        need=READ,
        find=save_version_proof,
        media=_TEXT,
        pages=("/records/entries/{entry}.tlog-proof",),
    ),
    Reading(
        path="/entries/{entry}/bytes",
        name="versions.entry",
        summary="The entry of a version, as it is hashed",
        need=READ,
        find=save_version_entry,
        pages=("/records/entries/{entry}.entry.json",),
    ),
    Reading(
        path="/records/{kind}",
        name="records.list",
        summary="Records of a kind, the last changed first",
        need=READ,
        find=reading_records.list_records,
        asks=reading_records.RecordsAsked,
        gives=record_shapes.RecordsPage,
        pages=("/records/{kind}",),
    ),
    Reading(
        path=_RECORD,
        name="records.read",
        summary="One record, at a moment or as one version said it",
        need=READ,
        find=reading_records.read_record,
        asks=reading_records.RecordAsked,
        gives=record_shapes.RecordShape,
        pages=("/records/{kind}/{id}", "/records/{kind}/{id}/edit"),
    ),
    Doing(path=_RECORD, act=FILE_RECORD, gives=record_shapes.FiledValues, tag="base"),
    Reading(
        path=f"{_RECORD}/history",
        name="records.history",
        summary="Every version of a record",
        need=READ,
        find=reading_records.read_history,
        gives=record_shapes.HistoryShape,
        pages=("/records/{kind}/{id}/history",),
    ),
    Reading(
        path=f"{_RECORD}/difference",
        name="records.difference",
        summary="What differs between two versions",
        need=READ,
        find=reading_records.read_difference,
        asks=reading_records.DifferenceAsked,
        gives=record_shapes.DifferenceShape,
        pages=("/records/{kind}/{id}/difference",),
    ),
    Reading(
        path=f"{_RECORD}/named-by/{{other}}",
        name="records.pointing",
        summary="Records of a kind that name this one",
        need=READ,
        find=reading_records.list_pointing,
        asks=reading_records.PageAsked,
        gives=record_shapes.PointingPage,
        pages=("/records/{kind}/{id}/named-by/{other}",),
    ),
    Reading(
        path=f"{_RECORD}/files/{{digest}}",
        name="records.file",
        summary="A file that is sealed with a record",
        need=READ,
        find=reading_records.save_file,
        media=_BYTES,
        witnessed=True,
        pages=("/records/{kind}/{id}/files/{digest}",),
    ),
    Doing(path=f"{_RECORD}/sign", act=SIGN_RECORD, gives=record_shapes.SignedValues, tag="entry"),
    Doing(path=f"{_RECORD}/files", act=ATTACH_TO_RECORD, gives=record_shapes.AttachedValues, tag="base", most=MAX_FILE_BODY),
    Doing(path="/push/{kind}/{id}", act=PUSH_RECORD, gives=record_shapes.FiledValues, tag="base"),
    Reading(
        path="/decisions",
        name="decisions.list",
        summary="Outputs that wait for a person",
        need=READ,
        find=reading_records.list_decisions,
        gives=record_shapes.DecisionsShape,
        pages=("/queues/decisions",),
    ),
    Reading(
        path="/decisions/{request}",
        name="decisions.read",
        summary="One output that waits, or its review",
        need=READ,
        find=reading_records.read_decision,
        gives=record_shapes.DecisionShape,
        witnessed=True,
        pages=("/queues/decisions/{id}",),
    ),
    Doing(path="/decisions", act=ASK_FOR_DECISION, gives=record_shapes.NamedValues),
    Doing(path="/decisions/{request}/decide", act=DECIDE, gives=record_shapes.NamedValues),
    Reading(
        path="/spot-checks/draw",
        name="spot_checks.draw",
        summary="Accepted outputs that a seed draws",
        need=Permission.DECIDE,
        find=reading_records.draw_outputs,
        asks=reading_records.DrawAsked,
        gives=record_shapes.DrawnOutputs,
        pages=("/queues/spot-checks",),
    ),
    Doing(path="/spot-checks", act=RECORD_CHECK, gives=record_shapes.NamedValues),
    Doing(path="/reviewed-decisions", act=RECORD_DECISION, gives=record_shapes.NamedValues),
)

BOOK_RESOURCES: Final = (*_BOOK, *_EXCHANGES, *_RECORDS)
