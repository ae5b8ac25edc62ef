"""What a head may say of a body without making it mean something else."""

from __future__ import annotations

import pytest

from proofbook.gateway.wire.body_type import OTHER_CHARSET, TWO_TYPES, find_type
from proofbook.gateway.wire.generic import OTHER, as_stated
from proofbook.gateway.wire.routes import find_route


@pytest.mark.parametrize(
    "stated",
    [
        b"application/json",
        b"application/json; charset=utf-8",
        b'application/json; charset="UTF-8"',
        b"application/json ;Charset=utf8; profile=x",
        b"text/plain;charset=us-ascii",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=sample",
        b"audio/wav",
        b"",
    ],
)
def test_a_type_that_leaves_the_bytes_as_they_are_passes(stated: bytes) -> None:
    """Clients say all kinds of things of JSON, and engines look at the bytes."""
    assert find_type(((b"host", b"x"), (b"content-type", stated))) == stated


@pytest.mark.parametrize(
    "stated",
    [
        b"application/json; charset=utf-7",
        b"application/json; charset=utf-16le",
        b"multipart/form-data; boundary=x; charset=utf-7",
        b"application/json; charset=utf-8; charset=utf-7",
        b"application/json; charset*=utf-7''x",
        b"application/json; charset = utf-8-sig",
        b'application/json; charset="utf-8',
        b"application/json; charset=",
    ],
)
def test_another_charset_is_refused(stated: bytes) -> None:
    """In UTF-7 a name that looks harmless is `model` to the server that believes the head."""
    assert find_type(((b"content-type", stated),)) is OTHER_CHARSET


def test_two_types_are_refused_and_none_is_fine() -> None:
    """One program takes the first, another the last."""
    assert find_type(((b"content-type", b"application/json"), (b"content-type", b"application/json"))) is TWO_TYPES
    assert find_type(((b"host", b"x"),)) == b""


def test_only_unknown_forms_are_read_by_their_type() -> None:
    """An API that is JSON stays JSON."""
    chat = find_route("POST", "/v1/chat/completions").dialect
    assert as_stated(chat, b"application/x-www-form-urlencoded") is chat
    assert as_stated(OTHER, b"application/json") is OTHER
    assert as_stated(OTHER, b"") is OTHER
    lined = as_stated(OTHER, b"Application/X-WWW-Form-Urlencoded; charset=utf-8")
    assert lined is not OTHER
    assert lined is as_stated(OTHER, b"application/x-www-form-urlencoded")
