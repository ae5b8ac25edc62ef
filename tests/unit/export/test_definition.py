"""Report definitions: strict, hashed, and narrowed only where the hash shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from proofbook.errors import MalformedRecord
from proofbook.export.defining import load_definition, parse_definition
from proofbook.export.definition import POPULATIONS, filters_in_words
from proofbook.export.narrowing import narrow
from proofbook.primitives.canonical import canonical_bytes, parse_canonical
from support.sample_room import SAMPLE_ENGAGEMENT


@pytest.mark.parametrize("population", POPULATIONS)
def test_a_shipped_definition_reads_and_its_hash_is_of_the_file_in_the_room(population: str) -> None:
    """An auditor tests the logic once and relies on it while the hash stays the same."""
    made = load_definition(population)
    assert made.population == population
    assert made.data.endswith(b"}\n")
    assert canonical_bytes(parse_canonical(made.data[:-1])) + b"\n" == made.data
    assert made.logic_sha256 == sha256(made.data).hexdigest()
    assert parse_definition(made.data) == made


@pytest.mark.parametrize("population", POPULATIONS)
def test_every_column_is_explained(population: str) -> None:
    """The column dictionary is made of it."""
    for table in load_definition(population).tables:
        for column in table.columns:
            assert len(column.meaning) > 2, column.name
            assert column.type, column.name


def test_an_unknown_population_is_refused_by_name() -> None:
    """A typo must not give an empty list."""
    with pytest.raises(MalformedRecord, match="POP-99"):
        load_definition("POP-99")


def broken(change: str, value: object) -> bytes:
    """POP-15 with one field replaced; `change` is a path with numbers for lists."""
    document: Any = json.loads(load_definition("POP-15").data)
    place = document
    *path, last = [int(part) if part.isdigit() else part for part in change.split(".")]
    for part in path:
        place = place[part]
    place[last] = value
    return canonical_bytes(document)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("format", "proofbook-definition/2"),
        ("version", 0),
        ("version", True),
        ("title", ""),
        ("limitations", "none"),
        ("tables", []),
        ("extra", 1),
        ("tables.1.name", "interactions"),
        ("tables.0.base.kind", None),
        ("tables.0.base.where.0.in", "openai.chat"),
        ("tables.0.base.latest_by", "a..b"),
        ("tables.0.join.on", "#place"),
        ("tables.0.period", 5),
        ("tables.0.columns", []),
        ("tables.0.columns.0.from", "elsewhere"),
        ("tables.0.columns.0.absent", 0),
        ("tables.0.columns.1.name", "entry"),
        ("tables.0.columns.0.colour", "red"),
        ("tables.1.columns.0.from", "join"),
    ],
)
def test_a_definition_with_one_wrong_field_is_refused(change: str, value: object) -> None:
    """What is not understood exactly must not decide what is in a population."""
    with pytest.raises(MalformedRecord, match=r"definition|fields"):
        parse_definition(broken(change, value))


def test_narrowing_to_systems_changes_the_definition_and_so_its_hash() -> None:
    """A filter outside the definition could not be seen."""
    whole = load_definition("POP-15")
    narrowed = narrow(whole, replace(SAMPLE_ENGAGEMENT, systems=("b", "a")))
    assert narrowed.logic_sha256 != whole.logic_sha256
    words = filters_in_words(narrowed)
    assert 'body.system in ["a","b"]' in words[0]
    assert 'body.system in ["a","b",null]' in words[1]
    assert narrow(whole, SAMPLE_ENGAGEMENT) is whole


def test_a_population_that_does_not_know_systems_is_not_narrowed() -> None:
    """A model artifact belongs to no system."""
    whole = load_definition("POP-07")
    assert narrow(whole, replace(SAMPLE_ENGAGEMENT, systems=("a",))).logic_sha256 == whole.logic_sha256
    assert "no filters applied" in filters_in_words(whole)[0]
