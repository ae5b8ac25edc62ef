"""The page of record kinds and one JSON Schema for each, from the closed table of kinds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from proofbook.records.envelope import ENVELOPE_VERSION, MAX_ENTRY_BYTES
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS
from proofbook.records.record import DECIMAL_FORM, RefersTo

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BODY_OF = re.compile(r"^Body of `[a-z._]+`[:.] ")
_HEAD = f"""# Record kinds

Every entry of the book has one envelope (version {ENVELOPE_VERSION}, at most {MAX_ENTRY_BYTES} bytes of canonical JSON) and a
body whose form its kind decides. The list is closed: a kind that is not here cannot be recorded, and a field that is not listed
is refused. How entries are hashed and proven is in [log.md](log.md).

Instants are UTC text of one width (`2026-11-21T03:12:28.123456Z`). Content, that is prompts and answers, is never in an entry: a
commitment stands for it. Something that is not known says `unknown` or null, and a field beside it says why.

Kinds in the first table are written by Proofbook itself. [Kept records](#kept-records) are written by people and their programs
(`proofbook record apply`): each version of one is an entry, a later version points at the one before it.
"""
_TABLE = ("", "| Kind | What it records |", "|---|---|")
_KEPT = """A field that nobody stated is null; `[]` says that there are none; text in double square brackets is a draft's blank.
Days are `YYYY-MM-DD`; decimals are text, so that no arithmetic rounds them. Each belongs to an [artifact](../audit/artifacts.md);
an event also says which field tells when it happened. The form of the files is in [record-files.md](record-files.md)."""


def format_records() -> str:
    """The page: the table of kinds, each kind's fields, and the documents these are made of."""
    lines = [_HEAD.rstrip("\n"), *_TABLE]
    lines += [f"| [`{kind}`](#{_anchor(kind)}) | {_first(model)} |" for kind, model in KINDS.items() if kind not in KEPT]
    lines += ["", "## Kept records", "", _KEPT, "", "| Kind | What it records | Artifact | Happened |", "|---|---|---|---|"]
    for kind, kept in KEPT.items():
        happened = f"`{kept.happened}`" if kept.happened else "a document"
        lines.append(f"| [`{kind}`](#{_anchor(kind)}) | {_first(kept)} | {kept.artifact} | {happened} |")
    for kind, model in KINDS.items():
        lines += ["", f"## {kind}", "", _first(model), "", f"Schema: [{kind}.json](schemas/{kind}.json)", "", *_fields(model)]
    lines += ["", "## Parts", "", "Documents that bodies are made of.", ""]
    for part in _parts():
        lines += [f"### {part.__name__}", "", _first(part), "", *_fields(part), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def format_schema(kind: str) -> str:
    """The JSON Schema of one kind's body."""
    schema = KINDS[kind].model_json_schema(by_alias=True, mode="validation")
    schema = {"$schema": SCHEMA_DIALECT, "$id": f"urn:proofbook:record:{kind}:1", **schema}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def undescribed_fields() -> tuple[str, ...]:
    """Fields of any record or part that do not say what they hold."""
    models = [*KINDS.values(), *_parts()]
    return tuple(
        f"{model.__name__}.{name}" for model in models for name, field in model.model_fields.items() if not field.description
    )


def _fields(model: type[BaseModel]) -> list[str]:
    lines = ["| Field | Value | Meaning |", "|---|---|---|"]
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        meaning = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{field.alias or name}` | {_words(hints[name])} | {meaning} |")
    return lines


def _words(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return next(filter(None, map(_marked, arguments[1:])), None) or _words(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in arguments)
    if origin in {Union, UnionType}:
        return " or ".join("null" if each is NoneType else _words(each) for each in arguments)
    if origin is list:
        return f"list of {_words(arguments[0])}"
    if origin is dict:
        return f"object of {_words(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{word.value}`" for word in hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{_anchor(hint.__name__)})"
    return {str: "text", int: "whole number", bool: "true or false"}.get(hint, str(hint))


def _marked(mark: Any) -> str | None:
    """What a mark on a type says a value is, where that is more than its type."""
    if isinstance(mark, RefersTo):
        return "id of an entry" if mark.kind == "entry" else f"id of [`{mark.kind}`](#{_anchor(mark.kind)})"
    if isinstance(mark, FieldInfo):
        extra = mark.json_schema_extra if isinstance(mark.json_schema_extra, dict) else {}
        patterns = [getattr(each, "pattern", None) for each in mark.metadata]
        if DECIMAL_FORM in patterns:
            return "decimal as text"
        return {"date": "day", "date-time": "instant"}.get(str(extra.get("format")))
    return None


def _parts() -> tuple[type[BaseModel], ...]:
    found: dict[type[BaseModel], None] = {}
    for model in KINDS.values():
        for part in _inside(model):
            found.setdefault(part)
    return tuple(found)


def _inside(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for hint in get_type_hints(model).values():
        for each in (hint, *get_args(hint)):
            if isinstance(each, type) and issubclass(each, BaseModel):
                yield each
                yield from _inside(each)


def _first(model: type[BaseModel]) -> str:
    text = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    text = _BODY_OF.sub("", text)
    return text[:1].upper() + text[1:]


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter in "-_")
