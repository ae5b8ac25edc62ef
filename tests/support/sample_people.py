"""The room of people over a memory book: a clock that is moved, randomness that counts, hashes that cost next to nothing."""

from __future__ import annotations

import os
from base64 import b32decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from proofbook.journal.receipt import Receipt, Submission
from proofbook.people.account import Account, Terms
from proofbook.people.attempts import RateLimits
from proofbook.people.passwords import Cost, Passwords
from proofbook.people.people import People
from proofbook.people.provider import Client
from proofbook.people.roles import Role
from proofbook.people.roll import Roll, read_on
from proofbook.people.second_factor import derive_code
from proofbook.people.settings import SignInSettings
from proofbook.people.store import Store
from proofbook.people.surroundings import Surroundings
from proofbook.people.visitor import Opened, Refusal
from proofbook.primitives.ids import TimeOrderedIds
from proofbook.primitives.instants import FixedClock, format_instant
from proofbook.records.envelope import Actor, ActorKind, Entry, parse_entry
from support.memory_recorder import MemoryRecorder

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHEAP = Cost(time=1, memory=8, lanes=1)
OPERATOR = Actor("os:sample", ActorKind.PERSON, "local_account")
PASSWORD = "sample words in a row"
OTHER_PASSWORD = "other sample words in a row"
KEY = bytes(range(32))


class MemoryRoll:
    """Implements `RollSource` over a recorder's entries, read anew at each look."""

    def __init__(self, recorder: MemoryRecorder) -> None:
        self._recorder = recorder

    def current(self) -> Roll:
        """The roll as of now."""
        return read_on(Roll(), enumerate(parse_entry(data) for data in tuple(self._recorder.raw)))


@dataclass
class Scene:
    """People and everything around them."""

    folder: Path
    settings: SignInSettings = field(default_factory=SignInSettings)
    limits: RateLimits = field(default_factory=lambda: RateLimits(each_address=1000, altogether=1000))
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    seconds: Callable[[], float] = lambda: 0.0
    clients: tuple[Client, ...] = ()

    def __post_init__(self) -> None:
        self.recorder = MemoryRecorder(self.clock)
        self.path = self.folder / "people" / "people.sqlite"
        self.store = Store(self.path)
        self.people = self.open(self.store)

    def open(self, store: Store, *, key: bytes = KEY) -> People:
        """The room over some store, as a second process or a restart has it."""
        return People(
            Surroundings(
                record=self.record,
                roll=MemoryRoll(self.recorder),
                store=store,
                key=key,
                clock=self.clock,
                monotonic=self.seconds,
                entropy=os.urandom,
                ids=TimeOrderedIds(self.clock, os.urandom),
                source="portal",
                settings=self.settings,
                passwords=Passwords(os.urandom, CHEAP),
                limits=self.limits,
                clients=self.clients,
            )
        )

    def record(self, submissions: Sequence[Submission]) -> tuple[Receipt, ...]:
        """The door in."""
        return self.recorder.submit(submissions).result()

    def wait(self, **how_long: float) -> None:
        """Time goes by."""
        self.clock.advance(timedelta(**how_long))

    def later(self, **how_long: float) -> str:
        """An instant to come."""
        return format_instant(self.clock.now() + timedelta(**how_long))

    def entries(self, kind: str) -> list[Entry]:
        """What was recorded of one kind."""
        return self.recorder.of_kind(kind)

    def begin(self) -> Opened:
        """The first administrator, signed in."""
        return self.people.first_account("sample.admin", "Sample Administrator", PASSWORD)

    def add(self, account: str, *roles: Role, password: str | None = PASSWORD, **more: str) -> Account:
        """An account, with a password set by an invitation."""
        terms = Terms(name=f"Sample {account}", roles=frozenset(roles), **more)  # type: ignore[arg-type]  # sample texts
        made = self.people.set_account(account, terms, by=OPERATOR, because="sample", expected=None)
        if password is not None:
            link = self.people.make_link(account, "invitation", OPERATOR)
            self.people.use_link(link.path.rpartition("/")[2], password)
        return made

    def add_auditor(self, account: str = "sample.auditor", **until: float) -> Account:
        """An auditor whose time ends after so long."""
        return self.add(account, Role.AUDITOR, engagement="sample-2026", until=self.later(**until or {"days": 10}))

    def enter(self, account: str, password: str = PASSWORD, **more: str | None) -> Opened:
        """Somebody signed in."""
        found = self.people.sign_in(account, password, **more)
        assert isinstance(found, Opened), found
        return found

    def code(self, secret: str) -> str:
        """What an authenticator with this secret shows now."""
        return derive_code(b32decode(secret), int(self.clock.now().timestamp()) // 30)

    def enrol(self, cookie: str) -> str:
        """A second factor for whoever holds a cookie, which is another one afterwards; gives its secret."""
        return self.enrol_with(cookie, PASSWORD)

    def enrol_with(self, cookie: str, password: str) -> str:
        """The same with another password."""
        offered = self.people.proving.begin_totp(cookie, "Sample Company")
        self.people.proving.confirm_totp(cookie, self.code(offered.secret), password)
        return offered.secret

    def fail(self, account: str, password: str = "a wrong password, sample", **more: str | None) -> Refusal:
        """Somebody who was not let in."""
        found = self.people.sign_in(account, password, **more)
        assert isinstance(found, Refusal), found
        return found
