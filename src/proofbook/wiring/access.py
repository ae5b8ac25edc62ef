"""Issuing and revoking API keys as records, and following them live for the gateway.

Promises: a secret is returned once and only its hash is recorded; issuing and revoking are entries with the operator as actor.
`LiveKeys` notices a new key or revocation within half a second, by a look at two small rows, off the event loop; when it cannot
look, it soon lets nobody in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Literal, cast

from proofbook.book.reader import BookReader
from proofbook.errors import ConfigurationError, InputError, StoreUnavailable
from proofbook.gateway.identity.keys import IssuedKey, KeyRing, build_key_ring, derive_secret_hash, format_key
from proofbook.journal.receipt import Recorder, Submission
from proofbook.primitives.digest import parse_digest
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel import keys
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft, Entry
from proofbook.records.operations import KeyIssued, KeyLimited, KeyRevoked
from proofbook.wiring.following import BookFollower
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK, ENTROPY, MONOTONIC, operator_name

SOURCE: Final = "cli"
_KINDS: Final = ("access.key_issued", "access.key_limited", "access.key_revoked")
STALE_SECONDS: Final = 10.0
"""How old a look at the book may be: longer than any moment in which it cannot be read, short enough for a revocation."""
_MAX_PRINCIPAL: Final = 128


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown once."""

    id: str
    secret: str
    index: int


def operator() -> Actor:
    """Who runs a command, as the operating system says."""
    return Actor(operator_name(), ActorKind.PERSON, "local_account")


def issue_key(
    home: Home,
    recorder: Recorder,
    *,
    principal: str,
    kind: Literal["person", "service"],
    system: str,
    expires: str | None,
    note: str,
) -> NewKey:
    """Issue a key bound to a principal and a system.

    Raises:
        ConfigurationError: the system is not configured. InputError: principal or expiry is malformed.
    """
    gateway = home.settings.gateway
    known = [each.id for each in gateway.systems] if gateway is not None else []
    if system not in known:
        raise ConfigurationError(f"system {system!r} is not configured", hint=f"known systems: {', '.join(known) or 'none'}")
    if not principal.strip() or len(principal) > _MAX_PRINCIPAL or not principal.isprintable():
        raise InputError(f"principal {principal[:40]!r} is not a name", hint=f"1 to {_MAX_PRINCIPAL} printable characters")
    if expires is not None:
        parse_instant(expires)
    made, draft = _make(principal, kind, system, expires=expires, note=note)
    return replace(made, index=recorder.record(draft).index)


def rotate_key(
    home: Home, recorder: Recorder, *, key: str, overlap: timedelta, expires: str | None, note: str
) -> tuple[NewKey, str]:
    """Issue a key with the same binding in the place of another, and let that one end after `overlap`; gives when it ends.

    Both are recorded together. Without `expires` the new key lives as long as the old one was issued for.

    Raises:
        InputError: there is no such key, or it ended or was replaced already.
    """
    old, now = _find(home, key), CLOCK.now()
    if old.revoked is not None or (old.expires is not None and old.expires <= format_instant(now)):
        raise InputError(f"key {key!r}: has ended already", hint="issue another with `proofbook key issue`")
    if old.replaced_by is not None:
        raise InputError(f"key {key!r}: is being replaced by {old.replaced_by}", hint="rotate that one")
    if expires is None and old.expires_issued is not None:
        expires = format_instant(now + (parse_instant(old.expires_issued) - parse_instant(old.issued)))
    kind = cast("Literal['person', 'service']", old.principal_kind)
    made, issued = _make(old.principal, kind, old.system, expires=expires, note=note)
    until = format_instant(now + overlap)
    until = min(until, old.expires or until)
    limited = KeyLimited(key=key, until=until, replaced_by=made.id, reason=note or "rotation")
    submissions = [Submission(issued), Submission(_draft("access.key_limited", key, limited.to_body()))]
    receipts = recorder.submit(submissions).result()
    return replace(made, index=receipts[0].index), until


