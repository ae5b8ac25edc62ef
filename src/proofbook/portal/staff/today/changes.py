"""What changed since last week: records, sign-offs, incidents, models, gaps, and how much was recorded of the traffic.

Promises: what is listed was recorded in the seven days before the page; a list that was cut says so. Nothing here judges a
change. Hostile input: titles are text.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from proofbook.portal.staff.links import record_link
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import activity, artifacts, sources
from proofbook.readmodel.documents import Documents, DocumentVersion

WEEK: Final = timedelta(days=7)
_MOST: Final = 500
"""Versions that are looked at; a week of a busy company."""
_SHOWN: Final = 5
_OCCASIONS: Final = ("incident.real", "incident.near_miss", "incident.exercise", "control.exception", "outage")
"""Kinds that stand by themselves, because people look for them first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: what, when it was recorded, by whom, where it is shown."""

    words: str
    link: str
    recorded: str
    actor: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The week. `kinds`: (kind, new records, new versions), most first; `cut`: there were more than were looked at."""

    since: str
    occasions: tuple[Change, ...]
    sign_offs: tuple[Change, ...]
    sign_offs_count: int
    kinds: tuple[tuple[str, int, int], ...]
    newest: tuple[Change, ...]
    models: tuple[Change, ...]
    gaps: tuple[sources.Gap, ...]
    exchanges: int
    exchanges_before: int
    cut: bool

    @property
    def nothing(self) -> bool:
        """Whether the week left nothing on record."""
        return not (self.kinds or self.models or self.gaps or self.exchanges or self.sign_offs)


def read_changes(desk: Desk) -> Changes:
    """The seven days before the page."""
    start, now = format_instant(desk.now - WEEK), format_instant(desk.now)
    found = [each for each in Documents(desk.reader).since(start, _MOST) if each.recorded <= now]
    signed = [each for each in found if each.kind == "sign_off"]
    records = [each for each in found if each.kind != "sign_off"]
    created = Counter(each.kind for each in records if each.version == 1)
    changed = Counter(each.kind for each in records if each.version > 1)
    kinds = sorted((*created, *changed), key=lambda kind: (-created[kind] - changed[kind], kind))
    return Changes(
        since=start,
        occasions=tuple(_of(each) for each in records if each.kind in _OCCASIONS)[:_SHOWN],
        sign_offs=tuple(_signed(each) for each in signed[:_SHOWN]),
        sign_offs_count=len(signed),
        kinds=tuple((kind, created[kind], changed[kind]) for kind in dict.fromkeys(kinds)),
        newest=tuple(_of(each) for each in records if each.kind not in _OCCASIONS)[:_SHOWN],
        models=tuple(
            Change(each.name, f"/models/{each.artifact}", each.recorded, "")
            for each in sorted(artifacts.latest(desk.reader), key=lambda each: each.recorded, reverse=True)
            if start <= each.recorded <= now
        )[:_SHOWN],
        gaps=tuple(each for each in sources.gaps(desk.reader, limit=_MOST) if start <= each.until <= now)[:_SHOWN],
        exchanges=_counted(desk, start, now),
        exchanges_before=_counted(desk, format_instant(desk.now - 2 * WEEK), start),
        cut=len(found) == _MOST,
    )


def _of(version: DocumentVersion) -> Change:
    title = str(version.body.get("title") or version.id)
    told = f"{version.kind.replace('.', ' ').replace('_', ' ')}: {title}" + (
        "" if version.version == 1 else f", version {version.version}"
    )
    return Change(told, record_link(version.kind, version.id), version.recorded, version.actor)


def _signed(version: DocumentVersion) -> Change:
    body = version.body
    told = f"{str(body['decision']).replace('_', ' ')}: {body['of_kind']}/{body['of_id']}"
    return Change(told, record_link(body["of_kind"], body["of_id"]), version.recorded, version.actor)


def _counted(desk: Desk, since: str, until: str) -> int:
    return sum(each.exchanges for each in activity.counts(desk.reader, since, until, activity.Grain.HOUR))
