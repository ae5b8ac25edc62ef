"""The head of a page: its evidence header, made from what the page was drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from proofbook import __version__
from proofbook.artifacts.page import Head
from proofbook.artifacts.speaking import local
from proofbook.assessment.facts import Facts
from proofbook.controls.control import load_controls
from proofbook.controls.crosswalk import check_artifact
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import DocumentVersion

TOLD: Final = "What records say is what somebody recorded; the book shows that it has not changed since, not that it is true."


def head(facts: Facts, artifact: str, records: Iterable[DocumentVersion], query: str, limitations: tuple[str, ...] = ()) -> Head:
    """The head of a page of `artifact` drawn from `records`; `query` says what was taken in and what was left out."""
    scope, known = facts.scope, sorted(records, key=lambda each: each.index)
    entry = check_artifact(artifact)
    controls = [each for each in load_controls().controls if artifact in each.artifacts]
    counts = Counter(each.kind for each in known)
    sources = tuple(f"{kind} ({count:,})" for kind, count in sorted(counts.items())) or ("no kept records",)
    return Head(
        evidence_id=_evidence_id(artifact, scope.engagement, query, known),
        artifact=artifact,
        artifact_title=entry.title,
        answers=entry.answers,
        engagement=scope.engagement,
        entity=scope.entity,
        period=f"{scope.period.first} to {scope.period.last}, both days included, {scope.period.zone}",
        as_of=local(format_instant(facts.as_of), scope.period.zone),
        book_size=facts.book_size,
        criteria=tuple(dict.fromkeys(criterion for each in controls for criterion in each.criteria)),
        controls=tuple(each.id for each in controls),
        sources=sources,
        query=query,
        limitations=(*limitations, TOLD),
        tool=f"proofbook {__version__}",
    )


def _evidence_id(artifact: str, engagement: str, query: str, records: Iterable[DocumentVersion]) -> str:
    """The same records, taken in the same way, give the same id; one more version gives another."""
    made = sha256("\n".join((artifact, engagement, query, *(each.entry for each in records))).encode())
    return f"EV-{artifact}-{made.hexdigest()[:12]}"
