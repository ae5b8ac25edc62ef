"""The head of a page: its evidence header, made from what the page was drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from proofbook import __version__
from proofbook.artifacts.page import Head, Page, Stand
from proofbook.artifacts.speaking import local
from proofbook.assessment.facts import Facts, happened_at, is_late
from proofbook.controls.control import load_controls
from proofbook.controls.crosswalk import check_artifact
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import DocumentVersion

TOLD: Final = "What records say is what somebody recorded; the book shows that it has not changed since, not that it is true."
REDACTIONS: Final = "None. No prompt and no answer is on this page; they stay sealed."
HANDLING: Final = "Names people by the ids the entity uses. For the entity and whom it hands this to."
NOT_REVIEWED: Final = "Nobody has reviewed the page as a whole; signatures are of the records it shows."
NOT_COUNTED: Final = "No second, independent count was made for a page; populations have one."


def head(
    facts: Facts,
    artifact: str,
    records: Iterable[DocumentVersion],
    query: str,
    limitations: tuple[str, ...] = (),
    *,
    besides: tuple[str, ...] = (),
) -> Head:
    """The head of a page of `artifact` drawn from `records`; `query` says what was taken in and what was left out.

    `besides`: what else it is drawn from, with counts.
    """
    scope, known = facts.scope, sorted(records, key=lambda each: each.index)
    entry = check_artifact(artifact)
    controls = [each for each in load_controls().controls if artifact in each.artifacts]
    counts = Counter(each.kind for each in known)
    sources = (*(f"{kind} ({count:,})" for kind, count in sorted(counts.items())), *besides) or ("no kept records",)
    return Head(
        evidence_id=_evidence_id((artifact, scope.engagement, query, *besides), known),
        artifact=artifact,
        artifact_title=entry.title,
        answers=entry.answers,
        engagement=scope.engagement,
        entity=scope.entity,
        period=f"{scope.period.first} to {scope.period.last}, both days included, {scope.period.zone}",
        as_of=local(format_instant(facts.as_of), scope.period.zone),
        environment=scope.environment.replace("_", " "),
        systems=", ".join(scope.systems) or "all systems of the entity",
        book_size=facts.book_size,
        criteria=tuple(dict.fromkeys(criterion for each in controls for criterion in each.criteria)),
        controls=tuple(each.id for each in controls),
        sources=sources,
        span=_span(known, scope.period.zone),
        query=query,
        checks=_checks(facts, known),
        limitations=(*limitations, TOLD),
        redactions=REDACTIONS,
        handling=HANDLING,
        reviewed=NOT_REVIEWED,
        tool=f"proofbook {__version__}",
        definition=f"{artifact} page, program text sha256:{program_digest()}",
    )


def standing_at(page: Page, stand: Stand | None) -> Page:
    """The page with where its facts lie written into its head."""
    return replace(page, head=replace(page.head, stand=stand))


@cache
def program_digest() -> str:
    """Hex SHA-256 over names and bytes of this room's program text and templates, in order of their names."""
    made = sha256()
    room = files("proofbook.artifacts")
    parts = [*room.iterdir(), *room.joinpath("templates").iterdir()]
    for each in sorted(parts, key=lambda one: one.name):
        if each.name.endswith((".py", ".html", ".css", ".typ")):
            data = each.read_bytes()
            made.update(f"{each.name} {len(data)}\n".encode() + data)
    return made.hexdigest()


def _span(records: list[DocumentVersion], zone: str) -> str:
    if not records:
        return ""
    told = sorted(map(happened_at, records))
    newest = max(each.recorded for each in records)
    return f"they tell of {local(told[0], zone)} to {local(told[-1], zone)}; the last was recorded {local(newest, zone)}"


def _checks(facts: Facts, records: list[DocumentVersion]) -> tuple[str, ...]:
    scope = facts.scope
    late = sum(map(is_late, records))
    gaps = [each for each in facts.gaps if each.since < scope.until and each.until >= scope.since]
    began = facts.book_began
    before = began is None or began > scope.since
    return (
        f"Recorded late (over 7 days after it happened): {late:,} of {len(records):,} records.",
        f"Stretches of the period in which a recorder says it did not record: {len(gaps):,}.",
        "The book begins after the period does: what happened before is not in it."
        if before
        else "The book covers the first day.",
        NOT_COUNTED,
    )


def _evidence_id(named: tuple[str, ...], records: Iterable[DocumentVersion]) -> str:
    """The same records, taken in the same way, give the same id; one more version gives another."""
    made = sha256("\n".join((*named, *(each.entry for each in records))).encode())
    return f"EV-{named[0]}-{made.hexdigest()[:12]}"
