"""What a program sends, read strictly: JSON of one spelling only, bounded, without what readers disagree about.

Promises: nothing is read past the cap; duplicate keys, floats, NaN, deep nesting, long numbers and lone surrogates are refused
with what is wrong, never with an error of ours. Query fields come once each. Does not: know what the fields mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from proofbook.errors import InputError, LimitExceeded
from proofbook.portal.api.refusals import NotAcceptable, WrongMedia
from proofbook.primitives.canonical import canonical_bytes, parse_json

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
_MAX_QUERY: Final = 8_000


async def read_body(request: Request, most: int) -> bytes:
    """The bytes that were sent. Raises WrongMedia, LimitExceeded."""
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    if media.strip().lower() != JSON or "charset" in parameters.lower().replace("charset=utf-8", ""):
        raise WrongMedia("what was sent is not JSON", hint="send application/json")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise WrongMedia("what was sent is encoded", hint="send it as it is")
    stated = request.headers.get("content-length", "0")
    if stated.isascii() and stated.isdecimal() and int(stated[:20]) > most:
        raise _too_large(most)
    found = bytearray()
    try:
        async for part in request.stream():
            found += part
            if len(found) > most:
                raise _too_large(most)
    except ClientDisconnect as error:
        raise InputError("what was sent broke off") from error
    return bytes(found)


def parse_body(data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """The object that was sent, and its bytes in one spelling. Raises MalformedRecord, LimitExceeded."""
    value = parse_json(data)
    if not isinstance(value, dict):
        raise InputError("what was sent is no JSON object", hint="send an object with the fields of this address")
    return value, canonical_bytes(value)


def read_query(request: Request) -> dict[str, str]:
    """Query fields, each given once. Raises InputError."""
    raw = request.scope["query_string"]
    if len(raw) > _MAX_QUERY:
        raise LimitExceeded(f"the query is longer than {_MAX_QUERY} bytes")
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in found:
            raise InputError(f"query field {name[:40]!r} is given twice", hint="give it once")
        if "\ufffd" in value or "\x00" in value:
            raise InputError(f"query field {name[:40]!r} is not UTF-8 text")
        found[name] = value
    return found


def check_accepts(request: Request, medias: tuple[str, ...]) -> None:
    """Raises NotAcceptable when none of the forms of an answer is accepted (RFC 9110, 12.5.1)."""
    header = request.headers.get("accept", "")
    if not header.strip():
        return
    for each in header.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        if any(part.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for part in parameters):
            continue
        if any(name in {"*/*", media, f"{media.partition('/')[0]}/*"} for media in medias):
            return
    raise NotAcceptable("no form of this answer is accepted", hint=f"accept {' or '.join(medias)}")


def _too_large(most: int) -> LimitExceeded:
    return LimitExceeded(f"more than {most:,} bytes were sent", hint="send less")
