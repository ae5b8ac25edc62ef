"""What people sign in with, as the store keeps it: password hashes, sealed TOTP secrets, digests of recovery codes and links.

Promises: every proof names the entry of the book by which it was made, and counts only while the roll names the same one; what
may be used once is used up by one statement, whoever else tries at the same time. Does not: decide; `entrance` and `proving` do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from proofbook.people.sealing import Seal
from proofbook.people.second_factor import plain_code
from proofbook.people.store import Store
from proofbook.records.people import LinkPurpose


@dataclass(frozen=True, slots=True)
class KeptPassword:
    """A hash, and the entry it rests on."""

    hash: bytes
    entry: str


@dataclass(frozen=True, slots=True)
class KeptTotp:
    """A TOTP secret, the entry it rests on, and the last step that opened something."""

    secret: bytes
    entry: str
    last_step: int


@dataclass(frozen=True, slots=True)
class KeptLink:
    """What a one-time link opens."""

    id: str
    account: str
    purpose: LinkPurpose
    expires: str


class Credentials:
    """The store's part about proofs."""

    def __init__(self, store: Store, seal: Seal) -> None:
        self._store = store
        self._seal = seal

    def password(self, account: str) -> KeptPassword | None:
        """What is kept of a password."""
        row = self._store.row("SELECT hash, entry FROM password WHERE account = ?", (account,))
        return None if row is None else KeptPassword(*row)

    def set_password(self, account: str, hashed: bytes, entry: str) -> None:
        """Keep a password; links of the account open nothing any more."""
        self._store.write(
            ("INSERT OR REPLACE INTO password (account, hash, entry) VALUES (?, ?, ?)", (account, hashed, entry)),
            ("DELETE FROM link WHERE account = ?", (account,)),
        )

    def offer_totp(self, account: str, secret: bytes) -> None:
        """Keep a secret that was shown and is not confirmed."""
        self._set_totp(account, "offered", secret, "", 0)

    def offered_totp(self, account: str) -> bytes | None:
        """The secret that was shown last."""
        row = self._store.row("SELECT sealed FROM totp WHERE account = ? AND state = 'offered'", (account,))
        return None if row is None else self._seal.open(row[0], f"totp:{account}")

    def enrol_totp(self, account: str, secret: bytes, entry: str, step: int) -> None:
        """The shown secret counts from here on; `step` is the one it was confirmed with."""
        with self._store.transaction():
            self._set_totp(account, "enrolled", secret, entry, step)
            self._store.write(("DELETE FROM totp WHERE account = ? AND state = 'offered'", (account,)))

    def totp(self, account: str) -> KeptTotp | None:
        """The secret that counts."""
        statement = "SELECT sealed, entry, last_step FROM totp WHERE account = ? AND state = 'enrolled'"
        row = self._store.row(statement, (account,))
        return None if row is None else KeptTotp(self._seal.open(row[0], f"totp:{account}"), row[1], row[2])

    def use_step(self, account: str, step: int) -> bool:
        """Whether nobody used this step or a later one before."""
        statement = "UPDATE totp SET last_step = ? WHERE account = ? AND state = 'enrolled' AND last_step < ?"
        return self._store.write((statement, (step, account, step))) == 1

    def remove_second_factor(self, account: str) -> None:
        """No secret, no recovery codes."""
        self._store.write(
            ("DELETE FROM totp WHERE account = ?", (account,)),
            ("DELETE FROM recovery_code WHERE account = ?", (account,)),
        )

    def set_recovery_codes(self, account: str, codes: Sequence[str], entry: str) -> None:
        """These, and none that were given before."""
        insert = "INSERT INTO recovery_code (account, name, entry) VALUES (?, ?, ?)"
        rows = [(insert, (account, self._code(account, code), entry)) for code in codes]
        self._store.write(("DELETE FROM recovery_code WHERE account = ?", (account,)), *rows)

    def use_recovery_code(self, account: str, code: str, entry: str) -> bool:
        """Whether it was one of those that rest on `entry`; it is none any more."""
        statement = "DELETE FROM recovery_code WHERE account = ? AND name = ? AND entry = ?"
        return self._store.write((statement, (account, self._code(account, code), entry))) == 1

    def recovery_codes_left(self, account: str, entry: str) -> int:
        """How many are left."""
        row = self._store.row("SELECT count(*) FROM recovery_code WHERE account = ? AND entry = ?", (account, entry))
        return 0 if row is None else int(row[0])

    def add_link(self, secret: str, link: KeptLink) -> None:
        """Keep a link in the place of any other of the account."""
        row = (sha256(secret.encode()).digest(), link.id, link.account, link.purpose, link.expires)
        self._store.write(
            ("DELETE FROM link WHERE account = ?", (link.account,)),
            ("INSERT INTO link (digest, id, account, purpose, expires) VALUES (?, ?, ?, ?, ?)", row),
        )

    def link(self, secret: str) -> KeptLink | None:
        """The link with this secret."""
        digest = sha256(secret.encode("utf-8", "surrogatepass")).digest()
        row = self._store.row("SELECT id, account, purpose, expires FROM link WHERE digest = ?", (digest,))
        return None if row is None else KeptLink(*row)

    def use_link(self, link: KeptLink) -> bool:
        """Whether nobody used it before."""
        return self._store.write(("DELETE FROM link WHERE id = ?", (link.id,))) == 1

    def forget_old(self, now: str) -> None:
        """Let go of links whose time is over."""
        self._store.write(("DELETE FROM link WHERE expires <= ?", (now,)))

    def _set_totp(self, account: str, state: str, secret: bytes, entry: str, step: int) -> None:
        sealed = self._seal.close(secret, f"totp:{account}")
        statement = "INSERT OR REPLACE INTO totp (account, state, sealed, entry, last_step) VALUES (?, ?, ?, ?, ?)"
        self._store.write((statement, (account, state, sealed, entry, step)))

    def _code(self, account: str, code: str) -> bytes:
        return self._seal.name(plain_code(code)[:64], f"recovery:{account}")
