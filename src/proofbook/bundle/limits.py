"""How large the parts of an evidence room may be, each with its reason.

These caps bound what a reader of a room has to hold or walk before it has verified anything. A room that would pass one of them
is refused when it is written, so that no room leaves the house that a careful reader would refuse.
"""

from __future__ import annotations

from typing import Final

MAX_FILES: Final = 1_000_000
"""A billion entries make four million tiles; a room of a hundred million entries still fits."""

MAX_PATH_BYTES: Final = 240
"""Below the 255 bytes of one name on common file systems and the 260 characters of older Windows programs."""

MAX_MANIFEST_BYTES: Final = 512 * 1024 * 1024
"""A million files of five hundred bytes each."""

MAX_CHECKPOINTS: Final = 500
"""Earlier checkpoints kept in a room: one and more a day for a year; first and last are always kept."""

MAX_SLUG_CHARACTERS: Final = 60
"""Enough to recognise a model by; leaves room for the folder in a path."""
