"""Strict reading: one spelling for one value, nothing else, and nothing that steers a terminal."""

from __future__ import annotations

import pytest

from proofbook.verify.encoding import Damage, parse_base64, parse_canonical, parse_document, safe_text, show

REFUSED = [
    b"",
    b"{",
    b'{"a":1,"a":1}',
    b'{"b":1,"a":2}',
    b'{"a": 1}',
    b"1.0",
    b"1e2",
    b"-0",
    b"01",
    b"NaN",
    b"Infinity",
    b"9007199254740992",
    b"-9007199254740992",
    b"9" * 5000,
    b'"\\u0041"',
    b'"\\/"',
    b'"\\ud800"',
    b'"\xed\xa0\x80"',
    b"\xff",
    b"\xef\xbb\xbf1",
    '{"é":1}'.encode(),
    b"[" * 65 + b"]" * 65,
    b"[" * 100_000,
    b'{"a":' * 70 + b"1" + b"}" * 70,
    b"1 ",
    b"1\n",
]
ACCEPTED = [
    b"null",
    b"9007199254740991",
    b'{"a":[true,false,null,"x\\n\\u0001"]}',
    '"grüße ☃ 😀"'.encode(),
    b"[" * 64 + b"]" * 64,
]


@pytest.mark.parametrize("data", REFUSED, ids=lambda data: repr(data[:20]))
def test_anything_with_a_second_spelling_or_outside_the_subset_is_refused(data: bytes) -> None:
    """Two byte strings for one value are room for two readings of one entry."""
    with pytest.raises(Damage) as caught:
        parse_canonical(data, "place")
    assert caught.value.place == "place"


@pytest.mark.parametrize("data", ACCEPTED)
def test_canonical_bytes_are_accepted(data: bytes) -> None:
    """The strictness must not refuse what writers write."""
    parse_canonical(data, "place")


@pytest.mark.parametrize("data", [b"{}", b"{}\n\n", b"\n"])
def test_document_is_canonical_json_and_one_newline(data: bytes) -> None:
    """Files of a room have one form too."""
    with pytest.raises(Damage):
        parse_document(data, "place")


@pytest.mark.parametrize("text", ["QQ", "QR==", "QQ==\n", "Q Q=", "é", "QQ=="[::-1]])
def test_base64_in_a_second_spelling_is_refused(text: str) -> None:
    """Trailing bits that mean nothing would make signatures malleable."""
    with pytest.raises(Damage):
        parse_base64(text, "place")


@pytest.mark.parametrize("text", ["\x1b[2J", "\u202e", "\x00", "\r\n", "\u2028", "\x9b31m", "\ud800"])
def test_control_and_direction_characters_never_reach_the_terminal(text: str) -> None:
    """Names in a room are hostile; a report that can be repainted proves nothing."""
    for shown in (show(f"a{text}b"), safe_text(f"a{text}b")):
        assert shown.isprintable()
        assert text not in shown


def test_shown_values_are_cut() -> None:
    """A megabyte in one cell must not bury the report."""
    assert len(show("x" * 10_000)) < 200
