"""What this room is given from outside: the door into the book, the roll, the store and its key, clock and randomness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from proofbook.people.attempts import RateLimits
from proofbook.people.passwords import Passwords
from proofbook.people.provider import Client
from proofbook.people.recording import Record
from proofbook.people.roll import RollSource
from proofbook.people.settings import SignInSettings
from proofbook.people.store import Store
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """See above. `source` is the id under which its entries are numbered (`portal`, `cli`)."""

    record: Record
    roll: RollSource
    store: Store
    key: bytes
    clock: Clock
    monotonic: Callable[[], float]
    entropy: Callable[[int], bytes]
    ids: IdSource
    source: str
    settings: SignInSettings = field(default_factory=SignInSettings)
    clients: tuple[Client, ...] = ()
    """How this portal is known to providers by which people sign in."""
    passwords: Passwords | None = None
    """None: hashed at the usual cost."""
    limits: RateLimits = field(default_factory=RateLimits)
