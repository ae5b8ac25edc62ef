"""A moment as people write it on a command line: a day, or a time with its offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import click

from proofbook.errors import InputError
from proofbook.primitives.instants import format_instant


class Moment(click.ParamType[str]):
    """Parses a day or an RFC 3339 time into an instant. A day counts whole, in UTC: as an end, its last moment is inside."""

    name = "moment"

    def __init__(self, *, end: bool) -> None:
        self._end = end

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """As it stands in help."""
        del param, ctx
        return "2026-09-30|2026-09-30T18:00:00+02:00"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuses a time without an offset: nobody could tell which moment it is."""
        try:
            if len(value) == 10:
                return format_instant(_begin_of(date.fromisoformat(value) + timedelta(days=int(self._end))))
            return format_instant(datetime.fromisoformat(value))
        except (ValueError, OverflowError, InputError):
            self.fail(f"{value[:40]!r} is neither a day nor a time with its offset", param, ctx)


def _begin_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
