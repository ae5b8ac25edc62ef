"""All ten artifacts, by id: what derives their pages, and the folder they are written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from proofbook.artifacts.access import derive_access
from proofbook.artifacts.evaluation import derive_evaluation
from proofbook.artifacts.flows import derive_flows
from proofbook.artifacts.governance import derive_governance
from proofbook.artifacts.incidents import derive_incidents
from proofbook.artifacts.inventory import derive_inventory
from proofbook.artifacts.log import derive_log
from proofbook.artifacts.page import Page
from proofbook.artifacts.provenance import ReadBody, derive_provenance
from proofbook.artifacts.vendors import derive_vendors
from proofbook.artifacts.versions import derive_versions
from proofbook.assessment.facts import Facts
from proofbook.errors import InputError

_DERIVE: Final[Mapping[str, Callable[[Facts], Iterator[Page]]]] = MappingProxyType(
    {
        "ART-01": derive_inventory,
        "ART-02": derive_access,
        "ART-03": derive_flows,
        "ART-05": derive_evaluation,
        "ART-06": derive_log,
        "ART-07": derive_incidents,
        "ART-08": derive_versions,
        "ART-09": derive_vendors,
        "ART-10": derive_governance,
    }
)
PROVENANCE: Final = "ART-04"
ARTIFACTS: Final = tuple(sorted((*_DERIVE, PROVENANCE)))
"""Ids of the ten, in order."""


def derive_pages(artifact: str, facts: Facts, read_body: ReadBody) -> Iterator[Page]:
    """The pages of one artifact. Raises InputError for an id that is none of the ten."""
    if artifact == PROVENANCE:
        return derive_provenance(facts, read_body)
    derive = _DERIVE.get(artifact)
    if derive is None:
        raise InputError(f"artifact {artifact[:40]!r} is not known", hint=f"known: {', '.join(ARTIFACTS)}")
    return derive(facts)
