"""Questions about access keys: the key ring as the book has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from proofbook.readmodel.connection import Reader, Row
from proofbook.readmodel.sources import Gap


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key with whom it is bound to, and how it ended. `secret_sha256` is all that is kept of its secret.

    `expires` is what holds now: as issued, or the earlier moment to which its life was cut when another replaced it.
    """

    key: str
    principal: str
    principal_kind: str
    system: str
    secret_sha256: str
    expires: str | None
    note: str
    issued_index: int
    issued: str
    issued_by: str
    revoked_index: int | None
    revoked: str | None
    revoked_reason: str | None
    limited_index: int | None = None
    limited_until: str | None = None
    replaced_by: str | None = None
    uses: int = 0
    """Exchanges that were let in with it, up to where the projection stands."""
    refusals: int = 0
    last_used: str | None = None
    expires_issued: str | None = None
    """Expiry as it was issued."""

    def is_valid_at(self, instant: str) -> bool:
        """Whether the key was issued, not revoked and not expired at an instant."""
        ended = tuple(each for each in (self.revoked, self.expires) if each is not None)
        return self.issued <= instant and all(instant < each for each in ended)


def every(reader: Reader) -> tuple[AccessKey, ...]:
    """Every key ever issued, in order of issue."""
    return tuple(map(_key, reader.rows("access_keys")))


def assess_use(key: AccessKey, gaps: Iterable[Gap], since: str) -> Literal["used", "unused", "unknown"]:
    """Whether a key was used after an instant: `unknown` when nothing is on record, but not everything was recorded."""
    if key.last_used is not None and key.last_used >= since:
        return "used"
    start = max(since, key.issued)
    missed = any(gap.until > start and gap.source.startswith("gateway:") for gap in gaps)
    return "unknown" if missed else "unused"


def at_size(key: AccessKey, size: int) -> AccessKey:
    """A key as the first `size` entries tell it: a later revocation or replacement is not known yet."""
    if key.revoked_index is not None and key.revoked_index >= size:
        key = replace(key, revoked_index=None, revoked=None, revoked_reason=None)
    if key.limited_index is not None and key.limited_index >= size:
        key = replace(key, limited_index=None, limited_until=None, replaced_by=None, expires=key.expires_issued)
    return key


def _key(row: Row) -> AccessKey:
    key = AccessKey(*row)
    ends = [each for each in (key.expires, key.limited_until) if each is not None]
    return replace(key, expires=min(ends, default=None), expires_issued=key.expires)
