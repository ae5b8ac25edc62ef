"""Our canonical bytes against a general implementation of RFC 8785, on random documents of the subset."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.primitives.canonical import MAX_INTEGER, canonical_bytes, parse_canonical, parse_json

KEYS = st.text(st.characters(max_codepoint=127), max_size=12)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-MAX_INTEGER, MAX_INTEGER), TEXTS)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(KEYS, inner, max_size=6)), max_leaves=40
)


@settings(max_examples=400)
@given(DOCUMENTS)
def test_bytes_are_those_of_the_reference(document: Any) -> None:
    """A verifier with any RFC 8785 library must come to our hashes."""
    assert canonical_bytes(document) == rfc8785.dumps(document)


@given(DOCUMENTS)
def test_a_document_comes_back_as_it_went(document: Any) -> None:
    """And in no other spelling: one space more is refused by the strict reader and read by the tolerant one."""
    data = canonical_bytes(document)
    assert parse_canonical(data) == document
    assert parse_json(b" " + data) == document


@settings(max_examples=400)
@given(st.one_of(st.binary(max_size=80), st.text('[]{}":,0123456789.-+eEtruefalsn\\ud8', max_size=60).map(str.encode)))
def test_hostile_bytes_are_read_canonically_or_refused(data: bytes) -> None:
    """Nothing but our input errors leaves the reader."""
    try:
        value = parse_canonical(data)
    except InputError:
        return
    assert canonical_bytes(value) == data
