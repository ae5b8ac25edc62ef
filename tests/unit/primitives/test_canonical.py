"""One value, one byte string: whatever is hashed must never have two spellings."""

from __future__ import annotations

import json
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from proofbook.errors import LimitExceeded, MalformedRecord
from proofbook.primitives.canonical import MAX_DEPTH, MAX_INTEGER, canonical_bytes, parse_canonical, parse_json


class _Word(StrEnum):
    ONE = "one"


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    """Two writers of one value must produce one hash."""
    assert canonical_bytes({"b": [1, True, None], "a": {"z": "ü", "A": -0}}) == '{"a":{"A":0,"z":"ü"},"b":[1,true,null]}'.encode()


def test_tuples_are_arrays() -> None:
    """Frozen values hold tuples; they must hash as the arrays they are published as."""
    assert canonical_bytes((1, (2,))) == b"[1,[2]]"


@pytest.mark.parametrize("value", [MAX_INTEGER, -MAX_INTEGER])
def test_the_largest_exact_integers_are_kept(value: int) -> None:
    """Up to here every JSON reader sees the same number."""
    assert parse_canonical(canonical_bytes(value)) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (MAX_INTEGER + 1, "outside"),
        (-MAX_INTEGER - 1, "outside"),
        (1.5, "float"),
        ({"a": {"b": [0.0]}}, r"\$\.a\.b\[0\]"),
        ({"ü": 1}, "not ASCII"),
        ({1: 1}, "not ASCII"),
        ("\ud800", "lone surrogate"),
        (b"bytes", "bytes has no canonical form"),
        (_Word.ONE, "_Word has no canonical form"),
        (MappingProxyType({}), "mappingproxy"),
    ],
)
def test_what_has_no_canonical_form_is_named_by_its_path(value: Any, words: str) -> None:
    """A float that slipped in would hash differently elsewhere; the message says where it is."""
    with pytest.raises(MalformedRecord, match=words):
        canonical_bytes(value)


def test_depth_is_bounded_before_any_parser_suffers() -> None:
    """Hostile nesting must meet our limit, not the stack."""
    assert canonical_bytes(_nested(MAX_DEPTH))
    with pytest.raises(LimitExceeded, match="nested deeper"):
        canonical_bytes(_nested(MAX_DEPTH + 1))
    with pytest.raises(LimitExceeded, match="nested deeper"):
        canonical_bytes({"k" * 60: {"l" * 60: _nested(MAX_DEPTH)}})


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b"[1,]", b"-0", b"01", b'"\\u0041"', b"[1]\n", b"", b"\xff", b"nul", b"\xef\xbb\xbf1"]
)
def test_another_spelling_is_refused(data: bytes) -> None:
    """A reader that accepted it would accept bytes that were never hashed."""
    with pytest.raises(MalformedRecord):
        parse_canonical(data)


@pytest.mark.parametrize("text", ["1.0", "1e3", "NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_not_integers_are_refused(text: str) -> None:
    """Nothing in an entry may depend on how a language prints floats."""
    with pytest.raises(MalformedRecord, match="is not an integer"):
        parse_json(text.encode())


def test_a_key_given_twice_is_named() -> None:
    """Two readers may pick different ones of the two."""
    with pytest.raises(MalformedRecord, match="'twice' appears twice"):
        parse_json(b'{"once":1,"twice":1,"other":2,"twice":3}')


@pytest.mark.timeout(20)
def test_a_large_object_with_a_repeated_key_is_refused_at_once() -> None:
    """Finding the repeated key must not take the square of the keys."""
    keys = ",".join(f'"k{number}":1' for number in range(200_000))
    with pytest.raises(MalformedRecord, match="'k199999' appears twice"):
        parse_json(f'{{{keys},"k199999":2}}'.encode())


def test_an_absurdly_long_number_is_refused() -> None:
    """Python's own cap on digits must leave as our error."""
    with pytest.raises(MalformedRecord, match="too long"):
        parse_json(b"1" * 5000)


def test_absurd_nesting_is_refused() -> None:
    """Bytes from outside must not end in a RecursionError."""
    with pytest.raises(LimitExceeded):
        parse_json(b"[" * 200_000)
    with pytest.raises(LimitExceeded):
        parse_canonical(json.dumps(_nested(MAX_DEPTH + 1)).encode())


def test_strict_json_is_read_in_any_spelling() -> None:
    """Hand-written documents are not canonical and need not be."""
    assert parse_json(b'{ "b" : [ 1 ],\n "a" : "\\u00fc" }') == {"b": [1], "a": "ü"}
