"""Passwords: what may be one, and hashes that are dear to try (argon2id, RFC 9106).

Promises: no password is kept, logged or in an error; never more than a few hashes are computed at once, so that attempts cannot
take all memory; hashing without an account costs what hashing with one does. Does not: ask for digits or signs, which make
passwords shorter and no stronger (NIST SP 800-63B 3.1.1). Hostile input: longer than the bound is refused unread.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from argon2.exceptions import VerificationError
from argon2.low_level import Type, hash_secret, verify_secret

from proofbook.errors import InputError, UnavailableError

LEAST: Final = 12
MOST: Final = 1024
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: `memory` in KiB. The defaults are RFC 9106's second recommendation."""

    time: int = 3
    memory: int = 64 * 1024
    lanes: int = 4


class Passwords:
    """Hashes and verifies; safe to call from several threads, and slow on purpose: never on an event loop."""

    def __init__(
        self, entropy: Callable[[int], bytes], cost: Cost | None = None, *, at_once: int = 2, patience: float = 10.0
    ) -> None:
        """`patience`: seconds to wait for a turn."""
        self._entropy = entropy
        self._cost = cost or Cost()
        self._turns = threading.BoundedSemaphore(at_once)
        self._patience = patience
        self._nobody: bytes | None = None

    def hash(self, password: str) -> bytes:
        """What is kept of a password. Raises UnavailableError when too many hashes are under way."""
        with _Turn(self._turns, self._patience):
            return self._hash(_bytes(password))

    def verify(self, password: str, kept: bytes | None) -> bool:
        """Whether a password is the one; None (nothing is kept) is as slow as a wrong one. Raises UnavailableError."""
        if len(password) > MOST:
            password = ""
        with _Turn(self._turns, self._patience):
            if self._nobody is None:  # made before the first look at any password, so that none is slower than another
                self._nobody = self._hash(b"nobody has this password")
            try:
                fits = verify_secret(kept or self._nobody, _bytes(password), Type.ID)
            except VerificationError:
                return False
        return fits and kept is not None

    def _hash(self, secret: bytes) -> bytes:
        cost = self._cost
        return hash_secret(secret, self._entropy(_SALT_BYTES), cost.time, cost.memory, cost.lanes, _HASH_BYTES, Type.ID)


def check_password(password: str, *, account: str, name: str) -> None:
    """Raises InputError when this may not be somebody's password."""
    if len(password) < LEAST:
        raise InputError(f"password: is shorter than {LEAST} characters", hint="a few words in a row are long and easy to keep")
    if len(password) > MOST:
        raise InputError(f"password: is longer than {MOST} characters", hint="take a shorter one")
    plain = _plain(password)
    if plain in {_plain(account), _plain(name), _plain(account) * 2, "".join(_plain(name).split())}:
        raise InputError("password: is the name of the account", hint="take something nobody could guess")
    if plain in _common() or len(set(plain)) < 4:
        raise InputError("password: is one that many people take", hint="take something nobody could guess")


class _Turn:
    def __init__(self, turns: threading.BoundedSemaphore, patience: float) -> None:
        self._turns, self._patience = turns, patience

    def __enter__(self) -> None:
        if not self._turns.acquire(timeout=self._patience):
            raise UnavailableError("too many people are signing in at this moment", hint="try again in a few seconds")

    def __exit__(self, *_: object) -> None:
        self._turns.release()


def _bytes(password: str) -> bytes:
    """The same bytes however a keyboard composes a letter (NIST SP 800-63B 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


@cache
def _common() -> frozenset[str]:
    text = files("proofbook.people").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))
