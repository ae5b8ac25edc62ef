"""Everything about people at one door: who may come in, who is here, what they are known by, what they left half done.

Promises: what somebody may do is read from the book at each look; whatever is written is recorded before it counts; no secret
leaves but once, to whom it belongs. Safe to call from several threads; passwords are slow on purpose, so nothing here belongs on
an event loop but `visit` and `visit_token`, which cost a look at two small files. Does not: speak HTTP, know forms or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from proofbook.people.account import Account, Terms
from proofbook.people.accounts import Accounts
from proofbook.people.attempts import LockOut, Rate
from proofbook.people.credentials import Credentials
from proofbook.people.entrance import LOCAL, Entrance, Shown
from proofbook.people.holding import HeldFiles
from proofbook.people.keeping import DoneOnce, Drafts
from proofbook.people.passwords import Passwords
from proofbook.people.provider import Begun, Provider, ProviderRefused
from proofbook.people.proving import Link, Proving
from proofbook.people.recording import Scribe
from proofbook.people.roles import Permission
from proofbook.people.roll import Roll, Token
from proofbook.people.sealing import Seal
from proofbook.people.sessions import Session, Sessions
from proofbook.people.settings import ProviderSettings
from proofbook.people.surroundings import Surroundings
from proofbook.people.tokens import NewToken, Tokens
from proofbook.people.visitor import Ended, Ending, Opened, Reason, Refusal, Visitor
from proofbook.people.vouching import Vouching
from proofbook.records.envelope import Actor
from proofbook.records.people import LinkPurpose


class People:
    """The room's face. Parts that a page uses much stand open: `accounts`, `proving`, `drafts`, `done_once`, `held_files`."""

    def __init__(self, given: Surroundings) -> None:
        clock, store, roll = given.clock, given.store, given.roll
        seal = Seal(given.key, given.entropy)
        passwords = given.passwords or Passwords(given.entropy)
        self._roll = roll
        self._scribe = Scribe(given.record, clock, given.source)
        credentials, lock_out = Credentials(store, seal), LockOut(store, seal)
        self._credentials = credentials
        self._sessions = Sessions(given, self._scribe)
        rate = Rate(given.limits, given.monotonic)
        self._entrance = Entrance(roll, self._scribe, credentials, passwords, self._sessions, lock_out, rate)
        self._tokens = Tokens(roll, self._scribe, given.entropy, self._entrance.refuse)
        self.accounts: Final = Accounts(roll, self._scribe, store, credentials, passwords)
        """Making and changing accounts."""
        self.proving: Final = Proving(given, self._scribe, credentials, passwords, self._sessions, lock_out)
        """Links, passwords, second factors."""
        self._vouching = Vouching(roll, self._scribe, self.accounts, self._entrance, self._sessions)
        self._providers = {
            each.settings.name: Provider(each, seal, clock, given.monotonic, given.entropy) for each in given.clients
        }
        self.drafts: Final = Drafts(store, seal, clock)
        """Forms that are not sent yet."""
        self.done_once: Final = DoneOnce(store, seal, clock)
        """What was done under an idempotency key."""
        self.held_files: Final = HeldFiles(store, seal, clock, given.entropy)
        """Files that were shown and are not agreed to yet."""

    @property
    def roll(self) -> Roll:
        """Every account and token as of now. Raises StoreUnavailable."""
        return self._roll.current()

    def accounts_exist(self) -> bool:
        """Whether there is any account in the book; until then a first one may be made."""
        return bool(self._roll.current().accounts)

    def first_account(self, account: str, name: str, password: str, *, address: str | None = None) -> Opened:
        """Make the first account, an administrator, and sign in to it. Whoever calls has checked the key printed at start.

        Raises:
            ConflictError: there are accounts already. InputError: id, name or password cannot stand.
        """
        return self._sessions.open(self.accounts.set_first(account, name, password), method=LOCAL, address=address)

    def sign_in(
        self,
        account: str,
        password: str,
        *,
        code: str | None = None,
        recovery_code: str | None = None,
        address: str | None = None,
        replacing: str | None = None,
    ) -> Opened | Refusal:
        """A session for a local account, or why there is none. `replacing`: the cookie the browser held before.

        Raises:
            UnavailableError: book, store or too many at once; nobody was let in.
        """
        shown = Shown(account, password, code, recovery_code)
        return self._entrance.sign_in(shown, address=address, replacing=replacing)

    @property
    def providers(self) -> tuple[ProviderSettings, ...]:
        """Providers by which people may sign in; `name` stands in addresses, `label` on buttons."""
        return tuple(each.settings for each in self._providers.values())

    def begin_at_provider(self, name: str, redirect: str) -> Begun | None:
        """Where the browser goes and what it keeps meanwhile; None: there is no such provider.

        Raises:
            SourceUnavailable, MalformedRecord: the provider does not answer as it must.
        """
        provider = self._providers.get(name)
        return None if provider is None else provider.begin(redirect)

    def finish_at_provider(
        self,
        name: str,
        kept: str,
        returned: Mapping[str, str],
        *,
        address: str | None = None,
        replacing: str | None = None,
    ) -> Opened | Refusal | None:
        """A session for whom the provider vouches for, or why there is none; None: there is no such provider.

        Raises:
            ProviderRefused: the provider vouches for nobody, or what came back is not what was asked for; counted and on record.
            SourceUnavailable, MalformedRecord: it does not answer as it must. StoreUnavailable: nobody is let in.
        """
        provider = self._providers.get(name)
        if provider is None:
            return None
        if not self._entrance.has_room(address):
            return self._vouching.refuse(None, Reason.TOO_MANY)
        try:
            identity = provider.finish(kept, returned)
        except ProviderRefused:
            self._vouching.refuse(None, Reason.PROVIDER)
            raise
        return self._vouching.enter(identity, provider.settings, address=address, replacing=replacing)

    def visit(self, cookie: str | None) -> Visitor | None:
        """Who holds this cookie at this moment. Raises StoreUnavailable."""
        found = self.assess_visit(cookie)
        return found if isinstance(found, Visitor) else None

    def assess_visit(self, cookie: str | None) -> Visitor | Ended | None:
        """As `visit`, and how a session that was there ended. Raises StoreUnavailable."""
        return None if not cookie or len(cookie) > 128 else self._sessions.assess(cookie)

    def sign_out(self, cookie: str) -> None:
        """End the session of whoever holds this cookie."""
        self._sessions.sign_out(cookie)

    def sessions(self, account: str | None = None) -> tuple[Session, ...]:
        """Sessions of an account, or of everybody, the newest first."""
        return self._sessions.of_account(account)

    def end_session(self, session: str, by: Actor) -> bool:
        """An administrator, or its holder elsewhere, ends a session by its public id; whether it was open."""
        return self._sessions.end(session, Ending.ENDED_BY_ADMINISTRATOR, by)

    def end_sessions(self, account: str, by: Actor) -> int:
        """End every session of an account; how many there were."""
        return self._sessions.end_all(account, Ending.ENDED_BY_ADMINISTRATOR, by)

    def make_link(self, account: str, purpose: LinkPurpose, by: Actor) -> Link:
        """See `Proving.make_link`."""
        return self.proving.make_link(account, purpose, by)

    def use_link(self, secret: str, password: str) -> Account:
        """See `Proving.use_link`."""
        return self.proving.use_link(secret, password)

    def set_account(self, account: str, terms: Terms, *, by: Actor, because: str, expected: str | None) -> Account:
        """See `Accounts.set`."""
        return self.accounts.set(account, terms, by=by, because=because, expected=expected)

    def issue_token(
        self,
        *,
        by: Actor,
        scopes: Iterable[Permission],
        expires: str,
        account: str | None = None,
        service: str | None = None,
        note: str = "",
    ) -> NewToken:
        """See `Tokens.issue`."""
        return self._tokens.issue(by=by, scopes=scopes, expires=expires, account=account, service=service, note=note)

    def revoke_token(self, token: str, *, by: Actor, reason: str) -> None:
        """See `Tokens.revoke`."""
        self._tokens.revoke(token, by=by, reason=reason)

    def tokens(self) -> tuple[Token, ...]:
        """All API tokens ever issued, in order of issue."""
        return self._tokens.every()

    def visit_token(self, secret: str) -> Visitor | None:
        """Whose API token this is at this moment. Raises StoreUnavailable."""
        return self._tokens.visit(secret)

    def viewed(self, visitor: Visitor, page: str, subjects: Sequence[str], status: int) -> None:
        """Record one look before it is answered. Raises StoreUnavailable: then nothing may be shown."""
        self._scribe.write(self._scribe.viewed(visitor, page, subjects, status))

    def sweep(self) -> None:
        """What comes due with time alone: call it every minute. Raises StoreUnavailable."""
        self._entrance.sweep()
        self._sessions.sweep()
        self._credentials.forget_old(self._scribe.now)
        self.drafts.forget_old()
        self.done_once.forget_old()
        self.held_files.forget_old()

    def close(self) -> None:
        """Record what still waits to be; the program ends."""
        self._entrance.sweep(everything=True)
