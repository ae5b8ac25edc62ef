"""Provenance records as files of their own: the newest record of each model artifact, with the entry it is.

Promises: a file holds exactly the body of the entry it cites. A record whose digest does not have its form has no file and is
named among the omissions. Hostile input: names reach paths through `bundle.layout.slug` only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from proofbook.book.interface import BookReading
from proofbook.bundle.layout import provenance_path
from proofbook.bundle.manifest import Omission
from proofbook.errors import MalformedRecord
from proofbook.export.book_part import parse_value
from proofbook.export.folder import RoomFolder
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.digest import parse_digest
from proofbook.tlog.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """One record as a file; `body` is the entry's."""

    path: str
    artifact: str
    name: str
    verification: str
    rung: str
    data: bytes


def plan_artifacts(book: BookReading, indices: Iterable[int]) -> tuple[tuple[ArtifactFile, ...], tuple[Omission, ...]]:
    """The files for the records at these places, in path order, and what cannot be one."""
    made: dict[str, ArtifactFile] = {}
    omissions = []
    for index in sorted(indices):
        data = book.entry(index)
        value: Any = parse_value(data, index)
        body, number = value["body"], 1
        try:
            digest = parse_digest(body["artifact"])
        except MalformedRecord:
            omissions.append(Omission(f"provenance record at entry {index}", "its digest does not have the form of a digest"))
            continue
        path = provenance_path(digest, body["name"])
        while path in made:
            number += 1
            path = provenance_path(digest, f"{number} {body['name']}")
        record = canonical_bytes({"entry": {"index": index, "id": value["id"], "leaf": leaf_hash(data).hex()}, "record": body})
        made[path] = ArtifactFile(path, digest, body["name"], body["verification"], body["rung"], record + b"\n")
    return tuple(made[path] for path in sorted(made)), tuple(omissions)


def write_artifacts(folder: RoomFolder, planned: Iterable[ArtifactFile]) -> None:
    """Writes the files."""
    for each in planned:
        folder.write(each.path, f"Provenance record of {each.artifact[:23]}", each.data)
