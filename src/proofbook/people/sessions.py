"""Sessions: opened with an entry, looked at with every request, ended with an entry.

Promises: what a browser holds is random and kept as a digest only; every look holds the session against the account as the book
has it at that moment, so a role taken away, a disabled account or an auditor's last day count at once; a session that rests on
other privileges or proofs than the account has now is over. Sessions outlive a restart, not a lost store. Times only go forward:
a clock that is set back ends nothing early and lengthens a session by no more than the step.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import astuple, dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

import structlog

from proofbook.errors import ProofbookError, RefusedError
from proofbook.people.account import Account
from proofbook.people.recording import Scribe
from proofbook.people.roles import Role
from proofbook.people.roll import Proofs, Roll
from proofbook.people.settings import SignInSettings
from proofbook.people.surroundings import Surroundings
from proofbook.people.visitor import Ended, Ending, Opened, Visitor
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.records.envelope import Actor
from proofbook.records.people import SecondFactor

LOG = structlog.get_logger(__name__)
END_NOT_RECORDED: Final = "people.session_end_not_recorded"
COOKIE_BYTES: Final = 32
_COLUMNS: Final = "digest, id, account, method, second_factor, rests_on, opened, last_seen, address, ended"
_INSERT: Final = f"INSERT INTO session ({_COLUMNS}, recorded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"  # noqa: S608 - our own columns
_TOUCH_SECONDS: Final = 60
_REMEMBERED: Final = timedelta(days=30)
"""How long an ended session is known: its holder is told why, and others' attempts do not count against their browser."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session as the store has it. Instants are text."""

    digest: bytes
    id: str
    account: str
    method: str
    second_factor: SecondFactor
    rests_on: str
    opened: str
    last_seen: str
    address: str | None
    ended: str | None


