"""Mistakes in people's words: what is wrong with a field, and what to write instead.

Promises: every answer names what may stand there. A blank that a template left open is told as a blank, whatever
the field's type. Texts from files are cut short.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from pydantic_core import ErrorDetails

from proofbook.filing.marked import Step
from proofbook.filing.mistakes import quote
from proofbook.filing.shape import Field, Shape, Sort, shape_at, shape_of

_CLOSE: Final = 0.6
MOMENT_EXAMPLE: Final = "2026-03-28T09:00:00+01:00"
_AN_ID: Final = "1 to 80 small letters, digits, '.', '_' and '-', first a letter or digit"
_WANTED: Final = {
    Sort.TEXT: "text",
    Sort.ID: f"the id of a record: {_AN_ID}",
    Sort.DECIMAL: "a number such as 12 or 0.93",
    Sort.MOMENT: f"a time with its offset, such as {MOMENT_EXAMPLE}",
    Sort.DAY: "a day, such as 2026-03-28",
    Sort.WHOLE: "a whole number",
    Sort.FLAG: "true or false",
    Sort.LIST: "a list",
    Sort.MAP: "names and values",
    Sort.TABLE: "names and values",
}
_GIVEN: Final[tuple[tuple[type, str], ...]] = (
    (bool, "true or false"),
    (int, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "names and values"),
)


def wanted(shape: Shape) -> str:
    """What may stand in a field of that shape."""
    said = f"one of: {', '.join(shape.choices)}" if shape.sort is Sort.CHOICE else _WANTED[shape.sort]
    if shape.sort is Sort.WHOLE and shape.minimum is not None:
        said += f" from {shape.minimum} up"
    if shape.sort is Sort.LIST and shape.item is not None and shape.item.sort is not Sort.TABLE:
        said += f" of {_WANTED.get(shape.item.sort, wanted(shape.item))}"
    return said


def explain(kind: str, error: ErrorDetails) -> tuple[str, str]:
    """What is wrong and how to fix it."""
    path, given = error["loc"], error.get("input")
    shape, field = shape_at(shape_of(kind), path)
    if error["type"] == "extra_forbidden":
        return _unknown_name(kind, path)
    if error["type"] == "missing":
        return "is missing", _state_it(field, shape)
    if shape is None:
        return _without_stop(error["msg"]), "see `proofbook record schema`"
    if isinstance(given, str) and given.startswith("[["):
        return "is still a blank", f"put {wanted(shape)} in its place"
    teller = _TELLERS.get(error["type"])
    if teller is not None:
        return teller(shape, given)
    if error["type"] == "value_error":
        return _without_stop(error["msg"].removeprefix("Value error, ")), f"write {wanted(shape)}"
    if error["type"].endswith(("_type", "_parsing")) or error["type"] in {"bool_parsing", "dict_type"}:
        return f"is {quote(given) if isinstance(given, str) else _kind_of(given)}", _or_null(f"write {wanted(shape)}", shape)
    return _without_stop(error["msg"]), _or_null(f"write {wanted(shape)}", shape)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody most likely meant."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=_CLOSE)
    return found[0] if found else None


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """How to put an unknown name right."""
    close = nearest(name, known)
    return f"did you mean {close!r}?" if close is not None else f"known: {', '.join(known)}"


def _unknown_name(kind: str, path: Sequence[Step]) -> tuple[str, str]:
    around, _ = shape_at(shape_of(kind), path[:-1])
    known = [each.name for each in around.fields] if around is not None else []
    whose = kind if len(path) == 1 else "this part"
    return f"is not a field of {whose}", did_you_mean(str(path[-1]), known)


def _state_it(field: Field | None, shape: Shape | None) -> str:
    if field is None or shape is None:
        return "state it"
    return f"state it ({field.meaning}): {wanted(shape)}"


def _choice(shape: Shape, given: Any) -> tuple[str, str]:
    if not isinstance(given, str):
        return f"is {_kind_of(given)}", f"write {wanted(shape)}"
    close = nearest(given, shape.choices)
    return f"is {quote(given)}", f"write {wanted(shape)}" if close is None else f"did you mean {close!r}? It is {wanted(shape)}"


def _form(shape: Shape, given: Any) -> tuple[str, str]:
    if shape.sort is Sort.TEXT and shape.refers_to is not None:
        example = _REFERENCES.get(shape.refers_to, f"the id of a record of kind {shape.refers_to}")
        return f"is {quote(str(given))}, which cannot be the id of a {shape.refers_to}", f"write {example}"
    if shape.sort is Sort.TEXT and shape.pattern is not None:
        return f"is {quote(str(given))}", f"write it in the form {_FORMS.get(shape.pattern, shape.pattern)}"
    return f"is {quote(str(given))}", f"write {wanted(shape)}"


def _empty(shape: Shape, _given: Any) -> tuple[str, str]:
    return "is empty", "write null, or leave it out, when it is not stated" if shape.nullable else "state it"


def _moment(shape: Shape, given: Any) -> tuple[str, str]:
    if shape.sort is Sort.DAY:
        return f"{quote(str(given))} is not a day of the calendar", f"write {wanted(shape)}"
    if shape.sort is not Sort.MOMENT:
        return f"is {quote(str(given))}", f"write {wanted(shape)}"
    return f"{quote(str(given))} is not a time with its offset", f"write {wanted(shape)}"


def _too_few(shape: Shape, _given: Any) -> tuple[str, str]:
    return "is an empty list", f"it holds at least {shape.least_items}"


def _too_long(_shape: Shape, given: Any) -> tuple[str, str]:
    return f"has {len(given)} characters", "shorten it, or attach a file by its hash (field `attachments`)"


def _too_small(shape: Shape, given: Any) -> tuple[str, str]:
    return f"is {given}", f"write {wanted(shape)}"


def _kind_of(given: Any) -> str:
    if given is None:
        return "null"
    return next((words for type_, words in _GIVEN if isinstance(given, type_)), "something else")


def _or_null(fix: str, shape: Shape) -> str:
    return f"{fix}, or null when it is not stated" if shape.nullable else fix


def _without_stop(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


_TELLERS: Final[dict[str, Callable[[Shape, Any], tuple[str, str]]]] = {
    "literal_error": _choice,
    "enum": _choice,
    "string_pattern_mismatch": _form,
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "value_error": _moment,
    "too_short": _too_few,
    "greater_than_equal": _too_small,
}
_REFERENCES: Final = {
    "model.artifact": "its digest, sha256: and 64 hexadecimal digits, as `proofbook collect` shows it",
    "entry": "an entry id, e_ and 26 characters, as `proofbook record history` shows it",
    "control": "an id such as LC-01, or that of a control of your own",
}
_FORMS: Final = {
    "^[0-9a-f]{64}$": "of a SHA-256: 64 hexadecimal digits",
    "^[EPD]-[A-Za-z0-9-]{1,30}$": "E-…, P-… or D-…, for an external entity, a process or a data store",
    "^TB-[A-Za-z0-9-]{1,30}$": "TB-…, for a trust boundary",
    "^F-[A-Za-z0-9-]{1,30}$": "F-…, for a flow",
}
