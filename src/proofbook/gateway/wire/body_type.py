"""What a request's head says of its body, held against how the body is read here: as UTF-8, whatever its type.

Engines differ in what they believe. Ollama and llama.cpp look at the bytes alone; servers made with Python frameworks take field
names and values of forms in the charset that the head states, and some take JSON so. Promises: a head under which a program could
read other names than the record has is refused before the body is read. Does not: demand a type; clients often send JSON as
`application/x-www-form-urlencoded`, as curl does unasked, and are served.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from proofbook.gateway.http.head import Header
from proofbook.gateway.refusal import Refusal, malformed

TWO_TYPES: Final = malformed("The request states its Content-Type twice, which programs read differently. Send it once.")
OTHER_CHARSET: Final = malformed(
    "The request states a charset other than UTF-8, in which a program could read another body than the record has. Send UTF-8.",
    status=415,
)
URLENCODED: Final = b"application/x-www-form-urlencoded"

_USUAL: Final = frozenset((b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"))
_CHARSET: Final = re.compile(rb"charset", re.IGNORECASE)
_UTF8: Final = re.compile(rb"""; *charset *= *(?:utf-?8|us-ascii|ascii|"utf-?8"|"us-ascii"|"ascii") *(?=;|\Z)""", re.IGNORECASE)


def find_type(headers: Iterable[Header]) -> bytes | Refusal:
    """The type a head states, empty when none; a refusal when it could make the body mean something else."""
    stated: bytes | None = None
    for name, value in headers:
        if name == b"content-type":
            if stated is not None:
                return TWO_TYPES
            stated = value
    if stated is None or stated in _USUAL:
        return stated or b""
    return stated if is_utf8(stated) else OTHER_CHARSET


def is_utf8(stated: bytes) -> bool:
    """Whether a type states no charset but UTF-8 or the part of it that is ASCII."""
    return len(_CHARSET.findall(stated)) == len(_UTF8.findall(stated))


def is_urlencoded(stated: bytes) -> bool:
    """Whether a type is that of fields in one line, as HTML's first form encoding has them."""
    return stated.partition(b";")[0].strip().lower() == URLENCODED
