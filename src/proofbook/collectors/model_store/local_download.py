"""What the hub's client leaves in a folder it downloads into: three lines per file, and the commit's listing.

Promises: reads only (the client's own reader creates files, and deletes metadata it cannot parse); at most 4 KiB per file; files
of several commits in one folder mean that no revision is named. Hostile input becomes a finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from proofbook.collectors.model_store.assembling import Assessment, HashedFile
from proofbook.collectors.model_store.examining import Examined
from proofbook.collectors.model_store.gguf_file import baseline_only
from proofbook.collectors.model_store.hub_listing import (
    COMMIT,
    HubListing,
    assess_by_claims,
    assess_by_listing,
    read_listing,
)
from proofbook.collectors.model_store.walking import walk_folder
from proofbook.collectors.wording import finding
from proofbook.errors import InputError, UnavailableError
from proofbook.records.provenance import Finding
from proofbook.weights.opening import read_small_file

MAX_METADATA_BYTES = 4096
_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


@dataclass(frozen=True, slots=True)
class DownloadedFolder:
    """`etags` maps a file's path to its claimed digest; `revision` is the one commit all metadata names, else None."""

    revision: str | None
    etags: Mapping[str, str]
    listing: HubListing | None
    findings: tuple[Finding, ...]
    present: frozenset[str] = frozenset()

    def claim(self, item: Examined) -> str | None:
        """The digest the metadata claims for a file."""
        return self.etags.get(item.file.path)

    def assess(self, files: Sequence[HashedFile]) -> Assessment:
        """By the listing if there is one, else by the metadata, else as a baseline."""
        if self.listing is not None:
            found = assess_by_listing(self.listing, files, present=self.present)
        elif self.etags:
            found = assess_by_claims(files, claimant="the download metadata")
        else:
            found = baseline_only(files)
        return replace(found, findings=(*found.findings, *self.findings))


def read_downloaded_folder(folder: Path, present: frozenset[str]) -> DownloadedFolder:
    """The metadata below `<folder>/.cache/huggingface`; empty when there is none. `present` are all paths of the folder."""
    root = folder / ".cache" / "huggingface"
    if not (root / "download").is_dir():
        return DownloadedFolder(None, MappingProxyType({}), None, ())
    walk = walk_folder(root / "download", boundary=folder)
    etags: dict[str, str] = {}
    commits: set[str] = set()
    findings = list(walk.findings)
    for file in walk.files:
        if not file.path.endswith(".metadata"):
            continue
        parsed = _read_metadata(file.location)
        if isinstance(parsed, Finding):
            findings.append(parsed)
            continue
        commit, etag = parsed
        commits.add(commit)
        if etag is not None:
            etags[file.path.removesuffix(".metadata")] = etag
    if len(commits) > 1:
        findings.append(finding("mixed_revisions", f"download metadata names {len(commits)} different commits"))
    revision = commits.pop() if len(commits) == 1 else None
    listing = None
    listing_path = root / "trees" / f"{revision}.json"
    if revision is not None and listing_path.exists():
        try:
            listing = read_listing(listing_path, revision)
        except (InputError, UnavailableError) as error:
            findings.append(finding("malformed_listing", error.message, listing_path.name))
    return DownloadedFolder(revision, MappingProxyType(etags), listing, tuple(findings), present)


def _read_metadata(path: Path) -> tuple[str, str | None] | Finding:
    """Commit and claimed digest: the lines are commit id, entity tag, time."""
    try:
        lines = read_small_file(path, MAX_METADATA_BYTES).decode("ascii").splitlines()
    except (InputError, UnavailableError) as error:
        return finding("malformed_metadata", error.message, path.name)
    except UnicodeDecodeError:
        return finding("malformed_metadata", "is not ASCII text", path.name)
    if len(lines) != 3 or COMMIT.match(lines[0]) is None:
        return finding("malformed_metadata", "does not have its three lines", path.name)
    etag = lines[1]
    if _HEX.match(etag) is None:
        return lines[0], None
    return lines[0], f"sha256:{etag}" if len(etag) == 64 else f"git-sha1:{etag}"
