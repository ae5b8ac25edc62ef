"""The record of a model that is only a name here: its weights are on another machine.

Promises: nothing about its bytes is claimed, because there are none; the record's digest is that of the manifest, and the finding
`remote_stub` names the host that requests go to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from proofbook.collectors.model_store.assembling import Workbench
from proofbook.collectors.model_store.ollama_manifest import ModelConfig, ModelName
from proofbook.collectors.wording import finding, plain, plain_mapping, plain_path
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.instants import format_instant
from proofbook.records.provenance import Finding, ModelArtifact, Rung, VerificationStatus


def stub_record(
    name: ModelName,
    location: Path,
    manifest: bytes,
    config: ModelConfig | None,
    context: tuple[Workbench, Sequence[Finding]],
) -> ModelArtifact:
    """The record of a manifest without weights, or with a remote host in its configuration."""
    bench, findings = context
    host = plain(config.remote_host, 200) if config is not None and config.remote_host else "unknown"
    model = plain(config.remote_model, 200) if config is not None and config.remote_model else "unknown"
    declared = {"ollama.remote_host": host, "ollama.remote_model": model}
    return ModelArtifact(
        artifact=sha256_digest(manifest),
        behaviour_sha256=None,
        listing_sha256=hashlib.sha256(canonical_bytes([])).hexdigest(),
        name=name.short,
        store="ollama",
        location=plain_path(location),
        host=bench.host,
        format="remote_stub",
        code_executing="unknown",
        files=[],
        files_total=0,
        bytes_total=0,
        imports=[],
        source_registry=name.host,
        source_repository=f"{name.namespace}/{name.model}",
        source_revision="unknown",
        source_how_known="path of the manifest",
        pinned="no",
        publisher="unknown",
        converter="unknown",
        base_model="unknown",
        license_declared="unknown",
        license_text_sha256=None,
        architecture="unknown",
        parameters="unknown",
        quantization="unknown",
        template_sha256=None,
        self_declared=declared | ({} if config is None else plain_mapping(config.declared, entries=16, cap=200)),
        verification=VerificationStatus.UNVERIFIED,
        rung=Rung.NAMED,
        verification_detail="no weights on this machine: there are no bytes to hash",
        signature="unknown",
        acquired_at="unknown",
        observed_at=format_instant(bench.clock.now()),
        findings=[finding("remote_stub", f"requests for this model go to {host} (remote model {model})", location), *findings],
        unknowns=["which weights answer", "who runs the machine that answers", "what is kept there of prompts and answers"],
    )
