"""What an occurrence rests on: each entry with what it is, when it happened, when it was recorded, and who wrote it.

Promises: an entry that is no kept record is named all the same; a record written down long after it happened says so.
Hostile input: titles and names are text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from proofbook.assessment.facts import happened_at, is_late
from proofbook.portal.staff.links import record_link
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents


@dataclass(frozen=True, slots=True)
class Evidence:
    """One entry. Of an entry that is no kept record only `entry` is known here."""

    entry: str
    name: str | None = None
    title: str | None = None
    link: str | None = None
    happened: str | None = None
    recorded: str | None = None
    late: bool = False
    actor: str | None = None
    method: str | None = None
    assurance: str | None = None


def make_reading(reader: Reader) -> Callable[[Iterable[str]], tuple[Evidence, ...]]:
    """A function from entry ids to evidence that asks for each entry once."""
    documents = Documents(reader)

    @cache
    def one(entry: str) -> Evidence:
        version = documents.by_entry(entry)
        if version is None:
            return Evidence(entry)
        return Evidence(
            entry,
            f"{version.kind}/{version.id}",
            str(version.body.get("title") or version.id),
            record_link(version.kind, version.id),
            happened_at(version),
            version.recorded,
            is_late(version),
            version.actor,
            version.method,
            version.assurance,
        )

    return lambda entries: tuple(map(one, entries))
