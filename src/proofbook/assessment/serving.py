"""Which artifact served a system at a moment: what an evaluation must have been run on to say anything about production.

Promises: traffic decides; only where none is known, what was approved at that time does. An artifact nobody knows never counts.
Knows the traffic of the period, by first and last exchange of each artifact; what was swapped in between does not show here.
"""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.assessment.facts import Facts
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion

_APPROVED = frozenset({"approved", "approved_with_conditions"})


@dataclass(frozen=True, slots=True)
class Serving:
    """Artifacts that served, or the sentence that says why that is not known."""

    artifacts: frozenset[str]
    by_traffic: bool


def in_service(facts: Facts, system: str, moment: str) -> Serving:
    """What served at a moment: by traffic around it, else the last that had served, else what was approved by then."""
    rows = [row for row in facts.served if row.system == system and row.artifact is not None]
    around = frozenset(row.artifact for row in rows if row.artifact and row.first <= moment <= row.last)
    if around:
        return Serving(around, by_traffic=True)
    before = [row for row in rows if row.last < moment]
    newest = max((row.last for row in before), default="")
    last = frozenset(row.artifact for row in before if row.artifact and row.last == newest)
    return Serving(last | approved_for(facts, system, moment), by_traffic=False)


def approved_for(facts: Facts, system: str, moment: str) -> frozenset[str]:
    """Artifacts approved for a system at a moment: named on its page by then, or by an approval that had not ended."""
    page = facts.at("ai_system", system, moment)
    named = frozenset(page.body.get("models") or ()) if page is not None else frozenset()
    decided: dict[str, DocumentVersion] = {}
    for newest in facts.of("model.approval"):
        for version in facts.history(newest.kind, newest.id):
            if version.body["decided_at"] <= moment and system in (version.body.get("systems") or ()):
                key = str(version.body["artifact_digest"])
                decided[key] = max(version, decided.get(key, version), key=lambda each: (each.body["decided_at"], each.index))
    approved = {key for key, version in decided.items() if _holds(version, moment)}
    withdrawn = decided.keys() - approved
    return (named | approved) - withdrawn


def describe_mismatch(facts: Facts, run: DocumentVersion) -> str | None:
    """Why an evaluation run says nothing about what served when it ended; None when it was run on that."""
    model, system, ended = run.body.get("model"), str(run.body["system"]), str(run.body["ended_at"])
    if model is None:
        return "which artifact answered is not stated"
    serving = in_service(facts, system, ended)
    if model in serving.artifacts:
        return None
    if not serving.artifacts:
        return f"nothing shows that {_short(model)} served or was approved for {system} then"
    others = ", ".join(sorted(_short(each) for each in serving.artifacts))
    return f"was run on {_short(model)}, while {others} {'served' if serving.by_traffic else 'had served or was approved'}"


def _holds(version: DocumentVersion, moment: str) -> bool:
    expires = version.body.get("expires_on")
    return version.body["decision"] in _APPROVED and (expires is None or parse_instant(moment).date().isoformat() <= expires)


def _short(artifact: str) -> str:
    return artifact[:19] if artifact.startswith("sha256:") else artifact[:40]