class Sessions:
    """Safe to use from several threads."""

    def __init__(self, given: Surroundings, scribe: Scribe) -> None:
        self._given = given
        self._store = given.store
        self._source = given.roll
        self._settings = given.settings
        self._scribe = scribe

    def open(
        self,
        account: Account,
        *,
        method: str,
        second_factor: SecondFactor = "none",
        address: str | None = None,
        replacing: str | None = None,
    ) -> Opened:
        """A new session, recorded first. `replacing`: what the browser held before; that session ends.

        Raises:
            StoreUnavailable: it could not be recorded or kept; nobody is signed in.
        """
        now, cookie = self._scribe.now, self._make_cookie()
        roll = self._source.current()
        rests_on = derive_rests_on(account, roll.proofs_of(account.id))
        session = Session(
            digest_of(cookie), self._given.ids.new("s"), account.id, method, second_factor, rests_on, now, now, address, None
        )
        visitor = self._visitor(session, account, roll)
        self._scribe.write(self._scribe.opened(visitor, account.version, second_factor, address))
        self._store.write((_INSERT, astuple(session)))
        if replacing is not None:
            self._replace(replacing)
        for oldest in self.of_account(account.id)[self._settings.sessions_each :]:
            self._finish(oldest, Ending.REPLACED, self._scribe.itself)
        return Opened(cookie, visitor)

    def assess(self, cookie: str) -> Visitor | Ended | None:
        """Who holds this; how the session ended; None when there is none. Raises StoreUnavailable."""
        session = self._find(digest_of(cookie))
        if session is None:
            return None
        if session.ended is not None:
            return Ended(Ending(session.ended))
        roll = self._source.current()
        account, now = roll.accounts.get(session.account), self._scribe.now
        over = self._over(session, account, roll, now)
        if over is not None or account is None:
            reason = over or Ending.ACCOUNT_CHANGED
            self._finish(session, reason, self._scribe.itself)
            return Ended(reason)
        self._touch(session, now)
        return self._visitor(session, account, roll)

    def browser_of(self, account: str, cookie: str | None) -> str | None:
        """Public id of the session by which a browser is known as one of the account's holder, open or over."""
        session = None if not cookie else self._find(digest_of(cookie))
        return session.id if session is not None and session.account == account else None

    def rotate(self, cookie: str) -> Opened:
        """The same session under a new secret, resting on what the account has now. Raises RefusedError when it is not open."""
        session, roll = self._find(digest_of(cookie)), self._source.current()
        account = None if session is None else roll.accounts.get(session.account)
        if session is None or session.ended is not None or account is None:
            raise RefusedError("the session is over", hint="sign in again")
        fresh = self._make_cookie()
        rests_on = derive_rests_on(account, roll.proofs_of(account.id))
        changed = self._store.write(
            (
                "UPDATE session SET digest = ?, rests_on = ? WHERE digest = ? AND ended IS NULL",
                (digest_of(fresh), rests_on, session.digest),
            )
        )
        if not changed:
            raise RefusedError("the session is over", hint="sign in again")
        return Opened(fresh, self._visitor(session, account, roll))

    def sign_out(self, cookie: str) -> None:
        """End a session by its holder; one that is not open is left as it is."""
        found = self.assess(cookie)
        session = self._find(digest_of(cookie))
        if isinstance(found, Visitor) and session is not None:
            self._finish(session, Ending.SIGNED_OUT, found.actor)

    def end(self, session_id: str, reason: Ending, by: Actor) -> bool:
        """End a session by its public id; whether it was open."""
        row = self._store.row(f"SELECT {_COLUMNS} FROM session WHERE id = ? AND ended IS NULL", (session_id,))  # noqa: S608 - our own columns
        return row is not None and self._finish(Session(*row), reason, by)

    def end_all(self, account: str, reason: Ending, by: Actor, *, but: str | None = None) -> int:
        """End every session of an account, except one; how many."""
        return sum(self._finish(each, reason, by) for each in self.of_account(account) if each.id != but)

    def of_account(self, account: str | None = None) -> tuple[Session, ...]:
        """Sessions of an account, or of everybody, that are not over as far as the store knows; the newest first."""
        where = "ended IS NULL" + ("" if account is None else " AND account = ?")
        rows = self._store.rows(
            f"SELECT {_COLUMNS} FROM session WHERE {where} ORDER BY opened DESC, id DESC",  # noqa: S608 - our own columns
            () if account is None else (account,),
        )
        return tuple(Session(*row) for row in rows)

    def sweep(self) -> int:
        """End sessions that are over though nobody came back, record ends that could not be recorded, forget old ones."""
        roll, now, ended = self._source.current(), self._scribe.now, 0
        for session in self.of_account():
            over = self._over(session, roll.accounts.get(session.account), roll, now)
            ended += over is not None and self._finish(session, over, self._scribe.itself)
        for row in self._store.rows(f"SELECT {_COLUMNS} FROM session WHERE ended IS NOT NULL AND recorded = 0"):  # noqa: S608 - our own columns
            session = Session(*row)
            self._record_end(session, Ending(session.ended or ""), self._scribe.itself)
        gone = format_instant(parse_instant(now) - timedelta(hours=self._settings.absolute_hours) - _REMEMBERED)
        self._store.write(("DELETE FROM session WHERE recorded = 1 AND opened < ?", (gone,)))
        return ended

    def _over(self, session: Session, account: Account | None, roll: Roll, now: str) -> Ending | None:
        moment = parse_instant(now)
        if moment - parse_instant(session.opened) >= timedelta(hours=self._settings.absolute_hours):
            return Ending.ABSOLUTE
        if moment - parse_instant(session.last_seen) >= timedelta(minutes=self._settings.idle_minutes):
            return Ending.IDLE
        if account is None:
            return Ending.ACCOUNT_CHANGED
        match account.assess_at(now):
            case "expired":
                return Ending.ACCOUNT_EXPIRED
            case "disabled" | "not_yet":
                return Ending.ACCOUNT_CHANGED
            case _:
                same = derive_rests_on(account, roll.proofs_of(account.id)) == session.rests_on
                return None if same else Ending.ACCOUNT_CHANGED

    def _visitor(self, session: Session, account: Account, roll: Roll) -> Visitor:
        terms = account.terms
        lacking = needs_second_factor(account, self._settings) and roll.proofs_of(account.id).totp is None
        return Visitor(
            account=account.id,
            name=terms.name,
            roles=terms.roles,
            permissions=frozenset() if lacking else account.permissions,
            method=session.method,
            session=session.id,
            engagement=terms.engagement,
            since=terms.since,
            until=terms.until,
            needs_second_factor=lacking,
        )

    def _finish(self, session: Session, reason: Ending, by: Actor) -> bool:
        """End it, first where it counts; whether it was this call that did."""
        statement = "UPDATE session SET ended = ? WHERE digest = ? AND ended IS NULL"
        if not self._store.write((statement, (reason.value, session.digest))):
            return False
        self._record_end(session, reason, by)
        return True

    def _record_end(self, session: Session, reason: Ending, by: Actor) -> None:
        """A session is over even when the book cannot say so yet: `sweep` tries again."""
        try:
            self._scribe.write(self._scribe.ended(session.id, session.account, reason, by))
        except ProofbookError as error:
            LOG.warning(END_NOT_RECORDED, session=session.id, code=error.code)
            return
        self._store.write(("UPDATE session SET recorded = 1 WHERE digest = ?", (session.digest,)))

    def _replace(self, cookie: str) -> None:
        before = self._find(digest_of(cookie))
        if before is not None and before.ended is None:
            self._finish(before, Ending.REPLACED, self._scribe.itself)

    def _touch(self, session: Session, now: str) -> None:
        step = min(timedelta(seconds=_TOUCH_SECONDS), timedelta(minutes=self._settings.idle_minutes) / 10)
        if parse_instant(now) - parse_instant(session.last_seen) >= step:
            statement = "UPDATE session SET last_seen = max(last_seen, ?) WHERE digest = ?"
            self._store.write((statement, (now, session.digest)))

    def _find(self, digest: bytes) -> Session | None:
        row = self._store.row(f"SELECT {_COLUMNS} FROM session WHERE digest = ?", (digest,))  # noqa: S608 - our own columns
        return None if row is None else Session(*row)

    def _make_cookie(self) -> str:
        return urlsafe_b64encode(self._given.entropy(COOKIE_BYTES)).decode().rstrip("=")


def digest_of(cookie: str) -> bytes:
    """What is kept of what a browser holds."""
    return sha256(cookie.encode("utf-8", "surrogatepass")).digest()


def derive_rests_on(account: Account, proofs: Proofs) -> str:
    """A digest of privileges and proofs: when it changes, whoever is signed in signs in again."""
    terms = account.terms
    value = {
        "roles": sorted(role.value for role in terms.roles),
        "engagement": terms.engagement,
        "sign_in": [terms.sign_in, terms.issuer, terms.provider_subject],
        "proofs": [proofs.password, proofs.totp],
    }
    return sha256(canonical_bytes(value)).hexdigest()


def needs_second_factor(account: Account, settings: SignInSettings) -> bool:
    """Whether the settings ask this account for a second factor of ours."""
    if account.terms.sign_in != "local" or settings.second_factor == "optional":
        return False
    privileged = bool(account.terms.roles & {Role.ADMINISTRATOR, Role.AUDITOR})
    return privileged or settings.second_factor == "everyone"
