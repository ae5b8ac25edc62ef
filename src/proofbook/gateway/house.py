"""What all exchanges of one gateway share: the journal, the engines, the clock, and the list of who is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from proofbook.gateway.admission import Admission
from proofbook.gateway.classifying import Screening
from proofbook.gateway.engines.choosing import Engines
from proofbook.gateway.engines.upstream import Upstream
from proofbook.gateway.exchange import Bounds
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.recording import Recording
from proofbook.primitives.instants import Clock


class Stoppable(Protocol):
    """Something under way that can be broken off."""

    def stop(self) -> None:
        """The gateway must stop now."""

    @property
    def held(self) -> int:
        """Bytes of its reply that are in memory."""

    def make_room(self) -> None:
        """It holds too much of what all may hold together."""


class Roster:
    """What is under way."""

    def __init__(self) -> None:
        self._members: set[Stoppable] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._members)

    def enter(self, member: Stoppable) -> None:
        """One more is under way."""
        self._members.add(member)
        self._empty.clear()

    def leave(self, member: Stoppable) -> None:
        """One is over."""
        self._members.discard(member)
        if not self._members:
            self._empty.set()

    async def emptied(self, seconds: float) -> bool:
        """Wait until none is under way; False when some still are after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    @property
    def held(self) -> int:
        """Bytes of replies in memory."""
        return sum([member.held for member in tuple(self._members)])

    def make_room(self, most: int) -> int:
        """Break off the largest until all together hold no more than so many bytes; how many were."""
        left, broken = self.held, 0
        if left > most:
            for member in sorted(self._members, key=lambda each: each.held, reverse=True):
                if left <= most:
                    break
                left -= member.held
                member.make_room()
                broken += 1
        return broken

    def stop(self) -> None:
        """Break off those that are under way."""
        for member in tuple(self._members):
            member.stop()


@dataclass(slots=True)
class Tally:
    """What the heartbeat counts, since the run began."""

    exchanges: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class House:
    """Shared by all passages."""

    recording: Recording
    knocking: Knocking
    clock: Clock
    bounds: Bounds
    upstreams: Mapping[str, Engines[Upstream]]
    """By system id."""
    fingerprint: Callable[[bytes], str]
    """Keyed fingerprint of a system prompt."""
    guardrail: str
    admission: Admission
    record_unknown: bool
    """Whether paths that no API knows are passed and recorded."""
    screening: Screening | None
    """Looks at requests before they are forwarded; None when no system asks for that."""
    fail_open: frozenset[str]
    """Systems that are served even while nothing can be recorded."""
    loop: asyncio.AbstractEventLoop
    tally: Tally = field(default_factory=Tally)
    open: Roster = field(default_factory=Roster)
