"""Forms that are not sent yet, kept for whoever types them. Where no people are kept, nothing is: the page works without.

A draft holds the fields as they were sent, with the version they were written over. It is nobody's but its writer's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.portal.surroundings import Desk
from proofbook.primitives.canonical import JsonValue

Sent = Mapping[str, tuple[str, ...]]
_NOT_KEPT: Final = frozenset({"csrf", "do"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A form somebody began."""

    sent: Sent
    kept: str


def keep(desk: Desk, form: str, sent: Sent) -> str | None:
    """When it was kept; None where nothing is kept. Raises LimitExceeded."""
    if desk.sources.people is None:
        return None
    value: dict[str, JsonValue] = {name: list(each) for name, each in sent.items() if name not in _NOT_KEPT}
    return desk.sources.people.drafts.keep(desk.known.account, form, value)


def find(desk: Desk, form: str) -> Draft | None:
    """What the visitor began and did not send."""
    found = None if desk.sources.people is None else desk.sources.people.drafts.find(desk.known.account, form)
    value: Any = None if found is None else found.value
    if found is None or not isinstance(value, dict):
        return None
    return Draft({name: tuple(map(str, each)) for name, each in value.items() if isinstance(each, list)}, found.kept)


def drop(desk: Desk, form: str) -> None:
    """It was sent, or is not wanted."""
    if desk.sources.people is not None:
        desk.sources.people.drafts.drop(desk.known.account, form)


def name_of(kind: str, record_id: str) -> str:
    """What the form of a record is kept under; an empty id is a record that has none yet."""
    return f"record {kind}/{record_id}"
