"""Bodies written in one step are what the long way writes; what it is not certain of goes the long way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from proofbook.errors import InputError
from proofbook.primitives.canonical import MAX_INTEGER, canonical_bytes
from proofbook.records.body_forms import NotDerivable, derive_form
from proofbook.records.kinds import KINDS, check_body, format_body
from support.body_examples import EXAMPLES

FREQUENT = ("exchange.request", "exchange.response", "exchange.refused")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from([MAX_INTEGER, MAX_INTEGER + 1, -MAX_INTEGER - 1, 0.0, 1.0, float("nan"), float("inf")]),
    st.text(max_size=600),
    st.sampled_from(["", "complete", "engine", "unknown", "a" * 64, "a" * 64 + "\n", "\ud800", "\x00\x7f\u2028", b"bytes"]),
    st.sampled_from(
        [["stop"], ("stop",), {"stop"}, frozenset(["stop"]), [1], [None], {"é": "x"}, {"k": 1.5}, {1: "x"}, {"k": {}}]
    ),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.one_of(st.text(max_size=3), st.booleans(), st.integers(), st.floats()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.just({"alg": "salted-sha256/1", "commit": "a" * 64, "bytes": 1}), max_size=2),
)


def _places(body: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [(name,) for name in body] + [(name, key) for name, value in body.items() if isinstance(value, dict) for key in value]


def _changed(body: Mapping[str, Any], place: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = place
    return {**body, name: {**body[name], rest[0]: value} if rest else value}


def _long_way(kind: str, body: Mapping[str, Any]) -> bytes | None:
    try:
        check_body(kind, body)
        return canonical_bytes(body)
    except InputError:
        return None


@pytest.mark.parametrize("kind", FREQUENT)
def test_the_examples_take_the_short_way(kind: str) -> None:
    """A form that is never certain would be right and useless."""
    assert derive_form(KINDS[kind])(EXAMPLES[kind]) == canonical_bytes(EXAMPLES[kind])


@settings(max_examples=400)
@given(st.sampled_from(FREQUENT), st.data(), ODD)
def test_a_form_writes_what_the_long_way_writes_or_nothing(kind: str, data: st.DataObject, value: Any) -> None:
    """Whatever stands in whatever place: the short way lets nothing into an entry that the model or the spelling forbids."""
    body = _changed(EXAMPLES[kind], data.draw(st.sampled_from(_places(EXAMPLES[kind]))), value)
    written = derive_form(KINDS[kind])(body)
    assert written is None or written == _long_way(kind, body)


@settings(max_examples=200)
@given(st.sampled_from(FREQUENT), st.data(), ODD)
def test_format_body_decides_as_the_model_does(kind: str, data: st.DataObject, value: Any) -> None:
    """What one refuses the other refuses, with the same words."""
    body = _changed(EXAMPLES[kind], data.draw(st.sampled_from(_places(EXAMPLES[kind]))), value)
    try:
        expected: bytes | str = b"" if check_body(kind, body) is None else canonical_bytes(body)
    except InputError as error:
        expected = str(error)
    try:
        found: bytes | str = format_body(kind, body)
    except InputError as error:
        found = str(error)
    assert found == expected


@pytest.mark.parametrize("kind", FREQUENT)
def test_a_missing_and_a_foreign_field_are_left_to_the_long_way(kind: str) -> None:
    """Absent never stands for none."""
    form = derive_form(KINDS[kind])
    assert form({**EXAMPLES[kind], "surprise": 1}) is None
    assert all(form({key: value for key, value in EXAMPLES[kind].items() if key != name}) is None for name in EXAMPLES[kind])


def test_values_that_only_look_alike_are_not_written() -> None:
    """A set has no order and a float no exact spelling, whatever a library would make of them."""
    form, body = derive_form(KINDS["exchange.response"]), EXAMPLES["exchange.response"]
    assert form({**body, "finish": ("stop",)}) == canonical_bytes({**body, "finish": ["stop"]})
    assert form({**body, "finish": {"stop"}}) is None
    assert form({**body, "chunks": 1.0}) is None
    assert form({**body, "chunks": True}) is None
    assert form(OrderedDict(reversed([*body.items()]))) == canonical_bytes(body)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Colour(StrEnum):
    RED = "red"


class _Inner(_Document):
    items: list[str]


def _with(annotation: Any, default: Any = ...) -> type[BaseModel]:
    return type(
        "Made", (_Document,), {"__annotations__": {"field": annotation}, **({} if default is ... else {"field": default})}
    )


class _Checked(_Document):
    field: str

    @field_validator("field")
    @classmethod
    def _look(cls, value: str) -> str:
        return value


class _Loose(BaseModel):
    field: str


@pytest.mark.parametrize(
    "model",
    [
        _Checked,
        _Loose,
        _with(str, "absent"),
        _with(float),
        _with(Annotated[str, Field(min_length=1)]),
        _with(Annotated[int, Field(multiple_of=2)]),
        _with(Annotated[str, Field(pattern="a|b")]),
        _with(Annotated[list[str], Field(max_length=2)]),
        _with(Annotated[str, Field(alias="other")]),
        _with(list[str] | None),
        _with(_Inner),
        _with(dict[int, str]),
    ],
)
def test_a_rule_without_counterpart_has_no_form(model: type[BaseModel]) -> None:
    """A form that left a rule out would let an entry in that its own kind forbids."""
    with pytest.raises(NotDerivable):
        derive_form(model)


def test_every_rule_that_is_known_is_kept() -> None:
    """Bounds, patterns and words hold in the short way too."""
    model = type(
        "Made",
        (_Document,),
        {
            "__annotations__": {
                "text": Annotated[str | None, Field(max_length=3)],
                "hex": Annotated[str, Field(pattern="^[0-9a-f]{2}$")],
                "count": Annotated[int, Field(ge=0, le=9)],
                "word": Literal["x", "y"],
                "colour": _Colour,
            }
        },
    )
    form = derive_form(model)
    good: dict[str, Any] = {"text": "äöü", "hex": "0f", "count": 9, "word": "x", "colour": "red"}
    assert form(good) == canonical_bytes(good)
    assert form({**good, "text": None}) is not None
    bad: list[dict[str, Any]] = [
        {"text": "abcd"},
        {"hex": "0f\n"},
        {"hex": "0F"},
        {"count": -1},
        {"count": 10},
        {"word": "z"},
        {"colour": "blue"},
    ]
    assert [form({**good, **each}) for each in bad] == [None] * len(bad)
