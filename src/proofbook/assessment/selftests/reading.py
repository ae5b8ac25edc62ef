"""Values out of a version's body: what is stated, or None. Days and moments are compared as fixed-width text.

Promises: never raises on a body that its kind's schema accepts, nor on one of an older schema that lacks a field; a text that
says `unknown` or is a blank `[[...]]` counts as not stated. Hostile input: deadlines past the calendar's end are its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from proofbook.assessment.facts import Facts
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel.documents import END_OF_TIME, DocumentVersion

Body: TypeAlias = Mapping[str, Any]
LAST_DAY: Final = "9999-12-31"
_NOT_STATED: Final = frozenset({"", "unknown"})


def text_of(body: Body, field: str) -> str | None:
    """A text, word, moment or day that is stated."""
    value = body.get(field)
    if not isinstance(value, str) or value.strip().casefold() in _NOT_STATED:
        return None
    return None if value.strip().startswith("[[") and value.strip().endswith("]]") else value


def texts_of(body: Body, field: str) -> tuple[str, ...]:
    """Texts of a list; empty also when it is not stated: ask `is_stated` first where that differs."""
    value = body.get(field)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def is_stated(body: Body, field: str) -> bool:
    """Whether anything is stated; an empty list is a statement, null is not."""
    return body.get(field) is not None


def count_of(body: Body, field: str) -> int | None:
    """A number that is stated."""
    value = body.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def rows_of(body: Body, field: str) -> tuple[Body, ...]:
    """Rows of a table; empty when there are none."""
    value = body.get(field)
    return tuple(each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


def missing(body: Body, *fields: str) -> tuple[str, ...]:
    """Which of these fields state nothing."""
    return tuple(field for field in fields if text_of(body, field) is None)


def same(one: str | None, other: str | None) -> bool:
    """Whether two stated names are one person's; what is not stated is nobody's."""
    return one is not None and other is not None and one.strip().casefold() == other.strip().casefold()


def key_of(name: str) -> str:
    """A name as it is compared."""
    return name.strip().casefold()


def later(moment: str, hours: int) -> str:
    """A moment so many hours on, or the end of time."""
    try:
        return format_instant(parse_instant(moment) + timedelta(hours=hours))
    except OverflowError:
        return END_OF_TIME


def day_later(day: str, days: int) -> str:
    """A day so many days on, or the last day of the calendar."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return LAST_DAY


def days_between(first: str, last: str) -> int:
    """Days from one to the other; negative when the other comes first."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def day_of(facts: Facts, moment: str) -> str:
    """The day of a moment in the engagement's zone."""
    try:
        return parse_instant(moment).astimezone(ZoneInfo(facts.scope.period.zone)).date().isoformat()
    except OverflowError:
        return moment[:10]


def is_approved(version: DocumentVersion) -> bool:
    """Whether a decision allows what it is about."""
    return version.body.get("decision") in {"approved", "approved_with_conditions"}


def first_stated(values: Iterable[str | None]) -> str | None:
    """The first that is stated."""
    return next((each for each in values if each is not None), None)
