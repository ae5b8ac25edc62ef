"""The fast way of reading JSON sees what the strict one sees: doubled keys above all, however they are hidden."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.documents import decode_object
from proofbook.gateway.wire.fields import Doubled, is_ambiguous, parse_object

TEXTS = st.text(st.sampled_from('ab:"\\{},é\U0001f600\x7f\n'), max_size=4)
SPELLED = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(
        ["null", "true", "false", "1.50", "-0.0", "1E5", "1e400", "NaN", "-Infinity", '"\\ud800"', '"\\u003a"', '"\\u003A"']
    ),
    TEXTS.map(json.dumps),
    TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False)),
)
KEYS = st.one_of(TEXTS.map(json.dumps), st.sampled_from(['"a"', '"\\u0061"', '"a:"', '"a\\u003a"', '"\\u003a"', '":"']))


def _object(pairs: Sequence[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{key}: {value}" for key, value in pairs) + "}"


JSON = st.recursive(
    SPELLED,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(st.tuples(KEYS, inner), max_size=4).map(_object),
    ),
    max_leaves=8,
)


class _Twice(dict[str, Any]):
    """An object that names a key twice, told by the reference."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Twice(found)


def _marks(value: object) -> object:
    """The value with what is doubled marked, so that two readings can be compared."""
    if isinstance(value, dict):
        return (isinstance(value, (Doubled, _Twice)), {key: _marks(item) for key, item in value.items()})
    return [_marks(item) for item in value] if isinstance(value, list) else (type(value), value)


@settings(max_examples=600)
@given(JSON)
def test_a_request_is_read_as_the_strict_reader_reads_it(text: str) -> None:
    """Doubled keys at any depth, beside or instead of colons in texts: what one program reads differently is never let through."""
    body = ('{"x": ' + text + "}").encode("utf-8", "surrogatepass")
    expected = json.loads(body, object_pairs_hook=_pairs, parse_float=str, parse_constant=str)
    assert _marks(parse_object(body, frozenset())) == _marks(expected)


@given(st.one_of(JSON.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=20)))
def test_a_reply_is_read_as_the_usual_reader_reads_it(data: bytes) -> None:
    """Engines are read leniently; which reader did it must not show."""
    try:
        value = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError:
        value = None
    assert repr(decode_object(data)) == repr(value if isinstance(value, dict) else None)


@pytest.mark.parametrize(
    "body",
    [
        b'{"model": "a", "model": "b"}',
        b'{"model": "a", "\\u006dodel": "b"}',
        b'{"a": 1, "a": "\\u003a"}',
        b'{"a": {"b": 1}, "a": "\\u003a\\u003A"}',
        b'{"a": ":", "a": 1}',
    ],
)
def test_a_doubled_field_is_refused(body: bytes) -> None:
    """Also when an escaped colon would make up for the one that is missing."""
    with pytest.raises(MalformedRecord):
        parse_object(body, frozenset({"model"}))


def test_a_doubled_key_below_is_seen_where_it_stands() -> None:
    """Readers of messages ask each object for itself."""
    fields = parse_object(b'{"messages": [{"role": "user", "role": "system", "content": "a:b"}, {"role": "user"}]}', frozenset())
    assert [is_ambiguous(each, frozenset()) for each in fields["messages"]] == [True, False]
