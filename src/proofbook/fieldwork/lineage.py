"""What a drawn item leads to: weights, their provenance and approval, evaluations and changes; and every record it names.

Promises: a link that leads nowhere is a link that says so; nothing is left out because it is missing. Asks the projection only.
Does not judge whether a linked record is any good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from proofbook.primitives.canonical import canonical_bytes
from proofbook.readmodel import artifacts, exchanges
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.readmodel.exchanges import Exchange
from proofbook.records.kept import KEPT
from proofbook.records.record import find_references

MAX_LINKS: Final = 200
_ABOUT_WEIGHTS: Final = (
    ("model.approval", "approval of these weights"),
    ("evaluation.run", "evaluation of these weights"),
    ("change", "change that names these weights"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One step from an item to something else. `entry` and `index` are None where it is not on record; then `words` say so."""

    relation: str
    kind: str
    id: str
    title: str
    entry: str | None
    index: int | None
    words: str

    @property
    def found(self) -> bool:
        """Whether it is on record."""
        return self.entry is not None


def links_of_exchange(reader: Reader, found: Exchange) -> tuple[Link, ...]:
    """From an exchange to its weights, their provenance, approval, evaluations and changes, and to its system."""
    links: list[Link] = []
    if found.system is not None:
        links.append(_document(reader, "system", "ai_system", found.system))
    if not found.refused:
        links += _weights(reader, found)
    return tuple(links)


def links_of_artifact(reader: Reader, digest: str) -> tuple[Link, ...]:
    """From weights to what was decided, tried and changed about them."""
    documents, links = Documents(reader), []
    for kind, relation in _ABOUT_WEIGHTS:
        known = [each for each in documents.listed(kind) if digest in _digests(each)]
        links += [_of_version(relation, each) for each in known]
        if not known and kind == "model.approval":
            links.append(Link(relation, kind, digest, "", None, None, "no approval of these weights is on record"))
    return tuple(links)


def links_of_record(reader: Reader, version: DocumentVersion) -> tuple[Link, ...]:
    """From a kept record to everything it refers to, and from exchanges it names to their weights."""
    try:
        record = KEPT[version.kind].model_validate_json(canonical_bytes(version.body), strict=True)
    except ValidationError:
        return ()
    links = [_reference(reader, path, kind, name) for path, kind, name in find_references(record)]
    for name in version.body.get("exchanges") or ():
        links += _named_exchange(reader, str(name))
    return tuple(links[:MAX_LINKS])


def link_to_entry(reader: Reader, relation: str, entry: str) -> Link:
    """To the version of a kept record that one entry is."""
    version = Documents(reader).by_entry(entry)
    if version is None:
        return Link(relation, "entry", entry, "", None, None, "no kept record has this entry")
    return _of_version(relation, version)


def _weights(reader: Reader, found: Exchange) -> Iterator[Link]:
    if found.artifact is None:
        status = (found.binding or "unknown").replace("_", " ")
        yield Link("weights", "model.artifact", "unknown", "", None, None, f"which weights answered is not known ({status})")
        return
    yield _provenance(reader, "weights and their provenance", found.artifact)
    yield from links_of_artifact(reader, found.artifact)


def _provenance(reader: Reader, relation: str, digest: str) -> Link:
    known = artifacts.by_digest(reader, digest)
    if known is None:
        return Link(relation, "model.artifact", digest, "", None, None, "no provenance record names these weights")
    words = f"{known.verification.replace('_', ' ')}, rung {known.rung.replace('_', ' ')}"
    return Link(relation, "model.artifact", digest, known.name, known.entry, known.index, words)


def _reference(reader: Reader, path: str, kind: str, name: str) -> Link:
    relation = path.replace("_", " ")
    if kind == "model.artifact":
        return _provenance(reader, relation, name)
    if kind == "entry":
        return link_to_entry(reader, relation, name)
    if kind == "control" and name.startswith("LC-"):
        return Link(relation, kind, name, "", None, None, "an illustrative control; the organisation recorded none of its own")
    return _document(reader, relation, kind, name)


def _named_exchange(reader: Reader, name: str) -> Iterator[Link]:
    found = exchanges.one(reader, name)
    if found is None:
        yield Link("exchange it rests on", "exchange.request", name, "", None, None, "no such exchange is on record")
        return
    title = f"{found.system or 'no system'}, {found.state.replace('_', ' ')}"
    yield Link("exchange it rests on", "exchange.request", name, title, found.entry, found.index, found.occurred)
    yield from _weights(reader, found)


def _document(reader: Reader, relation: str, kind: str, name: str) -> Link:
    version = Documents(reader).current(kind, name)
    if version is None:
        return Link(relation, kind, name, "", None, None, f"no {kind} {name} is on record")
    return _of_version(relation, version)


def _of_version(relation: str, version: DocumentVersion) -> Link:
    body = version.body
    said = body.get("decision") or body.get("outcome") or body.get("status") or body.get("state")
    words = f"version {version.version}, recorded {version.recorded}"
    if isinstance(said, str):
        words = f"{said.replace('_', ' ')}; {words}"
    return Link(relation, version.kind, version.id, str(body.get("title", "")), version.entry, version.index, words)


def _digests(version: DocumentVersion) -> frozenset[str]:
    """Every text of the record's first level: digests stand there."""
    body: Mapping[str, Any] = version.body
    return frozenset(each for each in body.values() if isinstance(each, str))
