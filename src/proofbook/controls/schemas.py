"""The published JSON Schemas of this room's data files.

Promises: one schema for each file, made from the very models that read it, so the two cannot disagree. Schemas describe form;
that every id exists is checked elsewhere. Reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from proofbook.controls import card, control, criteria, crosswalk, population
from proofbook.controls.loading import Catalogue, find_one

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

FILES: Mapping[str, type[Catalogue]] = MappingProxyType(
    {
        criteria.FILE: criteria.Criteria,
        control.FILE: control.Controls,
        population.FILE: population.Populations,
        crosswalk.FILE: crosswalk.Crosswalk,
        card.FILE: card.Cards,
    }
)
"""Every data file of this room, by name."""


def derive_schema(file: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one data file, by its name.

    Raises:
        MalformedRecord: there is no such file; names it.
    """
    name, model = find_one("data file", file, FILES.items(), lambda entry: entry[0])
    return {"$schema": DIALECT} | model.model_json_schema(mode="validation") | {"title": f"proofbook {name}"}
