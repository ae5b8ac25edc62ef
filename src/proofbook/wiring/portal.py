"""Putting the page together for a home and running it until it is told to stop.

It runs in a process of its own, so that looking never slows traffic.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from proofbook import __version__
from proofbook.assessment.scope import Scope
from proofbook.book.reader import BookReader
from proofbook.config.settings import Settings
from proofbook.portal.access import Access
from proofbook.portal.serving import Listening, serve
from proofbook.portal.surroundings import PortalSources
from proofbook.readmodel.connection import Reader
from proofbook.wiring.desk import HomeWriting, LingeringDoor
from proofbook.wiring.engagements import known_engagements, read_scope
from proofbook.wiring.home import Home
from proofbook.wiring.system import CLOCK, ENTROPY, MONOTONIC


@dataclass(frozen=True, slots=True)
class HomeEngagements:
    """Engagements on record and in the settings of a home."""

    settings: Settings

    def known(self, reader: Reader, moment: datetime) -> tuple[str, ...]:
        """Ids: those on record, then those that only the settings have."""
        return known_engagements(self.settings, reader, moment)

    def scope(self, reader: Reader, engagement: str, moment: datetime) -> Scope:
        """One of them. Raises ConfigurationError."""
        return read_scope(self.settings, reader, engagement, moment)


def make_sources(home: Home, door: LingeringDoor | None = None) -> PortalSources:
    """What the pages need of a home; without a `door` they only show. Raises ConfigurationError: no identity, or no book."""
    identity, gateway = home.identity(), home.settings.gateway
    BookReader(home.book).close()
    return PortalSources(
        entity=home.settings.entity,
        origin=identity.origin,
        vkey=identity.vkey,
        open_book=lambda: BookReader(home.book),
        projection=home.readmodel,
        engagements=HomeEngagements(home.settings),
        clock=CLOCK,
        monotonic=MONOTONIC,
        version=__version__,
        gateway=None if gateway is None else f"http://{gateway.host}:{gateway.port}/v1",
        heartbeat_seconds=60.0 if gateway is None else gateway.heartbeat_seconds,
        writing=None if door is None else HomeWriting(home, door),
        secure=home.settings.portal.secure,
    )


def run_portal(home: Home, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` gets the address to open, key included.

    Raises:
        ConfigurationError: there is no book, or the address cannot be listened on.
    """
    access = Access(entropy=ENTROPY, monotonic=MONOTONIC)
    with closing(LingeringDoor(home)) as door:
        serve(make_sources(home, door), access, _listening(home), ready=ready)


def _listening(home: Home) -> Listening:
    settings = home.settings.portal
    certificate, key = settings.certificate_file, settings.key_file
    if certificate is None or key is None:
        return Listening(settings.host, settings.port, settings.names)
    return Listening(settings.host, settings.port, settings.names, home.path / certificate, home.path / key)
