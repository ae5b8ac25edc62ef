"""The roll: every account, token and proof of identity as the entries of the book have them, up to one moment.

Promises: derived from entries alone, read in the order of the book, so a store that was lost or put back from a backup changes
nobody's rights: what is kept elsewhere counts only where the roll names it as the newest. An entry that does not have its form
is `EntryDamaged`. Values; reading the book is somebody else's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from proofbook.errors import EntryDamaged
from proofbook.people.account import Account, read_terms
from proofbook.people.roles import Permission
from proofbook.people.visitor import token_of
from proofbook.records.envelope import Entry

KINDS: Final = ("account.set", "account.credential", "token.issued", "token.revoked")
"""What the roll is made of."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """Ids of the entries by which an account's present proofs were made; None: there is none."""

    password: str | None = None
    totp: str | None = None
    recovery: str | None = None
    link: str | None = None
    """Public id of the one link that still opens something, if its time is not over."""
    link_purpose: str | None = None
    link_expires: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An API token as issued, and whether it was revoked."""

    id: str
    holder: str
    holder_kind: Literal["account", "service"]
    scopes: frozenset[Permission]
    engagement: str | None
    expires: str
    secret_sha256: str
    note: str
    issued: str
    issued_by: str
    through: str | None = None
    """The token by which it was issued: it opens nothing once that one does not. None: a person issued it."""
    revoked: str | None = None
    revoked_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """Everything about people at one moment."""

    accounts: Mapping[str, Account] = field(default_factory=lambda: MappingProxyType({}))
    proofs: Mapping[str, Proofs] = field(default_factory=lambda: MappingProxyType({}))
    tokens: Mapping[str, Token] = field(default_factory=lambda: MappingProxyType({}))

    def proofs_of(self, account: str) -> Proofs:
        """What an account can be shown with."""
        return self.proofs.get(account, _NO_PROOFS)

    def by_provider(self, issuer: str, subject: str) -> Account | None:
        """The account bound to a person of a provider."""
        wanted = (issuer, subject)
        found = [each for each in self.accounts.values() if (each.terms.issuer, each.terms.provider_subject) == wanted]
        return found[0] if found else None


class RollSource(Protocol):
    """Where the roll comes from. Safe to call from several threads."""

    def current(self) -> Roll:
        """The roll with everything that was recorded before this call. Raises StoreUnavailable."""


_NO_PROOFS: Final = Proofs()


def read_on(roll: Roll, entries: Iterable[tuple[int, Entry]]) -> Roll:
    """The roll after some more entries, each with its index, in the order of the book. Raises EntryDamaged."""
    draft = _Draft(dict(roll.accounts), dict(roll.proofs), dict(roll.tokens))
    for index, entry in entries:
        try:
            draft.take(index, entry)
        except (KeyError, ValueError, TypeError) as error:
            raise EntryDamaged(f"entry {index} does not have the form of its kind: {error}", place=f"entry {index}") from error
    return Roll(MappingProxyType(draft.accounts), MappingProxyType(draft.proofs), MappingProxyType(draft.tokens))


@dataclass(slots=True)
class _Draft:
    accounts: dict[str, Account]
    proofs: dict[str, Proofs]
    tokens: dict[str, Token]

    def take(self, index: int, entry: Entry) -> None:
        body = entry.body
        match entry.kind:
            case "account.set":
                by = entry.actor.id
                account = body["account"]
                self.accounts[account] = Account(account, read_terms(body), entry.id, index, entry.recorded, by, body["because"])
            case "account.credential":
                before = self.proofs.get(body["account"], _NO_PROOFS)
                self.proofs[body["account"]] = _after(before, body, entry.id)
            case "token.issued":
                self.tokens.setdefault(body["token"], _token(entry))
            case "token.revoked" if body["token"] in self.tokens and self.tokens[body["token"]].revoked is None:
                found = self.tokens[body["token"]]
                self.tokens[found.id] = replace(found, revoked=entry.recorded, revoked_reason=body["reason"])
            case _:
                pass


def _after(before: Proofs, body: Mapping[str, Any], entry_id: str) -> Proofs:
    match body["what"]:
        case "password_set":
            return replace(before, password=entry_id, link=None, link_purpose=None, link_expires=None)
        case "totp_enrolled":
            return replace(before, totp=entry_id)
        case "totp_removed":
            return replace(before, totp=None, recovery=None)
        case "recovery_codes_made":
            return replace(before, recovery=entry_id)
        case "link_issued":
            return replace(before, link=body["link"], link_purpose=body["purpose"], link_expires=body["expires"])
        case "link_used":
            return replace(before, link=None, link_purpose=None, link_expires=None)
        case _:  # a recovery code was used: how many are left is the store's to know
            return before


def _token(entry: Entry) -> Token:
    body = entry.body
    return Token(
        id=body["token"],
        holder=body["holder"],
        holder_kind=body["holder_kind"],
        scopes=frozenset(map(Permission, body["scopes"])),
        engagement=body["engagement"],
        expires=body["expires"],
        secret_sha256=body["secret_sha256"],
        note=body["note"],
        issued=entry.recorded,
        issued_by=entry.actor.id,
        through=token_of(entry.actor),
    )
