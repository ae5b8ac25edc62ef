"""Control totals of one table, counted while its rows are written: what an auditor adds up again.

Promises: memory is bounded (days of the period, a capped number of different words, a capped number of listed places); what is
over a cap is counted under words that say so. Days and months are those of the period's own time zone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from proofbook.export.observation import Listed
from proofbook.export.rows import Row
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.primitives.instants import Period, format_instant, parse_instant

EDGE: Final = timedelta(hours=1)
"""Rows this close to an edge of the period are listed for review."""

LATE: Final = timedelta(hours=1)
"""An entry that a program writes is late when it was recorded this long after it says it occurred."""

LATE_BY_HAND: Final = timedelta(days=7)
"""The same of records that people keep."""

MAX_WORDS: Final = 1000
"""Different words counted in one column; a system, a state, a reason has few."""

OTHER_WORDS: Final = "(other words)"


class Calendar:
    """The days of a period as instants; tells the day of an instant by looking it up, not by converting it."""

    def __init__(self, period: Period) -> None:
        zone = ZoneInfo(period.zone)
        count = (period.last - period.first).days + 1
        self.days: Final = tuple(period.first + timedelta(days=number) for number in range(count))
        self.after_start: Final = format_instant(period.start + EDGE)
        self.before_end: Final = format_instant(period.end - EDGE)
        self._starts: Final = [format_instant(datetime.combine(day, time(), zone).astimezone(UTC)) for day in self.days]

    def day_of(self, instant: str) -> date | None:
        """The local day, or None before the period. An instant after the period gives its last day."""
        place = bisect_right(self._starts, instant) - 1
        return None if place < 0 else self.days[place]


@dataclass(slots=True)
class Totals:
    """The totals of one table. `key` is the column that tells rows apart, `by` the columns whose words are counted."""

    table: str
    relation: str
    """What sets its keys apart from those of a table of the same name in another population."""
    key: str
    by: tuple[str, ...]
    columns: tuple[str, ...]
    calendar: Calendar
    worksheet: Worksheet
    in_period: bool
    late_after: timedelta = LATE
    rows: int = 0
    distinct: int = 0
    first: str | None = None
    last: str | None = None
    days: Counter[date] = field(default_factory=Counter)
    words: dict[str, Counter[str]] = field(default_factory=dict)
    repeated: Listed = field(default_factory=Listed)
    second: list[str] = field(default_factory=list)
    edges: Listed = field(default_factory=Listed)
    late: Listed = field(default_factory=Listed)
    open: Listed = field(default_factory=Listed)
    long_open: Listed = field(default_factory=Listed)

    def add(self, row: Row, as_of: datetime) -> None:
        """Counts one row. `as_of` is when the checkpoint was signed."""
        cells = dict(zip(self.columns, row.cells, strict=True))
        entry, recorded = row.base.value["id"], row.base.value["recorded"]
        moment = row.moment or row.base.value["occurred"]
        self.first = moment if self.first is None else min(self.first, moment)
        self.last = moment if self.last is None else max(self.last, moment)
        if self.in_period:
            self._look_at_times(entry, moment, recorded)
        self.add_cells(cells, entry)
        self.second.extend(row.second)
        if cells.get("state") == "no_response_recorded":
            self.open.add(entry)
            if as_of - parse_instant(recorded) > EDGE:
                self.long_open.add(entry)

    def add_cells(self, cells: Mapping[str, JsonValue], entry: str) -> None:
        """Counts a row by what it says; `entry` names it."""
        self.rows += 1
        self._count_words(cells)
        if self.worksheet.is_new(f"{self.relation}.{self.key}", canonical_bytes(cells[self.key])):
            self.distinct += 1
        else:
            self.repeated.add(f"{entry}: {self.key} {cells[self.key]}")

    def document(self) -> dict[str, JsonValue]:
        """The totals as the header states them."""
        months: Counter[str] = Counter()
        for day, count in self.days.items():
            months[f"{day:%Y-%m}"] += count
        by: dict[str, JsonValue] = {
            name: [{"word": word, "rows": counts[word]} for word in sorted(counts)] for name, counts in sorted(self.words.items())
        }
        return {
            "distinct_keys": self.distinct,
            "key": self.key,
            "first_occurred": self.first,
            "last_occurred": self.last,
            "per_month": {month: months[month] for month in sorted(months)},
            "by": by,
        }

    def empty_days(self, until: date) -> list[date]:
        """Days of the period up to `until` on which nothing occurred."""
        return [day for day in self.calendar.days if day <= until and not self.days[day]]

    def _count_words(self, cells: Mapping[str, JsonValue]) -> None:
        for name in self.by:
            value = cells[name]
            word = "(none)" if value is None else str(value)
            counts = self.words.setdefault(name, Counter())
            counts[word if word in counts or len(counts) < MAX_WORDS else OTHER_WORDS] += 1

    def _look_at_times(self, entry: str, moment: str, recorded: str) -> None:
        if moment[:13] != recorded[:13] and parse_instant(recorded) - parse_instant(moment) > self.late_after:
            self.late.add(f"{entry}: occurred {moment}, recorded {recorded}")
        if moment < self.calendar.after_start or moment >= self.calendar.before_end:
            self.edges.add(f"{entry}: occurred {moment}")
        day = self.calendar.day_of(moment)
        if day is not None:
            self.days[day] += 1
