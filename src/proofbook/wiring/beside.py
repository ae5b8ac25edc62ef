"""What runs beside traffic and pages only where it is configured; its libraries are not loaded where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from proofbook.book.reader import BookReader
from proofbook.config.settings import Settings
from proofbook.errors import ProofbookError
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


def describe_outside(settings: Settings) -> dict[str, list[str]]:
    """Witnesses, quorum and authorities in words for the record and for whoever checks settings; nothing where there are none."""
    found: dict[str, list[str]] = {}
    if settings.witnesses:
        found["witnesses"] = [f"{each.name} {each.vkey} {each.url}" for each in settings.witnesses]
        found["witnessing"] = [f"quorum {settings.witnessing.quorum}", f"every {settings.witnessing.every_seconds} seconds"]
    if settings.timestamps:
        found["timestamps"] = [f"{each.name} {each.url} every {each.every_hours} hours" for each in settings.timestamps]
    return found


def ask_for_room(home: Home, record: Callable[[Draft], object], book: BookReader) -> int | None:
    """Ask the witnesses about the newest checkpoint before a room of an open period is made as of it.

    The size of a checkpoint that as many cosigned as the settings ask for, and that covers what the book held when this was
    called; None without one: then the room is as of the newest, and says by whom it is signed.
    """
    if not home.settings.witnesses:
        return None
    from proofbook.anchoring.seen import read_cosignatures
    from proofbook.wiring.anchoring import witness_now

    size = book.size()
    try:
        witness_now(home, record)
    except ProofbookError:  # another process asks, or the book cannot take an entry now: the room is made all the same
        return None
    with BookReader(home.book) as renewed:
        found = renewed.latest_cosigned()
    if found is None or found.size < size:
        return None
    seen = read_cosignatures(found.note, book.origin, home.settings.witnesses, home.settings.witnessing.quorum)
    return found.size if seen.reached else None
