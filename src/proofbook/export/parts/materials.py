"""Bills of materials of models: CycloneDX 1.6 (ML-BOM) and SPDX 2.3, from the newest provenance records.

Promises: what a record does not know is left out and named `unknown` in a property, never guessed; the digest of a set of files
is not passed off as the hash of a file. Ids are made of what they name. Pure. Hostile input: names are only ever JSON texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid5

from proofbook import __version__
from proofbook.export.parts.planned import PartsFrom
from proofbook.readmodel.artifacts import ArtifactVersion

_OURS: Final = UUID("1f6f3f0e-6f1b-5a38-8e0f-0d3c6a1f9e77")
_KNOWN: Final = ("architecture", "parameters", "quantization", "format", "verification", "rung", "signature", "code_executing")


def machine_learning_bom(origin: PartsFrom) -> dict[str, Any]:
    """The CycloneDX document."""
    artifacts = _artifacts(origin)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{_id(origin, 'cyclonedx')}",
        "version": 1,
        "metadata": {
            "timestamp": origin.checkpoint.signed_at,
            "tools": {"components": [{"type": "application", "name": "proofbook", "version": __version__}]},
            "component": {"type": "application", "name": origin.engagement.entity, "bom-ref": "entity"},
        },
        "components": [_component(each) for each in artifacts],
    }


def spdx_document(origin: PartsFrom) -> dict[str, Any]:
    """The SPDX document."""
    artifacts = _artifacts(origin)
    packages = [_package(number, each) for number, each in enumerate(artifacts, 1)]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"Models of {origin.engagement.entity}",
        "documentNamespace": f"urn:uuid:{_id(origin, 'spdx')}",
        "creationInfo": {"created": f"{origin.checkpoint.signed_at[:19]}Z", "creators": [f"Tool: proofbook-{__version__}"]},
        "packages": packages,
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": each["SPDXID"],
            }
            for each in packages
        ],
    }


def _artifacts(origin: PartsFrom) -> list[ArtifactVersion]:
    """The newest record of each digest, by digest."""
    newest = {each.artifact: each for each in sorted(origin.assessed.facts.artifacts, key=lambda one: one.index)}
    return [newest[digest] for digest in sorted(newest)]


def _component(each: ArtifactVersion) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": each.artifact,
        "name": each.name,
        "version": each.artifact.removeprefix("sha256:")[:16],
        "properties": [{"name": f"proofbook:{name}", "value": value} for name, value in _properties(each)],
    }
    if each.files_total == 1:
        made["hashes"] = [{"alg": "SHA-256", "content": each.artifact.removeprefix("sha256:")}]
    if each.license_declared != "unknown":
        made["licenses"] = [{"license": {"name": each.license_declared}}]
    if each.architecture != "unknown":
        made["modelCard"] = {"modelParameters": {"architectureFamily": each.architecture}}
    return made


def _properties(each: ArtifactVersion) -> Iterator[tuple[str, str]]:
    yield "artifact", each.artifact
    yield "entry", each.entry
    yield "files", str(each.files_total)
    yield "bytes", str(each.bytes_total)
    for name in _KNOWN:
        yield name, str(getattr(each, name))


def _package(number: int, each: ArtifactVersion) -> dict[str, Any]:
    told = "; ".join(f"{name} {value}" for name, value in _properties(each))
    made: dict[str, Any] = {
        "SPDXID": f"SPDXRef-Model-{number}",
        "name": each.name,
        "versionInfo": each.artifact.removeprefix("sha256:")[:16],
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "OTHER",
        "comment": f"licence as declared: {each.license_declared}; {told}",
    }
    if each.files_total == 1:
        made["checksums"] = [{"algorithm": "SHA256", "checksumValue": each.artifact.removeprefix("sha256:")}]
    return made


def _id(origin: PartsFrom, name: str) -> str:
    return str(uuid5(_OURS, f"{origin.book.origin}\n{origin.engagement.id}\n{origin.checkpoint.size}\n{name}"))
