"""Short text fields of a multipart form (RFC 7578), read where a file is passed on whole.

Promises: linear in the body; a field that stands twice is ambiguous and is refused; what cannot be read is None. Hostile bytes
can hide a field from this reading only by a form that strict readers refuse, too, and then its value is None: unknown.
"""

from __future__ import annotations

import re
from typing import Final

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.fields import TWICE

_BOUNDARY: Final = re.compile(rb"--([0-9A-Za-z'()+_,\-./:=? ]{1,70})\r\n")
_HEAD_BYTES: Final = 4096
_VALUE_BYTES: Final = 2048
_MOST_PARTS: Final = 256


def read_field(body: bytes, name: bytes) -> str | None:
    """The value of the text field `name`; None when there is none or the body is no form.

    Raises:
        MalformedRecord: the form names the field twice.
    """
    boundary = _BOUNDARY.match(body)
    if boundary is None:
        return None
    mark = b"\r\n--" + boundary[1]
    values: list[str | None] = []
    start = boundary.end()
    for _ in range(_MOST_PARTS):
        end = body.find(mark, start)
        if end < 0:
            break
        if _named(body, start, end, name):
            values.append(_value(body, start, end))
        if body[end + len(mark) : end + len(mark) + 2] != b"\r\n":
            break  # the closing mark, or no mark at all
        start = end + len(mark) + 2
    if len(values) > 1:
        raise MalformedRecord(TWICE)
    return values[0] if values else None


def _named(body: bytes, start: int, end: int, name: bytes) -> bool:
    blank = body.find(b"\r\n\r\n", start, min(end, start + _HEAD_BYTES))
    if blank < 0:
        return False
    for line in body[start:blank].split(b"\r\n"):
        header, _, value = line.partition(b":")
        if header.strip().lower() != b"content-disposition":
            continue
        for parameter in value.split(b";"):
            key, _, given = parameter.strip().partition(b"=")
            if key.strip().lower() == b"name" and given.strip().strip(b'"') == name:
                return True
    return False


def _value(body: bytes, start: int, end: int) -> str | None:
    value = body[body.find(b"\r\n\r\n", start, end) + 4 : end]
    if len(value) > _VALUE_BYTES:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
