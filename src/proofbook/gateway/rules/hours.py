"""Hours of the week in which a system may be used: `mon-fri 07:00-19:00`.

Promises: pure. An end at or before its start belongs to the next day, so `fri 22:00-06:00` ends on Saturday; an end is the first
minute outside. Days and hours are those of the wall clock in the zone given, through changes of summer time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import Final, NamedTuple

from proofbook.errors import ConfigurationError

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM: Final = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? +(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)\Z")


class Window(NamedTuple):
    """A stretch of some days. `days`: Monday is 0; `start` and `end` in minutes of the day; `end` beyond 1440 is the next day."""

    days: frozenset[int]
    start: int
    end: int


def parse_hours(texts: Sequence[str], where: str) -> tuple[Window, ...]:
    """Windows of the texts. Raises ConfigurationError naming `where` and the text that cannot be read."""
    return tuple(_window(text, where) for text in texts)


def is_open(windows: Sequence[Window], moment: datetime) -> bool:
    """Whether the wall clock of `moment` (aware, in its own zone) falls into a window; true when there are none."""
    if not windows:
        return True
    day, minute = moment.weekday(), moment.hour * 60 + moment.minute
    before = (day - 1) % 7
    return any(
        (day in each.days and each.start <= minute < each.end) or (before in each.days and minute + 1440 < each.end)
        for each in windows
    )


def _window(text: str, where: str) -> Window:
    matched = _FORM.match(text.strip().lower())
    if matched is None or matched["first"] not in _DAYS or (matched["last"] or "mon") not in _DAYS:
        raise ConfigurationError(f"{where}: {text[:60]!r} is no stretch of a week", hint="write e.g. 'mon-fri 07:00-19:00'")
    first = _DAYS.index(matched["first"])
    last = first if matched["last"] is None else _DAYS.index(matched["last"])
    start, end = _minute(matched["start"], text, where), _minute(matched["end"], text, where)
    days = frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
    return Window(days, start, end if end > start else end + 1440)


def _minute(text: str, whole: str, where: str) -> int:
    if text == "24:00":
        return 1440
    try:
        found = time.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{where}: {text!r} in {whole[:60]!r} is no time", hint="write 00:00 to 24:00") from error
    return found.hour * 60 + found.minute
