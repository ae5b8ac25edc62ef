"""Where kept records point to: fields that hold the id of another record, an artifact, an exchange or an entry.

Two sorts: references the schema states (`refers_to`), and texts that by their meaning hold an id, listed here. Promises: pure and
quick, over plain bodies, so that a projection can follow every version ever written; a value of another form points nowhere.
Does not: look whether anything is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel

from proofbook.records.kept import KEPT
from proofbook.records.record import RefersTo

ENTRY: Final = "entry"
EXCHANGE: Final = "exchange"
DECISION: Final = "business_decision"
"""A decision of the organisation, by its reference there: nothing of this book has that id, but records name it."""
_REAL: Final = "incident.real"

BY_MEANING: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "ai_system": {"upstreams": "vendor", "indexes": "index.manifest", "risks": "risk"},
        "inventory.review": {"reviewed_version": ENTRY},
        "access.revocation": {"grant": "access.grant"},
        "index.build": {"manifest": "index.manifest"},
        "model.approval": {"evaluations": "evaluation.run"},
        "upstream.decision": {"event": "upstream.event", "waiver": "waiver", "change": "change"},
        "change": {"evaluations": "evaluation.run", "upstream_event": "upstream.event", "waiver": "waiver"},
        "evaluation.run": {"suite": "evaluation.suite", "standard": "evaluation.standard", "change": "change"},
        "incident.real": {"exchanges": EXCHANGE, "changes": "change"},
        "incident.near_miss": {"exchanges": EXCHANGE, "changes": "change"},
        "alert.triage": {"incident": _REAL},
        "policy.acknowledgement": {"policy": "policy"},
        "risk.assessment": {"risks": "risk"},
        "decision.request": {"exchanges": EXCHANGE, "decision": DECISION},
        "decision.review": {"exchanges": EXCHANGE, "decision": DECISION},
        "spot_check": {"items.review": "decision.review"},
        "availability.report": {"outages": "outage"},
        "outage": {"incident": _REAL},
        "control": {"based_on": "control"},
        "control.exception": {"incident": _REAL},
        "management.response": {"exception": "control.exception"},
        "self_test": {"engagement": "engagement"},
        "audit_request": {"engagement": "engagement"},
    }
)
"""Kind -> field -> what its text is the id of. `items.review`: a field of the rows of a list."""


@cache
def pointers_of(kind: str) -> Mapping[str, str]:
    """Field -> what it points to, of a kept kind: those the schema states first. Raises KeyError for another kind."""
    return MappingProxyType({**dict(_stated(KEPT[kind], "")), **BY_MEANING.get(kind, {})})


def follow(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(field, kind, id) of everything a body points to, once each. A sign-off also points to the record it is about."""
    seen = set()
    for path, target in pointers_of(kind).items():
        for value in _values(body, path.split(".")):
            found = (path, target, value)
            if found not in seen:
                seen.add(found)
                yield found
    if kind == "sign_off":
        yield "of_id", str(body["of_kind"]), str(body["of_id"])


def _values(value: Any, steps: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, steps)
    elif steps and isinstance(value, Mapping):
        yield from _values(value.get(steps[0]), steps[1:])
    elif not steps and isinstance(value, str):
        yield value


def _stated(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        kind = next((each.kind for each in field.metadata if isinstance(each, RefersTo)), None) or _kind_in(field.annotation)
        if kind is not None:
            yield path, kind
        inner = _model_in(field.annotation)
        if inner is not None:
            yield from _stated(inner, f"{path}.")


def _kind_in(annotation: Any) -> str | None:
    for part in get_args(annotation):
        found = part.kind if isinstance(part, RefersTo) else _kind_in(part)
        if found is not None:
            return str(found)
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
