"""The API explained to people: every resource with what it takes and gives, drawn here from the same document programs read.

Promises: nothing is fetched and no script runs; what stands here is what the document says. Does not: show anything of the book.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from proofbook.errors import ProofbookError
from proofbook.people.roles import Permission
from proofbook.portal.api.alone import PAGES_ALONE
from proofbook.portal.api.table import document
from proofbook.portal.places import Place
from proofbook.portal.surroundings import Attachment, Desk, Page, Query

_REFERENCE: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field: its name, what may stand in it, what it says."""

    name: str
    value: str
    meaning: str
    required: bool


@dataclass(frozen=True, slots=True)
class FormLines:
    """A form of a value and its fields."""

    name: str
    meaning: str
    fields: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class OperationLines:
    """One resource."""

    method: str
    path: str
    name: str
    summary: str
    permission: str
    query: tuple[FieldLine, ...]
    takes: tuple[FieldLine, ...]
    gives: str
    statuses: tuple[str, ...]


def show_api(desk: Desk, query: Query) -> Page:
    """`/api`."""
    del desk, query
    return Page("api/document.html", dict(_values()))


@cache
def _values() -> Mapping[str, Any]:
    made = document()
    operations = [
        _operation(path, method, each, made) for path, methods in made["paths"].items() for method, each in methods.items()
    ]
    groups: dict[str, list[OperationLines]] = {}
    for each in operations:
        groups.setdefault(each.path.split("/")[1].partition(".")[0], []).append(each)
    forms = [_form(name, each) for name, each in sorted(made["components"]["schemas"].items()) if not name.endswith(".body")]
    return {
        "about": made["info"]["description"],
        "root": made["servers"][0]["url"],
        "groups": sorted(groups.items()),
        "forms": forms,
        "codes": _codes(),
        "alone": PAGES_ALONE,
    }


def _operation(path: str, method: str, operation: Mapping[str, Any], made: Mapping[str, Any]) -> OperationLines:
    body: Mapping[str, Any] = {}
    if "requestBody" in operation:
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = made["components"]["schemas"][reference.removeprefix(_REFERENCE)]
    return OperationLines(
        method=method.upper(),
        path=path,
        name=operation["operationId"],
        summary=operation["summary"],
        permission=operation.get("x-permission", "any token"),
        query=tuple(
            FieldLine(each["name"], _words(each["schema"]), each.get("description", ""), each["required"])
            for each in operation["parameters"]
            if each["in"] == "query"
        ),
        takes=_fields(body),
        gives=_given(operation),
        statuses=tuple(operation["responses"]),
    )


def _given(operation: Mapping[str, Any]) -> str:
    answer = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    media, content = next(iter(answer["content"].items()))
    reference = content["schema"].get("$ref")
    return str(media) if reference is None else str(reference).removeprefix(_REFERENCE)


def _form(name: str, schema: Mapping[str, Any]) -> FormLines:
    return FormLines(name, schema.get("description", ""), _fields(schema))


def _fields(schema: Mapping[str, Any]) -> tuple[FieldLine, ...]:
    required = schema.get("required", [])
    return tuple(
        FieldLine(name, _words(each), each.get("description", ""), name in required)
        for name, each in schema.get("properties", {}).items()
    )


def _words(schema: Mapping[str, Any]) -> str:
    """What may stand in a field, in words."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    if "anyOf" in schema:
        return " or ".join(_words(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_words(schema.get('items', {}))}"
    return str(schema.get("type", "any value"))


def _codes() -> tuple[tuple[str, int, str], ...]:
    """Every code of the error tree with its status and what it means, for the addresses in problems."""
    found: dict[str, tuple[str, int, str]] = {}
    waiting: list[type[ProofbookError]] = [ProofbookError]
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        found.setdefault(each.code, (each.code, each.http_status, (each.__doc__ or "").splitlines()[0]))
    return tuple(sorted(found.values()))


def save_document(desk: Desk, query: Query) -> Attachment:
    """`/api-document`: the document as a file, for people who feed it to their tools."""
    del desk, query
    return Attachment("openapi.json", "application/json", json.dumps(document(), indent=2).encode())


API_PLACES: Final = (
    Place(path="/api", need=Permission.READ, show=show_api),
    Place(path="/api-document", need=Permission.READ, show=save_document),
)
