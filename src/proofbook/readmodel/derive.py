"""Entries -> rows of the projection, in batches.

Promises: pure; the same entries give the same rows, however they are cut into batches. A request and its response that fall into
one batch become one row at once; a response to an earlier request is handed on as an update.
Does not: check hashes or signatures (that is the verifier's work) nor read a clock. Kinds that no question needs leave only the
trace that every entry leaves on its source.
Hostile input: an entry that is not of its form raises EntryDamaged naming its index.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from proofbook.errors import EntryDamaged
from proofbook.readmodel.access_rows import ACCESSES, access_row
from proofbook.readmodel.head_rows import FILED, file_row, head_rows
from proofbook.readmodel.person_rows import EVENTS, VIEWS, person_row, view_row
from proofbook.records.exchange import RefusalReason
from proofbook.records.kept import KEPT

Cells: TypeAlias = tuple[Any, ...]
Object: TypeAlias = Mapping[str, Any]

OPEN: Final = "open"
REFUSED: Final = "refused"
DENIED: Final = "denied"
FIELDWORK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "population.exported": "population",
        "room.exported": "engagement",
        "sample.drawn": "sample",
        "sample.extended": "sample",
        "sample.held": "sample",
        "sample.released": "sample",
        "observed.run": "run",
        "auditor.note": "note",
        "receipt.given": "receipt",
    }
)
"""Kinds of fieldwork, and the field that says what an entry is about."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_STATE: Final = 33
"""Where the state stands in an exchange row; the 17 cells from here on come from the response."""


@dataclass(slots=True)
class SourceState:
    """What is known of a source so far; it moves with every entry."""

    assurance: str
    first_recorded: str
    entries: int = 0
    last_seq: int = 0
    last_idx: int = -1
    last_recorded: str = ""
    last_heartbeat: str | None = None


@dataclass(frozen=True, slots=True)
class Classified:
    """A classification as it was written: where it stands, what it says, and what it found: side, class, spans."""

    index: int
    exchange: str
    rule_set: str
    looked_for: str
    request: tuple[str, int]
    response: tuple[str, int]
    counts: tuple[tuple[str, str, int], ...]


@dataclass(slots=True)
class Batch:
    """Rows to write, by the question that writes them. `sources` starts as the state before the batch."""

    sources: dict[str, SourceState]
    rows: defaultdict[str, list[Cells]] = field(default_factory=lambda: defaultdict(list))
    exchanges: list[list[Any]] = field(default_factory=list)
    waiting: dict[str, list[Any]] = field(default_factory=dict)
    """First row of each exchange of this batch, open or answered."""
    responses: list[tuple[str, Cells]] = field(default_factory=list)
    """Responses to requests of earlier batches: exchange id, and the cells to set."""
    key_uses: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """By API key: exchanges let in, refusals, and the latest instant of one let in (empty: none)."""

    def add(self, entries: Iterable[tuple[int, bytes]]) -> int:
        """Takes in entries; gives how many. Raises EntryDamaged."""
        count = 0
        for index, data in entries:
            count += 1
            try:
                entry = json.loads(str(data, "utf-8"))
                self._see_source(index, entry)
                handler = _HANDLERS.get(entry["kind"])
                if handler is not None:
                    handler(self, index, entry, entry["body"])
                if entry["kind"] in ACCESSES:
                    self._see_access(index, entry)
            except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
                raise EntryDamaged(
                    f"entry {index} does not have the form of its kind: {type(error).__name__} {error}", place=f"entry {index}"
                ) from error
        return count

    def see_key(self, principal: Object, occurred: str | None, *, uses: int = 0, refusals: int = 0) -> None:
        """An exchange (let in at an instant) or refusals of whoever showed an API key."""
        if principal["method"] == "api_key" and principal["key"] is not None:
            before = self.key_uses.get(principal["key"], (0, 0, ""))
            self.key_uses[principal["key"]] = (before[0] + uses, before[1] + refusals, max(before[2], occurred or ""))

    def classified(self) -> Iterator[Classified]:
        """The classifications of this batch, in order."""
        counts: defaultdict[int, list[tuple[str, str, int]]] = defaultdict(list)
        for index, *found in self.rows.get("add_class_count", ()):
            counts[index].append((found[0], found[1], found[2]))
        for row in self.rows.get("add_classification", ()):
            request, response = (row[7], row[8]), (row[10], row[11])
            yield Classified(row[0], row[2], row[4], row[5], request, response, tuple(counts[row[0]]))

    def _see_access(self, index: int, entry: Object) -> None:
        found = access_row(index, entry, entry["body"])
        if found is not None:
            self.rows["add_access_event"].append((*found[0], _text(found[1])))

    def _see_source(self, index: int, entry: Object) -> None:
        source, seq, recorded = entry["source"]["id"], entry["source"]["seq"], entry["recorded"]
        state = self.sources.get(source)
        if state is None:
            state = self.sources[source] = SourceState(entry["source"]["assurance"], recorded)
        if seq != state.last_seq + 1:
            self.rows["add_sequence_break"].append((index, source, state.last_seq + 1, seq))
        state.entries += 1
        state.last_seq, state.last_idx, state.last_recorded = seq, index, recorded
        if entry["kind"] == "source.heartbeat":
            state.last_heartbeat = recorded


