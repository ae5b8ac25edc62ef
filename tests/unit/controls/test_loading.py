"""Data files are taken whole or refused, and the refusal says where the fault is."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from proofbook.controls.control import Controls, load_controls
from proofbook.controls.criteria import Criteria
from proofbook.controls.loading import MAX_BYTES, parse_catalogue
from proofbook.controls.schemas import FILES
from proofbook.errors import LimitExceeded, MalformedRecord


def _shipped(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(files("proofbook.controls").joinpath("data", name).read_bytes())
    return value


def _without_touch(file: dict[str, Any]) -> None:
    del file["criteria"][3]["touch"]


def _foreign_field(file: dict[str, Any]) -> None:
    file["criteria"][0]["verdict"] = "met"


def _invented_touch(file: dict[str, Any]) -> None:
    file["criteria"][1]["touch"] = "medium"


def _invented_id(file: dict[str, Any]) -> None:
    file["criteria"][0]["id"] = "CC-AI-1"


def _version_as_text(file: dict[str, Any]) -> None:
    file["version"] = "1"


def _empty_text(file: dict[str, Any]) -> None:
    file["criteria"][2]["summary"] = ""


def _repeated_id(file: dict[str, Any]) -> None:
    file["criteria"][1]["id"] = file["criteria"][0]["id"]


def _one_too_few(file: dict[str, Any]) -> None:
    file["criteria"].pop()


def _other_format(file: dict[str, Any]) -> None:
    file["format"] = "proofbook-criteria/2"


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_without_touch, "criteria.3.touch"),
        (_foreign_field, "criteria.0.verdict"),
        (_invented_touch, "criteria.1.touch"),
        (_invented_id, "criteria.0.id"),
        (_version_as_text, "version"),
        (_empty_text, "criteria.2.summary"),
        (_repeated_id, "criterion CC1.1 stands in it twice"),
        (_one_too_few, "privacy states 18 criteria and has 17"),
        (_other_format, "format"),
    ],
)
def test_a_malformed_file_is_refused_naming_file_and_field(spoil: Callable[[dict[str, Any]], None], named: str) -> None:
    """Whoever edits a file must find the fault without reading our code."""
    file = _shipped("criteria.json")
    spoil(file)
    with pytest.raises(MalformedRecord) as caught:
        parse_catalogue("criteria.json", json.dumps(file).encode(), Criteria)
    assert caught.value.message.startswith("criteria.json: ")
    assert named in caught.value.message


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b'{"version":1,"version":2}', b'{"version":1.5}', b"\xff\xfe"])
def test_what_is_not_strict_json_is_refused(document: bytes) -> None:
    """A key that stands twice would otherwise lose one of its values without a word."""
    with pytest.raises(MalformedRecord, match=r"^criteria\.json: "):
        parse_catalogue("criteria.json", document, Criteria)


def test_an_oversized_file_is_refused_before_it_is_parsed() -> None:
    """The cap holds whatever the bytes are."""
    with pytest.raises(LimitExceeded, match=r"criteria\.json"):
        parse_catalogue("criteria.json", b" " * (MAX_BYTES + 1), Criteria)


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_file_states_format_version_and_issue(name: str) -> None:
    """A copy of a file must say by itself what it is and how old it is."""
    file = _shipped(name)
    assert file["format"] == f"proofbook-{name.removesuffix('.json')}/1"
    assert file["version"] >= 1
    assert file["issued"] >= "2026-11-21"
    assert file["notice"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_value_written_out_is_read_back_the_same(name: str) -> None:
    """Nothing of a file is lost between its bytes and its value."""
    value = parse_catalogue(name, json.dumps(_shipped(name)).encode(), FILES[name])
    assert value.model_dump(mode="json") == _shipped(name)
    assert parse_catalogue(name, value.model_dump_json().encode(), FILES[name]) == value


def test_values_cannot_be_changed() -> None:
    """They are shared by everything in the process; a change in one place would be one everywhere."""
    controls = load_controls()
    assert load_controls() is controls
    with pytest.raises(ValidationError, match="frozen"):
        controls.controls[0].title = "changed"
    rule = next(rule for control in controls.controls for rule in control.evidence if rule.complete_when)
    with pytest.raises(TypeError):
        rule.complete_when["outcome"] = ("anything",)  # type: ignore[index]  # the very thing that must fail


def test_a_repeated_control_is_refused() -> None:
    """Two texts under one id would leave open which of them holds."""
    file = _shipped("controls.json")
    file["controls"].append(file["controls"][0])
    with pytest.raises(MalformedRecord, match="control LC-01 stands in it twice"):
        parse_catalogue("controls.json", json.dumps(file).encode(), Controls)


def test_two_duties_of_one_cadence_are_refused() -> None:
    """An occurrence of a control is named by its interval; two for one interval could not be told apart."""
    file = _shipped("controls.json")
    file["controls"][1]["duties"] *= 2
    with pytest.raises(MalformedRecord, match=r"controls\.json: .*LC-02: duty quarterly"):
        parse_catalogue("controls.json", json.dumps(file).encode(), Controls)
