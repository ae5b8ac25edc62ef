"""The published schemas of the data files say what the readers do."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from proofbook.controls.schemas import DIALECT, FILES, derive_schema
from proofbook.errors import MalformedRecord


def _objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = [schema, *schema.get("$defs", {}).values()]
    return [each for each in found if each.get("type") == "object"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_schema_closes_every_object_and_explains_every_field(name: str) -> None:
    """Another program must be able to refuse what we refuse, and a person to understand it."""
    schema = derive_schema(name)
    assert schema["$schema"] == DIALECT
    for each in _objects(schema):
        assert each["additionalProperties"] is False
        assert set(each["required"]) == set(each["properties"]), each["title"]
        assert all("description" in field for field in each["properties"].values()), each["title"]
    json.dumps(schema)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_schema_has_the_fields_of_its_file(name: str) -> None:
    """And those only."""
    file = json.loads(files("proofbook.controls").joinpath("data", name).read_bytes())
    assert set(derive_schema(name)["properties"]) == set(file)


def test_all_data_files_have_a_schema() -> None:
    """A file without one could not be replaced by anybody."""
    present = {entry.name for entry in files("proofbook.controls").joinpath("data").iterdir()}
    assert present == set(FILES)


def test_a_schema_of_no_file_is_refused() -> None:
    """The message names what was asked for."""
    with pytest.raises(MalformedRecord, match=r"data file 'laws\.json' is not known"):
        derive_schema("laws.json")
