"""What the pages are given from outside: the book, the projection's place, the pinned log, clocks and time limits.

The room opens nothing by itself and knows no configuration: it asks `PortalSources`. What is opened is used by one thread and
closed with the request. A `Desk` is one request's view of it: the book as it is, the projection as far as it was taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from proofbook.anchoring.settings import WitnessSettings
from proofbook.assessment.scope import Scope
from proofbook.book.interface import BookReading
from proofbook.errors import RefusedError
from proofbook.filing.document import Filed
from proofbook.filing.plan import Plan
from proofbook.journal.receipt import Receipt, Submission
from proofbook.people.people import People
from proofbook.people.visitor import Visitor
from proofbook.portal.working import Tell, Works
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock, Period
from proofbook.readmodel.connection import Reader
from proofbook.records.envelope import Actor
from proofbook.vault.reader import Absent

if TYPE_CHECKING:
    from proofbook.portal.assessing import Assessor

NEWEST: Final = 10_000
"""How far back the first page counts states: enough to be about now, little enough to cost the same in every book."""


class CountedBook(BookReading, Protocol):
    """A book that also keeps count of its kinds."""

    def kinds(self) -> Mapping[str, tuple[int, int]]:
        """For each kind: index of its newest entry, and how many there are."""


@dataclass(frozen=True, slots=True)
class Stated:
    """An engagement with its period and the zone of its days. `recorded`: on record, not in the settings alone."""

    engagement: str
    period: Period
    recorded: bool = True


class Engagements(Protocol):
    """The engagements of a home, as of a moment."""

    def known(self, reader: Reader, moment: datetime) -> tuple[str, ...]:
        """Their ids: those on record, then those that only the settings have."""

    def scope(self, reader: Reader, engagement: str, moment: datetime) -> Scope:
        """One of them. Raises ConfigurationError for an id that is not known."""

    def stated(self, reader: Reader, moment: datetime) -> tuple[Stated, ...]:
        """All of them with their days, by a look-up of its own; those whose days cannot be read are left out."""


class Writing(Protocol):
    """The door into the book, for whoever may write. Safe to call from several threads."""

    def record(self, submissions: Sequence[Submission]) -> tuple[Receipt, ...]:
        """Record entries together and wait until they are durable. Raises what `Recorder.submit` names."""

    def record_read(self, make: Callable[[Reader], Sequence[Submission]]) -> tuple[Receipt, ...]:
        """Record what `make` makes of the book as it is then; no other such recording, and no filing, comes in between.

        Raises what `make` raises, and then nothing was recorded.
        """

    def plan(self, filed: Sequence[Filed], *, actor: Actor) -> Plan:
        """What filing kept records would do. Raises FilingRefused with everything a rule does not let in."""

    def file(self, plan: Plan, *, actor: Actor) -> tuple[Receipt, ...]:
        """Write what was planned. Raises ConflictError when the records have changed since; nothing is written then."""


class Witness(Protocol):
    """Keeps account of who looked at what."""

    def viewed(self, visitor: Visitor, page: str, subjects: tuple[str, ...], status: int) -> None:
        """Record one look before it is answered. Raises StoreUnavailable: then nothing may be shown."""


class VaultReading(Protocol):
    """Opens sealed content."""

    def content(self, index: int, slot: str, commit: bytes) -> bytes | Absent:
        """The bytes behind a commitment, or why there are none. Raises DigestMismatch when they are not those."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """Content of one side of an exchange, sensitive data replaced. `left_out`: parts that are not text or not examined."""

    text: str
    counts: tuple[tuple[str, int], ...]
    """Class -> spans that were replaced."""
    left_out: int


class Revealing(Protocol):
    """Opens sealed content on purpose."""

    def reveal(self, exchange: str, slot: str, *, purpose: str, actor: Actor, unredacted: bool = False) -> Revealed | None:
        """The content, redacted unless told otherwise, after recording who looks, why, and at what; None: it was shredded.

        Raises InputError: no such content. DigestMismatch: it is not what was committed to. StoreUnavailable.
        """


class Accounts(Protocol):
    """What is asked of the people of this home for every request. May wait for a disk."""

    def accounts_exist(self) -> bool:
        """Whether anybody could sign in."""

    def visit(self, cookie: str | None) -> Visitor | None:
        """Who a session belongs to, if it is still one and its account may still come."""

    def visit_token(self, secret: str) -> Visitor | None:
        """Whose token that is, if it is still one."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Something that was made to be handed over, lying in a folder of this home. `entry` is that of the book that says so."""

    id: str
    sort: str
    """`population` or `room`."""
    engagement: str
    population: str
    title: str
    made: str
    made_by: str
    rows: int | None
    completeness: str
    reasons: tuple[str, ...]
    folder: Path
    """The files themselves."""
    archive: Path | None
    """All of it as one file, where there is one."""


