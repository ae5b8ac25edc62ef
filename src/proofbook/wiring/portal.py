"""Putting the page together for a home and running it until it is told to stop.

It runs in a process of its own, so that looking never slows traffic.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from proofbook import __version__
from proofbook.assessment.scope import OF_SETTINGS, Scope
from proofbook.book.reader import BookReader
from proofbook.config.settings import OF_THIS_MACHINE, Settings
from proofbook.errors import ConfigurationError, MalformedRecord, ProofbookError, StoreUnavailable
from proofbook.journal.receipt import Submission
from proofbook.people.passwords import Passwords
from proofbook.people.people import People
from proofbook.portal.access import Access
from proofbook.portal.serving import Listening, serve
from proofbook.portal.surroundings import PortalSources, Stated
from proofbook.portal.working import Works
from proofbook.readmodel.connection import Reader
from proofbook.records.envelope import Draft
from proofbook.wiring.beside import anchored
from proofbook.wiring.delivering import HomeDelivering
from proofbook.wiring.desk import HomeWriting, LingeringDoor
from proofbook.wiring.engagements import known_engagements, read_scope
from proofbook.wiring.home import Home
from proofbook.wiring.people import open_people
from proofbook.wiring.reading import open_vault
from proofbook.wiring.revealing import HomeRevealing
from proofbook.wiring.system import CLOCK, ENTROPY, IDS, MONOTONIC

SOURCE: Final = "portal"
SWEEP_SECONDS: Final = 60.0
SWEEP_FAILED: Final = "portal.sweep_failed"
LOG = structlog.get_logger()


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

    def stated(self, reader: Reader, moment: datetime) -> tuple[Stated, ...]:
        """All of them with their days; those whose days cannot be read are left out."""
        found = []
        for each in self.known(reader, moment):
            with suppress(ConfigurationError, MalformedRecord):
                scope = self.scope(reader, each, moment)
                found.append(Stated(each, scope.period, scope.source != OF_SETTINGS))
        return tuple(found)


def make_sources(home: Home) -> PortalSources:
    """What the pages need of a home to show it, and nothing else. Raises ConfigurationError: no identity, or no book."""
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
        secure=home.settings.portal.secure,
        zone=home.settings.portal.zone,
        api_requests_a_minute=home.settings.portal.api_requests_a_minute,
        witnesses=home.settings.witnesses,
        quorum=home.settings.witnessing.quorum,
    )


@contextmanager
def open_sources(home: Home, *, passwords: Passwords | None = None) -> Iterator[PortalSources]:
    """What the pages need of a home to show it, write into its book and let people in.

    Raises:
        ConfigurationError: no identity, no book, or no key of the people. StoreUnavailable: what cannot be opened.
    """
    with closing(LingeringDoor(home)) as door:
        writing = HomeWriting(home, door)
        with (
            open_people(home, writing.record, source=SOURCE, passwords=passwords) as people,
            _sweeping(people),
            closing(Works(IDS.new)) as works,
        ):
            yield replace(
                make_sources(home),
                writing=writing,
                accounts=people,
                people=people,
                witness=people,
                revealing=HomeRevealing(home, door),
                delivering=HomeDelivering(home, door),
                open_vault=lambda: open_vault(home),
                ids=IDS,
                works=works,
            )


def run_portal(home: Home, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` gets the address to open, key included.

    Raises:
        ConfigurationError: there is no book, or the address cannot be listened on.
    """
    at = _listening(home)
    access = Access(entropy=ENTROPY, monotonic=MONOTONIC, lasting=at.host in OF_THIS_MACHINE)
    with open_sources(home) as sources, anchored(home, _record_by(sources)):
        serve(replace(sources, settle=settle_memory), access, at, ready=ready)


def settle_memory() -> None:
    """Leave what was assessed alone until the next time: searching it for garbage held up every eighth page by 0.2 s.

    What went out of use since the last time is let go of first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _record_by(sources: PortalSources) -> Callable[[Draft], object]:
    def record(draft: Draft) -> object:
        if sources.writing is None:
            raise StoreUnavailable("this portal only shows")
        return sources.writing.record([Submission(draft)])

    return record


@contextmanager
def _sweeping(people: People) -> Iterator[None]:
    """What comes due with time alone, every minute, in a thread."""
    stopped = threading.Event()

    def sweep() -> None:
        while not stopped.wait(SWEEP_SECONDS):
            try:
                people.sweep()
            except ProofbookError as error:
                LOG.warning(SWEEP_FAILED, code=error.code)

    thread = threading.Thread(target=sweep, name="sweeping", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(10)


def _listening(home: Home) -> Listening:
    settings = home.settings.portal
    certificate, key = settings.certificate_file, settings.key_file
    if certificate is None or key is None:
        return Listening(settings.host, settings.port, settings.names)
    return Listening(settings.host, settings.port, settings.names, home.path / certificate, home.path / key)
