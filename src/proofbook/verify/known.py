"""The report definitions this program was published with, by what their columns mean.

A definition lies in the room it describes, so whoever writes a room could call a column one thing and fill it with another.
Tables of a known definition have the columns its published text explains; of any other, the report says that their meaning is
the writer's word. A `where` is left out of the comparison: it is said in words beside every table. Pure.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Dict, Iterable, List

from proofbook.verify.encoding import canonical_text

KNOWN_SHAPES = {
    "rpt.ai_interactions 1": "33e316b26e033b13b334dc1c77e60fdf5a2cd45ebc227a086ec389ca681f7d59",
    "rpt.ai_interactions 2": "4a3b3a75b772124f5938b527273b920ea4d34758d9554694079b54d33e7bd8f4",
    "rpt.ai_interactions 3": "0424ce75607c8887277cc9ecb9ab27d875e0c38bb10f2b7f58d7412b7e638285",
    "rpt.ai_interactions 4": "e800932b09b451c61c5af8d4723e8dbe0e9b25d37aca57b7bae1cc0568c7bd6c",
    "rpt.model_artifacts 1": "c8b7267d0b6c4c4390473e61701259033e412105dc30542f6294791e4aa3d061",
}
"""Id and version -> `shape_of` the published definition."""


def shape_of(definition: Dict[str, Any]) -> str:
    """Hex SHA-256 over a definition's population and tables, without their `where`. The definition has its form."""
    tables = [{**table, "base": {**table["base"], "where": []}} for table in definition["tables"]]
    return sha256(canonical_text([definition["population"], tables]).encode("utf-8")).hexdigest()


def is_known(definition: Dict[str, Any]) -> bool:
    """Whether the columns of a definition mean what was published under its id and version."""
    return KNOWN_SHAPES.get(f"{definition['id']} {definition['version']}") == shape_of(definition)


def missing_reports(present: Iterable[Dict[str, Any]]) -> List[str]:
    """Ids of the published reports of which no version is among the definitions of a room."""
    ids = {each["id"] for each in present}
    return sorted({name.partition(" ")[0] for name in KNOWN_SHAPES} - ids)
