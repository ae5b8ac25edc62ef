"""One model's files, hashes, statements and verification put together into its provenance record.

Promises: the record fits one entry (what does not fit is counted and its digest is still in `listing_sha256`); unknowns are
written out; a model with an unreadable weight file gets no digest and therefore no record, but a reason. Never says more than
the assessment it was given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from proofbook.collectors.interface import Observation, Place, Progress, Skipped
from proofbook.collectors.model_store.examining import BEHAVIOUR_ROLES, WEIGHT_ROLES, Examined
from proofbook.collectors.model_store.fitting import fit
from proofbook.collectors.model_store.grouping import Group
from proofbook.collectors.model_store.statements import Statements, gather_statements
from proofbook.collectors.wording import finding, plain, plain_path
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.digest import Digest
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.provenance import ArtifactFile, Finding, ModelArtifact, Rung, VerificationStatus
from proofbook.weights.digest_set import set_digest
from proofbook.weights.hash_cache import CachedDigests, KnownDigest
from proofbook.weights.hashing import NotHashed
from proofbook.weights.sniff import CODE_EXECUTING, FileFormat

Store: TypeAlias = Literal["gguf_file", "huggingface_cache", "folder", "ollama", "lmstudio"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model was found and what its store says of its source; `unknown` where it says nothing."""

    store: Store
    location: str
    name: str
    registry: str = "unknown"
    repository: str = "unknown"
    revision: str = "unknown"
    how_known: str = "unknown"
    pinned: Literal["yes", "no", "unknown"] = "unknown"
    publisher: str = "unknown"
    acquired_at: str = "unknown"


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file with its digest (or why there is none) and the digest its store claims for it, with its algorithm."""

    examined: Examined
    outcome: KnownDigest | NotHashed
    claimed: str | None

    @property
    def sha256(self) -> str | None:
        """Hex, or None."""
        return self.outcome.digest[7:] if isinstance(self.outcome, KnownDigest) else None


@dataclass(frozen=True, slots=True)
class Assessment:
    """How far the bytes were tied to somebody."""

    status: VerificationStatus
    rung: Rung
    detail: str
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[str, ...] = ()


Assess: TypeAlias = Callable[[Sequence[HashedFile]], Assessment]
Claims: TypeAlias = Callable[[Examined], str | None]


def no_claims(item: Examined) -> str | None:  # noqa: ARG001  # implements Claims
    """For stores that name no digest."""
    return None


@dataclass(frozen=True, slots=True)
class Workbench:
    """What assembling needs from outside. `progress` hears the model's name and its bytes."""

    digests: CachedDigests
    clock: Clock
    host: str
    progress: Progress | None = None


def assemble(origin: Origin, group: Group, bench: Workbench, *, claims: Claims, assess: Assess) -> Observation | Skipped:
    """The provenance record of one model."""
    files = group.files
    report = bench.progress
    outcomes = bench.digests.digests(
        [item.file.location for item in files],
        None if report is None else lambda done, total: report(origin.name, done, total),
    )
    hashed = [HashedFile(item, outcome, claims(item)) for item, outcome in zip(files, outcomes, strict=True)]
    weights = {item.examined.file.path: item for item in hashed if item.examined.role in WEIGHT_ROLES}
    for item in weights.values():
        if isinstance(item.outcome, NotHashed):
            return Skipped.because(item.outcome.code, f"{origin.name}: {item.outcome.detail}", origin.location)
    if not weights:
        return Skipped.because("no_weights", f"{origin.name}: holds no weight file", origin.location)
    artifact = set_digest({path: _digest(item) for path, item in weights.items()})
    document = _document(artifact, origin, (group, hashed), assess(hashed), bench)
    return observe(document)


def observe(document: ModelArtifact) -> Observation:
    """The observation of a finished record."""
    place = Place(document.host, document.store, document.location)
    return Observation("model.artifact", document.artifact, place, fit(document))


def _digest(item: HashedFile) -> Digest:
    match item.outcome:
        case KnownDigest():
            return item.outcome.digest
        case NotHashed():
            raise RuntimeError("a set digest was asked for with a file that has none")


