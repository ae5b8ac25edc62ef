"""Licence names as hubs write them, brought to the public SPDX spelling where that is certain.

Promises: a name is only mapped when it is in the table (or differs from an entry by case); everything else keeps its own words
and is marked as a named licence. Does not read licence texts: a text is identified by its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNKNOWN = "unknown"

_SPDX = (
    "Apache-2.0",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSL-1.0",
    "ISC",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0",
    "GPL-2.0-only",
    "GPL-3.0-only",
    "LGPL-2.1-only",
    "LGPL-3.0-only",
    "AGPL-3.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-or-later",
    "AGPL-3.0-or-later",
    "MPL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "ECL-2.0",
    "AFL-3.0",
    "Artistic-2.0",
    "MS-PL",
    "NCSA",
    "OFL-1.1",
    "OSL-3.0",
    "PostgreSQL",
    "ODbL-1.0",
    "PDDL-1.0",
    "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0",
    "CDLA-Sharing-1.0",
    "WTFPL",
)
_BY_LOWER: Mapping[str, str] = MappingProxyType({name.lower(): name for name in _SPDX})


def normalise_licence(declared: str) -> tuple[str, bool]:
    """A declared licence -> (SPDX id, True) when the id is certain, else (the words as declared, False); `unknown` when empty.

    Hub ids such as `llama3.1`, `gemma`, `openrail`, `other`, and version-less ids such as `gpl-3.0` (which does not say whether
    later versions apply) stay as they are.
    """
    words = " ".join(declared.split())[:200]
    if not words:
        return UNKNOWN, False
    exact = _BY_LOWER.get(words.lower())
    return (words, False) if exact is None else (exact, True)
