"""Writing a record through a form: fields, a look at what it would record, the record itself. Each step is an answer of its own.

Promises: nothing is recorded before it was shown; what was typed is never lost to a mistake; two who write at once see each
other's version. Works without a script: rows are added and taken away by buttons of the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from proofbook.errors import RefusedError
from proofbook.filing.difference import find_differences
from proofbook.filing.mistakes import FilingMistakes, FilingRefused
from proofbook.filing.shape import Sort, shape_of
from proofbook.filing.values import read_values
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.staff.records import drafts
from proofbook.portal.staff.records.filing_act import FILE_RECORD, FileOrder, NewerVersion, propose, writable
from proofbook.portal.staff.records.form_page import form_page, plan_page, too_large
from proofbook.portal.staff.records.form_reading import ADD, REMOVE, change_rows, read_form
from proofbook.portal.staff.records.history import shown_differences
from proofbook.portal.staff.records.kinds import Kind
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.typed_times import NoSuchTime, read_moment
from proofbook.portal.wording import exact
from proofbook.portal.zones import zone_info_of
from proofbook.readmodel.documents import Documents, DocumentVersion

CHECK: Final = "check"
RECORD: Final = "record"
BACK: Final = "back"
DISCARD: Final = "discard"
_LONGEST: Final = 2_000


@dataclass(slots=True)
class Typed:
    """What a form held: the record it states, and what stands beside it."""

    kind: Kind
    id: str
    base: str
    zone: ZoneInfo
    stated: dict[str, Any]
    because: str = ""
    occurred: str = ""
    mistakes: dict[str, str] = field(default_factory=dict)
    """By path, as in `record.actions[0].due`."""

    @property
    def order(self) -> FileOrder:
        """What is asked for."""
        record = {**self.stated, "because": self.because or None}
        return FileOrder(kind=self.kind.kind, id=self.id, record=record, occurred=self.occurred or None, base=self.base or None)

    @property
    def form(self) -> str:
        """The name its draft is kept under."""
        return drafts.name_of(self.kind.kind, self.id if self.base else "")


def show_new(desk: Desk, query: Query, kind: str) -> Answer:
    """`/records/new/{kind}`: an empty form, or the one that was begun; fields that the address names are filled in."""
    found = writable(kind)
    return _show(desk, query, Typed(found, query.get("id", "")[:80], "", zone_info_of(desk), _asked(kind, query)), None)


def show_edit(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`/records/{kind}/{id}/edit`: the newest version in fields; with `version` an older one, to be written again."""
    found, documents = writable(kind), Documents(desk.reader)
    newest = documents.current(kind, id)
    if newest is None:
        return None
    again = next((each for each in documents.history(kind, id) if str(each.version) == query.get("version")), None)
    body = dict((again or newest).body)
    body.pop("because", None)
    typed = Typed(found, id, newest.entry, zone_info_of(desk), body)
    if again is not None and again.entry != newest.entry:
        typed.because = f"Takes back what came after version {again.version}: "
    return _show(desk, query, typed, newest)


def act_new(desk: Desk, given: Given, kind: str) -> Answer:
    """`POST /records/new/{kind}`."""
    return _act(desk, given, _typed(desk, given, writable(kind), given.one("id")))


