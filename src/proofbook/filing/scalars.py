"""What a plain word of YAML means: null, true or false, a whole number, or text. Nothing else.

The rules are those of YAML 1.2's core schema, made narrower: `yes`, `no`, `on` and `off` are words; a date is text; a number with
a point, an exponent, a leading zero or a sign `+` is the text it was written as, because amounts are kept as text. Hostile text
stays text.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import MAX_INTEGER
from proofbook.primitives.instants import format_instant

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\Z")
_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-]\d\d:\d\d))\Z",
    re.ASCII,
)


def resolve_plain(text: str) -> str | int | bool | None:
    """The value of a plain scalar."""
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return parse_whole(text)


def parse_whole(text: str) -> str | int:
    """A whole number that every reader holds exactly, else the text."""
    if _WHOLE.match(text) and abs(int(text)) <= MAX_INTEGER:
        return int(text) if text != "-0" else text
    return text


def normalise_moment(text: str) -> str:
    """An RFC 3339 time with an offset -> the fixed-width UTC form; any other text as it is.

    More than six digits of a second are only taken when the rest are zeros: evidence is not rounded.
    """
    found = _TIME.match(text)
    if found is None:
        return text
    day, time, fraction, _, offset = found.groups()
    digits = (fraction or "").ljust(6, "0")
    if digits[6:].strip("0"):
        return text
    try:
        return format_instant(datetime.fromisoformat(f"{day}T{time}.{digits[:6]}{offset or '+00:00'}"))
    except (ValueError, MalformedRecord):
        return text
