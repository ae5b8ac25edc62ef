"""Instants as pages tell them: in the zone of the page, with UTC where one points at them, in print, and for programs.

Promises: this is the only way from an instant to a page, for one that stands alone (`instant`), for those in sentences that
programs wrote (`in_zone`), and for places that take no markup (`in_zone_plainly`). A time says its zone as the clocks there call
it, so that an hour that comes twice is told apart. Hostile input: what is no instant is shown as the text it is, made visible;
what people wrote is not told anew. The zone holds for one rendering, in the thread that renders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from proofbook.portal.wording import NOT_STATED, counted, moment, visible
from proofbook.portal.zones import UTC_NAME, find_zone
from proofbook.primitives.instants import format_instant

_UTC: Final = find_zone(UTC_NAME)
_ZONE: Final[ContextVar[ZoneInfo]] = ContextVar("zone", default=_UTC)
_UNSTATED: Final = Markup('<span class="unknown">{}</span>').format(NOT_STATED)
_CLOCK: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
_IN_SENTENCES: Final = re.compile(
    r"(?<![\w@:.-])(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z|(" + _CLOCK + r")(?: UTC|(?= to " + _CLOCK + r" UTC)))(?![\w@-])",
    re.ASCII,
)
"""An instant as the book writes it, and as programs write it: `2026-11-21 03:12 UTC`, alone or with another before it."""

_WHOLE: Final = re.compile(_CLOCK + r"(?: to " + _CLOCK + r")? UTC|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
"""What is told anew as one and must not be cut."""
_IN_DOCUMENTS: Final = re.compile(
    r"<(?P<kept>code|pre|svg|style|time)\b[^>]*>.*?</(?P=kept)>|<[^>]*>"
    r"|(?<![\w@:.-])(?P<local>\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d)(?![\w:-])"
    r"|(?<![\w@:.-])(?P<utc>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)(?![\w@-])",
    re.ASCII | re.DOTALL,
)
"""What stays in a document of ours, a time as it is written there, and an instant as the book writes it."""


@contextmanager
def telling_in(zone: ZoneInfo) -> Iterator[None]:
    """Times are told in this zone until the end of the block."""
    before = _ZONE.set(zone)
    try:
        yield
    finally:
        _ZONE.reset(before)


def instant(text: str | None, seconds: bool = False) -> Markup:  # noqa: FBT001, FBT002 - as templates write it
    """`<time>` with `2026-11-21 04:12 CET` in it and UTC behind it; with seconds `2026-11-21 04:12:28 CET`."""
    if text is None:
        return _UNSTATED
    found = moment(text)
    return escape(visible(text)) if found is None else _element(found, text, "seconds" if seconds else "minutes")


def in_zone(text: str | None) -> Markup:
    """A sentence that a program wrote, with its instants told as `instant` tells them."""
    if text is None:
        return _UNSTATED
    return Markup("").join(_pieces(str(text), _element, lambda other: escape(visible(other))))


def in_zone_plainly(text: str | None) -> str:
    """The same without markup, for attributes and drawings: `2026-11-21 04:12 CET`."""
    if text is None:
        return NOT_STATED
    return "".join(_pieces(str(text), lambda found, _, step: _told(found, step), visible))


def cut_before(text: str, length: int) -> int:
    """Where a sentence may be cut that shall not be longer: not inside of an instant, of which half would not be told anew."""
    return next((each.start() for each in _WHOLE.finditer(text) if each.start() < length < each.end()), length)


def drawn_in_zone(drawing: Markup | None) -> Markup:
    """A drawing of ours with the instants in its texts told without markup. Every text in it is escaped already."""
    return Markup("").join(_pieces(str(drawing or ""), lambda found, _, step: _told(found, step), Markup))


def document_in_zone(body: Markup, zone: str) -> Markup:
    """A document of ours as HTML, which tells times in its engagement's zone by their offset: the same with UTC behind each.

    Its words stay as they are handed over; an instant that it has in UTC is told in the zone. Its texts are escaped already.
    """

    def told(match: re.Match[str]) -> str:
        if match["local"] is not None:
            found = _read_offset(match["local"])
            return match[0] if found is None else _put(format_instant(found), _in_utc(found), match[0])
        found = moment(match[0]) if match["utc"] is not None else None
        return match[0] if found is None else _element(found, match[0], "seconds")

    with telling_in(find_zone(zone)):
        return Markup(_IN_DOCUMENTS.sub(told, str(body)))  # noqa: S704 - markup already; what is put in holds digits and names


def days_ago(day: str, now: datetime) -> str:
    """How many days ago a day of the zone was, in words; text that is no day is not known."""
    try:
        passed = (_there(now).date() - date.fromisoformat(day)).days
    except ValueError:
        return "unknown"
    return "today" if passed <= 0 else counted(passed, "day") + " ago"


def is_instant(value: object) -> bool:
    """Whether a value is an instant as the book writes it, and nothing else."""
    return isinstance(value, str) and moment(value) is not None


def offset_of(now: datetime, zone: ZoneInfo) -> str:
    """How far the clocks there are from UTC at a moment: `UTC+05:45`."""
    behind = _offset(now.astimezone(zone))
    return UTC_NAME if behind == "+00:00" else f"{UTC_NAME}{behind}"


def midnight_utc(day: str | date) -> str:
    """The time that clocks of the zone show when a day of UTC begins: `05:45`."""
    start = datetime.fromisoformat(str(day)).replace(tzinfo=UTC)
    return f"{_there(start):%H:%M}"


def _pieces(text: str, tell: Callable[[datetime, str, str], str], other: Callable[[str], str]) -> Iterator[str]:
    """The text, what is an instant told, and everything else as `other` makes it."""
    end = 0
    for match in _IN_SENTENCES.finditer(text):
        found = _read(match)
        if found is None:
            continue
        yield other(text[end : match.start()])
        yield tell(found, format_instant(found), "seconds" if found.second or found.microsecond else "minutes")
        end = match.end()
    yield other(text[end:])


def _read(match: re.Match[str]) -> datetime | None:
    """The instant; None for text that only looks like one."""
    if match[1] is None:
        return moment(match[0])
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _read_offset(text: str) -> datetime | None:
    """The instant of `2026-03-28 10:00 +01:00`; None for text that only looks like one."""
    try:
        return datetime.fromisoformat(text[:16] + text[17:]).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _element(found: datetime, text: str, step: str) -> Markup:
    return _put(text, _in_utc(found), _told(found, step))


def _put(instant_text: str, utc: str, words: str) -> Markup:
    """All three hold digits, signs and names of the time zone database."""
    return Markup(f'<time datetime="{instant_text}" title="{utc}">{words}</time>')  # noqa: S704 - as said


def _told(found: datetime, step: str) -> str:
    there = _there(found)
    return f"{there.replace(tzinfo=None, microsecond=0).isoformat(' ', step)} {_name_of(there)}"


def _there(found: datetime) -> datetime:
    try:
        return found.astimezone(_ZONE.get())
    except OverflowError:  # the first or last day of the calendar
        return found


def _name_of(there: datetime) -> str:
    """What the clocks there call their time; zones without a word for it are told by their offset."""
    name = there.tzname() or UTC_NAME
    return f"{UTC_NAME}{_offset(there)}" if name[:1] in "+-" else name


def _offset(there: datetime) -> str:
    behind = there.utcoffset() or timedelta()
    minutes = int(behind.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _in_utc(found: datetime) -> str:
    """`2026-11-21 03:12:28.5 UTC`: as exact as it was recorded."""
    exact = found.replace(tzinfo=None).isoformat(" ")
    return f"{exact.rstrip('0') if '.' in exact else exact} {UTC_NAME}"
