"""A provenance record cut to the size of one entry.

Promises: an entry is never refused for its size; whichever list is longest is shortened first, and what is not shown is said in
`unknowns`; totals and `listing_sha256` keep covering everything.
"""

from __future__ import annotations

from proofbook.primitives.canonical import canonical_bytes
from proofbook.records.provenance import ModelArtifact

MAX_BODY_BYTES = 40 * 1024
"""An entry has at most 48 KiB; the envelope needs its share."""


def fit(document: ModelArtifact) -> ModelArtifact:
    """The record, unchanged where it fits, else with shortened lists."""
    if _size(document) <= MAX_BODY_BYTES:
        return document
    whole = document
    while _size(document) > MAX_BODY_BYTES:
        lengths = {
            "files": sum(len(file.path) + 300 for file in document.files),
            "findings": sum(len(item.detail) + len(item.path or "") + 40 for item in document.findings),
            "imports": sum(len(name) for name in document.imports),
            "self_declared": sum(len(key) + len(value) for key, value in document.self_declared.items()),
        }
        longest = max(lengths, key=lambda name: lengths[name])
        document = _shorten(document, longest)
        document = document.model_copy(update={"unknowns": [*whole.unknowns, *_cuts(whole, document)]})
    return document


def _shorten(document: ModelArtifact, field: str) -> ModelArtifact:
    if field == "self_declared":
        kept = list(document.self_declared.items())
        return document.model_copy(update={field: dict(kept[: len(kept) * 3 // 4])})
    if field == "files":
        return document.model_copy(update={field: document.files[: len(document.files) * 3 // 4]})
    if field == "findings":
        return document.model_copy(update={field: document.findings[: len(document.findings) * 3 // 4]})
    return document.model_copy(update={field: document.imports[: len(document.imports) * 3 // 4]})


def _cuts(whole: ModelArtifact, cut: ModelArtifact) -> list[str]:
    lengths = {
        "files": (len(cut.files), whole.files_total),
        "findings": (len(cut.findings), len(whole.findings)),
        "imports": (len(cut.imports), len(whole.imports)),
        "self_declared": (len(cut.self_declared), len(whole.self_declared)),
    }
    return [f"all of {name}: {shown} of {total} are shown" for name, (shown, total) in lengths.items() if shown < total]


def _size(document: ModelArtifact) -> int:
    return len(canonical_bytes(document.to_body()))