def _document(
    artifact: Digest, origin: Origin, seen: tuple[Group, Sequence[HashedFile]], assessment: Assessment, bench: Workbench
) -> ModelArtifact:
    group, hashed = seen
    said = gather_statements(group.files)
    problems = [*group.findings, *assessment.findings, *said.findings]
    for item in hashed:
        problems += item.examined.findings
        if isinstance(item.outcome, NotHashed):
            problems.append(finding(item.outcome.code, item.outcome.detail, item.examined.file.path))
    return ModelArtifact(
        artifact=artifact,
        behaviour_sha256=_behaviour(hashed),
        listing_sha256=_listing(hashed),
        name=plain(origin.name, 200),
        store=origin.store,
        location=origin.location,
        host=bench.host,
        format=_format(group.weights),
        code_executing=_code_executing(group.files, problems),
        files=[_file(item) for item in sorted(hashed, key=lambda item: item.examined.role not in WEIGHT_ROLES)],
        files_total=len(hashed),
        bytes_total=sum(item.examined.file.size for item in hashed),
        imports=_imports(group.files),
        source_registry=origin.registry,
        source_repository=plain(origin.repository, 200),
        source_revision=origin.revision,
        source_how_known=origin.how_known,
        pinned=origin.pinned,
        publisher=origin.publisher if origin.publisher != "unknown" else _self_said(said.publisher),
        converter=_self_said(said.converter),
        base_model=_self_said(said.base_model),
        license_declared=said.license,
        license_text_sha256=_license_text(hashed),
        architecture=said.architecture,
        parameters=said.parameters,
        quantization=said.quantization,
        template_sha256=said.template_sha256 or _template_file(hashed),
        self_declared=dict(said.declared),
        verification=assessment.status,
        rung=assessment.rung,
        verification_detail=plain(assessment.detail, 500),
        signature="present_not_verified" if any(item.role == "signature" for item in group.files) else "none_found",
        acquired_at=origin.acquired_at,
        observed_at=format_instant(bench.clock.now()),
        findings=problems,
        unknowns=[*assessment.unknowns, *_unknowns(origin, said)],
    )


def _self_said(value: str) -> str:
    return value if value == "unknown" else f"{value} (self-declared)"


def _unknowns(origin: Origin, said: Statements) -> list[str]:
    found = []
    if origin.acquired_at == "unknown":
        found.append("when and by whom it was brought in: file times are not acquisition times")
    if origin.revision == "unknown":
        found.append("which revision of which source these bytes are")
    if said.license == "unknown":
        found.append("under which licence it may be used")
    elif not said.license_certain:
        found.append("whether the declared licence has a public identifier: read its text")
    if said.base_model == "unknown":
        found.append("which base model it was made from")
    found.append("what it was trained on")
    return found


def _file(item: HashedFile) -> ArtifactFile:
    known = item.outcome if isinstance(item.outcome, KnownDigest) else None
    return ArtifactFile(
        path=plain_path(item.examined.file.path),
        role=item.examined.role,
        size=item.examined.file.size,
        sha256=item.sha256,
        claimed=item.claimed,
        method="not_read" if known is None else known.method,
        hashed_at=None if known is None else known.hashed_at,
        note="a link into the store" if item.examined.file.linked else None,
    )


def _listing(hashed: Sequence[HashedFile]) -> str:
    rows = [[plain_path(item.examined.file.path), item.examined.file.size, item.sha256] for item in hashed]
    return hashlib.sha256(canonical_bytes(rows)).hexdigest()


def _behaviour(hashed: Sequence[HashedFile]) -> str | None:
    rows = [[plain_path(item.examined.file.path), item.sha256] for item in hashed if item.examined.role in BEHAVIOUR_ROLES]
    return hashlib.sha256(canonical_bytes(rows)).hexdigest() if rows else None


def _license_text(hashed: Sequence[HashedFile]) -> str | None:
    texts = [item.sha256 for item in hashed if item.examined.role == "license" and item.sha256 is not None]
    return texts[0] if texts else None


def _template_file(hashed: Sequence[HashedFile]) -> str | None:
    """A template in a file of its own; one inside a larger configuration has no hash of its own."""
    for item in hashed:
        if item.examined.role == "template" and not item.examined.file.path.endswith(".json"):
            return item.sha256
    return None


def _format(weights: Sequence[Examined]) -> Literal["gguf", "safetensors", "pytorch_pickle", "mixed", "unknown"]:
    forms = {item.format for item in weights}
    if len(forms) > 1:
        return "mixed"
    if forms == {FileFormat.GGUF}:
        return "gguf"
    if forms == {FileFormat.SAFETENSORS}:
        return "safetensors"
    return "pytorch_pickle" if forms and forms <= {FileFormat.ZIP, FileFormat.PICKLE} else "unknown"


def _code_executing(files: Sequence[Examined], problems: Sequence[Finding]) -> Literal["no", "yes", "unknown"]:
    if any(item.format in CODE_EXECUTING or item.role == "code" for item in files):
        return "yes"
    if any(problem.code == "auto_map" for problem in problems):
        return "yes"
    vague = any(item.role in WEIGHT_ROLES and item.format not in {FileFormat.GGUF, FileFormat.SAFETENSORS} for item in files)
    broken = any(problem.code in {"malformed_file", "unreadable"} for problem in problems)
    return "unknown" if vague or broken else "no"


def _imports(files: Sequence[Examined]) -> list[str]:
    found: list[str] = []
    for item in files:
        if item.imports is not None:
            found += [plain(name, 200) for name in item.imports.imports]
            found += [plain(f"unresolved: {note}", 200) for note in item.imports.unresolved]
    return sorted(set(found))