def act_edit(desk: Desk, given: Given, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`POST /records/{kind}/{id}/edit`."""
    return _act(desk, given, _typed(desk, given, writable(kind), id))


def keep_new(desk: Desk, given: Given, kind: str) -> Answer:
    """`POST /records/drafts/{kind}`: keep what is typed."""
    writable(kind)
    return _kept(desk, given, drafts.name_of(kind, ""))


def keep_edit(desk: Desk, given: Given, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`POST /records/drafts/{kind}/{id}`: keep what is typed."""
    writable(kind)
    return _kept(desk, given, drafts.name_of(kind, id))


def _asked(kind: str, query: Query) -> dict[str, Any]:
    """What an address says of a record that is to be written: texts, words and single items of lists."""
    found: dict[str, Any] = {}
    for each in shape_of(kind).fields:
        said, item = query.get(each.name, "")[:_LONGEST], each.shape.item
        if said and each.shape.sort is Sort.LIST and item is not None and item.sort is not Sort.TABLE:
            found[each.name] = [said]
        elif said and each.shape.sort not in {Sort.LIST, Sort.MAP, Sort.FLAG}:
            found[each.name] = said
    return found


def _show(desk: Desk, query: Query, typed: Typed, newest: DocumentVersion | None) -> Answer:
    draft = drafts.find(desk, typed.form)
    if draft is not None and query.get("draft") == "kept":
        typed = _typed(desk, Given(draft.sent), typed.kind, typed.id or _first(draft.sent, "id"))
        draft = None
    if too_large(typed.kind.kind, typed.stated, typed.zone):
        raise RefusedError(
            "this record has more rows than a form can hold",
            hint=f"write it with `proofbook record show {typed.kind.kind} {typed.id}` and `proofbook record apply`",
        )
    return form_page(desk, typed, newest, draft=None if draft is None else draft.kept)


def _act(desk: Desk, given: Given, typed: Typed) -> Answer:
    newest = Documents(desk.reader).current(typed.kind.kind, typed.id) if typed.base else None
    doing, _, name = given.one("do").partition(":")
    if doing == DISCARD:
        drafts.drop(desk, typed.form)
        return See(
            f"/records/{typed.kind.kind}/{typed.id}" if typed.base else f"/records/{typed.kind.kind}",
            "What you began is discarded.",
        )
    if doing in {ADD, REMOVE}:
        rows = read_form(typed.kind.kind, given.fields, typed.zone, keep_empty=True)
        target, _, place = name.partition(":")
        change_rows(typed.kind.kind, rows.stated, target, doing, place)
        typed.stated = rows.stated
        return form_page(desk, typed, newest, focus=target if doing == ADD else None)
    if doing == BACK:
        return form_page(desk, typed, newest)
    return _check_or_record(desk, given, typed, newest, recording=doing == RECORD)


def _check_or_record(desk: Desk, given: Given, typed: Typed, newest: DocumentVersion | None, *, recording: bool) -> Answer:
    try:
        if typed.mistakes:
            raise FormMistakes(typed.mistakes)
        if recording:
            done = FILE_RECORD.do(desk, typed.order)
            drafts.drop(desk, typed.form)
            return See(done.path, done.said)
        order = typed.order
        filed = read_values(order.kind, order.id, order.record, occurred=order.occurred)
        _, planned = propose(desk, filed, order.base)
        return plan_page(desk, typed, planned, given)
    except (FilingMistakes, FilingRefused) as wrong:
        return form_page(
            desk, typed, newest, mistakes={each.field: f"{each.what}; {each.fix}" for each in reversed(wrong.mistakes)}
        )
    except FormMistakes as wrong:
        return form_page(desk, typed, newest, mistakes=wrong.by_field)
    except NewerVersion as wrong:
        if not typed.base:
            return form_page(desk, typed, None, mistakes={"id": "is taken: there is such a record already; choose another id"})
        return _conflict(desk, given, typed, wrong.newest)


def _conflict(desk: Desk, given: Given, typed: Typed, newest: DocumentVersion | None) -> Answer:
    if newest is None:
        raise RefusedError("the record this was written over is not in the book any more")
    base = Documents(desk.reader).by_entry(typed.base)
    mine = {**newest.body, **typed.stated, "because": newest.body.get("because")}
    fields = [(name, value) for name, values in given.fields.items() if name not in {"csrf", "do", "base"} for value in values]
    values = {
        "kind": typed.kind,
        "id": typed.id,
        "newest": newest,
        "base": base,
        "theirs": () if base is None else shown_differences(find_differences(base.body, newest.body)),
        "mine": shown_differences(find_differences(newest.body, mine)),
        "fields": fields,
        "zone": typed.zone.key,
        "raw": exact,
    }
    return Page("records/conflict.html", values, 409)


def _typed(desk: Desk, given: Given, kind: Kind, record_id: str) -> Typed:
    zone = _zone(desk, given.one("zone"))
    read = read_form(kind.kind, given.fields, zone)
    mistakes = {_field(path): words for path, words in read.mistakes.items()}
    occurred = given.one("occurred")
    try:
        occurred = read_moment(occurred, zone)
    except NoSuchTime as error:
        mistakes["occurred"] = str(error)
    return Typed(kind, record_id, given.one("base"), zone, read.stated, given.one("because"), occurred, mistakes)


def _zone(desk: Desk, named: str) -> ZoneInfo:
    """The zone a form was shown in."""
    try:
        return ZoneInfo(named) if 0 < len(named) <= 64 else zone_info_of(desk)
    except (KeyError, ValueError, OSError):
        return zone_info_of(desk)


def _field(path: str) -> str:
    """`record.actions[0].due` of `actions.0.due`."""
    return "record" + "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in path.split("."))


def _kept(desk: Desk, given: Given, form: str) -> Page:
    kept = drafts.keep(desk, form, given.fields)
    return Page("records/kept.html", {"kept": kept})


def _first(sent: Mapping[str, tuple[str, ...]], name: str) -> str:
    values = sent.get(name, ())
    return values[0] if values else ""
