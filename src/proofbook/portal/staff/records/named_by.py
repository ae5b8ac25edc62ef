"""Records that name something: another record, model bytes, an exchange. Values for any page that speaks of it.

Promises: only newest versions count; a few of each kind, the last changed first; signatures stand apart. Quick in every book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proofbook.portal.staff.records.kinds import Kind, kind_of
from proofbook.portal.staff.records.labels import lower_first
from proofbook.readmodel import heads
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.heads import Pointing

SHOWN: Final = 4
"""Of each kind."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """Records of one kind that name something; `more`: there are others."""

    kind: Kind
    pointing: tuple[Pointing, ...]
    more: bool

    @property
    def many(self) -> str:
        """What they are called inside a sentence."""
        return lower_first(self.kind.many)


def named_by(reader: Reader, kind: str, name: str) -> tuple[Pointers, ...]:
    """By kind, in the order of their names."""
    found = []
    for other, pointing in heads.pointing_to(reader, kind, name, SHOWN + 1):
        called = kind_of(other)
        if called is not None and other != "sign_off":
            found.append(Pointers(called, pointing[:SHOWN], len(pointing) > SHOWN))
    return tuple(found)
