"""What is known about a model artifact: which bytes, from whom, how that is known, and what is not known.

The rung and the verification status are enums, never a tick; everything a file says about itself is `self_declared`.
Source: provenance.md 11, soc2.md ART-04.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from proofbook.records.exchange import Document


class VerificationStatus(StrEnum):
    """soc2.md ART-04: how far the bytes were tied to somebody."""

    PUBLISHER_SIGNATURE_VERIFIED = "publisher_signature_verified"
    THIRD_PARTY_SIGNATURE_VERIFIED = "third_party_signature_verified"
    HASH_MATCHES_PUBLISHER_METADATA = "hash_matches_publisher_metadata"
    HASH_MATCHES_INDEPENDENT_SOURCE = "hash_matches_independent_source"
    INTERNAL_BASELINE_ONLY = "internal_baseline_only"
    UNVERIFIED = "unverified"
    MISMATCH = "mismatch"


class Rung(StrEnum):
    """provenance.md 11.1: the evidence ladder, lowest first."""

    NAMED = "0_named"
    CLAIMED = "1_claimed"
    RECOMPUTED = "2_recomputed"
    ANCHORED = "3_anchored"
    CHAINED = "4_chained"
    SIGNED = "5_signed"


class ArtifactFile(Document):
    """One file of an artifact."""

    path: str = Field(description="relative to the artifact's location, POSIX")
    role: Literal[
        "weights",
        "adapter",
        "projector",
        "tokenizer",
        "template",
        "behaviour",
        "config",
        "code",
        "card",
        "license",
        "signature",
        "other",
    ] = Field(description="behaviour: system prompt, sampling defaults, presets and the like")
    size: int = Field(ge=0, description="bytes")
    sha256: str | None = Field(description="hex, computed by us over the bytes; null when it could not be read")
    claimed: str | None = Field(description="digest the store's name or manifest claims, with its algorithm")
    method: Literal["full", "stat_cached", "not_read"] = Field(
        description="how the digest was obtained; stat_cached: the file's identity and times are those of an earlier full read"
    )
    hashed_at: str | None = Field(description="instant the bytes were read; null when they were not")
    note: str | None = Field(description="what a reader should know about this file; null when nothing")


class Finding(Document):
    """Something a reader should know about an artifact or a store."""

    code: str = Field(description="stable word, e.g. remote_stub, blob_mismatch, missing_shard")
    detail: str = Field(description="in words")
    path: str | None = Field(description="file or folder it is about; null when it is about the whole")


class ModelArtifact(Document):
    """Body of `model.artifact`: one provenance record per artifact."""

    artifact: str = Field(
        description="one weight file (weights, adapter, projector): its own SHA-256; several: SHA-256 over their raw digests in "
        "path order; a remote stub has no weights: SHA-256 of its manifest"
    )
    behaviour_sha256: str | None = Field(
        description="hex, over path and SHA-256 of every file that changes behaviour without being weights; null for none"
    )
    listing_sha256: str = Field(description="hex, over canonical rows [path, size, SHA-256] of all files, shown or not")
    name: str = Field(description="name in its store")
    store: Literal["gguf_file", "huggingface_cache", "folder", "ollama", "lmstudio"] = Field(
        description="kind of store it was found in"
    )
    location: str = Field(description="path on the host where it was found")
    host: str = Field(description="host it was found on")
    format: Literal["gguf", "safetensors", "pytorch_pickle", "mixed", "remote_stub", "unknown"] = Field(
        description="file format, read from the bytes"
    )
    code_executing: Literal["no", "yes", "unknown"] = Field(description="whether loading it may execute code it carries")
    files: list[ArtifactFile] = Field(description="all files, or as many as fit in one entry: compare with files_total")
    files_total: int = Field(description="how many files it has")
    bytes_total: int = Field(description="their bytes")
    imports: list[str] = Field(description="what pickles in it would import when loaded, and what could not be followed")
    source_registry: str = Field(description="registry or hub, or 'unknown'")
    source_repository: str = Field(description="repository or model name there, or 'unknown'")
    source_revision: str = Field(description="immutable revision, or 'unknown'")
    source_how_known: str = Field(description="where registry, repository and revision were read from")
    pinned: Literal["yes", "no", "unknown"] = Field(description="whether the source is named by an immutable revision")
    publisher: str = Field(description="who published it, or 'unknown'")
    converter: str = Field(description="who converted or quantised it, or 'unknown'")
    base_model: str = Field(description="model it was made from, or 'unknown'")
    license_declared: str = Field(description="as declared, or 'unknown'")
    license_text_sha256: str | None = Field(description="hex, of the licence text beside it; null when there is none")
    architecture: str = Field(description="architecture, or 'unknown'")
    parameters: str = Field(description="number of parameters as text, or 'unknown'")
    quantization: str = Field(description="number format of the weights, or 'unknown'")
    template_sha256: str | None = Field(description="hex, of the chat template; null when there is none")
    self_declared: dict[str, str] = Field(description="what the file says about itself, verbatim, untrusted")
    verification: VerificationStatus = Field(description="how far the bytes were tied to somebody")
    rung: Rung = Field(description="step of the evidence ladder this reaches")
    verification_detail: str = Field(description="what was compared with what, in words")
    signature: Literal["none_found", "present_not_verified", "verified", "invalid", "unknown"] = Field(
        description="whether a signature was found, and what became of it"
    )
    acquired_at: str = Field(description="instant when witnessed, else 'unknown'; file times are not acquisition times")
    observed_at: str = Field(description="instant of this look")
    findings: list[Finding] = Field(description="what a reader should know about it")
    unknowns: list[str] = Field(description="what an auditor may ask and this record cannot answer")


class CollectionRun(Document):
    """Body of `collection.run`: one look by a collector, recorded even when it found nothing."""

    collector: str = Field(description="which collector looked")
    version: str = Field(description="its version")
    query: str = Field(description="what exactly was looked at")
    parameters: dict[str, str] = Field(description="what it was told, as text")
    started: str = Field(description="instant the look began")
    ended: str = Field(description="instant it ended")
    found: int = Field(description="things found")
    unchanged: int = Field(description="of these, as recorded before")
    skipped: list[Finding] = Field(description="what was not looked at and why, as many as fit")
    skipped_total: int = Field(description="how many were not looked at")


class DiscoveryRun(Document):
    """Body of `discovery.run`: what runs on this machine, against the inventory."""

    host: str = Field(description="host that was looked at")
    started: str = Field(description="instant the look began")
    ended: str = Field(description="instant it ended")
    engines: list[dict[str, str]] = Field(description="servers that answered as engines")
    processes: list[dict[str, str]] = Field(description="processes that look like engines")
    devices: list[dict[str, str]] = Field(description="accelerators")
    stores: list[dict[str, str]] = Field(description="model stores")
    connections: list[dict[str, str]] | None = Field(
        description="connections to the ports of upstreams that are not the gateway's, or of which that is unknown; null when "
        "they were not looked at",
    )
    differences: list[Finding] = Field(description="what is there and not in the inventory, and the reverse")
    not_looked_at: list[str] = Field(description="what this look could not see")
