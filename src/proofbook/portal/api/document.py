"""The OpenAPI document, made of the table of resources and the forms of their values (OpenAPI 3.1, JSON Schema 2020-12).

Promises: it names every resource with what it takes, gives and refuses, and nothing else; the same table gives the same document.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import Field, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from proofbook import __version__
from proofbook.portal.api.answers import Outcome
from proofbook.portal.api.problems import MEDIA, Problem
from proofbook.portal.api.refusals import STATUS_WORDS
from proofbook.portal.api.resource import ROOT, Doing, Reading, Resource, Shape, parts_of
from proofbook.portal.places import Reach

OPENAPI: Final = "3.1.0"
_REFERENCE: Final = "#/components/schemas/{model}"
_EVERYWHERE: Final = (400, 401, 403, 405, 406, 421, 422, 429, 500, 502, 503)
_ABOUT: Final = (
    "What the pages show and do, for programs. A token in the Authorization header opens what it names and no more "
    "than its holder may; cookies are not looked at. Every refusal is a problem document (RFC 9457). Lists go by "
    "position: ask with before of the page's older. A POST with an Idempotency-Key is done once: the same key with "
    "the same body gives the same answer for a day, with another body it is a conflict, and while the first one is "
    "under way it is a conflict with Retry-After. JSON is read strictly: no duplicate keys, no floats, keys in ASCII, "
    "integers within 2^53."
)


class DocumentShape(Shape):
    """An OpenAPI document."""

    openapi: str = Field(description="version of OpenAPI")
    info: dict[str, Any] = Field(description="what it is about")
    servers: tuple[dict[str, Any], ...] = Field(description="where it is served")
    security: tuple[dict[str, Any], ...] = Field(description="what opens it")
    paths: dict[str, Any] = Field(description="resources")
    components: dict[str, Any] = Field(description="forms of values, refusals, what opens it")


def make_document(resources: Iterable[Resource]) -> dict[str, Any]:
    """The document of a table."""
    table = tuple(resources)
    forms = _Forms(table)
    paths: dict[str, dict[str, Any]] = {}
    for each in table:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, forms)
    made = {
        "openapi": OPENAPI,
        "info": {
            "title": "Proofbook",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": forms.schemas,
            "responses": {str(status): _refusal(status) for status in sorted(STATUS_WORDS)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "an API token, pbt_…"}},
        },
    }
    return dict(_renamed(made, _public_names(forms.schemas)))


class _Forms:
    """Schemas of all values, made together so that each has one name."""

    def __init__(self, table: tuple[Resource, ...]) -> None:
        wanted: list[tuple[type[Any], JsonSchemaMode]] = [(Problem, "serialization")]
        for each in table:
            if isinstance(each, Doing):
                wanted += [(Outcome[each.gives], "serialization"), (each.act.takes, "validation")]  # type: ignore[name-defined]  # made at run time
            elif each.gives is not None:
                wanted.append((each.gives, "serialization"))
        keys, made = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REFERENCE)
        self._keys: Mapping[tuple[type[Any], JsonSchemaMode], dict[str, Any]] = keys
        self.schemas: dict[str, Any] = made["$defs"]
        self.schemas |= {f"{_name(each)}.body": _body(each, self) for each in table if isinstance(each, Doing)}
        for each in table:
            if isinstance(each, Doing) and not _named(self.schemas, self.of(each.act.takes, "validation")["$ref"]):
                self.schemas.pop(self.of(each.act.takes, "validation")["$ref"].rpartition("/")[2], None)

    def of(self, model: type[Any], mode: JsonSchemaMode) -> dict[str, Any]:
        """A reference to the schema of a value."""
        return self._keys[model, mode]

    def whole(self, model: type[Any], mode: JsonSchemaMode) -> dict[str, Any]:
        """The schema of a value itself."""
        found: dict[str, Any] = self.schemas[self.of(model, mode)["$ref"].rpartition("/")[2]]
        return found


def _operation(resource: Resource, forms: _Forms) -> dict[str, Any]:
    need = resource.need
    about = "Any token." if isinstance(need, Reach) else f"Takes a token with the permission {need.value}."
    parts: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 400}}
        for name in parts_of(resource.path)
    ]
    made: dict[str, Any] = {
        "operationId": resource.name,
        "summary": resource.summary,
        "description": f"{about} {_pages(resource)}".strip(),
        "tags": [resource.name.partition(".")[0]],
        "parameters": parts,
        "responses": _responses(resource, forms),
    }
    if not isinstance(need, Reach):
        made["x-permission"] = need.value
    if isinstance(resource, Reading):
        made["parameters"] += _query(resource)
        return made
    made["parameters"] += _headers(resource)
    body = {"$ref": f"#/components/schemas/{_name(resource)}.body"}
    made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return made


def _pages(resource: Resource) -> str:
    return f"Pages that show the same: {', '.join(resource.pages)}." if isinstance(resource, Reading) and resource.pages else ""


def _query(resource: Reading) -> list[dict[str, Any]]:
    schema = TypeAdapter(resource.asks).json_schema(by_alias=True)
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": each.pop("description", ""),
            "schema": {key: value for key, value in each.items() if key != "title"},
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _headers(resource: Doing) -> list[dict[str, Any]]:
    found = [_header("Idempotency-Key", "done once under this key; 1 to 200 printable ASCII characters")]
    if resource.tag is not None:
        found.append(_header("If-Match", f"entity tag of the version to be replaced, in place of {resource.tag}"))
    return found


def _header(name: str, about: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
    return {"name": name, "in": "header", "required": False, "description": about, "schema": schema}


def _body(resource: Doing, forms: _Forms) -> dict[str, Any]:
    """The order without what stands in the address; what `If-Match` may name is not required."""
    order = forms.whole(resource.act.takes, "validation")
    left_out = set(parts_of(resource.path))
    properties = {name: each for name, each in order.get("properties", {}).items() if name not in left_out}
    required = [name for name in order.get("required", []) if name not in left_out and name != resource.tag]
    made = {
        "type": "object",
        "description": order.get("description", ""),
        "properties": properties,
        "additionalProperties": False,
    }
    return made | ({"required": required} if required else {})


def _responses(resource: Resource, forms: _Forms) -> dict[str, Any]:
    refusals = [*_EVERYWHERE, *([404] if parts_of(resource.path) or isinstance(resource, Reading) else [])]
    if isinstance(resource, Doing):
        refusals += [404, 409, 413, 415] + ([412] if resource.tag is not None else [])
    made: dict[str, Any] = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(set(refusals))}
    if isinstance(resource, Reading):
        return {"200": _given(resource, forms), **made}
    done = {
        "description": "It was done; entries are durable.",
        "content": {"application/json": {"schema": forms.of(Outcome[resource.gives], "serialization")}},  # type: ignore[name-defined]  # made at run time
    }
    match resource.status:
        case 201:
            return {"200": done | {"description": "Nothing was to be recorded."}, "201": done, **made}
        case 202:
            location = {"location": {"description": "the work", "schema": {"type": "string"}}}
            return {"202": done | {"description": "It is begun.", "headers": location}, **made}
    return {str(resource.status): done | {"description": "It was done."}, **made}


def _given(resource: Reading, forms: _Forms) -> dict[str, Any]:
    if resource.gives is None:
        schema = {"type": "string", "contentMediaType": resource.media} if resource.media != "application/json" else {}
        content: dict[str, Any] = {resource.media: {"schema": schema}}
        return {"description": "The file; deliveries have many media types.", "content": content}
    return {
        "description": "What was asked for.",
        "content": {"application/json": {"schema": forms.of(resource.gives, "serialization")}},
    }


def _refusal(status: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": STATUS_WORDS[status],
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    headers = {
        401: "WWW-Authenticate",
        405: "Allow",
        409: "Retry-After",
        429: "Retry-After",
        502: "Retry-After",
        503: "Retry-After",
    }
    if status in headers:
        made["headers"] = {headers[status]: {"schema": {"type": "string"}}}
    return made


def _public_names(schemas: Iterable[str]) -> dict[str, str]:
    """Name here -> name outside: a form of values is called by what it is of."""
    known = set(schemas)
    plain = {name: name.removesuffix("Shape") for name in known if name.endswith("Shape")}
    return {name: new for name, new in plain.items() if new not in known}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same with other names of forms: where they are made, named, and titled."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if not isinstance(value, str):
        return value
    prefix, slash, name = value.rpartition("/")
    return f"{prefix}/{names[name]}" if slash and name in names else names.get(value, value)


def _name(resource: Doing) -> str:
    return resource.act.name


def _named(schemas: Mapping[str, Any], reference: str) -> bool:
    """Whether some other schema names this one."""
    own = reference.rpartition("/")[2]
    return any(_mentions(each, reference) for name, each in schemas.items() if name != own)


def _mentions(value: Any, reference: str) -> bool:
    if isinstance(value, Mapping):
        return any(_mentions(each, reference) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, reference) for each in value)
    return bool(value == reference)
