"""Writing what people did into the book: one place that makes the entries of this room.

Promises: what is returned as recorded is durable. What a person did on purpose names them as the actor; what the portal found by
itself (an idle session, a wrong password) names the portal. Raises what the journal raises, and then nothing was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

from proofbook.journal.receipt import Receipt, Submission
from proofbook.people.account import Account, Terms, format_account
from proofbook.people.visitor import Ending, Reason, Visitor
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.people import (
    AccountCredential,
    CredentialEvent,
    LinkPurpose,
    PortalViewed,
    SecondFactor,
    SessionEnded,
    SessionOpened,
    SessionRefused,
)

Record: TypeAlias = Callable[[Sequence[Submission]], tuple[Receipt, ...]]
"""Records entries together and waits until they are durable. Safe to call from several threads."""
MAX_SUBJECTS = 100
_WRITTEN: ContextVar[list[Receipt] | None] = ContextVar("written", default=None)


@contextmanager
def gather_receipts() -> Iterator[list[Receipt]]:
    """Receipts of everything that this room records in the block, for whoever tells what an act left in the book."""
    found: list[Receipt] = []
    before = _WRITTEN.set(found)
    try:
        yield found
    finally:
        _WRITTEN.reset(before)


@dataclass(frozen=True, slots=True)
class Scribe:
    """Makes and records entries of one source (`portal`, `cli`)."""

    record: Record
    clock: Clock
    source: str

    @property
    def now(self) -> str:
        """The present instant."""
        return format_instant(self.clock.now())

    @property
    def itself(self) -> Actor:
        """The program, for what nobody in particular did."""
        return Actor(self.source, ActorKind.SYSTEM, "process")

    def write(self, *drafts: Draft) -> tuple[Receipt, ...]:
        """Record these together."""
        receipts, gathered = self.record([Submission(each) for each in drafts]), _WRITTEN.get()
        if gathered is not None:
            gathered += receipts
        return receipts

    def account(self, account: str, terms: Terms, because: str, by: Actor, before: Account | None) -> Draft:
        """A version of an account."""
        body = format_account(account, terms, because)
        supersedes = None if before is None else before.version
        return Draft("account.set", account, self.now, by, self.source, Assurance.MANUAL, body, supersedes)

    def credential(
        self,
        account: str,
        what: CredentialEvent,
        by: Actor,
        *,
        link: str | None = None,
        purpose: LinkPurpose | None = None,
        expires: str | None = None,
    ) -> Draft:
        """A change of what an account is shown with."""
        body = AccountCredential(account=account, what=what, link=link, purpose=purpose, expires=expires).to_body()
        return self.draft("account.credential", account, by, body)

    def opened(self, visitor: Visitor, version: str, second_factor: SecondFactor, address: str | None) -> Draft:
        """A sign-in."""
        body = SessionOpened(
            session=visitor.session,
            account=visitor.account,
            account_version=version,
            method=visitor.method,  # type: ignore[arg-type]  # one of the words, which the model checks
            second_factor=second_factor,
            address=address,
        ).to_body()
        return self.draft("session.opened", visitor.session, visitor.actor, body)

    def refused(self, account: str | None, method: str, reason: Reason, count: int, since: str) -> Draft:
        """Attempts to sign in that did not succeed."""
        body = SessionRefused(account=account, method=method, reason=reason.value, count=count, since=since).to_body()  # type: ignore[arg-type]  # as above
        return self.draft("session.refused", account or "unknown", self.itself, body)

    def ended(self, session: str, account: str, reason: Ending, by: Actor) -> Draft:
        """The end of a session."""
        body = SessionEnded(session=session, account=account, reason=reason.value).to_body()
        return self.draft("session.ended", session, by, body)

    def viewed(self, visitor: Visitor, page: str, subjects: Sequence[str], status: int) -> Draft:
        """A look at a page; of more than 100 subjects the first are named."""
        body = PortalViewed(
            session=visitor.session,
            account=visitor.account,
            engagement=visitor.engagement,
            page=page,
            subjects=list(subjects[:MAX_SUBJECTS]),
            status=status,
        ).to_body()
        return self.draft("portal.viewed", visitor.account, visitor.actor, body)

    def draft(self, kind: str, subject: str, by: Actor, body: dict[str, Any]) -> Draft:
        """What the portal itself saw happen."""
        return Draft(kind, subject, self.now, by, self.source, Assurance.INLINE, body)
