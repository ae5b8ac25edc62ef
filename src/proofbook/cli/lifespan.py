"""How long something lives, as people write it: 90d, 12h, 30m."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import click

_FORM: Final = re.compile(r"(\d{1,6})([dhm])", re.ASCII)
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}
_LONGEST: Final = timedelta(days=36_500)


class Lifespan(click.ParamType[timedelta]):
    """Parses a number of days, hours or minutes into a `timedelta`."""

    name = "lifespan"

    def __init__(self, *, least: timedelta = timedelta(minutes=1)) -> None:
        self._least = least

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """As it stands in help."""
        del param, ctx
        return "90d|12h|30m"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Refuses anything else, a life of more than a century included."""
        if isinstance(value, timedelta):
            return value
        found = _FORM.fullmatch(value.strip())
        span = None if found is None else timedelta(**{_UNITS[found[2]]: int(found[1])})
        if span is None or not self._least <= span <= _LONGEST:
            self.fail(f"{value[:20]!r} is not a time such as 90d, 12h or 30m", param, ctx)
        return span
