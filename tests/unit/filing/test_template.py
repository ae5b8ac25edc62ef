"""Templates: taken as soon as their blanks are filled, and refused with useful words before."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from proofbook.filing.marked import Step
from proofbook.filing.shape import shape_at, shape_of
from proofbook.filing.template import format_template
from proofbook.records.kept import KEPT
from proofbook.records.record import find_blanks
from support.filing_room import parsed, told
from support.kept_bodies import sample_value

EVERY_KIND = pytest.mark.parametrize("kind", sorted(KEPT))
_COMMENTED_OUT = re.compile(r"^( *)#(?=\S|  )", re.MULTILINE)


def filled(kind: str, text: str) -> str:
    """The template with every blank filled by what it asks for, as YAML."""
    document: Any = yaml.safe_load(text)
    document["id"] = "sample-1"
    document["record"] = _fill(kind, document["record"], ())
    return str(yaml.safe_dump(document, allow_unicode=True))


def _fill(kind: str, value: Any, path: tuple[Step, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _fill(kind, each, (*path, name)) for name, each in value.items()}
    if isinstance(value, list):
        return [_fill(kind, each, (*path, at)) for at, each in enumerate(value)]
    shape, field = shape_at(shape_of(kind), path)
    assert shape is not None
    assert field is not None
    assert find_blanks({"x": value}), f"{path}: {value!r} is no blank"
    return sample_value(field.name, shape)


@EVERY_KIND
def test_the_required_fields_are_enough(kind: str) -> None:
    """Whoever fills in what is not commented out is done."""
    found, mistakes = parsed(filled(kind, format_template(kind)))
    assert (mistakes, len(found)) == ((), 1)


@EVERY_KIND
def test_every_field_is_there_and_can_be_used(kind: str) -> None:
    """With every `#` removed, all fields of the schema are stated, and taken."""
    text = format_template(kind)
    while _COMMENTED_OUT.search(text):
        text = _COMMENTED_OUT.sub(r"\1", text)
    (found,), mistakes = parsed(filled(kind, text))
    assert mistakes == ()
    assert set(yaml.safe_load(text)["record"]) == set(KEPT[kind].model_fields)
    assert found.kind == kind


@EVERY_KIND
def test_an_unfilled_template_is_told_as_blanks(kind: str) -> None:
    """Nobody is told of types and patterns when a blank is simply still open."""
    mistakes = told(format_template(kind))
    assert mistakes
    assert all("is still a blank" in each for each in mistakes), mistakes


def test_it_says_what_may_stand_in_a_field() -> None:
    """Choices, references and what leaving it out means."""
    text = format_template("inventory.review")
    assert 'outcome: "[[what came of it: one of: no_change, changed, changes_open, unknown]]"' in text
    assert "# system: id of a record of kind ai_system" in text
    assert "#occurred" not in text
    assert "# review_cadence: left out, it is quarterly" in format_template("ai_system")
    assert "#occurred: 2026-03-28T09:00:00+01:00" in format_template("risk")
