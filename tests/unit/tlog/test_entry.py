"""Entry bundles: exactly the entries, nothing around them."""

from __future__ import annotations

import pytest

from proofbook.errors import LimitExceeded, MalformedBundle
from proofbook.tlog.entry import MAX_BUNDLE_BYTES, MAX_ENTRY_BYTES, format_entry_bundle, parse_entry_bundle


@pytest.mark.parametrize("entries", [(b"",), (b"a", b"", b"bc"), (b"x" * MAX_ENTRY_BYTES,), (b"e",) * 256])
def test_bundles_read_back(entries: tuple[bytes, ...]) -> None:
    """The smallest, empty, largest and most entries."""
    assert entries == parse_entry_bundle(format_entry_bundle(entries), len(entries))


def test_the_length_is_big_endian() -> None:
    """The byte order of the specification."""
    assert format_entry_bundle([b"hi", b""]) == b"\x00\x02hi\x00\x00"


@pytest.mark.parametrize("entries", [[], [b""] * 257, [b"x" * (MAX_ENTRY_BYTES + 1)]])
def test_what_does_not_fit_is_not_framed(entries: list[bytes]) -> None:
    """A length that wraps around would shift every entry after it."""
    with pytest.raises(LimitExceeded):
        format_entry_bundle(entries)


@pytest.mark.parametrize("width", [0, -1, 257])
def test_impossible_widths_are_refused(width: int) -> None:
    """The width comes from a path or a size, which may be forged."""
    with pytest.raises(MalformedBundle, match="1 to 256"):
        parse_entry_bundle(b"", width)


@pytest.mark.parametrize(
    ("bundle", "message"),
    [
        (b"", "ends inside entry 0"),
        (b"\x00", "ends inside entry 0"),
        (b"\x00\x02h", "ends inside entry 0"),
        (b"\x00\x01h", "ends inside entry 1"),
        (b"\x00\x01h\x00", "ends inside entry 1"),
        (b"\x00\x01h\x00\x00\x00", "goes on for 1 bytes"),
    ],
)
def test_truncated_and_padded_bundles_are_refused(bundle: bytes, message: str) -> None:
    """Bytes that belong to no entry are covered by no hash."""
    with pytest.raises(MalformedBundle, match=message):
        parse_entry_bundle(bundle, 2)


def test_an_endless_bundle_is_refused_before_it_is_walked() -> None:
    """256 entries of the largest size are the most there can be."""
    with pytest.raises(LimitExceeded, match="longer than"):
        parse_entry_bundle(bytes(MAX_BUNDLE_BYTES + 1), 1)
