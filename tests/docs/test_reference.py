"""The pages made from code say what the code says, and leave nothing out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from make_reference import SCHEMAS, make_reference, pages
from proofbook.config.loading import explain
from proofbook.records.kinds import KINDS
from reference_errors import WHO_ACTS, branch_of, error_kinds
from reference_records import undescribed_fields
from tracked import ROOT


def _page(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


@pytest.mark.parametrize("path", pages())
def test_page_is_what_the_code_says(path: str) -> None:
    """A stale page misleads an operator at the worst moment. `make docs` writes them."""
    assert _page(path) == pages()[path]().rstrip("\n") + "\n"


def test_no_schema_outlives_its_kind() -> None:
    """A schema of a kind that cannot be recorded any more would be an invitation to write it."""
    assert {path.stem for path in (ROOT / SCHEMAS).glob("*.json")} == set(KINDS)


def test_a_page_that_differs_is_reported_and_not_written_when_only_checking(tmp_path: Path) -> None:
    """The check must be able to fail."""
    assert make_reference(tmp_path, check=False) != []
    page = tmp_path / "docs/formats/errors.md"
    page.write_text(page.read_text("utf-8").replace("malformed_record", "something_else"), "utf-8")
    (tmp_path / SCHEMAS / "gone.kind.json").write_text("{}", "utf-8")
    found = make_reference(tmp_path, check=True)
    assert [text.partition(":")[0] for text in found] == [f"{SCHEMAS}/gone.kind.json", "docs/formats/errors.md"]
    assert "something_else" in page.read_text("utf-8")


def test_every_field_of_every_record_says_what_it_holds() -> None:
    """An auditor reads these columns; a bare name is a guess."""
    assert undescribed_fields() == ()


def test_every_setting_says_what_it_does() -> None:
    """Unit, default, consequence: from the docstring beside the field."""
    assert [row.key for row in explain() if len(row.text) < 10] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_refuses_unknown_fields_and_describes_each(kind: str) -> None:
    """The published schema is as strict as the program."""
    schema = json.loads(_page(f"{SCHEMAS}/{kind}.json"))
    for part in [schema, *schema.get("$defs", {}).values()]:
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert [name for name, form in part["properties"].items() if "description" not in form] == []


def test_every_error_has_a_code_of_its_own_and_somebody_who_acts() -> None:
    """Scripts tell errors apart by code; people by who must do something."""
    kinds = list(error_kinds())
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert {branch_of(kind) for kind in kinds} == set(WHO_ACTS)
    assert [
        kind.__name__ for kind in kinds if f"| `{kind.code}` | {kind.__name__} |" not in _page("docs/formats/errors.md")
    ] == []
