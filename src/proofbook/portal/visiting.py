"""Who a request comes from: the holder of the key printed at start, an account that signed in, or a program with a token.

Promises: one answer for each request, found before anything else is done with it; what cannot be found is nobody. The holder of
the key may read what staff reads and set up the first account, nothing else. Does not: decide what a visitor may do at a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Final

from proofbook.people.roles import Permission
from proofbook.people.visitor import Visitor
from proofbook.portal.access import Access
from proofbook.portal.surroundings import Accounts

KEY_METHOD: Final = "start_key"
KEY_ACCOUNT: Final = "operator"
API_PATH: Final = "/api/"
_BEARER: Final = "bearer "
_MAX_TOKEN: Final = 200


class Doorkeeper:
    """Knows visitors by what they carry. `accounts` None: there are no people, only the key."""

    def __init__(self, access: Access, accounts: Accounts | None, *, cookie: str) -> None:
        self.access = access
        self.accounts = accounts
        self.cookie = cookie

    def find(self, path: str, headers: Mapping[str, str]) -> Visitor | None:
        """The visitor of a request."""
        if path.startswith(API_PATH):
            return self._by_token(headers.get("authorization", ""))
        carried = self.carried(headers)
        if carried is None:
            return None
        if self.access.knows(carried):
            return holder_of_the_key(carried) if self.access.lasting or not self.has_accounts() else None
        return None if self.accounts is None else self.accounts.visit(carried)

    def carried(self, headers: Mapping[str, str]) -> str | None:
        """The session's cookie as it was sent."""
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        return None if found is None or not found.value else found.value

    def has_accounts(self) -> bool:
        """Whether somebody could sign in."""
        return self.accounts is not None and self.accounts.accounts_exist()

    def _by_token(self, header: str) -> Visitor | None:
        if self.accounts is None or not header.lower().startswith(_BEARER):
            return None
        secret = header[len(_BEARER) :].strip()
        return self.accounts.visit_token(secret) if 0 < len(secret) <= _MAX_TOKEN and secret.isascii() else None


def holder_of_the_key(cookie: str) -> Visitor:
    """Who came with the key printed at start."""
    session = "k_" + sha256(cookie.encode()).hexdigest()[:16]
    permissions = frozenset({Permission.READ})
    return Visitor(KEY_ACCOUNT, "Holder of the start key", frozenset(), permissions, KEY_METHOD, session)
