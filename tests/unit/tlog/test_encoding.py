"""One accepted spelling for each value."""

from __future__ import annotations

import pytest

from proofbook.errors import MalformedBundle
from proofbook.tlog.encoding import format_base64, parse_base64, parse_decimal, parse_hash, parse_lines


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("300", 300), ("9223372036854775807", 2**63 - 1)])
def test_plain_decimals_are_read(text: str, number: int) -> None:
    """The sizes and indexes of every format."""
    assert number == parse_decimal(text, "the size")


@pytest.mark.parametrize(
    "text", ["", "00", "01", "-1", "+1", " 1", "1 ", "1_0", "1e3", "\u0661", "1\n", "9223372036854775808", "9" * 5000]
)
def test_any_other_spelling_of_a_number_is_refused(text: str) -> None:
    """Two spellings of one size would let a signed text be changed without changing what it says."""
    with pytest.raises(MalformedBundle, match="the size"):
        parse_decimal(text, "the size")


def test_base64_reads_back() -> None:
    """Standard alphabet with padding."""
    assert format_base64(b"\xfb\xff") == "+/8="
    assert parse_base64("+/8=", "the hash") == b"\xfb\xff"


@pytest.mark.parametrize("text", ["-_8=", "+/8", "+/8==", "+/9=", "+/8=\n", " +/8=", "\u0661", "="])
def test_any_other_base64_is_refused(text: str) -> None:
    """Loose decoders disagree about what such text means."""
    with pytest.raises(MalformedBundle, match="base64"):
        parse_base64(text, "the hash")


def test_a_hash_has_32_bytes() -> None:
    """A shorter one could be met by brute force."""
    assert bytes(32) == parse_hash(format_base64(bytes(32)), "the root")
    with pytest.raises(MalformedBundle, match="the root has 31 bytes"):
        parse_hash(format_base64(bytes(31)), "the root")


def test_lines_are_split_at_newlines_only() -> None:
    """Other separators of Unicode stay inside a line, as in every other implementation."""
    assert parse_lines("a\u2028b\x85\n\nc\n".encode(), "the note") == ["a\u2028b\x85", "", "c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xff\n", "UTF-8"),
        (b"a", "newline"),
        (b"", "newline"),
        (b"a\r\n", "control"),
        (b"a\x00\n", "control"),
        (b"\t\n", "control"),
    ],
)
def test_text_that_is_no_text_is_refused(text: bytes, message: str) -> None:
    """The signed-note rules on characters."""
    with pytest.raises(MalformedBundle, match=message):
        parse_lines(text, "the note")
