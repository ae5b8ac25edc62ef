"""Opening sealed content for the portal: redacted, recorded first, in the name of who looks."""

from __future__ import annotations

from proofbook.portal.surroundings import Revealed
from proofbook.records.envelope import Actor
from proofbook.vault.reader import Absent
from proofbook.wiring import contents
from proofbook.wiring.desk import LingeringDoor
from proofbook.wiring.home import Home


class HomeRevealing:
    """The sealed content of a home."""

    def __init__(self, home: Home, door: LingeringDoor) -> None:
        self._home = home
        self._door = door

    def reveal(self, exchange: str, slot: str, *, purpose: str, actor: Actor, unredacted: bool = False) -> Revealed | None:
        """The content, redacted unless told otherwise, after recording who looks, why, and at what; None: it was shredded."""
        with self._door.recorder() as recorder:
            found = contents.reveal(self._home, recorder, exchange, slot, purpose=purpose, actor=actor, unredacted=unredacted)
        return None if isinstance(found, Absent) else Revealed(found.text, found.counts, found.left_out)
