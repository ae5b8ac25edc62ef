"""What each planned file of a room bears on: the input of `06_Evidence_by_criterion`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from proofbook.bundle.layout import workbook_path
from proofbook.export.artifact_part import ArtifactFile
from proofbook.export.definition import Definition
from proofbook.export.page_part import PlannedPage
from proofbook.export.parts.criteria import Reference
from proofbook.export.parts.planned import PlannedFile

PROVENANCE: Final = ("CC6.8", "CC8.1", "CC9.2")
"""Criteria that records of where a model came from bear on."""


class Exported(Protocol):
    """One population that is going to be written."""

    @property
    def definition(self) -> Definition:
        """What it is a list of."""

    def paths(self) -> list[str]:
        """Every path that will be written."""


def references_of(
    exports: Iterable[Exported],
    artifacts: Iterable[ArtifactFile],
    pages: Iterable[PlannedPage],
    files: Iterable[PlannedFile],
    book: Iterable[str],
) -> Iterator[Reference]:
    """A reference to every file outside folders 00 and 06."""
    for export in exports:
        about = export.definition
        for path in (*export.paths(), workbook_path(about.population)):
            yield Reference(path, f"{about.population} {about.title}: {path.rpartition('/')[2]}", about.criteria)
    for artifact in artifacts:
        yield Reference(artifact.path, f"Provenance record of {artifact.name[:80]}", PROVENANCE)
    for page in pages:
        for path in page.paths.values():
            yield Reference(path, f"{page.about} {page.page.title}", page.page.head.criteria)
    for file in files:
        yield Reference(file.path, file.title, file.note.criteria)
    for path in book:
        yield Reference(path, "The book")
