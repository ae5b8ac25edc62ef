"""Making and changing what somebody signs in with: links, passwords, second factors.

Promises: every change is recorded first, then kept, so a store that failed in between holds nothing the book does not name (its
holder needs a new link then); a changed proof ends every other session of the account and gives the present one a new secret.
Whoever changes a password or gives up a second factor shows the present password. Secrets are returned once.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from proofbook.errors import InputError, RefusedError
from proofbook.people.account import Account
from proofbook.people.attempts import LockOut
from proofbook.people.by_token import check_proof
from proofbook.people.credentials import Credentials, KeptLink
from proofbook.people.entrance import LOCAL, assess_entry
from proofbook.people.passwords import Passwords, check_password
from proofbook.people.recording import Scribe
from proofbook.people.roles import Role
from proofbook.people.roll import Roll
from proofbook.people.second_factor import SECRET_BYTES, find_step, format_secret, format_uri, make_recovery_codes
from proofbook.people.sessions import Sessions, needs_second_factor
from proofbook.people.surroundings import Surroundings
from proofbook.people.visitor import Ending, Opened, Visitor
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind
from proofbook.records.people import LinkPurpose

LINK_BYTES: Final = 32
_NEW_LINK: Final = "ask an administrator for a new one, or run `proofbook user link`"


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link. `path` is shown once, to be handed over in private."""

    id: str
    account: str
    purpose: LinkPurpose
    path: str
    expires: str


@dataclass(frozen=True, slots=True)
class Totp:
    """A secret that was made for an authenticator and is not confirmed yet."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A second factor that counts from here on: codes to keep safe, and the session's new secret."""

    recovery_codes: tuple[str, ...]
    opened: Opened


