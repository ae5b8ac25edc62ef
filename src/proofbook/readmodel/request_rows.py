"""What is kept of requests beside their versions, so that a long list is read page by page. Rows only; pure."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

Object: TypeAlias = Any
"""A parsed entry's body; the caller turns what is missing in it into EntryDamaged."""
REQUEST: Final = "audit_request"
_PARTS: Final = re.compile(r"[0-9]+|[^0-9]+")
_NUMBER: Final = "\x01"
_TEXT: Final = "\x02"


def counting_key(number: str) -> str:
    """A text under which numbers sort as people count: R-2 before R-10, R-2 beside R-02, and digits before letters."""
    return "".join(map(_part, _PARTS.findall(number)))


def request_row(index: int, subject: str, body: Object) -> tuple[Any, ...]:
    """A row of `request_head`: one for each request, of its newest version."""
    owner = body["owner"] or ""
    return (subject, body["engagement"], counting_key(body["number"]), body["state"], owner, index)


def _part(part: str) -> str:
    if not "0" <= part[0] <= "9":
        return f"{_TEXT}{part.casefold()}"
    digits = part.lstrip("0")
    return f"{_NUMBER}{len(digits):03d}{digits}"
