"""What a file says about one record -> the canonical body of its kind, or every mistake in it with its place.

Promises: only three things are converted, all without loss: a number in a text field becomes the text it was written as, a time
with an offset becomes UTC of fixed width, and fields that are left out take their stated default. Everything else must be what
the schema asks for. Hostile input can cause nothing but mistakes.
"""

from __future__ import annotations

import json
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from proofbook.filing.marked import Listing, Marked, Named, Place, Scalar, Step, Table, find_name, find_nearest, format_path
from proofbook.filing.mistakes import Mistakes
from proofbook.filing.scalars import normalise_moment
from proofbook.filing.shape import Shape, Sort, shape_of
from proofbook.filing.wording import explain
from proofbook.primitives.canonical import JsonValue
from proofbook.records.kept import KEPT
from proofbook.records.record import Record

_WRITTEN_AS_TEXT: Final = frozenset({Sort.TEXT, Sort.ID, Sort.DECIMAL})
_NAME_ERRORS: Final = frozenset({"extra_forbidden"})


def parse_body(kind: str, value: Marked, mistakes: Mistakes) -> Record | None:
    """The typed record; None when something is wrong, which goes to `mistakes`."""
    before = mistakes.total
    plain = _Converter(mistakes).convert(value, shape_of(kind), ())
    if mistakes.total > before:
        return None
    try:
        return KEPT[kind].model_validate_json(json.dumps(plain), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            _tell(kind, value, each, mistakes)
        return None


class _Converter:
    """Turns marked values into plain ones, guided by the shape where there is one."""

    def __init__(self, mistakes: Mistakes) -> None:
        self._mistakes = mistakes

    def convert(self, value: Marked, shape: Shape | None, path: tuple[Step, ...]) -> JsonValue:
        """The plain value. What no canonical form exists for is a mistake."""
        if isinstance(value, Scalar):
            return self._scalar(value, shape, path)
        if isinstance(value, Listing):
            item = shape.item if shape is not None and shape.sort is Sort.LIST else None
            return [self.convert(each, item, (*path, at)) for at, each in enumerate(value.items)]
        return self._table(value, shape, path)

    def _table(self, value: Table, shape: Shape | None, path: tuple[Step, ...]) -> JsonValue:
        found: dict[str, JsonValue] = {}
        for name, each in value.entries.items():
            self._check_name(name, each, path)
            found[name] = self.convert(each.value, _inner(shape, name), (*path, name))
        return found

    def _check_name(self, name: str, each: Named, path: tuple[Step, ...]) -> None:
        if not name.isascii():
            self._mistakes.add(each.at, format_path((*path, "…")), "has a name that is not ASCII", "use plain letters in names")

    def _scalar(self, value: Scalar, shape: Shape | None, path: tuple[Step, ...]) -> JsonValue:
        said = value.value
        if isinstance(said, int) and not isinstance(said, bool) and shape is not None and shape.sort in _WRITTEN_AS_TEXT:
            said = value.text
        if isinstance(said, str):
            self._check_unicode(said, value.at, path)
            if shape is not None and shape.sort is Sort.MOMENT:
                return normalise_moment(said)
        return said

    def _check_unicode(self, text: str, at: Place, path: tuple[Step, ...]) -> None:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            self._mistakes.add(at, format_path(path), "holds half of a character (a lone surrogate)", "write the whole character")


def _inner(shape: Shape | None, name: str) -> Shape | None:
    if shape is None:
        return None
    if shape.sort is Sort.MAP:
        return shape.item
    field = shape.field(name)
    return None if field is None else field.shape


def _tell(kind: str, value: Marked, error: ErrorDetails, mistakes: Mistakes) -> None:
    path = error["loc"]
    place = find_name(value, path) if error["type"] in _NAME_ERRORS else find_nearest(value, path)
    what, fix = explain(kind, error)
    mistakes.add(place, format_path(path), what, fix)
