"""The file listing of one commit, as the hub's client caches it beside a download, held against local bytes. No network.

Promises: a file counts as equal only when our own SHA-256 (or git blob id, for files kept in git) and its size equal the listing;
files the listing does not name are findings and keep the model off the anchored rung. What it cannot show: the listing is a local
copy, not signed. Hostile input (paths that leave, wrong types) makes the whole listing refused with `MalformedModelFile`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from proofbook.collectors.model_store.assembling import Assessment, HashedFile
from proofbook.collectors.wording import finding
from proofbook.errors import InputError, MalformedModelFile, UnavailableError
from proofbook.records.provenance import Finding, Rung, VerificationStatus
from proofbook.weights.git_objects import lfs_pointer_blob_id, read_git_blob_id
from proofbook.weights.opening import read_small_file
from proofbook.weights.safetensors import is_plain_relative, parse_json_strictly

MAX_LISTING_BYTES = 64 * 1024 * 1024
MAX_LISTED_FILES = 100_000
COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file of the commit. `blob_id` is the git id of what git keeps: the file, or the pointer to a large file."""

    size: int
    blob_id: str
    lfs_sha256: str | None
    lfs_size: int | None


@dataclass(frozen=True, slots=True)
class HubListing:
    """All files of one commit; `sha256` is the hash of the listing's own bytes."""

    commit: str
    files: Mapping[str, ListedFile]
    sha256: str


def read_listing(path: Path, commit: str) -> HubListing:
    """The cached listing at `path`. Raises MalformedModelFile, LimitExceeded, SourceUnavailable."""
    data = read_small_file(path, MAX_LISTING_BYTES)
    value = parse_json_strictly(data, name=path.name)
    if not isinstance(value, dict) or value.get("format_version") != 1 or not isinstance(value.get("files"), dict):
        raise MalformedModelFile(f"{path.name}: is not a listing of format version 1")
    if len(value["files"]) > MAX_LISTED_FILES:
        raise MalformedModelFile(f"{path.name}: files: more than {MAX_LISTED_FILES}")
    files = {name: _parse_file(name, form, path.name) for name, form in value["files"].items()}
    return HubListing(commit, MappingProxyType(files), hashlib.sha256(data).hexdigest())


def _parse_file(name: str, form: object, where: str) -> ListedFile:
    if not is_plain_relative(name):
        raise MalformedModelFile(f"{where}: files: {name[:120]!r} is not a path inside the repository")
    if not isinstance(form, dict):
        raise MalformedModelFile(f"{where}: files.{name[:80]}: is not an object")
    size, blob_id = form.get("size"), form.get("blob_id")
    sha256, lfs_size = form.get("lfs_sha256"), form.get("lfs_size")
    if type(size) is not int or not isinstance(blob_id, str) or COMMIT.match(blob_id) is None:
        raise MalformedModelFile(f"{where}: files.{name[:80]}: size or blob_id is missing or wrong")
    if sha256 is not None and (not isinstance(sha256, str) or _SHA256.match(sha256) is None):
        raise MalformedModelFile(f"{where}: files.{name[:80]}: lfs_sha256 is not a hex SHA-256")
    if lfs_size is not None and type(lfs_size) is not int:
        raise MalformedModelFile(f"{where}: files.{name[:80]}: lfs_size is not a number")
    return ListedFile(size, blob_id, sha256, lfs_size)


def assess_by_listing(listing: HubListing, files: Sequence[HashedFile], *, present: Collection[str]) -> Assessment:
    """Local files held against the listing of their commit. `present` are all paths found, also those of other models."""
    problems = list(_differences(listing, files))
    codes = {problem.code for problem in problems}
    absent = sorted(set(listing.files) - set(present))
    if absent:
        shown = ", ".join(absent[:5])
        problems.append(finding("listed_file_not_present", f"{len(absent)} files of the commit are not here: {shown}"))
    source = f"the listing of commit {listing.commit} that the hub's client cached here (SHA-256 {listing.sha256}, not signed)"
    if codes & {"listing_mismatch", "listing_inconsistent"}:
        return Assessment(VerificationStatus.MISMATCH, Rung.CLAIMED, f"bytes differ from {source}", tuple(problems))
    if codes:
        detail = f"files the listing names are equal to {source}; other files could not be tied to it"
        return Assessment(VerificationStatus.INTERNAL_BASELINE_ONLY, Rung.RECOMPUTED, detail, tuple(problems))
    detail = f"{len(files)} of {len(files)} files equal {source}"
    return Assessment(VerificationStatus.HASH_MATCHES_PUBLISHER_METADATA, Rung.ANCHORED, detail, tuple(problems))


