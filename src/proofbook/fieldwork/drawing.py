"""Drawing samples from exported populations: the auditor's own ids, or by rank under the auditor's nonce; extending them.

Promises: items come from the table as it was exported, whose bytes are held to the book's record of that export; every draw is an
entry with all that went into it, together with the holds on what was drawn; an extension keeps what was drawn before and takes
the same bytes; another draw from a population that was drawn from before needs a reason and names the earlier ones. An id that is
not in the population is named as missing, and is not replaced. Draws nothing by itself: no sample without a nonce or ids.
Hostile input: InputError, LimitExceeded or RefusedError with the fix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.errors import ConflictError, InputError, LimitExceeded, RefusedError
from proofbook.fieldwork.acting import Act, check_said
from proofbook.fieldwork.exported import ExportedTable, TableRow, find_checkpoint, read_rows
from proofbook.fieldwork.holding import Holding, draft_holds, find_holding
from proofbook.fieldwork.samples import Sample, find_sample
from proofbook.fieldwork.selecting import Ranking, check_nonce, derive_seed
from proofbook.journal.receipt import Submission
from proofbook.primitives.ids import IdSource
from proofbook.readmodel import fieldwork
from proofbook.readmodel.connection import Reader
from proofbook.records.fieldwork import MAX_ITEMS, DrawnItem, SampleDrawn, SampleExtended, StratumAsked
from proofbook.tlog.note import Verifier, parse_note

MAX_STRATA: Final = 60
MAX_TOTAL: Final = 5000
"""Items of one sample, all its draws together."""
MAX_EARLIER: Final = 50
_LONGEST_ID: Final = 160
_LONGEST_VALUE: Final = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """The auditor's own ids, in their order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seeded:
    """By rank under a nonce: `count` of the whole table, or so many of each value of the column `stratum_by`."""

    nonce: str
    count: int = 0
    stratum_by: str | None = None
    strata: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


Method: TypeAlias = Listed | Seeded


