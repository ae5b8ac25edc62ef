"""How request lists are worded: column names, sorts, states and dates as people write them, and what they mean here.

Pure tables and small parsers. What cannot be told for certain (a date that could be two days) is never guessed: None, and the
caller says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from proofbook.fieldwork.requests import Sort, State

COLUMNS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "number": frozenset(
            {"request no", "request number", "request id", "request ref", "request reference", "req no", "req id", "req", "ref",
             "reference", "ref no", "no", "nr", "number", "id", "pbc no", "pbc id", "pbc number", "pbc", "irl no", "item no",
             "item number", "item"}
        ),
        "title": frozenset({"title", "short name", "request title", "request name", "name", "subject"}),
        "description": frozenset(
            {"description", "request description", "request", "evidence requested", "evidence request", "requested evidence",
             "documentation requested", "information requested", "item requested", "item description", "details",
             "request details", "what is requested", "evidence needed"}
        ),
        "control": frozenset(
            {"control", "control ref", "control reference", "control id", "control no", "control number", "controls"}
        ),
        "criteria": frozenset(
            {"criterion", "criteria", "tsc", "tsc ref", "tsc criteria", "tsc reference", "trust services criteria",
             "trust service criteria", "common criteria", "criteria ref", "criteria reference", "framework codes"}
        ),
        "sort": frozenset({"type", "request type", "evidence type", "kind", "category"}),
        "period": frozenset(
            {"period", "audit period", "date range", "period or as of date", "period or date", "period covered", "coverage"}
        ),
        "first": frozenset({"from", "start", "period start", "period from", "start date", "period begin", "first day"}),
        "last": frozenset({"to", "until", "end", "period end", "period to", "end date", "last day"}),
        "as_of": frozenset({"as of", "as of date", "asof", "as at", "as at date"}),
        "owner": frozenset(
            {"owner", "responsible", "responsible party", "assigned to", "assignee", "client owner", "client contact", "contact",
             "request owner", "responsible person"}
        ),
        "due": frozenset({"due", "due date", "deadline", "due by", "needed by", "date due", "requested by date", "target date"}),
        "state": frozenset({"status", "state", "request status"}),
        "notes": frozenset({"comment", "comments", "notes", "note", "remarks", "auditor comments", "auditor notes"}),
    }
)  # fmt: skip
"""Field -> names of columns that mean it, as `normal` spells them."""

SORTS: Final[Mapping[str, Sort]] = MappingProxyType(
    {
        "population": Sort.POPULATION, "populations": Sort.POPULATION, "pop": Sort.POPULATION, "listing": Sort.POPULATION,
        "list": Sort.POPULATION, "sample": Sort.SAMPLE, "samples": Sort.SAMPLE, "sampling": Sort.SAMPLE,
        "document": Sort.DOCUMENT, "documents": Sort.DOCUMENT, "documentation": Sort.DOCUMENT, "policy": Sort.DOCUMENT,
        "configuration": Sort.CONFIGURATION, "config": Sort.CONFIGURATION, "screenshot": Sort.CONFIGURATION,
        "system configuration": Sort.CONFIGURATION, "setting": Sort.CONFIGURATION, "settings": Sort.CONFIGURATION,
        "walkthrough": Sort.WALKTHROUGH, "walk through": Sort.WALKTHROUGH, "inquiry": Sort.WALKTHROUGH,
        "interview": Sort.WALKTHROUGH, "observation": Sort.WALKTHROUGH,
    }
)  # fmt: skip

STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        "not started": State.NOT_STARTED, "open": State.NOT_STARTED, "requested": State.NOT_STARTED, "new": State.NOT_STARTED,
        "outstanding": State.NOT_STARTED, "pending": State.NOT_STARTED, "to do": State.NOT_STARTED,
        "submitted": State.SUBMITTED, "provided": State.SUBMITTED, "received": State.SUBMITTED, "uploaded": State.SUBMITTED,
        "in review": State.IN_REVIEW, "under review": State.IN_REVIEW, "reviewing": State.IN_REVIEW,
        "accepted": State.ACCEPTED, "closed": State.ACCEPTED, "complete": State.ACCEPTED, "completed": State.ACCEPTED,
        "done": State.ACCEPTED, "approved": State.ACCEPTED,
        "returned": State.RETURNED, "rejected": State.RETURNED, "follow up": State.RETURNED, "more information": State.RETURNED,
    }
)  # fmt: skip

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BETWEEN: Final = re.compile(
    r"\s+(?:to|until|through|thru|till|bis|-|–|—)\s+|\s*(?:–|—|\.\.|→)\s*|(?<=\d{4}-\d\d-\d\d)/", re.IGNORECASE
)
_AS_OF: Final = re.compile(r"(?:as\s+(?:of|at)|at)\s*:?\s*", re.IGNORECASE)


def normal(name: str) -> str:
    """A column name or word without case and signs, spaces once; the sign for number is the word `no`."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"[#№]", " no ", name.lower())).split())


def field_of(name: str) -> str | None:
    """The field a column means, or None."""
    plain = normal(name)
    return next((field for field, names in COLUMNS.items() if plain in names), None)


def parse_day(text: str) -> str | None:
    """A day as YYYY-MM-DD, or None when it is none or could be two: 03/04/2026 is not guessed."""
    plain = text.strip().removesuffix(" 00:00:00")
    for form, order in _DAYS:
        found = form.match(plain)
        if found is not None:
            parts = dict(zip(order, found.groups(), strict=True))
            return _day(parts["y"], _month(parts["m"]), parts["d"])
    found = _SLASHED.match(plain)
    if found is None:
        return None
    one, two, year = found.groups()
    if int(one) > 12:
        return _day(year, int(two), one)
    return _day(year, int(one), two) if int(two) > 12 or one == two else None


def parse_span(text: str) -> tuple[str, str] | None:
    """First and last day of a period, or None."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    if len(parts) != 2:
        return None
    first, last = parse_day(parts[0].removeprefix("from ").removeprefix("From ")), parse_day(parts[1])
    return (first, last) if first is not None and last is not None and first <= last else None


def parse_as_of(text: str) -> str | None:
    """The day of “as of DAY”, or of a day alone; None for anything else."""
    found = _AS_OF.match(text.strip())
    return parse_day(text.strip()[found.end() :] if found else text)


_DAYS: Final = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z"), "ymd"),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\Z"), "dmy"),
    (re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})\Z"), "dmy"),
    (re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})\Z"), "mdy"),
)
_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")


def _month(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return int(text)
    return _MONTHS.index(text[:3].lower()) + 1 if text[:3].lower() in _MONTHS else 0


def _day(year: str, month: int, day: str) -> str | None:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return None
