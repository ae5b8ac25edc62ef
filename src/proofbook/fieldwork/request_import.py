"""A request list somebody sent, held against the book: what is new, what changed, what a reader should know before agreeing.

Promises: a plan first, then one transaction; the same list twice plans nothing the second time (the number tells requests apart);
everything that is wrong is told at once, each with row, column and what to write; nothing is evaluated, and nothing disappears: a
request that a later list leaves out stays. A state in the list moves nothing: states are moved one by one, by whose step it is.
Hostile input: see the readers; every cell is text under a cap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from proofbook.controls.control import load_controls
from proofbook.controls.criteria import check_criterion
from proofbook.errors import InputError, MalformedRecord
from proofbook.fieldwork import list_words as words
from proofbook.fieldwork.acting import Act
from proofbook.fieldwork.csv_reading import read_csv
from proofbook.fieldwork.requests import (
    KIND,
    Request,
    Sort,
    State,
    checked_request,
    list_requests,
    natural,
    request_id,
)
from proofbook.fieldwork.sheet import Sheet, column_letters, place
from proofbook.fieldwork.xlsx_reading import read_xlsx
from proofbook.journal.receipt import Submission
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.visible import visible
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents

MAX_MISTAKES: Final = 100
_HEADING_ROWS: Final = 20
_TITLE: Final = 120
_KEPT_BY_STATE: Final = ("state", "evidence", "returned_because", "because", "attachments")
"""What a list does not change about a request that is known."""
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that keeps a list out."""

    row: int
    column: str | None
    what: str
    fix: str

    def sentence(self) -> str:
        """In one line."""
        where = f"row {self.row}" if self.column is None else f"row {self.row}, column {self.column}"
        return f"{where}: {self.what}; {self.fix}"


