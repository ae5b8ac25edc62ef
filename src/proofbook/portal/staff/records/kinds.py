"""The kinds of kept record as people call them, in the groups of the artifacts they belong to.

Promises: every kept kind is in exactly one group; a kind that another page writes says which. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.controls.crosswalk import ArtifactEntry, check_artifact
from proofbook.records.kept import KEPT

_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "engagement": ("Engagement", "Engagements"),
        "ai_system": ("AI system", "AI systems"),
        "inventory.review": ("Inventory review", "Inventory reviews"),
        "discovery.review": ("Discovery review", "Discovery reviews"),
        "access.grant": ("Access given", "Access given"),
        "access.revocation": ("Access ended", "Access ended"),
        "access.review": ("Access review", "Access reviews"),
        "roster.change": ("Roster change", "Roster changes"),
        "log_access.review": ("Review of log access", "Reviews of log access"),
        "data_flow": ("Data-flow diagram", "Data-flow diagrams"),
        "index.manifest": ("Index scope", "Index scopes"),
        "index.build": ("Index build", "Index builds"),
        "model.approval": ("Model approval", "Model approvals"),
        "upstream.event": ("Upstream event", "Upstream events"),
        "upstream.decision": ("Upstream decision", "Upstream decisions"),
        "change": ("Change", "Changes"),
        "evaluation.standard": ("Evaluation standard", "Evaluation standards"),
        "evaluation.suite": ("Evaluation suite", "Evaluation suites"),
        "evaluation.run": ("Evaluation run", "Evaluation runs"),
        "incident.real": ("Incident", "Incidents"),
        "incident.near_miss": ("Near miss", "Near misses"),
        "incident.exercise": ("EXERCISE", "Exercises"),
        "alert.triage": ("Alert, looked at", "Alerts, looked at"),
        "vendor": ("Vendor", "Vendors"),
        "vendor.review": ("Vendor review", "Vendor reviews"),
        "policy": ("Policy or procedure", "Policies and procedures"),
        "policy.acknowledgement": ("Acknowledgement", "Acknowledgements"),
        "training": ("Training", "Trainings"),
        "approved_tool": ("Approved tool", "Approved tools"),
        "tool.request": ("Tool request", "Tool requests"),
        "waiver": ("Waiver", "Waivers"),
        "risk": ("Risk", "Risks"),
        "risk.assessment": ("Risk assessment", "Risk assessments"),
        "decision.request": ("Output waiting for review", "Outputs waiting for review"),
        "decision.review": ("Reviewed output", "Reviewed outputs"),
        "spot_check": ("Spot check", "Spot checks"),
        "availability.report": ("Availability report", "Availability reports"),
        "outage": ("Outage", "Outages"),
        "capacity.review": ("Capacity review", "Capacity reviews"),
        "backup.run": ("Backup", "Backups"),
        "restore.test": ("Restore test", "Restore tests"),
        "egress.rule": ("Egress rule", "Egress rules"),
        "egress.review": ("Egress review", "Egress reviews"),
        "boundary.test": ("Boundary test", "Boundary tests"),
        "disposal": ("Disposal", "Disposals"),
        "control": ("Control", "Controls"),
        "control.performance": ("Control performed", "Controls performed"),
        "not_applicable": ("Does not apply", "Does not apply"),
        "nil_population": ("Nil population", "Nil populations"),
        "control.exception": ("Exception", "Exceptions"),
        "management.response": ("Management response", "Management responses"),
        "sign_off": ("Signature", "Signatures"),
        "integrity.check": ("Integrity check", "Integrity checks"),
        "answer": ("Answer", "Answers"),
        "self_test": ("Self-test", "Self-tests"),
        "audit_request": ("Auditor's request", "Auditor's requests"),
        "audit_comment": ("Comment on a request", "Comments on requests"),
    }
)
_OF_THE_AUDIT: Final = "SUP-14"
"""Where kinds stand that belong to the audit itself and to none of the artifacts: with its scope."""
WRITTEN_ELSEWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sign_off": "A signature is given on the page of the record that it is about.",
        "self_test": "The program records self-tests: proofbook selftest.",
        "audit_request": "Requests are moved on their own pages, where each side does its own steps.",
        "audit_comment": "Comments are written on the page of the request.",
    }
)
"""Kinds that no form here writes, and where they come from."""
SIGNED: Final = (
    "engagement",
    "ai_system",
    "access.review",
    "data_flow",
    "index.manifest",
    "model.approval",
    "evaluation.standard",
    "evaluation.run",
    "incident.real",
    "incident.exercise",
    "vendor",
    "policy",
    "approved_tool",
    "risk",
    "control",
    "control.exception",
    "management.response",
    "nil_population",
    "restore.test",
    "answer",
)
"""Kinds of which each version waits for somebody else's signature: what others rely on, what claims to be whole."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: how it is called, what one record of it says, the artifact it belongs to."""

    kind: str
    one: str
    many: str
    says: str
    artifact: ArtifactEntry
    happens: bool
    """Whether a record of it tells of something that happened; otherwise it describes how things stand."""

    @property
    def written_elsewhere(self) -> str | None:
        """Where it is written, when no form here writes it."""
        return WRITTEN_ELSEWHERE.get(self.kind)

    @property
    def is_signed(self) -> bool:
        """Whether each version waits for a signature."""
        return self.kind in SIGNED

    @property
    def has_document(self) -> bool:
        """Whether its artifact is one of the ten that are handed over as documents."""
        return self.artifact.id in ARTIFACTS


@dataclass(frozen=True, slots=True)
class Group:
    """An artifact and its kinds."""

    artifact: ArtifactEntry
    kinds: tuple[Kind, ...]


@cache
def kind_of(kind: str) -> Kind | None:
    """One kept kind; None for anything else."""
    if kind not in KEPT:
        return None
    model = KEPT[kind]
    one, many = _NAMES.get(kind) or _derived(kind)
    says = (model.__doc__ or "").splitlines()[0].partition(": ")[2]
    return Kind(
        kind, one, many, says[:1].upper() + says[1:], check_artifact(model.artifact or _OF_THE_AUDIT), model.happened is not None
    )


def _derived(kind: str) -> tuple[str, str]:
    """Names of a kind that nobody named yet."""
    words = kind.replace(".", " ").replace("_", " ").capitalize()
    return words, f"{words}s"


@cache
def groups() -> tuple[Group, ...]:
    """All kinds, by artifact: the ten first, then the supporting ones."""
    found: dict[str, list[Kind]] = {}
    for name in KEPT:
        kind = kind_of(name)
        if kind is not None:
            found.setdefault(kind.artifact.id, []).append(kind)
    return tuple(Group(check_artifact(artifact), tuple(found[artifact])) for artifact in sorted(found))
