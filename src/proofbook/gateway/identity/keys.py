"""Who may call: API keys of the form `pbk_<key id>_<secret>`, looked up in a snapshot of the keys that were issued.

Promises: only hashes of secrets are held; a secret is compared in constant time, and a wrong secret is answered as an unknown
key, so that nobody learns which key ids exist or were revoked. No header a caller can send changes what is recorded.
Does not: read the book. Whoever wires the gateway gives a `KeySource` whose `current` is cheap, since it is asked per request.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Literal, Protocol

from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.peer import Peer
from proofbook.gateway.identity.caller import Caller, VerifiedCaller
from proofbook.gateway.refusal import KEY_AMBIGUOUS, KEY_EXPIRED, KEY_MISSING, KEY_REVOKED, KEY_UNKNOWN
from proofbook.primitives.digest import Digest, sha256_digest

PREFIX = "pbk_"
_LONGEST = 512
_NO_SECRET = sha256_digest(b"no key has this hash")


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """One key as issued. `expires` and `revoked_at` are instants; None means never set.

    A key that has a `revoked_at` is refused from then on, even while the clock shows an earlier moment.
    """

    id: str
    principal: str
    principal_kind: Literal["person", "service"]
    system: str
    secret_sha256: Digest
    """`derive_secret_hash` of the secret."""
    expires: str | None = None
    revoked_at: str | None = None

    @property
    def caller(self) -> VerifiedCaller:
        """Whoever proved to hold this key."""
        return VerifiedCaller(self.principal, self.principal_kind, "api_key", self.id, self.system)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key ever issued, by id, at one moment."""

    keys: Mapping[str, IssuedKey]


class KeySource(Protocol):
    """Where the keys come from."""

    def current(self) -> KeyRing:
        """The keys as known now. Called on the event loop for each request: must not block."""


class KeyIdentities:
    """Implements `Identities` by API keys alone. Used on the event loop only."""

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys
        self._ring: KeyRing | None = None
        self._known: dict[bytes, tuple[Caller, str | None]] = {}
        """Whom a token was found to prove by the present ring, and until when, by the token's hash: one for each key at most."""

    def assess(self, head: RequestHead, peer: Peer, now: str) -> Caller:
        """See `Identities`."""
        del peer  # a key says the same wherever it comes from
        ring = self._keys.current()
        if ring is not self._ring:
            self._ring = ring
            self._known.clear()
        tokens = find_tokens(head.headers)
        if len(tokens) != 1:
            return assess_tokens(tokens, ring, now)
        digest = sha256(tokens[0].encode("latin-1")).digest()
        known = self._known.get(digest)
        if known is not None and (known[1] is None or now < known[1]):
            return known[0]
        found = assess_token(tokens[0], ring, now)
        if found.verified is not None and found.refusal is None:
            self._known[digest] = (found, ring.keys[found.verified.credential or ""].expires)
        return found


def build_key_ring(keys: Iterable[IssuedKey]) -> KeyRing:
    """A ring over these keys; of two with one id the later counts."""
    return KeyRing(MappingProxyType({key.id: key for key in keys}))


def format_key(key_id: str, secret: bytes) -> str:
    """The token a caller sends. `secret` should be 24 or more random bytes; it is spelled in hex."""
    return f"{PREFIX}{key_id}_{secret.hex()}"


def derive_secret_hash(secret: bytes) -> Digest:
    """What is kept of a secret: the digest of its hex spelling, as it stands in the token."""
    return sha256_digest(secret.hex().encode("ascii"))


def assess_key(headers: Iterable[tuple[bytes, bytes]], ring: KeyRing, now: str) -> Caller:
    """Who calls, judged by the `Authorization: Bearer` or `x-api-key` header; `now` is an instant."""
    return assess_tokens(find_tokens(headers), ring, now)


def assess_tokens(tokens: Sequence[str], ring: KeyRing, now: str) -> Caller:
    """Who calls, judged by everything that was sent as a key; `now` is an instant."""
    if not tokens:
        return Caller(None, KEY_MISSING)
    if len(set(tokens)) > 1:
        return Caller(None, KEY_AMBIGUOUS)
    return assess_token(tokens[0], ring, now)


def assess_token(token: str, ring: KeyRing, now: str) -> Caller:
    """Whose key a token is; `now` is an instant."""
    key_id, secret = _split(token)
    key = ring.keys.get(key_id)
    expected = key.secret_sha256 if key is not None else _NO_SECRET
    if not hmac.compare_digest(sha256_digest(secret.encode("utf-8")), expected) or key is None:
        return Caller(None, KEY_UNKNOWN)
    if key.revoked_at is not None:  # whatever the clock says: it may have been set back since
        return Caller(key.caller, KEY_REVOKED)
    if key.expires is not None and key.expires <= now:
        return Caller(key.caller, KEY_EXPIRED)
    return Caller(key.caller, None)


def find_tokens(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """What was sent as `Authorization: Bearer` or `x-api-key`, in order."""
    found: list[str] = []
    for name, value in headers:
        if name == b"x-api-key" and value.strip():
            found.append(value.strip().decode("latin-1"))
        elif name == b"authorization":
            scheme, _, token = value.partition(b" ")
            if scheme.lower() == b"bearer" and token.strip():
                found.append(token.strip().decode("latin-1"))
    return found


def _split(token: str) -> tuple[str, str]:
    if not token.startswith(PREFIX) or len(token) > _LONGEST:
        return "", ""
    key_id, _, secret = token[len(PREFIX) :].rpartition("_")
    return key_id, secret