def _request(batch: Batch, index: int, entry: Object, body: Object) -> None:
    principal, model, engine, source = body["principal"], body["model"], body["engine"], entry["source"]
    claimed, verified = body["claimed_user"], body["verified_user"]
    batch.see_key(principal, entry["occurred"], uses=1)
    row = [
        index,
        entry["id"],
        body["exchange"],
        0,
        entry["occurred"],
        entry["recorded"],
        source["id"],
        source["seq"],
        body["system"],
        principal["id"],
        principal["kind"],
        principal["method"],
        principal["key"],
        principal["issuer"],
        None if claimed is None else claimed["value"],
        None if verified is None else verified["value"],
        body["conversation"],
        body["protocol"],
        None if body["stream"] is None else int(body["stream"]),
        model["asked"],
        model["artifact"],
        model["status"],
        engine["upstream"],
        engine["product"],
        engine["build"],
        _text(body["parameters"]),
        body["messages"],
        body["tools"],
        body["system_prompt"],
        body["guardrail"],
        _bytes(body["content"], "request"),
        _text(body["flags"]) if body["flags"] else None,
        None,
        OPEN,
        *(None,) * 16,
    ]
    batch.exchanges.append(row)
    batch.waiting.setdefault(body["exchange"], row)


def _response(batch: Batch, index: int, entry: Object, body: Object) -> None:
    usage = body["usage"]
    cells = (
        body["state"],
        body["reason"],
        None,
        body["http_status"],
        index,
        entry["id"],
        entry["recorded"],
        body["model_answered"],
        _text(body["finish"]),
        usage["prompt_tokens"],
        usage["completion_tokens"],
        body["chunks"],
        body["forwarded_at"],
        body["first_byte_at"],
        body["last_byte_at"],
        _bytes(body["content"], "response"),
        usage["cached_tokens"],
    )
    row = batch.waiting.get(body["exchange"])
    if row is None:
        batch.responses.append((body["exchange"], cells))
    elif row[_STATE] == OPEN:
        row[_STATE:] = cells
    else:
        batch.rows["add_stray_response"].append((index, entry["id"], body["exchange"]))


def _refused(batch: Batch, index: int, entry: Object, body: Object) -> None:
    principal, source = body["principal"], entry["source"]
    batch.see_key(principal, None, refusals=body["count"])
    batch.exchanges.append(
        [
            index,
            entry["id"],
            body["exchange"],
            1,
            entry["occurred"],
            entry["recorded"],
            source["id"],
            source["seq"],
            body["system"],
            principal["id"],
            principal["kind"],
            principal["method"],
            principal["key"],
            principal["issuer"],
            *(None,) * 16,
            body["request_bytes"],
            None,
            body["count"],
            DENIED if RefusalReason(body["reason"]).denial else REFUSED,
            body["reason"],
            body["detail"],
            body["http_status"],
            *(None,) * 13,
        ]
    )


def _artifact(batch: Batch, index: int, entry: Object, body: Object) -> None:
    plain = ("artifact", "name", "store", "location", "host", "format", "bytes_total", "files_total", "license_declared")
    more = ("architecture", "parameters", "quantization", "verification", "rung", "signature", "code_executing")
    artifact, *first = (body[name] for name in plain)
    last = (len(body["findings"]), len(body["unknowns"]), body["observed_at"])
    row = (index, entry["id"], entry["subject"], artifact, entry["recorded"], *first, *(body[name] for name in more), *last)
    batch.rows["add_artifact_version"].append(row)


def _collection(batch: Batch, index: int, _entry: Object, body: Object) -> None:
    names = ("collector", "started", "ended", "found", "unchanged", "skipped_total")
    batch.rows["add_collection"].append((index, *(body[name] for name in names)))


def _configured(batch: Batch, index: int, entry: Object, body: Object) -> None:
    row = (index, entry["id"], entry["recorded"], body["program"], _text(body["settings"]))
    batch.rows["add_config_loaded"].append(row)


def _started(batch: Batch, index: int, entry: Object, body: Object) -> None:
    names = ("run", "program", "version", "config")
    row = (index, entry["source"]["id"], *(body[name] for name in names), entry["recorded"], body["previous_end"])
    batch.rows["add_source_run"].append(row)


def _stopped(batch: Batch, index: int, entry: Object, body: Object) -> None:
    batch.rows["end_source_run"].append((index, entry["recorded"], body["reason"], entry["source"]["id"], body["run"]))


def _gap(batch: Batch, index: int, entry: Object, body: Object) -> None:
    row = (index, entry["source"]["id"], body["from"], body["until"], body["reason"], body["detail"])
    batch.rows["add_source_gap"].append(row)