@dataclass(frozen=True, slots=True)
class DrawFrom:
    """What a draw reads. `witnesses` are keys whose cosignatures on the checkpoint are looked for."""

    reader: Reader
    book: BookReading
    exported: ExportedTable
    witnesses: tuple[Verifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `because` says why there is another draw from the same population."""

    engagement: str
    method: Method
    request: str | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw or extension comes to, before it is recorded; `submissions` go through the door together.

    Where others may draw meanwhile, `settle` is asked in the writer's turn, of the book as it is then: it gives what is recorded,
    or raises what `draw` or `extend` would. It reads no table.
    """

    sample: str
    items: tuple[DrawnItem, ...]
    missing: tuple[str, ...]
    strata: tuple[StratumAsked, ...]
    rows: int
    seed: str | None
    holding: Holding
    submissions: tuple[Submission, ...]
    settle: Callable[[Reader], tuple[Submission, ...]]


@dataclass(frozen=True, slots=True)
class _Picked:
    items: tuple[DrawnItem, ...]
    missing: tuple[str, ...] = ()
    strata: tuple[StratumAsked, ...] = ()


def draw(origin: DrawFrom, act: Act, order: Order, ids: IdSource) -> Drawn:
    """A new sample.

    Raises:
        InputError, LimitExceeded: the order cannot be carried out as it is. RefusedError: the population is another engagement's,
            or was drawn from before and no reason is given. DigestMismatch: the table is not the one that was exported.
    """
    exported, method = origin.exported, order.method
    if exported.engagement != order.engagement:
        raise RefusedError(
            f"{exported.population}: was exported for engagement {exported.engagement[:80]!r}, not {order.engagement[:80]!r}",
            hint="export the population for this engagement",
        )
    earlier = _earlier(origin.reader, exported, order)
    checkpoint = find_checkpoint(origin.book, exported)
    text = parse_note(checkpoint.note).text
    seed = derive_seed(text, exported.data_sha256, method.nonce) if isinstance(method, Seeded) else None
    picked = _pick(exported, method, seed)
    _check_entry(len(picked.items) + len(picked.missing))
    sample, holding = ids.new("s"), find_holding(origin.reader, origin.book, picked.items)
    body = _body(origin, order, checkpoint, picked, sample=sample, seed=seed)
    holds = draft_holds(act, sample, order.engagement, holding)

    def drafts(earlier: tuple[str, ...]) -> tuple[Submission, ...]:
        whole = body.model_copy(update={"earlier": list(earlier)})
        return (act.submission("sample.drawn", sample, whole.to_body()), *holds)

    def settle(reader: Reader) -> tuple[Submission, ...]:
        return drafts(_earlier(reader, exported, order))

    parts = (picked.items, picked.missing, picked.strata)
    return Drawn(sample, *parts, exported.rows, seed, holding, drafts(earlier), settle)


def extend(origin: DrawFrom, act: Act, sample: Sample, method: Method, because: str) -> Drawn:
    """More of a sample. A seeded one is asked for its new total (of each stratum); a listed one for further ids.

    Raises:
        RefusedError: the table, nonce or strata are others than those it was drawn with. Otherwise as `draw`.
    """
    said, exported = check_said(because, "because"), origin.exported
    if (exported.population, exported.table, exported.data_sha256) != (sample.population, sample.table, sample.data_sha256):
        raise RefusedError(
            f"sample {sample.id}: was drawn from another table than this one",
            hint=f"use the export of {sample.population} with {sample.table}.csv of SHA-256 {sample.data_sha256}",
        )
    _check_same_method(sample, method)
    picked = _pick(exported, method, sample.seed)
    known = {each.item for each in sample.items}
    lost = known - {each.item for each in picked.items} if isinstance(method, Seeded) else set()
    if lost:
        raise RefusedError(
            f"sample {sample.id}: so few would drop {len(lost)} items that were drawn", hint="ask for the new total, not for more"
        )
    items = tuple(each for each in picked.items if each.item not in known)
    missing = tuple(each for each in picked.missing if each not in sample.missing)
    if not items and not missing:
        raise InputError(f"sample {sample.id}: nothing would be added", hint="ask for a larger total, or for other ids")
    _check_entry(len(items) + len(missing))
    holding = find_holding(origin.reader, origin.book, items)
    asked = _asked(method) if isinstance(method, Seeded) else sample.asked + len(items) + len(missing)
    body = SampleExtended(
        sample=sample.id,
        engagement=sample.engagement,
        data_sha256=sample.data_sha256,
        asked=asked,
        strata=list(picked.strata),
        items=list(items),
        missing=list(missing),
        because=said,
    )
    holds = draft_holds(act, sample.id, sample.engagement, holding)
    drafts = (act.submission("sample.extended", sample.id, body.to_body()), *holds)

    def settle(reader: Reader) -> tuple[Submission, ...]:
        now = find_sample(reader, sample.id)
        if now is None or now.draws != sample.draws:
            raise ConflictError(f"sample {sample.id}: was extended meanwhile", hint="look at it again, then say how many in all")
        return drafts

    return Drawn(sample.id, items, missing, picked.strata, exported.rows, sample.seed, holding, drafts, settle)


def _body(
    origin: DrawFrom, order: Order, checkpoint: StoredCheckpoint, picked: _Picked, *, sample: str, seed: str | None
) -> SampleDrawn:
    """What the entry says, but for earlier draws."""
    exported, method = origin.exported, order.method
    return SampleDrawn(
        sample=sample,
        engagement=order.engagement,
        request=order.request,
        population=exported.population,
        table=exported.table,
        key=exported.key,
        definition=exported.definition,
        logic=exported.logic,
        population_entry=exported.entry,
        data_sha256=exported.data_sha256,
        rows=exported.rows,
        completeness=cast("Literal['demonstrated', 'not_demonstrated']", exported.completeness),
        checkpoint_size=exported.as_of_size,
        checkpoint_root=exported.as_of_root,
        checkpoint_sha256=sha256(parse_note(checkpoint.note).text).hexdigest(),
        cosigned_by=_cosigners(checkpoint, origin.witnesses),
        method="listed" if isinstance(method, Listed) else "seeded",
        nonce=method.nonce if isinstance(method, Seeded) else None,
        seed=seed,
        stratum_by=method.stratum_by if isinstance(method, Seeded) else None,
        strata=list(picked.strata),
        asked=_asked(method),
        items=list(picked.items),
        missing=list(picked.missing),
        earlier=[],
        because=order.because,
    )


def _pick(exported: ExportedTable, method: Method, seed: str | None) -> _Picked:
    if isinstance(method, Listed):
        return _pick_listed(exported, method.items)
    check_nonce(method.nonce)
    if seed is None:
        raise RuntimeError("a seeded draw has a seed")
    if method.stratum_by is None:
        return _pick_ranked(exported, seed, method.count)
    return _pick_strata(exported, seed, method.stratum_by, method.strata)


def _pick_listed(exported: ExportedTable, asked: Sequence[str]) -> _Picked:
    listed = [each.strip() for each in asked]
    wanted = set(listed)
    if not all(wanted) or not wanted or len(wanted) != len(listed):
        twice = next((each for each, count in Counter(listed).items() if count > 1 and each), None)
        what = "the list holds nothing, or an empty id" if twice is None else f"{twice[:80]!r} stands in the list twice"
        raise InputError(f"items: {what}", hint="give each id once, as it stands in the exported table")
    longest = max(map(len, wanted))
    if longest > _LONGEST_ID:
        raise LimitExceeded(f"items: an id has {longest} characters; the cap is {_LONGEST_ID}")
    _check_total(len(listed))
    found: dict[str, TableRow] = {}
    for row in read_rows(exported):
        if row.item in wanted:
            found.setdefault(row.item, row)
    items = tuple(_drawn(found[each]) for each in listed if each in found)
    return _Picked(items, tuple(each for each in listed if each not in found))


def _pick_ranked(exported: ExportedTable, seed: str, count: int) -> _Picked:
    _check_total(count)
    ranking = Ranking[TableRow](seed, count)
    for row in read_rows(exported):
        _check_item(row)
        ranking.offer(row.item, row)
    return _Picked(_chosen(ranking))


def _pick_strata(exported: ExportedTable, seed: str, column: str, asked: Mapping[str, int]) -> _Picked:
    if column not in exported.columns:
        raise InputError(f"stratum_by: {column[:40]!r} is no column of {exported.table}", hint=", ".join(exported.columns)[:300])
    if not 1 <= len(asked) <= MAX_STRATA or any(count < 0 or len(value) > _LONGEST_VALUE for value, count in asked.items()):
        raise InputError(f"strata: name 1 to {MAX_STRATA} values with how many of each")
    _check_total(sum(asked.values()))
    place, rows = exported.columns.index(column), Counter[str]()
    rankings = {value: Ranking[TableRow](seed, asked[value]) for value in sorted(asked)}
    for row in read_rows(exported):
        _check_item(row)
        value = row.cells[place]
        rows[value] += 1
        if value in rankings:
            rankings[value].offer(row.item, row)
    unknown = sorted(asked.keys() - rows.keys())
    if unknown:
        known = ", ".join(repr(each[:40]) for each in sorted(rows)[:20])
        raise InputError(f"strata: no row has {column} {unknown[0][:40]!r}", hint=f"values: {known}")
    items = tuple(item for ranking in rankings.values() for item in _chosen(ranking))
    twice = [item for item, count in Counter(each.item for each in items).items() if count > 1]
    if twice:
        raise RefusedError(
            f"strata: {twice[0][:80]!r} has rows in several of them",
            hint="part the table by another column, or draw without strata",
        )
    return _Picked(items, (), tuple(StratumAsked(value=each, rows=rows[each], asked=asked[each]) for each in rankings))


def _chosen(ranking: Ranking[TableRow]) -> tuple[DrawnItem, ...]:
    return tuple(_drawn(row) for _, row in ranking.chosen())


def _drawn(row: TableRow) -> DrawnItem:
    return DrawnItem(item=row.item, row=row.number, entry=row.entry, index=row.index)


def _check_item(row: TableRow) -> None:
    if not row.item or len(row.item) > _LONGEST_ID:
        raise RefusedError(
            f"row {row.number}: its id {row.item[:40]!r} cannot name an item", hint="draw from a table whose key is shorter"
        )


def _check_total(count: int) -> None:
    if not 1 <= count <= MAX_TOTAL:
        raise LimitExceeded(f"a sample of {count} items cannot be drawn", hint=f"ask for 1 to {MAX_TOTAL}")


def _check_entry(count: int) -> None:
    if count > MAX_ITEMS:
        raise LimitExceeded(
            f"{count} items do not fit one entry of the book", hint=f"draw up to {MAX_ITEMS}, then extend the sample step by step"
        )


def _check_same_method(sample: Sample, method: Method) -> None:
    if isinstance(method, Listed):
        if sample.method != "listed":
            raise RefusedError(f"sample {sample.id}: was drawn by seed", hint="extend it by its new total")
        return
    if (sample.nonce, sample.stratum_by) != (method.nonce, method.stratum_by):
        raise RefusedError(f"sample {sample.id}: was drawn with another nonce or other strata", hint="use its own, or draw anew")


def _asked(method: Method) -> int:
    if isinstance(method, Listed):
        return len(method.items)
    return sum(method.strata.values()) if method.stratum_by is not None else method.count


def _earlier(reader: Reader, exported: ExportedTable, order: Order) -> tuple[str, ...]:
    """Samples drawn before from this table of the population. Raises RefusedError when there are some and no reason is given."""
    known = fieldwork.of_engagement(reader, "sample.drawn", order.engagement)
    same = [each for each in known if (each.body["population"], each.body["table"]) == (exported.population, exported.table)]
    if same and not (order.because or "").strip():
        first = same[-1]
        raise RefusedError(
            f"{exported.population}: sample {first.about} was drawn from it on {first.recorded[:10]} already",
            hint="extend that one, or say why there is another draw",
        )
    return tuple(each.about for each in reversed(same[:MAX_EARLIER]))


def _cosigners(checkpoint: StoredCheckpoint, witnesses: Iterable[Verifier]) -> list[str]:
    """Names of the witnesses whose line on the checkpoint verifies. Raises SignatureInvalid for one that does not."""
    note, names = parse_note(checkpoint.note), []
    for witness in witnesses:
        for line in note.signatures:
            if (line.name, line.key_id) == (witness.key.name, witness.key.key_id):
                witness.check_signature(note.text, line.signature)
                names.append(line.name)
    return names
