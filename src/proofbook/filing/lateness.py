"""When a record counts as late: recorded more than some days after it happened. Shown as late wherever it is shown, never hidden.

Pure; instants are fixed-width UTC text.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from proofbook.primitives.instants import format_instant, parse_instant

LATE_AFTER: Final = timedelta(days=7)
"""Long enough for a week's paperwork; longer needs an explanation."""
AHEAD_ALLOWED: Final = timedelta(minutes=5)
"""Clocks differ; nothing that is recorded lies further in the future."""


def is_late(occurred: str, recorded: str, *, after: timedelta = LATE_AFTER) -> bool:
    """Whether it was recorded too long after it happened."""
    return parse_instant(recorded) - parse_instant(occurred) > after


def days_between(earlier: str, later: str) -> int:
    """Whole days from one instant to another."""
    return (parse_instant(later) - parse_instant(earlier)).days


def latest_allowed(now: str) -> str:
    """The last instant that does not lie in the future."""
    return format_instant(parse_instant(now) + AHEAD_ALLOWED)
