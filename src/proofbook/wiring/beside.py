"""What runs beside traffic and pages only where it is configured; its libraries are not loaded where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from proofbook.records.envelope import Draft
from proofbook.wiring.home import Home


@contextmanager
def anchored(home: Home, record: Callable[[Draft], object]) -> Iterator[None]:
    """Have the book witnessed and time-stamped on the schedule of the settings for the length of a `with` block."""
    if not (home.settings.witnesses or home.settings.timestamps):
        yield
        return
    from proofbook.wiring.anchoring import anchoring

    with anchoring(home, record):
        yield
