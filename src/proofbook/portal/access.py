"""Who may look: a key made at start, exchanged once for a session cookie.

Promises: keys are compared in constant time and kept as digests; sessions are random, apart from the key, and end with the
process. After too many wrong keys, none is compared for a while: 256 bits cannot be guessed, but nobody
should be trying.
Does not: know people. Whoever holds the address printed at start may read; there is nothing to write.
Hostile input: any text is a wrong key. Whoever sends wrong keys can delay new sessions, not end running ones.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from typing import Final

_SECRET_BYTES: Final = 32
_MAX_SESSIONS: Final = 64
"""Browsers of one operator; the oldest is forgotten."""
_WRONG_KEYS: Final = 10
_WINDOW_SECONDS: Final = 60.0


class Refusal(Enum):
    """Why no session was given."""

    WRONG_KEY = "wrong key"
    TOO_MANY = "too many wrong keys"


class Access:
    """Keys and sessions of one run. Used by one thread (the event loop)."""

    def __init__(self, *, entropy: Callable[[int], bytes], monotonic: Callable[[], float], lasting: bool = True) -> None:
        """`lasting`: the key opens the pages even when there are accounts; for a page that only this machine reaches."""
        self._entropy = entropy
        self._monotonic = monotonic
        self.key: Final = self._secret()
        self.lasting: Final = lasting
        self._digest = _digest(self.key)
        self._sessions: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: deque[float] = deque(maxlen=_WRONG_KEYS)

    def admit(self, key: str) -> str | Refusal:
        """A new session for the right key."""
        now = self._monotonic()
        if len(self._wrong) == _WRONG_KEYS and now - self._wrong[0] < _WINDOW_SECONDS:
            return Refusal.TOO_MANY
        if not hmac.compare_digest(_digest(key), self._digest):
            self._wrong.append(now)
            return Refusal.WRONG_KEY
        session = self._secret()
        self._sessions[_digest(session)] = None
        while len(self._sessions) > _MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return session

    def knows(self, session: str | None) -> bool:
        """Whether a session was given out in this run. Looked up by digest, so timing tells nothing about the session."""
        return session is not None and _digest(session) in self._sessions

    def _secret(self) -> str:
        return urlsafe_b64encode(self._entropy(_SECRET_BYTES)).decode().rstrip("=")


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
