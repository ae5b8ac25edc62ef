"""Signing in with name and password, and a second factor where the account has one.

Promises: every attempt is counted before it is looked at, goes the same way whether or not there is such an account, and ends in
an entry; whoever does not show the password learns nothing about the account; a proof counts only when the book names it as
the newest, so a store from a backup opens nothing that was changed since. Nothing that was typed is kept, logged or recorded.
Hostile input: any text is a wrong name or a wrong password.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog

from proofbook.errors import DigestMismatch, ProofbookError, UnavailableError
from proofbook.people.account import Account
from proofbook.people.attempts import Attempt, LockOut, Rate
from proofbook.people.credentials import Credentials
from proofbook.people.passwords import Passwords
from proofbook.people.recording import Scribe
from proofbook.people.roles import Role
from proofbook.people.roll import Proofs, RollSource
from proofbook.people.second_factor import find_step
from proofbook.people.sessions import Sessions
from proofbook.people.tally import Counted, Kind, Tally
from proofbook.people.visitor import Opened, Reason, Refusal
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind
from proofbook.records.people import SecondFactor

LOG = structlog.get_logger(__name__)
REFUSAL_NOT_RECORDED: Final = "people.refusal_not_recorded"
LOCAL: Final = "local_account"
_MAX_NAME: Final = 200
STATES: Final = {"disabled": Reason.DISABLED, "not_yet": Reason.NOT_YET, "expired": Reason.EXPIRED}


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody typed. The texts are in no representation of it."""

    account: str
    password: str
    code: str | None = None
    recovery_code: str | None = None

    def __repr__(self) -> str:
        return "Shown()"