class Proving:
    """Safe to call from several threads; slow where a password is set or shown."""

    def __init__(
        self,
        given: Surroundings,
        scribe: Scribe,
        credentials: Credentials,
        passwords: Passwords,
        sessions: Sessions,
        lock_out: LockOut,
    ) -> None:
        self._given = given
        self._source = given.roll
        self._scribe = scribe
        self._credentials = credentials
        self._passwords = passwords
        self._sessions = sessions
        self._lock_out = lock_out

    def make_link(self, account: str, purpose: LinkPurpose, by: Actor) -> Link:
        """A link by which the holder of a local account sets a password; any earlier one opens nothing any more.

        Raises:
            InputError: there is no such account. RefusedError: it signs in another way, opens nothing, or is none of a token's.
        """
        found, _ = self._local(account)
        check_proof(by, found)
        if assess_entry(found, self._scribe.now) is not None and found.assess_at(self._scribe.now) != "not_yet":
            raise RefusedError(f"account {account}: opens nothing, so a link would not either", hint="enable it first")
        secret, link_id = urlsafe_b64encode(self._given.entropy(LINK_BYTES)).decode().rstrip("="), self._given.ids.new("l")
        expires = format_instant(self._scribe.clock.now() + timedelta(hours=self._given.settings.link_hours))
        draft = self._scribe.credential(account, "link_issued", by, link=link_id, purpose=purpose, expires=expires)
        self._scribe.write(draft)
        self._credentials.add_link(secret, KeptLink(link_id, account, purpose, expires))
        return Link(link_id, account, purpose, f"/link/{secret}", expires)

    def look_at_link(self, secret: str) -> Account | None:
        """Whose password a link sets; None when it opens nothing. Looking does not use it up."""
        link, roll = self._credentials.link(secret), self._source.current()
        if link is None or link.expires <= self._scribe.now or roll.proofs_of(link.account).link != link.id:
            return None
        account = roll.accounts.get(link.account)
        usable = account is not None and account.terms.sign_in == "local" and account.terms.state == "active"
        return account if usable else None

    def use_link(self, secret: str, password: str) -> Account:
        """Set a password by a link, which is used up; every session of the account ends. A second factor stays.

        Raises:
            RefusedError: the link opens nothing. InputError: the password may not be one; the link can be used again.
        """
        account, link = self.look_at_link(secret), self._credentials.link(secret)
        if account is None or link is None:
            raise RefusedError("this link opens nothing: it was used, replaced, or its time is over", hint=_NEW_LINK)
        check_password(password, account=account.id, name=account.terms.name)
        hashed = self._passwords.hash(password)
        if not self._credentials.use_link(link):
            raise RefusedError("this link was used a moment ago", hint=_NEW_LINK)
        holder = Actor(account.id, ActorKind.PERSON, LOCAL)
        used = self._scribe.credential(account.id, "link_used", holder, link=link.id, purpose=link.purpose)
        receipts = self._scribe.write(used, self._scribe.credential(account.id, "password_set", holder))
        self._credentials.set_password(account.id, hashed, receipts[-1].entry_id)
        self._lock_out.clear(account.id)
        self._sessions.end_all(account.id, Ending.ACCOUNT_CHANGED, holder)
        return account

    def give_password(self, account: str, password: str, by: Actor) -> None:
        """Set somebody's password for them: at a terminal, for whoever sits there; every session of the account ends.

        Raises InputError, RefusedError.
        """
        found, _ = self._local(account)
        if Role.SERVICE in found.terms.roles:
            raise RefusedError(f"account {account}: is a service's, which does not sign in", hint="issue a token for it")
        check_password(password, account=found.id, name=found.terms.name)
        hashed = self._passwords.hash(password)
        receipt = self._scribe.write(self._scribe.credential(found.id, "password_set", by))[0]
        self._credentials.set_password(found.id, hashed, receipt.entry_id)
        self._sessions.end_all(found.id, Ending.ACCOUNT_CHANGED, by)

    def set_password(self, cookie: str, old: str, new: str) -> Opened:
        """Change one's own password. Raises RefusedError when the old one is wrong, InputError when the new one may not stand."""
        visitor, account = self._own(cookie)
        self._check_present(account, old)
        check_password(new, account=account.id, name=account.terms.name)
        hashed = self._passwords.hash(new)
        receipt = self._scribe.write(self._scribe.credential(account.id, "password_set", visitor.actor))[0]
        self._credentials.set_password(account.id, hashed, receipt.entry_id)
        return self._keep_only(cookie, visitor)

    def begin_totp(self, cookie: str, issuer: str) -> Totp:
        """A secret for an authenticator, until the next one is made. Raises RefusedError for accounts of a provider."""
        _, account = self._own(cookie)
        secret = self._given.entropy(SECRET_BYTES)
        self._credentials.offer_totp(account.id, secret)
        return Totp(format_secret(secret), format_uri(secret, issuer=issuer, account=account.id))

    def offered_totp(self, cookie: str, issuer: str) -> Totp | None:
        """The secret that was made last and is not confirmed, to be shown again."""
        _, account = self._own(cookie)
        secret = self._credentials.offered_totp(account.id)
        return None if secret is None else Totp(format_secret(secret), format_uri(secret, issuer=issuer, account=account.id))

    def confirm_totp(self, cookie: str, code: str, password: str) -> Enrolled:
        """The offered secret counts from here on. Raises RefusedError for a wrong password, InputError for a wrong code."""
        visitor, account = self._own(cookie)
        self._check_present(account, password)
        secret = self._credentials.offered_totp(account.id)
        step = None if secret is None else find_step(secret, code, self._scribe.clock.now(), 0)
        if secret is None or step is None:
            raise InputError("code: is not the one the authenticator shows now", hint="check the clock of the device")
        codes = make_recovery_codes(self._given.entropy)
        enrolled = self._scribe.credential(account.id, "totp_enrolled", visitor.actor)
        made = self._scribe.credential(account.id, "recovery_codes_made", visitor.actor)
        receipts = self._scribe.write(enrolled, made)
        self._credentials.enrol_totp(account.id, secret, receipts[0].entry_id, step)
        self._credentials.set_recovery_codes(account.id, codes, receipts[1].entry_id)
        return Enrolled(codes, self._keep_only(cookie, visitor))

    def make_recovery_codes(self, cookie: str, password: str) -> tuple[str, ...]:
        """Ten new codes; those given before open nothing. Raises RefusedError: no second factor, or a wrong password."""
        visitor, account = self._own(cookie)
        self._check_present(account, password)
        if self._source.current().proofs_of(account.id).totp is None:
            raise RefusedError("recovery codes stand in for a second factor, and there is none", hint="set one up first")
        codes = make_recovery_codes(self._given.entropy)
        receipt = self._scribe.write(self._scribe.credential(account.id, "recovery_codes_made", visitor.actor))[0]
        self._credentials.set_recovery_codes(account.id, codes, receipt.entry_id)
        return codes

    def recovery_codes_left(self, account: str) -> int:
        """How many recovery codes an account has left."""
        entry = self._source.current().proofs_of(account).recovery
        return 0 if entry is None else self._credentials.recovery_codes_left(account, entry)

    def remove_totp(self, cookie: str, password: str) -> Opened:
        """Give up one's second factor. Raises RefusedError with a wrong password, or where the settings ask for one."""
        visitor, account = self._own(cookie)
        self._check_present(account, password)
        if needs_second_factor(account, self._given.settings):
            raise RefusedError("this account must have a second factor", hint="an administrator can reset it")
        self._remove(account.id, visitor.actor)
        return self._keep_only(cookie, visitor)

    def reset_second_factor(self, account: str, by: Actor) -> None:
        """Take away somebody's second factor, who lost it; their sessions end. Raises InputError, RefusedError."""
        found, roll = self._local(account)
        check_proof(by, found)
        if roll.proofs_of(found.id).totp is None:
            raise RefusedError(f"account {account}: has no second factor", hint="see `proofbook user show`")
        self._remove(found.id, by)
        self._sessions.end_all(found.id, Ending.ACCOUNT_CHANGED, by)

    def _remove(self, account: str, by: Actor) -> None:
        self._scribe.write(self._scribe.credential(account, "totp_removed", by))
        self._credentials.remove_second_factor(account)

    def _keep_only(self, cookie: str, visitor: Visitor) -> Opened:
        opened = self._sessions.rotate(cookie)
        self._sessions.end_all(visitor.account, Ending.ACCOUNT_CHANGED, visitor.actor, but=visitor.session)
        return opened

    def _check_present(self, account: Account, password: str) -> None:
        """A session that somebody left open is no place to try passwords either."""
        if self._lock_out.begin(account.id, self._scribe.clock.now()).seconds:
            raise RefusedError("too many wrong passwords", hint="try again later")
        kept, proofs = self._credentials.password(account.id), self._source.current().proofs_of(account.id)
        usable = kept is not None and kept.entry == proofs.password
        if not self._passwords.verify(password, kept.hash if usable and kept is not None else None):
            raise RefusedError("the present password is another", hint="type it once more")
        self._lock_out.clear(account.id)

    def _own(self, cookie: str) -> tuple[Visitor, Account]:
        visitor = self._sessions.assess(cookie)
        if not isinstance(visitor, Visitor):
            raise RefusedError("the session is over", hint="sign in again")
        return visitor, self._local(visitor.account)[0]

    def _local(self, account: str) -> tuple[Account, Roll]:
        roll = self._source.current()
        found = roll.accounts.get(account)
        if found is None:
            raise InputError(f"account {account[:80]!r}: there is no such account", hint="see `proofbook user list`")
        if found.terms.sign_in != "local":
            raise RefusedError(f"account {account}: signs in through its provider", hint="change it at the provider")
        return found, roll