def _issued(batch: Batch, index: int, entry: Object, body: Object) -> None:
    names = ("key", "principal", "principal_kind", "system", "secret_sha256", "expires", "note")
    row = (*(body[name] for name in names), index, entry["recorded"], entry["actor"]["id"])
    batch.rows["add_access_key"].append(row)


def _revoked(batch: Batch, index: int, entry: Object, body: Object) -> None:
    batch.rows["revoke_access_key"].append((index, entry["recorded"], body["reason"], body["key"]))


def _limited(batch: Batch, index: int, _entry: Object, body: Object) -> None:
    batch.rows["limit_access_key"].append((index, body["until"], body["replaced_by"], body["key"]))


def _content(batch: Batch, index: int, entry: Object, body: Object) -> None:
    row = (index, entry["kind"], body["conversation"], entry["recorded"], body["reason"])
    batch.rows["add_content_event"].append(row)


def _classified(batch: Batch, index: int, entry: Object, body: Object) -> None:
    request, response = body["request"], body["response"]
    sides = tuple(cell for side in (request, response) for cell in (side["state"], side["bytes"], _text(side["not_examined"])))
    row = (index, entry["id"], body["exchange"], entry["recorded"], body["rule_set"], _text(body["looked_for"]), body["by"])
    batch.rows["add_classification"].append((*row, *sides))
    for name, side in (("request", request), ("response", response)):
        batch.rows["add_class_count"].extend((index, name, kind, spans) for kind, spans in side["counts"].items())


def _document(batch: Batch, index: int, entry: Object, body: Object) -> None:
    actor, source = entry["actor"], entry["source"]
    plain = tuple(entry[name] for name in ("kind", "subject", "occurred", "recorded"))
    row = (index, entry["id"], *plain, actor["id"], actor["kind"], actor["method"], source["id"], source["assurance"])
    batch.rows["add_document_version"].append((*row, entry["supersedes"], _text(body)))
    for question, cells in head_rows(index, entry, body):
        batch.rows[question].append(cells)


def _filed(batch: Batch, index: int, entry: Object, body: Object) -> None:
    question, cells = file_row(index, entry, body)
    batch.rows[question].append(cells)


def _discovery(batch: Batch, index: int, entry: Object, body: Object) -> None:
    counts = (len(body["engines"]), len(body["differences"]))
    row = (index, entry["id"], entry["recorded"], body["host"], body["started"], body["ended"], *counts, _text(body))
    batch.rows["add_discovery"].append(row)


def _engine_counters(batch: Batch, index: int, entry: Object, body: Object) -> None:
    names = ("product", "build", "asked", "answered", "status", "reason", "process_start")
    row = (index, entry["id"], body["address"], _text(body["upstreams"]), *(body[name] for name in names))
    batch.rows["add_engine_counters"].append((*row, _text(body["counters"])))


def _engine_sighting(batch: Batch, index: int, entry: Object, body: Object) -> None:
    names = ("upstream", "seen_at", "cause", "product", "build")
    row = (index, entry["id"], entry["source"]["id"], *(body[name] for name in names), _text(body["models"]))
    batch.rows["add_engine_sighting"].append(row)


def _fieldwork(batch: Batch, index: int, entry: Object, body: Object) -> None:
    about = body[FIELDWORK[entry["kind"]]]
    row = (index, entry["id"], entry["kind"], about, body.get("engagement"), entry["occurred"], entry["recorded"])
    batch.rows["add_fieldwork_event"].append((*row, entry["actor"]["id"], _text(body)))


def _person(batch: Batch, index: int, entry: Object, body: Object) -> None:
    batch.rows["add_person_event"].append(person_row(index, entry, body, _text(body)))


def _viewed(batch: Batch, index: int, entry: Object, body: Object) -> None:
    batch.rows["add_portal_view"].append(view_row(index, entry, body, _text(body["subjects"])))


def _text(value: object) -> str:
    return _ENCODER.encode(value)


def _bytes(content: Object, slot: str) -> int | None:
    held = content.get(slot)
    return None if held is None else held["bytes"]


_Handler: TypeAlias = Callable[[Batch, int, Object, Object], None]
_HANDLERS: Final[Mapping[str, _Handler]] = MappingProxyType(
    {
        "exchange.request": _request,
        "exchange.response": _response,
        "exchange.refused": _refused,
        "exchange.classified": _classified,
        "model.artifact": _artifact,
        "collection.run": _collection,
        "config.loaded": _configured,
        "source.started": _started,
        "source.stopped": _stopped,
        "source.gap": _gap,
        "access.key_issued": _issued,
        "access.key_revoked": _revoked,
        "access.key_limited": _limited,
        "content.erased": _content,
        "content.held": _content,
        "content.released": _content,
        "discovery.run": _discovery,
        "engine.counters": _engine_counters,
        "engine.sighting": _engine_sighting,
        **dict.fromkeys(FIELDWORK, _fieldwork),
        VIEWS: _viewed,
        **dict.fromkeys(EVENTS, _person),
        **dict.fromkeys(KEPT, _document),
        FILED: _filed,
    }
)