class Entrance:
    """Lets people in, or says why not. Safe to call from several threads; slow on purpose, so never on an event loop."""

    def __init__(
        self,
        source: RollSource,
        scribe: Scribe,
        credentials: Credentials,
        passwords: Passwords,
        sessions: Sessions,
        lock_out: LockOut,
        rate: Rate,
    ) -> None:
        self._source = source
        self._scribe = scribe
        self._credentials = credentials
        self._passwords = passwords
        self._sessions = sessions
        self._lock_out = lock_out
        self._rate = rate
        self._tally = Tally()

    def sign_in(self, shown: Shown, *, address: str | None = None, replacing: str | None = None) -> Opened | Refusal:
        """A session, or why there is none.

        Raises:
            StoreUnavailable: the book cannot be written or the store not be read: nobody is let in.
        """
        typed = shown.account[:_MAX_NAME].encode("utf-8", "replace").decode().strip()  # a lone surrogate is in no name
        account = self._source.current().accounts.get(typed)
        if not self._rate.take(address):
            return self.refuse(account, Reason.TOO_MANY, seconds=60)
        browser = self._sessions.browser_of(typed, replacing)
        counted = typed if browser is None else f"{typed} in {browser}"
        attempt = self._lock_out.begin(counted, self._scribe.clock.now())
        if attempt.seconds:
            return self.refuse(account, Reason.LOCKED, seconds=attempt.seconds)
        try:
            found = self._judge(typed, account, shown)
        except UnavailableError:
            self._lock_out.take_back(counted, attempt, self._scribe.clock.now())
            raise
        if account is None or isinstance(found, Reason):
            reason = found if isinstance(found, Reason) else Reason.UNKNOWN_ACCOUNT
            self._settle_attempt(counted, attempt, reason)
            return self.refuse(account, reason)
        opened = self._sessions.open(account, method=LOCAL, second_factor=found, address=address, replacing=replacing)
        self._lock_out.clear(counted)
        if found != "none":
            self._tally.complete(Kind(account.id, LOCAL, Reason.SECOND_FACTOR_MISSING))
        return opened

    def has_room(self, address: str | None) -> bool:
        """Whether one more attempt may be looked at, from there and altogether."""
        return self._rate.take(address)

    def refuse(self, account: Account | None, reason: Reason, *, method: str = LOCAL, seconds: int | None = None) -> Refusal:
        """Keep account of an attempt that did not succeed."""
        kind, now = Kind(None if account is None else account.id, method, reason), self._scribe.clock.now()
        half = reason is Reason.SECOND_FACTOR_MISSING
        self._record(self._tally.hold(kind, now) if half else self._tally.add(kind, now))
        return Refusal(reason, seconds)

    def sweep(self, *, everything: bool = False) -> None:
        """Record refusals whose minute is over, or all that wait; forget names nobody tries any more."""
        now = self._scribe.clock.now()
        self._record(self._tally.flush(now, everything=everything))
        self._lock_out.forget_old(now)

    def _judge(self, typed: str, account: Account | None, shown: Shown) -> SecondFactor | Reason:
        """What second factor was shown, or why this is not enough."""
        kept = self._credentials.password(typed)
        proofs = self._source.current().proofs_of(typed)
        usable = account is not None and account.terms.sign_in == "local" and kept is not None and kept.entry == proofs.password
        fits = self._passwords.verify(shown.password, kept.hash if usable and kept is not None else None)
        if account is None:
            return Reason.UNKNOWN_ACCOUNT
        if not usable:
            return _why_unusable(account, proofs)
        if not fits:
            return Reason.WRONG_PASSWORD
        second = self._judge_second(account, proofs, shown)
        if isinstance(second, Reason):
            return second
        return assess_entry(account, self._scribe.now) or second

    def _judge_second(self, account: Account, proofs: Proofs, shown: Shown) -> SecondFactor | Reason:
        if proofs.totp is None:
            return "none"
        if shown.recovery_code:
            return self._judge_recovery(account, proofs, shown.recovery_code)
        if not shown.code:
            return Reason.SECOND_FACTOR_MISSING
        try:
            kept = self._credentials.totp(account.id)
        except DigestMismatch:
            kept = None
        if kept is None or kept.entry != proofs.totp:
            return Reason.STALE_CREDENTIALS
        step = find_step(kept.secret, shown.code, self._scribe.clock.now(), kept.last_step)
        if step is None or not self._credentials.use_step(account.id, step):
            return Reason.WRONG_SECOND_FACTOR
        return "totp"

    def _judge_recovery(self, account: Account, proofs: Proofs, code: str) -> SecondFactor | Reason:
        if proofs.recovery is None or not self._credentials.use_recovery_code(account.id, code, proofs.recovery):
            return Reason.WRONG_SECOND_FACTOR
        self._scribe.write(self._scribe.credential(account.id, "recovery_code_used", Actor(account.id, ActorKind.PERSON, LOCAL)))
        return "recovery_code"

    def _settle_attempt(self, counted: str, attempt: Attempt, reason: Reason) -> None:
        """A half that was right is no failure, and neither is a whole that opens nothing."""
        if reason in {Reason.SECOND_FACTOR_MISSING, *STATES.values(), Reason.NO_ROLE}:
            self._lock_out.take_back(counted, attempt, self._scribe.clock.now())

    def _record(self, due: tuple[Counted, ...]) -> None:
        """A refusal stands even when the book cannot say so yet."""
        for each in due:
            draft = self._scribe.refused(*each.kind, each.attempts, format_instant(each.since))
            try:
                self._scribe.write(draft)
            except ProofbookError as error:
                self._tally.put_back(each)
                LOG.warning(REFUSAL_NOT_RECORDED, reason=each.kind.reason.value, code=error.code)


def assess_entry(account: Account, now: str) -> Reason | None:
    """Why an account whose holder is known opens nothing now; None: it does."""
    state = account.assess_at(now)
    if state != "open":
        return STATES[state]
    return Reason.NO_ROLE if not account.terms.roles or Role.SERVICE in account.terms.roles else None


def _why_unusable(account: Account, proofs: Proofs) -> Reason:
    """No password was ever set, or the one that is kept is not the one the book speaks of."""
    never = account.terms.sign_in != "local" or proofs.password is None
    return Reason.NO_PASSWORD if never else Reason.STALE_CREDENTIALS
