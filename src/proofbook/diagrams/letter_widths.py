"""How wide letters are in a plain sans face of Helvetica's widths, in hundredths of the letter size.

The figures are what such faces have in common (Arial, Helvetica, Liberation Sans); a page that has none of them is shown
a face about a tenth wider, for which boxes have room. A table, so that no layout depends on what a machine has installed.
"""

from __future__ import annotations

from typing import Final

# fmt: off
ASCII: Final = (
    28, 28, 35, 56, 56, 89, 67, 19, 33, 33, 39, 58, 28, 33, 28, 28, 56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 28, 28, 58, 58,
    58, 56, 102, 67, 67, 72, 72, 67, 61, 78, 72, 28, 50, 67, 56, 83, 72, 78, 67, 78, 72, 67, 61, 72, 67, 94, 67, 67, 61, 28,
    28, 28, 47, 56, 33, 56, 56, 50, 56, 56, 28, 56, 56, 22, 22, 50, 22, 83, 56, 56, 56, 56, 33, 50, 28, 56, 50, 72, 50, 50,
    50, 33, 26, 33, 58,
)
"""U+0020 to U+007E."""

LATIN: Final = (
    28, 33, 56, 56, 56, 56, 26, 56, 33, 74, 37, 56, 58, 33, 74, 55, 40, 55, 33, 33, 33, 58, 54, 28, 33, 33, 37, 56, 83, 83,
    83, 61, 67, 67, 67, 67, 67, 67, 100, 72, 67, 67, 67, 67, 28, 28, 28, 28, 72, 72, 78, 78, 78, 78, 78, 58, 78, 72, 72, 72,
    72, 67, 67, 61, 56, 56, 56, 56, 56, 56, 89, 50, 56, 56, 56, 56, 28, 28, 28, 28, 56, 56, 56, 56, 56, 56, 56, 55, 61, 56,
    56, 56, 56, 50, 56, 50, 67, 56, 67, 56, 67, 56, 72, 50, 72, 50, 72, 50, 72, 50, 72, 61, 72, 56, 67, 56, 67, 56, 67, 56,
    67, 56, 67, 56, 78, 56, 78, 56, 78, 56, 78, 56, 72, 56, 72, 56, 28, 28, 28, 28, 28, 28, 28, 22, 28, 28, 73, 44, 50, 22,
    67, 50, 50, 56, 22, 56, 22, 56, 29, 56, 33, 56, 22, 72, 56, 72, 56, 72, 56, 60, 72, 56, 78, 56, 78, 56, 78, 56, 100, 94,
    72, 33, 72, 33, 72, 33, 67, 50, 67, 50, 67, 50, 67, 50, 61, 28, 61, 38, 61, 28, 72, 56, 72, 56, 72, 56, 72, 56, 72, 56,
    72, 56, 94, 72, 67, 50, 67, 61, 50, 61, 50, 61, 50, 22,
)
"""U+00A0 to U+017F."""
# fmt: on

BY_RANGE: Final = (
    (0x0300, 0x036F, 0),
    (0x0370, 0x03FF, 66),
    (0x0400, 0x052F, 72),
    (0x1100, 0x11FF, 100),
    (0x1AB0, 0x1AFF, 0),
    (0x1DC0, 0x1DFF, 0),
    (0x1E00, 0x1EFF, 67),
    (0x2010, 0x2027, 60),
    (0x20D0, 0x20FF, 0),
    (0x2E80, 0xA4CF, 100),
    (0xAC00, 0xD7FF, 100),
    (0xF900, 0xFAFF, 100),
    (0xFE00, 0xFE0F, 0),
    (0xFE20, 0xFE2F, 0),
    (0xFE30, 0xFE6F, 100),
    (0xFF00, 0xFFEF, 100),
    (0x1F000, 0x1FAFF, 130),
    (0x20000, 0x3FFFF, 100),
)
"""First, last, width: combining marks, Greek, Cyrillic, the square letters of East Asia, pictures. Ascending."""

OTHER: Final = 80
"""Everything else: wide enough for most scripts."""
