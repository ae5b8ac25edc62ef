"""Imports of processes that run for long, without what they have no use for.

Promises: what is left out can be imported afterwards by whoever needs it. Does not: change how anything behaves; the packages
that are imported look for the others by themselves and do without them.
"""

from __future__ import annotations

import sys
from typing import Final

_DECORATION: Final = ("rich", "greenlet")
"""What structlog imports wherever it is installed, to colour tracebacks on terminals: 4 MiB, with all that rich imports."""


def import_logging() -> None:
    """Import the log library alone. Before anything that imports it; our logs are JSON lines and have no colours."""
    absent = [name for name in _DECORATION if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # importing it raises ImportError, as where it is not installed
    try:
        import structlog  # noqa: F401  # for the rest of the process
    finally:
        for name in absent:
            del sys.modules[name]