def revoke_key(home: Home, recorder: Recorder, *, key: str, reason: str) -> int:
    """Revoke a key; the index of the entry. Raises InputError when there is no such key or it was revoked before."""
    found = _find(home, key)
    if found.revoked is not None:
        raise InputError(f"key {key!r}: was revoked at {found.revoked} already")
    return recorder.record(_draft("access.key_revoked", key, KeyRevoked(key=key, reason=reason).to_body())).index


def _find(home: Home, key: str) -> keys.AccessKey:
    with open_projection(home) as (_, projection):
        found = next((each for each in keys.every(projection.reader) if each.key == key), None)
    if found is None:
        raise InputError(f"key {key!r}: there is no such key", hint="see `proofbook key list`")
    return found


def _make(
    principal: str, kind: Literal["person", "service"], system: str, *, expires: str | None, note: str
) -> tuple[NewKey, Draft]:
    """A key and the entry that issues it; its position is known when it is recorded."""
    key_id, secret = ENTROPY(6).hex(), ENTROPY(24)
    body = KeyIssued(
        key=key_id,
        principal=principal,
        principal_kind=kind,
        system=system,
        secret_sha256=derive_secret_hash(secret),
        expires=expires,
        note=note,
    )
    return NewKey(key_id, format_key(key_id, secret), -1), _draft("access.key_issued", key_id, body.to_body())


class LiveKeys:
    """Implements the gateway's `KeySource`: a snapshot, kept up by a thread that reads new key entries from the book itself.

    The projection serves at the start only: it is disposable, and a revocation must not depend on it. A ring that could not be
    held against the book for `stale_seconds` is not given out any more, since nobody knows what was revoked meanwhile.
    """

    def __init__(
        self,
        home: Home,
        book: BookReader,
        *,
        monotonic: Callable[[], float] = MONOTONIC,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        """Load the keys; `book` is closed by `close`. Raises what reading the book raises."""
        self._stale_seconds = stale_seconds
        self._follower = BookFollower(book, _KINDS, self._take, name="key-ring", monotonic=monotonic)
        self._ring = load_key_ring(home)
        self._follower.start()

    def current(self) -> KeyRing:
        """See `KeySource`. Raises StoreUnavailable when the ring is too old to be relied on."""
        if self._follower.age > self._stale_seconds:
            raise StoreUnavailable("the keys could not be read from the book, so what was revoked is not known")
        return self._ring

    def close(self) -> None:
        """Stop following."""
        self._follower.close()

    def _take(self, entries: Sequence[tuple[int, Entry]]) -> None:
        self._ring = _read_on(self._ring, entries)


def _read_on(ring: KeyRing, entries: Sequence[tuple[int, Entry]]) -> KeyRing:
    """The ring after some more key entries."""
    found = dict(ring.keys)
    for _, entry in entries:
        if entry.kind == "access.key_issued":
            body = KeyIssued.model_validate(entry.body)
            secret = parse_digest(body.secret_sha256)
            found[body.key] = IssuedKey(body.key, body.principal, body.principal_kind, body.system, secret, body.expires)
        elif entry.kind == "access.key_limited" and entry.body["key"] in found:
            before = found[entry.body["key"]]
            found[before.id] = replace(before, expires=min(before.expires or entry.body["until"], entry.body["until"]))
        elif entry.kind == "access.key_revoked" and entry.body["key"] in found:
            found[entry.body["key"]] = replace(found[entry.body["key"]], revoked_at=entry.recorded)
    return build_key_ring(found.values())


def load_key_ring(home: Home) -> KeyRing:
    """Every key the book knows, as the gateway wants them."""
    with open_projection(home) as (_, projection):
        return build_key_ring(
            IssuedKey(
                id=each.key,
                principal=each.principal,
                principal_kind=cast("Literal['person', 'service']", each.principal_kind),
                system=each.system,
                secret_sha256=parse_digest(each.secret_sha256),
                expires=each.expires,
                revoked_at=each.revoked,
            )
            for each in keys.every(projection.reader)
        )


def _draft(kind: str, subject: str, body: dict[str, Any]) -> Draft:
    return Draft(kind, subject, format_instant(CLOCK.now()), operator(), SOURCE, Assurance.MANUAL, body)
