"""The engagement a visitor of the room is confined to, and what they do in it.

Promises: the engagement comes from the account, never from the address; whoever has none is in no engagement's room.
"""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.assessment.scope import Scope
from proofbook.errors import RefusedError
from proofbook.fieldwork.acting import Act, Side
from proofbook.fieldwork.parts import Pinned
from proofbook.portal.assessing import Assessed
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant

SOURCE = "portal:auditing"


@dataclass(frozen=True, slots=True)
class Engaged:
    """One auditor at one moment."""

    id: str
    scope: Scope
    act: Act


def enter(desk: Desk) -> Engaged:
    """The room of whoever asks. Raises RefusedError without an engagement, ConfigurationError when it is gone."""
    visitor = desk.known
    if visitor.engagement is None:
        raise RefusedError("this account belongs to no engagement", hint="whoever administers accounts names one")
    scope = desk.sources.engagements.scope(desk.reader, visitor.engagement, desk.now)
    return Engaged(visitor.engagement, scope, Act(visitor.actor, Side.AUDITOR, format_instant(desk.now), SOURCE))


def assessed(desk: Desk) -> Assessed:
    """The engagement as assessed, at a place that assesses."""
    return desk.assessments().assess(desk, enter(desk).id)


def pinned(desk: Desk) -> Pinned:
    """The log this home belongs to."""
    return Pinned(desk.sources.origin, desk.sources.vkey)
