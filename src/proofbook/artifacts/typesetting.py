"""Documents by Typst, where that is installed.

Promises: the same values give the same bytes (fixed time, the fonts that come with Typst, no system fonts); declared PDF/A-3a
and PDF/UA-1, which Typst checks while it writes (no independent validator has looked). Nothing is fetched. Typst works in a
process of its own (`press`), so no memory stays taken here.
Hostile input: values go in as one JSON text and come out as text; no Typst source is made from them. Characters that the fonts
do not have are shown as code points (the other forms hold them as they are).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Any, Final

from proofbook.artifacts.press import SHARED
from proofbook.errors import UnavailableError
from proofbook.primitives.visible import visible

STANDARDS: Final = ("a-3a", "ua-1")
_DRAWN: Final = frozenset({*range(0x20, 0x7F), *range(0xA1, 0x180), *range(0x391, 0x3CA), *range(0x410, 0x450)} - {0xAD})
"""Printable ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic letters: all in the fonts Typst brings."""

_MARKS: Final = frozenset("–—‘’“”…·⟨⟩⟦⟧≥≤→\n")
_AS_THEY_ARE: Final = frozenset({"paper"})
"""Keys whose values are drawings: markup, not text."""


def is_available() -> bool:
    """Whether Typst is installed."""
    return find_spec("typst") is not None


def typeset(package: str, template: str, page: Mapping[str, Any], date: datetime) -> bytes:
    """The PDF that a package's template makes of `page`, dated `date`. Raises UnavailableError: Typst is missing or refuses."""
    if not is_available():
        raise UnavailableError("typst is not installed", hint="install proofbook[documents]")
    with as_file(files(package).joinpath("templates", template)) as source:
        return SHARED.make(
            {
                "source": str(source),
                "page": json.dumps(_drawable(page), ensure_ascii=False, sort_keys=True),
                "date": date.astimezone(UTC).strftime("%Y-%m-%d"),
                "timestamp": int(date.timestamp()),
                "standards": STANDARDS,
            }
        )


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        shown = visible(value, keep="\n")
        return "".join(each if ord(each) in _DRAWN or each in _MARKS else f"⟨U+{ord(each):04X}⟩" for each in shown)
    if isinstance(value, Mapping):
        return {key: each if key in _AS_THEY_ARE else _drawable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_drawable(each) for each in value]
    return value
