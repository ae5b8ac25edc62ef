"""Engagements of a home, and the book as it stood at a moment. A recorded engagement comes before one of the settings."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Final

from proofbook.assessment.scope import Scope
from proofbook.book.interface import BookReading
from proofbook.config.settings import Settings
from proofbook.errors import ConfigurationError
from proofbook.primitives.instants import format_instant, parse_period
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import parse_entry
from proofbook.wiring.home import Home

LONGEST_DAYS: Final = 3660
"""What was due is worked out day by day: a year that was mistyped must not take for ever."""


def size_at(book: BookReading, moment: datetime, size: int) -> int:
    """How many of the book's first `size` entries were recorded by a moment. Raises EntryDamaged."""
    return bisect_right(range(size), format_instant(moment), key=lambda index: parse_entry(book.entry(index)).recorded)


def find_scope(home: Home, projection: Projection, engagement: str, moment: datetime) -> Scope:
    """An engagement as recorded by a moment, else as the settings have it.

    Raises:
        ConfigurationError: neither knows it.
    """
    return read_scope(home.settings, projection.reader, engagement, moment)


def read_scope(settings: Settings, reader: Reader, engagement: str, moment: datetime) -> Scope:
    """As `find_scope`, of a projection that is open already."""
    found = _scope_of(settings, reader, engagement, moment)
    days = (found.period.last - found.period.first).days
    if days > LONGEST_DAYS:
        raise ConfigurationError(
            f"engagement {engagement}: {found.period.first} to {found.period.last} is longer than ten years",
            hint="correct its first or last day; an audit's period is months",
        )
    return found


def _scope_of(settings: Settings, reader: Reader, engagement: str, moment: datetime) -> Scope:
    instant, entity = format_instant(moment), settings.entity
    version = Documents(reader).current("engagement", engagement, instant)
    if version is None:
        if engagement not in _configured(settings):
            known = sorted(known_engagements(settings, reader, moment))
            raise ConfigurationError(
                f"engagement {engagement[:80]!r} is not known (known: {', '.join(known) or 'none'})",
                hint="record one (proofbook record template engagement), or add [[engagements]] to proofbook.toml",
            )
        chosen = settings.engagement(engagement)
        return Scope(
            chosen.id, entity, ("security",), "type_2", chosen.period, chosen.systems, chosen.environment, book_entity=entity
        )
    body = version.body
    return Scope(
        engagement=version.id,
        entity=body["entity"] or entity,
        categories=tuple(body["categories"]),
        type=body["type"],
        period=parse_period(body["first"], body["last"], body["zone"]),
        systems=tuple(body["systems"]),
        environment=body["environment"],
        firm=body["firm"],
        controls=None if body["controls"] is None else tuple(body["controls"]),
        source=version.entry,
        book_entity=entity,
    )


def known_engagements(settings: Settings, reader: Reader, moment: datetime) -> tuple[str, ...]:
    """Ids of all engagements: those recorded by a moment, then those that only the settings have."""
    recorded = (each.id for each in Documents(reader).listed("engagement", format_instant(moment)))
    return tuple(dict.fromkeys((*recorded, *_configured(settings))))


def _configured(settings: Settings) -> tuple[str, ...]:
    return tuple(each.id for each in settings.engagements)