def _differences(listing: HubListing, files: Sequence[HashedFile]) -> Iterator[Finding]:
    for item in files:
        path = item.examined.file.path
        listed = listing.files.get(path)
        if listed is None:
            yield finding("file_not_in_listing", "the commit's listing does not name this file", path)
        elif item.sha256 is None:
            yield finding("not_compared", "could not be read and was not compared", path)
        elif listed.lfs_sha256 is not None:
            yield from _large(item, listed, path)
        else:
            yield from _small(item, listed, path)


def _large(item: HashedFile, listed: ListedFile, path: str) -> Iterator[Finding]:
    size = listed.size if listed.lfs_size is None else listed.lfs_size
    if item.sha256 != listed.lfs_sha256 or item.examined.file.size != size:
        yield finding("listing_mismatch", f"SHA-256 {item.sha256} here, {listed.lfs_sha256} in the listing", path)
    elif lfs_pointer_blob_id(str(listed.lfs_sha256), size) != listed.blob_id:
        yield finding("listing_inconsistent", "the listing's git id does not belong to its own SHA-256 and size", path)


def _small(item: HashedFile, listed: ListedFile, path: str) -> Iterator[Finding]:
    try:
        blob_id = read_git_blob_id(item.examined.file.location)
    except (InputError, UnavailableError) as error:
        yield finding("not_compared", error.message, path)
        return
    if blob_id != listed.blob_id:
        yield finding("listing_mismatch", f"git id {blob_id} here, {listed.blob_id} in the listing", path)


def assess_by_claims(files: Sequence[HashedFile], *, claimant: str) -> Assessment:
    """Local files held against the digests their store names for them (`sha256:<hex>` or `git-sha1:<hex>`)."""
    problems: list[Finding] = []
    claimed = 0
    for item in files:
        if item.claimed is None:
            continue
        claimed += 1
        algorithm, _, hex_digest = item.claimed.partition(":")
        ours = item.sha256 if algorithm == "sha256" else _git_id(item)
        if ours is None:
            problems.append(finding("not_compared", "could not be read and was not compared", item.examined.file.path))
        elif ours != hex_digest:
            problems.append(finding("blob_mismatch", f"is {ours}, {claimant} claims {hex_digest}", item.examined.file.path))
    found = tuple(problems)
    if any(problem.code == "blob_mismatch" for problem in problems):
        return Assessment(VerificationStatus.MISMATCH, Rung.CLAIMED, f"bytes differ from what {claimant} claims", found)
    if not claimed:
        detail = f"hash computed here; {claimant} names no digest (trust on first use)"
        return Assessment(VerificationStatus.INTERNAL_BASELINE_ONLY, Rung.NAMED, detail, found)
    if problems or claimed < len(files):
        detail = (
            f"{claimed - len(problems)} of {len(files)} files equal what {claimant} claims; the rest has no claim or was not read"
        )
        return Assessment(VerificationStatus.INTERNAL_BASELINE_ONLY, Rung.CLAIMED, detail, found)
    detail = f"recomputed: all {claimed} files equal what {claimant} claims; the claim was made by the server at download"
    return Assessment(VerificationStatus.INTERNAL_BASELINE_ONLY, Rung.RECOMPUTED, detail, found)


def _git_id(item: HashedFile) -> str | None:
    if item.sha256 is None:
        return None
    try:
        return read_git_blob_id(item.examined.file.location)
    except (InputError, UnavailableError):
        return None
