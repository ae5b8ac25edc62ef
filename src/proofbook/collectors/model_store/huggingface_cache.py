"""The hub cache: `models--<org>--<name>/{blobs,refs,snapshots,trees}`, shared by the hub's client, vLLM, SGLang and llama.cpp.

Promises: one record per model and snapshot, also of half-broken ones; dangling links, refs without a snapshot, partial and
unreferenced blobs are reported. A blob's name is a claim by the server at download: it is recomputed. Where the client cached the
commit's listing, every file is held against it offline. Never uses the hub's library: it drops broken repositories and writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proofbook.collectors.interface import Observation, Skipped
from proofbook.collectors.model_store.assembling import Assessment, HashedFile, Origin, Workbench, assemble
from proofbook.collectors.model_store.examining import Examined, examine_file
from proofbook.collectors.model_store.folder import report_walk
from proofbook.collectors.model_store.grouping import group_files
from proofbook.collectors.model_store.hub_listing import COMMIT, HubListing, assess_by_claims, assess_by_listing, read_listing
from proofbook.collectors.model_store.walking import walk_folder
from proofbook.collectors.wording import finding, plain_path
from proofbook.errors import InputError, SourceUnavailable, UnavailableError
from proofbook.records.provenance import Finding
from proofbook.weights.opening import read_small_file

_PREFIX = "models--"
_ETAG = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_REGISTRY = "hugging face hub (by layout; which endpoint was asked is not recorded)"


@dataclass(frozen=True, slots=True)
class HuggingFaceCache:
    """Collector of all models below one hub cache folder."""

    root: Path
    bench: Workbench

    @property
    def name(self) -> str:
        """Stable name."""
        return "model_store.huggingface_cache"

    @property
    def query(self) -> str:
        """The cache looked at."""
        return f"models in the hub cache at {plain_path(self.root)}"

    @property
    def parameters(self) -> Mapping[str, str]:
        """None."""
        return {}

    def collect(self) -> Iterator[Observation | Skipped]:
        """One record per model and snapshot."""
        try:
            names = sorted(path.name for path in self.root.iterdir())
        except OSError as error:
            raise SourceUnavailable(f"hub cache {self.root.name}: cannot be listed: {error.strerror}") from error
        for name in names:
            repository = self.root / name
            if name.startswith(_PREFIX) and repository.is_dir() and not repository.is_symlink():
                yield from _collect_repository(repository, self.bench)
            elif name.startswith(_PREFIX):
                yield Skipped.because("not_a_folder", "a repository is a link or a file and was not followed", repository)


def _collect_repository(repository: Path, bench: Workbench) -> Iterator[Observation | Skipped]:
    refs, problems = _read_refs(repository)
    yield from problems
    commits = _names(repository / "snapshots")
    for ref, commit in sorted(refs.items()):
        if commit not in commits:
            yield Skipped.because("ref_without_snapshot", f"{ref} names commit {commit}, which is not there", repository)
    used: set[str] = set()
    for commit in commits:
        snapshot = repository / "snapshots" / commit
        if COMMIT.match(commit) is None or snapshot.is_symlink() or not snapshot.is_dir():
            yield Skipped.because("not_a_commit", "a snapshot is not a folder named by a commit id", snapshot)
            continue
        yield from _collect_snapshot(repository, commit, tuple(r for r, c in sorted(refs.items()) if c == commit), bench, used)
    yield from _unreferenced(repository, used)
    if not commits:
        yield Skipped.because("no_snapshot", "the repository has no snapshot", repository)


def _collect_snapshot(
    repository: Path, commit: str, refs: tuple[str, ...], bench: Workbench, used: set[str]
) -> Iterator[Observation | Skipped]:
    snapshot = repository / "snapshots" / commit
    walk = walk_folder(snapshot, boundary=repository)
    yield from report_walk(walk, snapshot)
    used.update(file.location.name for file in walk.files if file.linked)
    name = _repository_name(repository.name)
    groups = group_files([examine_file(file) for file in walk.files])
    if not groups:
        yield Skipped.because("no_weights", f"{name}: the snapshot holds no weight file", snapshot)
    anchor = _Anchor.find(repository, commit, frozenset(file.path for file in walk.files))
    for group in groups:
        origin = Origin(
            store="huggingface_cache",
            location=plain_path(snapshot / group.label if group.label else snapshot),
            name=f"{name}/{group.label}" if group.label else name,
            registry=_REGISTRY,
            repository=name,
            revision=commit,
            how_known="name of the snapshot folder" + (f"; named by {', '.join(refs)}" if refs else "; named by no ref"),
            pinned="yes",
            publisher=f"{name.split('/')[0]} (by repository name)" if "/" in name else "unknown",
        )
        whole = replace(group, findings=(*group.findings, *walk.findings))
        yield assemble(origin, whole, bench, claims=_claim, assess=anchor.assess)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The cached listing of a commit, or what is wrong with it."""

    listing: HubListing | None
    problem: Finding | None
    present: frozenset[str]

    @classmethod
    def find(cls, repository: Path, commit: str, present: frozenset[str]) -> _Anchor:
        path = repository / "trees" / f"{commit}.json"
        if not path.exists():
            return cls(None, None, present)
        try:
            return cls(read_listing(path, commit), None, present)
        except (InputError, UnavailableError) as error:
            return cls(None, finding("malformed_listing", error.message, path.name), present)

    def assess(self, files: Sequence[HashedFile]) -> Assessment:
        if self.listing is None:
            found = assess_by_claims(files, claimant="the name of the blob")
            return found if self.problem is None else replace(found, findings=(*found.findings, self.problem))
        found = assess_by_listing(self.listing, files, present=self.present)
        misnamed = assess_by_claims(files, claimant="the name of the blob").findings
        return replace(found, findings=(*found.findings, *misnamed))


def _claim(item: Examined) -> str | None:
    """The name of the blob a link leads to; a real copy has no such name."""
    name = item.file.location.name
    if not item.file.linked or _ETAG.match(name) is None:
        return None
    return f"sha256:{name}" if len(name) == 64 else f"git-sha1:{name}"


def _repository_name(folder: str) -> str:
    """`models--org--name` -> `org/name`; more separators are ambiguous, so the folder's own name is kept."""
    parts = folder.removeprefix(_PREFIX).split("--")
    return "/".join(parts) if len(parts) <= 2 else folder


def _read_refs(repository: Path) -> tuple[dict[str, str], list[Skipped]]:
    refs: dict[str, str] = {}
    problems: list[Skipped] = []
    if not (repository / "refs").is_dir():
        return refs, problems
    walk = walk_folder(repository / "refs")
    problems += report_walk(walk, repository / "refs")
    for file in walk.files:
        try:
            commit = read_small_file(file.location, 4096).decode("ascii").strip()
        except (InputError, UnavailableError, UnicodeDecodeError):
            commit = ""
        if COMMIT.match(commit) is None:
            problems.append(Skipped.because("malformed_ref", "does not hold a commit id", file.location))
        else:
            refs[file.path] = commit
    return refs, problems


def _unreferenced(repository: Path, used: set[str]) -> Iterator[Skipped]:
    for name in _names(repository / "blobs"):
        if name.endswith(".incomplete"):
            yield Skipped.because("partial_download", "a download was not finished", repository / "blobs" / name)
        elif name not in used:
            yield Skipped.because("orphan_blob", "no snapshot leads to this blob", repository / "blobs" / name)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
