"""The closed table of kinds: every kind has an example, and what its model does not know is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.errors import LimitExceeded, MalformedRecord
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS, check_body
from support.body_examples import EXAMPLES


def test_every_kind_has_an_example() -> None:
    """A kind nobody can show an example of is not specified; those of kept records are in test_kept."""
    assert EXAMPLES.keys() == KINDS.keys() - KEPT.keys()


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_an_example_is_read_and_written_back_unchanged(kind: str) -> None:
    """What `to_body` gives is what an entry holds: no field gained, lost or respelled."""
    document = check_body(kind, EXAMPLES[kind])
    assert type(document) is KINDS[kind]
    assert document.to_body() == EXAMPLES[kind]
    assert check_body(kind, document.to_body()) == document


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_a_field_the_kind_does_not_know_is_refused(kind: str) -> None:
    """A misspelt field must not vanish into an entry."""
    with pytest.raises(MalformedRecord, match=rf"^{kind}: field 'surprise'"):
        check_body(kind, {**EXAMPLES[kind], "surprise": 1})


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_every_field_is_required_and_named_when_it_is_missing(kind: str) -> None:
    """Absent never stands for none or unknown."""
    for name in EXAMPLES[kind]:
        with pytest.raises(MalformedRecord, match=rf"^{kind}: field '{name}'"):
            check_body(kind, {key: value for key, value in EXAMPLES[kind].items() if key != name})


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("population.exported", "rows", "3"),
        ("population.exported", "rows", True),
        ("source.heartbeat", "exchanges", None),
        ("exchange.request", "stream", 1),
        ("exchange.response", "state", "finished"),
        ("content.erased", "commits", "7"),
        ("book.opened", "format", "proofbook-book/2"),
    ],
)
def test_nothing_is_converted(kind: str, field: str, value: Any) -> None:
    """The entry holds the bytes that were given: a count that is text would stay text for ever."""
    with pytest.raises(MalformedRecord, match=rf"^{kind}: field '{field}"):
        check_body(kind, {**EXAMPLES[kind], field: value})


def test_the_internal_name_of_a_field_is_not_its_name() -> None:
    """`from` is published; `from_` exists in our code only."""
    body = dict(EXAMPLES["source.gap"])
    body["from_"] = body.pop("from")
    with pytest.raises(MalformedRecord, match=r"source\.gap: field 'from"):
        check_body("source.gap", body)


def test_nested_fields_are_named_by_their_path() -> None:
    """An operator must find the one that is wrong."""
    body = {**EXAMPLES["exchange.request"], "content": {"request": {"alg": "none", "commit": "0" * 64, "bytes": 1}}}
    with pytest.raises(MalformedRecord, match=r"exchange\.request: field 'content\.request\.alg'"):
        check_body("exchange.request", body)


def test_a_body_without_canonical_form_names_its_kind() -> None:
    """Floats are caught before the model sees them."""
    with pytest.raises(MalformedRecord, match=r"^source.heartbeat: \$\.exchanges: float"):
        check_body("source.heartbeat", {**EXAMPLES["source.heartbeat"], "exchanges": 1.0})  # type: ignore[dict-item]  # that is the point
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    with pytest.raises(LimitExceeded):
        check_body("source.heartbeat", {"run": deep})


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    """The table is closed."""
    with pytest.raises(MalformedRecord, match=r"'exchange\.maybe' is not known.*book\.opened"):
        check_body("exchange.maybe", {})


def test_documents_cannot_be_changed() -> None:
    """A checked value stays what was checked."""
    document = check_body("source.stopped", EXAMPLES["source.stopped"])
    with pytest.raises(ValueError, match="frozen"):
        document.run = "r_2"  # type: ignore[attr-defined]  # that is the point
