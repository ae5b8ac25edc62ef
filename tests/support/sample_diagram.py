"""A diagram of a local language model system: sample data, three trust boundaries, fourteen nodes, twenty flows, two of them shut."""

from __future__ import annotations

from proofbook.diagrams.model import Boundary, Diagram, Flow, Node

NODES = (
    Node("E-01", "entity", "Employees", "about 400, browser", None),
    Node("E-02", "entity", "Model publisher's hub", "public download", None),
    Node("E-03", "entity", "Hosted model", "denied fallback", None),
    Node("E-04", "entity", "Administrators", "3 named people, bastion", None),
    Node("P-01", "process", "AI gateway", "sign-in, recording", "TB-2"),
    Node("P-02", "process", "Inference engine", "llama.cpp, 2 GPUs", "TB-3"),
    Node("P-03", "process", "Retriever and prompt assembly", None, "TB-2"),
    Node("P-04", "process", "Ingestion and embedding", "nightly", "TB-2"),
    Node("P-05", "process", "Monitoring", "metrics only", "TB-1"),
    Node("D-01", "store", "Vector store", "index policy-2026-03", "TB-3"),
    Node("D-02", "store", "Conversation log", "90 days, sealed", "TB-3"),
    Node("D-03", "store", "Model mirror", "hashes pinned", "TB-3"),
    Node("D-04", "store", "File shares", "source documents", "TB-1"),
    Node("D-05", "store", "Backups", "weekly, off site", "TB-1"),
)
BOUNDARIES = (
    Boundary("TB-1", "Company network", None),
    Boundary("TB-2", "AI application segment", "TB-1"),
    Boundary("TB-3", "Protected inference and storage zone", "TB-2"),
)
_FLOWS = (
    ("F-01", "E-01", "P-01", "Questions, attached files", "confidential"),
    ("F-02", "P-01", "E-01", "Answers with sources", "confidential"),
    ("F-03", "P-01", "P-03", "Question and user's groups", "confidential"),
    ("F-04", "P-03", "D-01", "Search with the user's permissions", "confidential"),
    ("F-05", "D-01", "P-03", "Passages the user may read", "restricted"),
    ("F-06", "P-03", "P-02", "Assembled prompt", "restricted"),
    ("F-07", "P-02", "P-01", "Generated text", "restricted"),
    ("F-08", "P-01", "D-02", "Prompt, answer, identity", "restricted"),
    ("F-09", "D-04", "P-04", "Documents listed in the index manifest", "confidential"),
    ("F-10", "P-04", "D-01", "Embeddings and permissions", "confidential"),
    ("F-11", "E-02", "D-03", "Model files, checked against pinned hashes", "public"),
    ("F-12", "D-03", "P-02", "Approved model version", "internal"),
    ("F-13", "D-02", "D-05", "Sealed weekly copy", "restricted"),
    ("F-14", "D-01", "D-05", "Sealed weekly copy", "confidential"),
    ("F-15", "P-02", "P-05", "Load, latency, errors; no content", "internal"),
    ("F-16", "P-01", "P-05", "Counts and health; no content", "internal"),
    ("F-17", "E-04", "P-01", "Settings, with second approval", "internal"),
    ("F-18", "E-04", "P-02", "Engine updates by change record", "internal"),
)
_SHUT = (
    ("F-19", "P-01", "E-03", "Fallback to a hosted model", "restricted", "EX-HOSTED-1"),
    ("F-20", "D-02", "E-03", "Transcripts for vendor support", "restricted", "EX-SUPPORT-2"),
)
_WITHIN = {"F-03", "F-12"}

FLOWS = (
    *(Flow(*each, crosses=each[0] not in _WITHIN, excluded_by=None) for each in _FLOWS),
    *(Flow(*each[:5], crosses=True, excluded_by=each[5]) for each in _SHUT),
)
DIAGRAM = Diagram("Sample data: help desk assistant, level 1", NODES, BOUNDARIES, FLOWS)


def small(label: str = "Question", *, note: str | None = None, rule: str | None = None) -> Diagram:
    """Two nodes, one boundary, one flow; the texts are the caller's."""
    nodes = (Node("E-1", "entity", label, note, None), Node("P-1", "process", label, note, "TB-1"))
    return Diagram(
        label, nodes, (Boundary("TB-1", label, None),), (Flow("F-1", "E-1", "P-1", label, label, crosses=True, excluded_by=rule),)
    )
