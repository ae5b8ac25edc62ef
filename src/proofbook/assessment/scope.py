"""The engagement an assessment speaks of: whose, which days, which systems, which categories.

An engagement is a kept record; one that stands only in the settings gives the same value. Out-of-scope systems and categories
are left out everywhere, never shown as gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proofbook.primitives.instants import Period, format_instant

OF_SETTINGS: Final = "settings"
"""Where an engagement comes from of which there is no record."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is assessed. `systems` empty: all of the entity. `controls` None: all that support the criteria in scope."""

    engagement: str
    entity: str
    categories: tuple[str, ...]
    type: str
    period: Period
    systems: tuple[str, ...] = ()
    environment: str = "unknown"
    firm: str | None = None
    controls: tuple[str, ...] | None = None
    source: str = OF_SETTINGS
    """`settings`, or the entry id of the record it was read from."""
    book_entity: str | None = None
    """Entity whose book this is: records that state none belong to it. None: the engagement's."""

    @property
    def is_of_book_entity(self) -> bool:
        """Whether the engagement is about the entity whose book this is."""
        return self.book_entity in {None, self.entity}

    @property
    def since(self) -> str:
        """First instant of the period."""
        return format_instant(self.period.start)

    @property
    def until(self) -> str:
        """First instant after the period."""
        return format_instant(self.period.end)

    def includes(self, system: str | None) -> bool:
        """Whether a system is in scope; what belongs to no system (None) is."""
        return system is None or not self.systems or system in self.systems
