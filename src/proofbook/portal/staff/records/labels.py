"""Names of fields and words of closed lists, as people read them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from proofbook.filing.shape import Field, shape_of

_WHOLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "Id",
        "because": "Why this version was written",
        "gpu": "GPU",
        "mfa": "Second factor",
        "n": "Cases",
        "eu_ai_act_note": "EU AI Act note",
        "soc_report": "SOC report",
        "soc_report_read": "SOC report read",
        "artifact_digest": "Model bytes",
        "models": "Model bytes",
        "of_kind": "Kind signed",
        "of_id": "Record signed",
        "of_entry": "Version signed",
        "queue_p95_ms": "Queue, 95th percentile (ms)",
        "first": "First day",
        "last": "Last day",
        "at": "When",
        "expected_actual": "Expected and actual",
    }
)
_PARTS: Final[Mapping[str, str]] = MappingProxyType({"sha256": "SHA-256", "ai": "AI", "gpu": "GPU", "id": "id", "ms": "(ms)"})
_ABOUT: Final = ("entity", "notes", "attachments")
_SECTIONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "ai_system": (
            ("What it is", "purpose"),
            ("People", "business_owner"),
            ("Use", "users"),
            ("Scope", "scope_decision"),
            ("Model", "models"),
            ("Where it runs", "hosting"),
            ("Data", "input_classes"),
            ("What it depends on", "upstreams"),
            ("Risk and promises", "risk_tier"),
            ("Controls and review", "controls"),
        ),
        "vendor": (
            ("What it is to us", "kind"),
            ("How we know it", "identity_evidence"),
            ("Terms", "licenses"),
            ("Decision before first use", "diligence_decision"),
            ("Mirror, alternatives, exit", "mirror"),
            ("Watch and review", "feed"),
        ),
        "model.approval": (
            ("Which bytes", "artifact_digest"),
            ("How they were verified", "verification"),
            ("Licence", "license"),
            ("What was looked at", "scan_tool"),
            ("Decision", "requested_by"),
        ),
        "policy": (("Control block", "type"), ("Text", "sections")),
        "change": (
            ("What was changed", "system"),
            ("Asked for", "requested_by"),
            ("Tested", "evaluations"),
            ("Approved and released", "approved_by"),
            ("Emergency path", "emergency"),
            ("Belongs to", "upstream_event"),
        ),
        "incident.real": (
            ("What happened", "category"),
            ("Noticed", "detected_by"),
            ("Classified", "classified_by"),
            ("Reach", "data_classes"),
            ("What was done", "containment"),
            ("Cause", "root_cause"),
            ("Afterwards", "actions"),
            ("Closed", "closed_by"),
        ),
        "evaluation.run": (
            ("What was run", "system"),
            ("Configuration", "model"),
            ("When, who, why", "started_at"),
            ("Results", "results"),
            ("Looked at", "signed_off_by"),
        ),
        "data_flow": (("Diagram", "system"), ("Elements", "elements"), ("Flows", "flows")),
        "control.exception": (
            ("What was found", "control"),
            ("Reach", "instances"),
            ("Cause and effect", "cause"),
            ("Correction", "correction"),
            ("Where it stands", "incident"),
        ),
        "control": (("From when", "based_on"), ("The five slots", "who"), ("What it is", "owner"), ("What is owed", "criteria")),
    }
)
_ALIKE: Final[Mapping[str, str]] = MappingProxyType({"incident.near_miss": "incident.real"})


def label_of(name: str) -> str:
    """`Approved at` of `approved_at`."""
    if name in _WHOLE:
        return _WHOLE[name]
    words = [_PARTS.get(word, word) for word in name.split("_")]
    said = " ".join(words)
    return said[:1].upper() + said[1:]


def lower_first(text: str) -> str:
    """A text that begins inside a sentence; what is spelt in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def word_of(choice: str) -> str:
    """A word of a closed list: `approve before effect`."""
    return choice.replace("_", " ")


@cache
def sections_of(kind: str) -> tuple[tuple[str, tuple[Field, ...]], ...]:
    """The fields of a kind in sections, in the order of the schema; what every record has comes last. Never the reason."""
    fields = {field.name: field for field in shape_of(kind).fields}
    own = [name for name in fields if name not in {"because", *_ABOUT}]
    starts = {first: title for title, first in _SECTIONS.get(_ALIKE.get(kind, kind), ())}
    found: list[tuple[str, list[Field]]] = [("", [])]
    for name in own:
        if name in starts:
            found.append((starts[name], []))
        found[-1][1].append(fields[name])
    found.append(("About this record", [fields[name] for name in _ABOUT]))
    return tuple((title, tuple(each)) for title, each in found if each)
