"""Where ids lead: the page of what a record points to, and whether it is there.

Promises: an id that leads nowhere is shown as not on record, never hidden. Looks at most so many things up for one page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from proofbook.controls.control import load_controls
from proofbook.portal.staff.records.kinds import kind_of
from proofbook.readmodel import artifacts, exchanges, heads
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents
from proofbook.records.pointing import ENTRY, EXCHANGE

_MOST: Final = 300
"""Of one page; more are linked without a look."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where an id leads. `title` is what it is called there; `missing`: it is not on record."""

    href: str | None
    title: str = ""
    missing: bool = False


class Linking:
    """Finds links of one page. Used by one thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._found: dict[tuple[str, str], Link] = {}

    def find(self, kind: str, name: str) -> Link:
        """Where an id leads."""
        key = (kind, name)
        if key not in self._found:
            self._found[key] = self._look(kind, name) if len(self._found) < _MOST else Link(_address(kind, name))
        return self._found[key]

    def _look(self, kind: str, name: str) -> Link:
        match kind:
            case "model.artifact":
                artifact = artifacts.by_digest(self._reader, name)
                return Link(_address(kind, name), "" if artifact is None else artifact.name, artifact is None)
            case "exchange":
                return Link(_address(kind, name), missing=exchanges.one(self._reader, name) is None)
            case "entry":
                version = Documents(self._reader).by_entry(name)
                if version is None:
                    return Link(None, missing=True)
                return Link(_address(kind, name), f"{version.kind}/{version.id}, version {version.version}")
        head = heads.of_record(self._reader, kind, name)
        if head is not None:
            return Link(_address(kind, name), head.title)
        if kind == "control" and name in _shipped():
            return Link(f"/coverage/{quote(name, safe='')}", _shipped()[name])
        return Link(None, missing=True)


def _address(kind: str, name: str) -> str | None:
    spelt = quote(name, safe="")
    match kind:
        case "model.artifact":
            return f"/models/{quote(name, safe=':')}"
        case _ if kind == EXCHANGE:
            return f"/exchanges/{spelt}"
        case _ if kind == ENTRY:
            return f"/records/entries/{spelt}"
    return f"/records/{kind}/{spelt}" if kind_of(kind) is not None else None


def _shipped() -> dict[str, str]:
    return {each.id: each.title for each in load_controls().controls}