class ImportRefused(InputError):
    """A list that cannot be taken over. `mistakes` are all that were found, up to MAX_MISTAKES."""

    code = "import_refused"

    def __init__(self, name: str, mistakes: Sequence[Mistake]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        more = "" if len(mistakes) == 1 else f" (and {len(mistakes) - 1} more)"
        super().__init__(f"{visible(name[:120])}: {self.mistakes[0].sentence()}{more}", hint="mend the list and import it again")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reader should know about a row that is taken over."""

    row: int
    number: str
    what: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One request of the list. `previous` is the version in the book; `fields` are those that differ from it."""

    row: int
    number: str
    id: str
    title: str
    body: Mapping[str, Any]
    previous: Request | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What importing would do. `columns` says which column was read as what; `absent` are numbers the list does not have."""

    name: str
    columns: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    new: tuple[Planned, ...]
    changed: tuple[Planned, ...]
    unchanged: tuple[str, ...]
    absent: tuple[str, ...]
    remarks: tuple[Remark, ...]
    submissions: tuple[Submission, ...]

    @property
    def digest(self) -> str:
        """Of everything a reader agrees to: two plans with the same digest record the same and say the same."""
        said: list[JsonValue] = [
            [[each.number, each.id, dict(each.body), list(each.fields)] for each in self.new],
            [[each.number, each.id, dict(each.body), list(each.fields)] for each in self.changed],
            [list(self.unchanged), list(self.absent), list(self.ignored), [list(each) for each in self.columns]],
            [[each.row, each.number, each.what] for each in self.remarks],
        ]
        return sha256_digest(canonical_bytes(said))


@dataclass(slots=True)
class _Reading:
    """A list being read."""

    sheet: Sheet
    heading: int
    places: Mapping[str, int]
    controls: Mapping[str, str]
    mistakes: list[Mistake] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def cell(self, row: int, name: str) -> str:
        column = self.places.get(name)
        cells = self.sheet.rows[row]
        if column is None or column >= len(cells):
            return ""
        if (row, column) in self.sheet.computed:
            self.wrong(row, name, "is computed by a formula, or is an error", "put the value itself there")
            return ""
        return cells[column]

    def wrong(self, row: int, name: str | None, what: str, fix: str) -> None:
        column = None if name is None or name not in self.places else column_letters(self.places[name])
        if len(self.mistakes) < MAX_MISTAKES:
            self.mistakes.append(Mistake(row + 1, column, what, fix))

    def remark(self, row: int, number: str, what: str) -> None:
        self.remarks.append(Remark(row + 1, number, what))


def read_request_list(name: str, data: bytes) -> Sheet:
    """The table in a CSV or XLSX file that looks like a request list. Raises InputError, LimitExceeded."""
    sheets = read_xlsx(name, data) if data.startswith(_ZIP) else (read_csv(name, data),)
    for sheet in sheets:
        if _find_heading(sheet) is not None:
            return sheet
    raise InputError(
        f"{visible(name[:120])}: no row names its columns",
        hint="give the columns names such as Request no., Description, Control",
    )


def plan_import(reader: Reader, act: Act, engagement: str, sheet: Sheet) -> ImportPlan:
    """Hold a list against the book.

    Raises:
        ImportRefused: with everything that is wrong. InputError: no row names its columns.
    """
    reading = _start(reader, sheet)
    known = {each.number: each for each in list_requests(reader, engagement)}
    planned = list(_plan_rows(reading, engagement, known))
    if reading.mistakes:
        raise ImportRefused(sheet.name, reading.mistakes)
    if not planned:
        raise ImportRefused(sheet.name, [Mistake(reading.heading + 2, None, "there is no request below the heading", "add one")])
    numbers = {each.number for each in planned}
    new = tuple(each for each in planned if each.previous is None)
    changed = tuple(each for each in planned if each.previous is not None and each.fields)
    heading = sheet.rows[reading.heading]
    return ImportPlan(
        name=sheet.name,
        columns=tuple((heading[column], name) for name, column in sorted(reading.places.items(), key=lambda pair: pair[1])),
        ignored=tuple(each for column, each in enumerate(heading) if each and column not in reading.places.values()),
        new=new,
        changed=changed,
        unchanged=tuple(each.number for each in planned if each.previous is not None and not each.fields),
        absent=tuple(sorted((each for each in known if each not in numbers), key=natural)),
        remarks=tuple(reading.remarks),
        submissions=tuple(_submission(act, each) for each in (*new, *changed)),
    )


def _start(reader: Reader, sheet: Sheet) -> _Reading:
    heading = _find_heading(sheet)
    if heading is None:
        raise InputError(f"{visible(sheet.name[:120])}: no row names its columns")
    places: dict[str, int] = {}
    reading = _Reading(sheet, heading, places, _controls(reader))
    for column, name in enumerate(sheet.rows[heading]):
        meant = words.field_of(name)
        if meant is None:
            continue
        if meant in places:
            other = column_letters(places[meant])
            reading.wrong(heading, meant, f"columns {other} and {column_letters(column)} both say {meant}", "rename one of them")
        places.setdefault(meant, column)
    return reading


def _find_heading(sheet: Sheet) -> int | None:
    """The first row that names a number and a description."""
    for row, cells in enumerate(sheet.rows[:_HEADING_ROWS]):
        meant = {words.field_of(cell) for cell in cells}
        if "number" in meant and meant & {"description", "title"}:
            return row
    return None


def _plan_rows(reading: _Reading, engagement: str, known: Mapping[str, Request]) -> Iterator[Planned]:
    seen: dict[str, int] = {each.id: -1 for each in known.values()}
    for row in range(reading.heading + 1, len(reading.sheet.rows)):
        if not any(reading.sheet.rows[row]):
            continue
        number = reading.cell(row, "number")
        if not number:
            reading.wrong(row, "number", "has no number", "give the request its number, or leave the row empty")
            continue
        try:
            made = request_id(engagement, number)
        except InputError as error:
            reading.wrong(row, "number", error.message, error.hint or "")
            continue
        previous = known.get(number)
        if seen.get(made, -1) >= 0 or (made in seen and previous is None):
            earlier = seen[made]
            what = (
                f"number {number[:40]!r} stands in {place(earlier)} too" if earlier >= 0 else f"{number[:40]!r} is one of another"
            )
            reading.wrong(row, "number", what, "give each request a number of its own")
            continue
        seen[made] = row
        planned = _plan_row(reading, row, engagement, number, made, previous)
        if planned is not None:
            yield planned


def _plan_row(reading: _Reading, row: int, engagement: str, number: str, made: str, previous: Request | None) -> Planned | None:
    values = _values(reading, row, number)
    if values is None:
        return None
    values |= {"number": number, "engagement": engagement}
    values["state"] = _state(reading, row, number, previous)
    try:
        body = checked_request(values).to_body()
    except InputError as error:
        name = error.message.partition(":")[0]
        reading.wrong(row, name, error.message, "shorten or correct it")
        return None
    if previous is None:
        return Planned(row + 1, number, made, str(body["title"]), body, None, ())
    body |= {name: previous.body[name] for name in _KEPT_BY_STATE if name in previous.body} | {"because": None}
    before = {**previous.body, "because": None}
    fields = tuple(name for name in body if body[name] != before.get(name))
    return Planned(row + 1, number, made, str(body["title"]), body, previous, fields)


def _values(reading: _Reading, row: int, number: str) -> dict[str, Any] | None:
    description, title = reading.cell(row, "description"), reading.cell(row, "title")
    if not description and not title:
        reading.wrong(row, "description", "says nothing about what is asked for", "describe the request")
        return None
    text = description or title
    values: dict[str, Any] = {
        "title": _short(title or text),
        "description": text,
        "owner": reading.cell(row, "owner") or None,
        "notes": reading.cell(row, "notes") or None,
        "sort": _sort(reading, row, number).value,
        "criteria": _criteria(reading, row),
        "due": _day(reading, row, "due"),
    }
    return values | _control(reading, row, number) | _when(reading, row, number, values)


def _short(text: str) -> str:
    first = text.strip().splitlines()[0].strip()
    return first if len(first) <= _TITLE else first[: _TITLE - 1].rstrip() + "…"


def _sort(reading: _Reading, row: int, number: str) -> Sort:
    said = reading.cell(row, "sort")
    found = words.SORTS.get(words.normal(said)) if said else Sort.UNKNOWN
    if found is None:
        reading.remark(row, number, f"type {said[:40]!r} is not known here; kept as unknown")
        return Sort.UNKNOWN
    return found


def _criteria(reading: _Reading, row: int) -> list[str]:
    found: dict[str, None] = {}
    for part in reading.cell(row, "criteria").replace(";", ",").replace("\n", ",").split(","):
        name = part.strip()
        try:
            if name:
                found[check_criterion(name.upper()).id] = None
        except MalformedRecord:
            reading.wrong(
                row, "criteria", f"{name[:40]!r} is none of the criteria", "write ids such as CC8.1, separated by commas"
            )
    return list(found)


def _control(reading: _Reading, row: int, number: str) -> dict[str, Any]:
    said = reading.cell(row, "control")
    if not said:
        return {}
    known = reading.controls.get(said.casefold())
    if known is None:
        reading.remark(row, number, f"control {said[:40]!r} is not known here; kept as it is written")
        return {"control_as_written": said}
    return {"control": known}


def _when(reading: _Reading, row: int, number: str, values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: _day(reading, row, name) for name in ("first", "last", "as_of")}
    said = reading.cell(row, "period")
    span = words.parse_span(said) if said else None
    if span is not None:
        found["first"], found["last"] = found["first"] or span[0], found["last"] or span[1]
    elif said and (day := words.parse_as_of(said)) is not None:
        found["as_of"] = found["as_of"] or day
    elif said:
        reading.remark(row, number, f"period {said[:60]!r} was not understood; kept in the notes")
        found["notes"] = f"{values['notes']}\nPeriod as written: {said}" if values["notes"] else f"Period as written: {said}"
    if found["first"] and found["last"] and found["first"] > found["last"]:
        reading.wrong(row, "last", "the period ends before it begins", "write the first day first")
    return found


def _day(reading: _Reading, row: int, name: str) -> str | None:
    said = reading.cell(row, name)
    day = words.parse_day(said) if said else None
    if said and day is None:
        reading.wrong(row, name, f"{said[:40]!r} is not one certain day", "write it as 2026-06-30")
    return day


def _state(reading: _Reading, row: int, number: str, previous: Request | None) -> str:
    said = reading.cell(row, "state")
    found = words.STATES.get(words.normal(said)) if said else None
    current = State.NOT_STARTED if previous is None else previous.state
    if said and found is None:
        reading.remark(row, number, f"status {said[:40]!r} is not known here; it stays {current.value.replace('_', ' ')}")
    elif found is not None and found is not current:
        told = f"the list says {said[:40]!r}; here it stands at {current.value.replace('_', ' ')}, and is moved on its own page"
        reading.remark(row, number, told)
    return State.NOT_STARTED.value


def _controls(reader: Reader) -> dict[str, str]:
    known = {each.id.casefold(): each.id for each in load_controls().controls}
    return known | {each.id.casefold(): each.id for each in Documents(reader).listed("control")}


def _submission(act: Act, planned: Planned) -> Submission:
    before = None if planned.previous is None else planned.previous.entry
    return Submission(act.draft(KIND, planned.id, planned.body, supersedes=before))
