"""A body of a frequent kind to its canonical bytes in one step, held against a form derived from the kind's model.

The long way (canonical bytes, then the model reads them) costs many times more, and the gateway takes it for every exchange.
Promises: what comes out of a form is what the long way would have given, byte for byte; a form that is not certain says so by
None, and the caller goes the long way, which also knows the words for what is wrong. Forms are derived, never written: a model
with a rule that has no counterpart here has no form. Hostile values cause None, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import msgspec
from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from proofbook.primitives.canonical import MAX_INTEGER

BodyForm: TypeAlias = "Callable[[Mapping[str, Any]], bytes | None]"

_PLAIN: Final = (str, bool, NoneType)
_LISTS: Final = (list, tuple)
_UNREADABLE: Final = (msgspec.ValidationError, UnicodeEncodeError, TypeError, ValueError, RecursionError)


class NotDerivable(Exception):
    """The model has a rule that forms do not know."""


def derive_form(model: type[BaseModel]) -> BodyForm:
    """The form of a kind's model. Raises NotDerivable."""
    shape = _derive_shape(model)
    lists, maps = _containers(model)
    encode = msgspec.json.Encoder(order="deterministic").encode
    convert = msgspec.convert

    def form(body: Mapping[str, Any]) -> bytes | None:
        try:
            data: bytes = encode(convert(body, shape))
            for name in lists:
                if type(body[name]) not in _LISTS:  # a set has no order to be written in
                    return None
            if not data.isascii() and not all(key.isascii() for name in maps for key in body[name]):
                return None
        except _UNREADABLE:
            return None
        return data

    return form


def _derive_shape(model: type[BaseModel]) -> type[msgspec.Struct]:
    """The same fields and rules as a struct, in the order in which they are written."""
    rules = model.__pydantic_decorators__
    if rules.validators or rules.field_validators or rules.root_validators or rules.model_validators:
        raise NotDerivable(f"{model.__name__} has validators of its own")
    if model.model_config.get("extra") != "forbid" or any(field.alias for field in model.model_fields.values()):
        raise NotDerivable(f"{model.__name__} takes unknown fields or renames some")
    fields = [(name, _field_type(model, name, model.model_fields[name])) for name in sorted(model.model_fields)]
    return msgspec.defstruct(f"{model.__name__}Shape", fields, forbid_unknown_fields=True, frozen=True, gc=False)


def _field_type(model: type[BaseModel], name: str, field: FieldInfo) -> Any:
    if not field.is_required():
        raise NotDerivable(f"{model.__name__}.{name} may be absent")
    return _derive_type(field.annotation, tuple(field.metadata))


def _derive_type(kind: Any, rules: tuple[Any, ...] = ()) -> Any:
    """The counterpart of one annotation; `rules` are what is annotated to it."""
    origin = get_origin(kind)
    if kind is int:
        return _derive_integer(rules)
    if kind is str:
        return _derive_text(rules)
    if origin in (Union, UnionType):
        parts = tuple(_derive_type(part, rules if part is str or part is int else ()) for part in get_args(kind))
        return Union[parts]  # noqa: UP007  # made of parts that are known at run time only
    if rules:
        raise NotDerivable(f"a rule on {kind} is not known")
    if kind in _PLAIN or origin is Literal:
        return kind
    if isinstance(kind, type) and origin is None:
        return _derive_class(kind)
    return _derive_container(kind)


def _derive_container(kind: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is list:
        return list[_derive_type(*parts)]  # type: ignore[misc]  # a type made at run time
    if origin is dict and parts[0] is str:
        return dict[str, _derive_type(parts[1])]  # type: ignore[misc]  # same
    raise NotDerivable(f"{kind} has no counterpart")


def _derive_class(kind: type) -> Any:
    if issubclass(kind, StrEnum):
        return kind
    if not issubclass(kind, BaseModel):
        raise NotDerivable(f"{kind} has no counterpart")
    if any(_containers(kind)):
        raise NotDerivable(f"{kind.__name__} holds lists or maps below the first level")
    return _derive_shape(kind)


def _derive_integer(rules: tuple[Any, ...]) -> Any:
    lowest, highest = -MAX_INTEGER, MAX_INTEGER
    for rule in rules:
        match rule:
            case Ge(bound) if type(bound) is int:
                lowest = max(lowest, bound)
            case Le(bound) if type(bound) is int:
                highest = min(highest, bound)
            case _:
                raise NotDerivable(f"rule {rule} on an integer is not known")
    return Annotated[int, msgspec.Meta(ge=lowest, le=highest)]


def _derive_text(rules: tuple[Any, ...]) -> Any:
    made: Any = str
    for rule in rules:
        pattern = getattr(rule, "pattern", None)
        if isinstance(rule, MaxLen):
            made = Annotated[made, msgspec.Meta(max_length=rule.max_length)]
        elif (
            isinstance(pattern, str) and pattern.startswith("^") and pattern.endswith("$") and vars(rule) == {"pattern": pattern}
        ):
            made = Annotated[made, msgspec.Meta(pattern=pattern[:-1] + r"\Z")]  # $ would let a line end pass
        else:
            raise NotDerivable(f"rule {rule} on a text is not known")
    return made


def _containers(model: type[BaseModel]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the fields that are lists, and of those that are maps with free keys."""
    found: dict[Any, list[str]] = {list: [], dict: []}
    for name, field in model.model_fields.items():
        for part in (field.annotation, *get_args(field.annotation)):
            if (origin := get_origin(part)) in found:
                if part is not field.annotation:
                    raise NotDerivable(f"{model.__name__}.{name} is a list or a map or something else")
                found[origin].append(name)
    return tuple(found[list]), tuple(found[dict])
