"""Stretches of the week."""

from __future__ import annotations

from datetime import datetime

import pytest

from proofbook.errors import ConfigurationError
from proofbook.gateway.rules.hours import is_open, parse_hours

MONDAY = "2026-06-15"
SATURDAY = "2026-06-20"
SUNDAY = "2026-06-21"


@pytest.mark.parametrize(
    ("texts", "moment", "expected"),
    [
        ((), f"{SUNDAY} 03:00", True),
        (("mon-fri 07:00-19:00",), f"{MONDAY} 07:00", True),
        (("mon-fri 07:00-19:00",), f"{MONDAY} 06:59", False),
        (("mon-fri 07:00-19:00",), f"{MONDAY} 19:00", False),
        (("mon-fri 07:00-19:00",), f"{SATURDAY} 12:00", False),
        (("mon-fri 07:00-19:00", "sat 10:00-14:00"), f"{SATURDAY} 12:00", True),
        (("fri 22:00-06:00",), f"{SATURDAY} 05:59", True),
        (("fri 22:00-06:00",), f"{SATURDAY} 06:00", False),
        (("fri 22:00-06:00",), f"{SATURDAY} 22:00", False),
        (("sun 22:00-06:00",), f"{MONDAY} 03:00", True),
        (("sat-mon 00:00-24:00",), f"{SUNDAY} 23:59", True),
        (("sat-mon 00:00-24:00",), "2026-06-16 00:00", False),
        (("sun 00:00-00:00",), f"{SUNDAY} 23:59", True),
    ],
)
def test_moment_is_inside_or_outside(texts: tuple[str, ...], moment: str, *, expected: bool) -> None:
    """Days that wrap around the week and nights that end on the next day, to the minute."""
    assert is_open(parse_hours(texts, "hours"), datetime.fromisoformat(moment)) is expected


@pytest.mark.parametrize(
    "text", ["", "daily", "mon 7:00-19:00", "mon-fry 07:00-19:00", "fry 07:00-19:00", "mon 07:00-25:00", "mon 07:60-08:00"]
)
def test_text_that_is_no_stretch_is_refused_by_name(text: str) -> None:
    """An hour that nobody meant would shut people out, or in."""
    with pytest.raises(ConfigurationError, match=r"gateway\.admission\.hours"):
        parse_hours((text,), "gateway.admission.hours")
