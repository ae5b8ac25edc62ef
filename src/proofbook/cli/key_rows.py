"""Keys as rows for people: their state, their last use on record, and what stands out about them.

Promises: `never` is said only where everything since the issue was recorded; where the gateway says it missed something, a use
that is not on record is `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from proofbook.primitives.instants import format_instant
from proofbook.readmodel.keys import AccessKey, assess_use
from proofbook.readmodel.sources import Gap

_SOON: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key; `state` is `in force`, `expired` or `revoked`, `last_use` an instant, `never` or `unknown`."""

    key: AccessKey
    state: str
    last_use: str
    stands_out: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row of a table."""
        key, until = self.key, self.key.revoked or self.key.expires
        state = self.state if until is None else f"{self.state} {'until ' if self.state == 'in force' else ''}{_second(until)}"
        last = self.last_use if self.key.last_used is None else _second(self.last_use)
        named = (key.key, key.principal, key.principal_kind, key.system)
        return (*named, state, last, str(key.uses), "; ".join(self.stands_out) or "-")

    def as_json(self) -> dict[str, str | int | None | list[str]]:
        """Everything, with names."""
        key = self.key
        return {
            "key": key.key,
            "principal": key.principal,
            "kind": key.principal_kind,
            "system": key.system,
            "state": self.state,
            "issued": key.issued,
            "by": key.issued_by,
            "expires": key.expires,
            "revoked": key.revoked,
            "replaced_by": key.replaced_by,
            "last_use": self.last_use,
            "uses": key.uses,
            "refusals": key.refusals,
            "stands_out": list(self.stands_out),
        }


def describe_keys(keys: Iterable[AccessKey], gaps: Sequence[Gap], now: datetime, unused: timedelta) -> Iterator[KeyRow]:
    """A row for each key. `unused`: after how long without a use that is pointed out."""
    moment = format_instant(now)
    for key in keys:
        state = "revoked" if key.revoked is not None else "expired" if (key.expires or "~") <= moment else "in force"
        without = "never" if assess_use(key, gaps, key.issued) == "unused" else "unknown"
        notes = tuple(_stands_out(key, gaps, now, unused)) if state == "in force" else ()
        yield KeyRow(key, state, key.last_used or without, notes)


def _stands_out(key: AccessKey, gaps: Sequence[Gap], now: datetime, unused: timedelta) -> Iterator[str]:
    if key.expires is None:
        yield "no expiry"
    elif key.expires <= format_instant(now + _SOON):
        yield "expires soon" if key.replaced_by is None else f"replaced by {key.replaced_by}"
    since = format_instant(now - unused)
    if key.issued > since:
        return  # not there long enough
    use = assess_use(key, gaps, since)
    if use == "unused":
        yield f"unused for {unused.days} days" if unused.days else "unused"
    elif use == "unknown":
        yield "use not known: not everything was recorded"


def _second(instant: str) -> str:
    """An instant without its microseconds, for a table that people read."""
    return instant.partition(".")[0] + "Z"
