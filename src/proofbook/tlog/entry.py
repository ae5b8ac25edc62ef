"""Entry bundles of C2SP tlog-tiles: each entry behind its big-endian 16-bit length.

Promises: exactly the entries that went in, in order; nothing before, between or after them.
Does not: look inside an entry or hash it.
Hostile input: a truncated, padded or over-long bundle raises MalformedBundle or LimitExceeded before anything large is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from proofbook.errors import LimitExceeded, MalformedBundle
from proofbook.tlog.tile import TILE_WIDTH

MAX_ENTRY_BYTES: Final = 0xFFFF
"""The length prefix has 16 bits. Our own entries stop earlier, at 48 KiB, so that framing never decides what fits."""

MAX_BUNDLE_BYTES: Final = TILE_WIDTH * (MAX_ENTRY_BYTES + 2)
"""256 entries of the largest size: 16 MiB. A longer file cannot be a bundle and is refused before it is walked."""

_LENGTH_BYTES: Final = 2


def format_entry_bundle(entries: Sequence[bytes]) -> bytes:
    """1 to 256 entries -> the bytes of a bundle. Raises LimitExceeded for an entry over 65,535 bytes or too many entries."""
    if not 0 < len(entries) <= TILE_WIDTH:
        raise LimitExceeded(f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    parts: list[bytes] = []
    for position, entry in enumerate(entries):
        if len(entry) > MAX_ENTRY_BYTES:
            raise LimitExceeded(f"entry {position} of the bundle has {len(entry)} bytes; the format allows {MAX_ENTRY_BYTES}")
        parts += (len(entry).to_bytes(_LENGTH_BYTES, "big"), entry)
    return b"".join(parts)


def parse_entry_bundle(bundle: bytes, width: int) -> tuple[bytes, ...]:
    """The entries of a bundle that must hold exactly `width` of them. Raises MalformedBundle or LimitExceeded."""
    if not 0 < width <= TILE_WIDTH:
        raise MalformedBundle(f"a bundle holds 1 to {TILE_WIDTH} entries, not {width}")
    if len(bundle) > MAX_BUNDLE_BYTES:
        raise LimitExceeded(f"a bundle of {len(bundle)} bytes is longer than {TILE_WIDTH} entries can be")
    entries = []
    position = 0
    for number in range(width):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(bundle[position:start], "big")
        if start > len(bundle) or position > len(bundle):
            raise MalformedBundle(f"the bundle ends inside entry {number} of {width}")
        entries.append(bundle[start:position])
    if position != len(bundle):
        raise MalformedBundle(f"the bundle goes on for {len(bundle) - position} bytes after its {width} entries")
    return tuple(entries)
