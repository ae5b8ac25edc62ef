"""Text whose every character can be seen, for whatever shows names and words that others wrote.

Promises: printable text is unchanged; controls, direction marks, private and zero-width characters become their code points, so
that a name can neither hide nor rearrange what stands beside it. Does not escape HTML, Markdown or terminals.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def visible(text: str, keep: str = "") -> str:
    """Text in which every character that cannot be seen, but those of `keep`, is replaced by its code point."""
    if text.isprintable():
        return text
    return "".join(each if each in keep or unicodedata.category(each) not in _HIDDEN else f"⟨U+{ord(each):04X}⟩" for each in text)
