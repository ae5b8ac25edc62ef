"""The ten artifacts: the list, the pages of one, and a page inside this room's frame.

Promises: a page is what `proofbook artifact` writes, as of the moment it was assessed, with its evidence header.
Hostile input: an id or a name that is none is not there; texts of records are escaped by the artifacts' own templates.
"""

from __future__ import annotations

from typing import Final

from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.artifacts.rendering import read_style
from proofbook.controls.crosswalk import check_artifact
from proofbook.diagrams.palette import style_sheet
from proofbook.portal.assessing import Assessed, Assessor
from proofbook.portal.surroundings import Answer, Desk, Page, Query

_COLOURS: Final = (
    "--card:var(--sheet);--quiet:var(--soft);--well:var(--sheet);--mark:var(--link);--warn:var(--unknown);"
    "--warnwell:var(--unknown-tint);"
)
ARTIFACT_STYLE: Final = f".artifact{{{_COLOURS}\n{read_style()}}}\n{style_sheet()}".encode()
"""The artifacts' own style, nested below this room's frame and in this room's colours."""
_DRAWN: Final = "drawn for this page when it was asked for; written pages (proofbook artifact) name them in run.json"


def show_artifacts(assessor: Assessor, desk: Desk, query: Query) -> Answer:
    """`/artifacts`."""

    def make(assessed: Assessed) -> Page:
        del assessed
        return Page("artifacts.html", {"artifacts": [check_artifact(each) for each in ARTIFACTS]})

    return assessor.show(desk, query, make)


def show_shelf(assessor: Assessor, desk: Desk, query: Query, artifact: str) -> Answer:
    """`/artifacts/{artifact}`: its pages; None when there is no such artifact."""
    if artifact not in ARTIFACTS:
        return None
    entry = check_artifact(artifact)
    return assessor.show(
        desk, query, lambda assessed: Page("shelf.html", {"artifact": entry, "pages": assessed.shelf(artifact, desk)})
    )


def show_artifact(assessor: Assessor, desk: Desk, query: Query, artifact: str, name: str) -> Answer:
    """`/artifacts/{artifact}/{name}`, or None when there is no such page."""
    if artifact not in ARTIFACTS:
        return None

    def make(assessed: Assessed) -> Page | None:
        found = next((each for each in assessed.shelf(artifact, desk) if each.name == name), None)
        if found is None:
            return None
        body = assessed.drawn(artifact, name, _DRAWN)
        return Page("artifact.html", {"artifact": check_artifact(artifact), "it": found, "body": body})

    return assessor.show(desk, query, make)
