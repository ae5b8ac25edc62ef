"""Short text fields of a multipart form (RFC 7578), read where a file is passed on whole.

Promises: linear in the body; the value of a field is what every reader of forms finds. A body in which one reader could find a
field and another none, or another one (a preamble, an escaped or encoded name, a folded line, a form within a part, no end), is
refused; one that holds no form field at all has no fields. Does not: know the boundary that the request's head states; therefore
every part that calls itself a form's must be one that is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.fields import TWICE

UNCLEAR: Final = "The request body is a form that two programs could read differently: send it as browsers do."

_BOUNDARY: Final = re.compile(rb"--([!-~](?:[ -~]{0,198}[!-~])?)\r\n")
_DISPOSITION: Final = re.compile(
    rb'form-data((?: *; *(?:name|filename|filename\*)=(?:"(?:[^"\\\r\n]|\\.)*"|[^\s";\\]+))*) *', re.IGNORECASE
)
_NAME: Final = re.compile(rb'; *name=(?:"([^"]*)"|([^\s";]+))', re.IGNORECASE)
_MARK: Final = b"content-disposition"
_FORM_PART: Final = re.compile(rb"content-disposition\s*:\s*form-data")
_DEFAULT_CHARSET: Final = b"_charset_"
"""RFC 7578 4.6: a field that says in which charset the others are."""
_RECODED: Final = re.compile(
    rb"charset *\*?=(?! *\"?(?:utf-?8|us-ascii|ascii)\b)|^content-(?:transfer-)?encoding *:", re.IGNORECASE | re.MULTILINE
)
"""A part that says that its value is not the bytes that stand there."""
_HEAD_BYTES: Final = 4096
_VALUE_BYTES: Final = 2048
_MOST_PARTS: Final = 256


def read_fields(body: bytes, *names: bytes) -> tuple[str | None, ...]:
    """The values of the text fields of these names; None where there is none, it is no text, or the body is no form.

    Raises:
        MalformedRecord: the form names a field twice, or can be read in two ways.
    """
    called, boundary = _count_form_parts(body), _BOUNDARY.match(body)
    parts = [] if boundary is None or not called else list(_parts(body, boundary))
    if len(parts) != called:
        raise MalformedRecord(UNCLEAR)
    found: dict[bytes, str | None] = {}
    for name, head, start, end in parts:
        if name == _DEFAULT_CHARSET or (name in names and _RECODED.search(head) is not None):
            raise MalformedRecord(UNCLEAR)
        if name in names:
            if name in found:
                raise MalformedRecord(TWICE)
            found[name] = _value(body, start, end)
    return tuple(found.get(name) for name in names)


def _parts(body: bytes, boundary: re.Match[bytes]) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Name and head of each field, and where its value begins and ends."""
    mark, start = b"\r\n--" + boundary[1], boundary.end()
    for _ in range(_MOST_PARTS):
        end = body.find(mark, start)
        blank = body.find(b"\r\n\r\n", start, min(end, start + _HEAD_BYTES))
        if end < 0 or blank < 0:
            break
        head = body[start:blank]
        yield _name(head.split(b"\r\n")), head, blank + 4, end
        start = end + len(mark) + 2
        match body[start - 2 : start]:
            case b"--" if not body[start:].strip(b"\r\n"):
                return
            case b"\r\n":
                continue
            case _:
                break
    raise MalformedRecord(UNCLEAR)


def _name(lines: list[bytes]) -> bytes:
    stated = [value for header, _, value in (line.partition(b":") for line in lines) if header.lower() == _MARK]
    given = _DISPOSITION.fullmatch(stated[0].strip(b" \t")) if len(stated) == 1 else None
    names = [] if given is None else _NAME.findall(given[1])
    found: bytes = b"" if len(names) != 1 else names[0][0] or names[0][1]
    if len(names) != 1 or b"\\" in found:
        raise MalformedRecord(UNCLEAR)
    return found


def _count_form_parts(body: bytes) -> int:
    """How many parts call themselves a form's, wherever they stand."""
    lowered, count = body.lower(), 0
    at = lowered.find(_MARK)
    while at >= 0:
        count += _FORM_PART.match(lowered, at) is not None
        at = lowered.find(_MARK, at + 1)
    return count


def _value(body: bytes, start: int, end: int) -> str | None:
    if end - start > _VALUE_BYTES:
        return None
    try:
        return body[start:end].decode("utf-8")
    except UnicodeDecodeError:
        return None