class Delivering(Protocol):
    """Makes what is handed over. Slow: for `Works`, not for a page."""

    def population(self, population: str, engagement: str, visitor: Visitor, observer: str | None, tell: Tell) -> Delivered:
        """Write one population; watched by somebody when `observer` is given. Raises what `export_population` raises."""

    def room(self, engagement: str, visitor: Visitor, tell: Tell) -> Delivered:
        """Write the evidence room of an engagement. Raises what `export_room` raises."""

    def roll_forward(self, engagement: str, since: str, visitor: Visitor, tell: Tell) -> Delivered:
        """Write what is new or changed since a receipt on record, by its id, or since a day, as `2026-09-30`: its end, UTC.

        Raises what `export_room` raises; InputError when nothing lies between.
        """

    def bridge(self, engagement: str, visitor: Visitor, tell: Tell) -> Delivered:
        """Write the inputs of a bridge letter. Raises what `export_room` raises; RefusedError while the period is not over."""

    def delivered(self, engagement: str) -> tuple[Delivered, ...]:
        """What lies here for an engagement, the newest first."""


def _leave_alone() -> None:
    """Nothing is put in order."""


@dataclass(frozen=True, slots=True)
class PortalSources:
    """Everything the pages need. `origin` and `vkey` are those this home pins, whatever the book itself says."""

    entity: str
    origin: str
    vkey: str
    open_book: Callable[[], AbstractContextManager[CountedBook]]
    projection: Path
    engagements: Engagements
    clock: Clock
    monotonic: Callable[[], float]
    version: str
    gateway: str | None
    """Base URL for clients, shown where nothing was recorded yet; None when no gateway is configured."""
    witnesses: tuple[WitnessSettings, ...] = ()
    """Those whose cosignatures are checked and shown."""
    quorum: str = "all"
    """How many of them must have cosigned for a checkpoint to be called witnessed."""
    heartbeat_seconds: float = 60.0
    """How often a recorder beats; longer silence than two and a half of these is shown as not covered."""
    settle: Callable[[], None] = _leave_alone
    """Called once what was assessed is there to stay for a while: the moment to put memory in order."""
    patience_seconds: float = 10.0
    """How long a request may take before it is answered with 503."""
    api_requests_a_minute: int = 600
    """How often one token may ask the API in a minute."""
    writing: Writing | None = None
    """None: this portal only shows."""
    witness: Witness | None = None
    revealing: Revealing | None = None
    """None: sealed content cannot be opened here."""
    accounts: Accounts | None = None
    """None: nobody can sign in; there is only the key printed at start."""
    people: People | None = None
    """Those behind `accounts`, for the entrance."""
    delivering: Delivering | None = None
    open_vault: Callable[[], AbstractContextManager[VaultReading]] | None = None
    """Sealed content; None: none is ever shown."""
    ids: IdSource | None = None
    works: Works | None = None
    secure: bool = False
    """Whether browsers reach it by TLS only; cookies say so."""
    zone: str | None = None
    """Time zone of pages that no engagement gives one; None: none is set."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's view. `position` is how many entries the projection has taken in."""

    book: CountedBook
    reader: Reader
    position: int
    now: datetime
    sources: PortalSources
    visitor: Visitor | None = None
    """None only at places that are open to anybody."""
    assessor: Assessor | None = None
    carried: str | None = None
    """The session's cookie as it was sent; for the entrance only."""
    address: str | None = None
    """Where the request came from, as far as the socket tells."""
    origin: str = ""
    """Scheme and host under which this portal was asked for; one of the names it answers to."""

    @property
    def known(self) -> Visitor:
        """The visitor, at a place that only known ones reach."""
        if self.visitor is None:
            raise RefusedError("nobody is signed in", hint="sign in, then try again")
        return self.visitor

    @property
    def writing(self) -> Writing:
        """The door into the book. Raises RefusedError when this portal only shows."""
        if self.sources.writing is None:
            raise RefusedError("this page only shows", hint="write with the `proofbook` command")
        return self.sources.writing

    @property
    def works(self) -> Works:
        """Long work. Raises RefusedError when this portal only shows."""
        if self.sources.works is None:
            raise RefusedError("this page only shows", hint="use the `proofbook` command")
        return self.sources.works

    @property
    def delivering(self) -> Delivering:
        """What is handed over. Raises RefusedError when this portal only shows."""
        if self.sources.delivering is None:
            raise RefusedError("this page only shows", hint="use `proofbook population` or `proofbook export`")
        return self.sources.delivering

    @property
    def ids(self) -> IdSource:
        """Fresh ids. Raises RefusedError when this portal only shows."""
        if self.sources.ids is None:
            raise RefusedError("this page only shows", hint="write with the `proofbook` command")
        return self.sources.ids

    def assessments(self) -> Assessor:
        """Assessed engagements, at a place that says it needs them."""
        if self.assessor is None:
            raise RuntimeError("a place that assesses must say so")
        return self.assessor


@dataclass(frozen=True, slots=True)
class Cookie:
    """A new value of the session's cookie; None ends it."""

    value: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A template of this room and the values it shows."""

    template: str
    values: Mapping[str, Any]
    status: int = 200
    cookie: Cookie | None = None
    engagement: str | None = None
    """The engagement it is about, in whose time zone its times are told; None: the one that the address names, if any."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Bytes to save. `name` is made of checked characters only."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file of this machine to save, in parts where the receiver asks for parts. `name` is made of checked characters only."""

    name: str
    media_type: str
    path: Path


@dataclass(frozen=True, slots=True)
class See:
    """Go on to another page of ours, which says once what was done."""

    path: str
    said: str = ""
    cookie: Cookie | None = None


Answer = Page | Attachment | Delivery | See | None
"""None: there is no such thing."""
Query = Mapping[str, str]
