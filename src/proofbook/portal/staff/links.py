"""Where a thing that a page speaks of is shown: a record, a set of model bytes, an exchange, an occurrence.

Promises: paths of this portal only, every part quoted; None for what has no page. Hostile input: an id of any characters becomes
one part of a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from proofbook.records.kept import KEPT

OCCURRENCE: Final = "occurrence"
_PAGES: Final[Mapping[str, str]] = {
    "source": "/gaps",
    "source.gap": "/gaps",
    "engine.counters": "/reconciliation",
    "collection.run": "/models",
}
"""Kinds of things that are shown together on one page."""


def record_link(kind: str, name: str) -> str:
    """The page of a kept record."""
    return f"/records/{_part(kind)}/{_part(name)}"


def list_link(kind: str) -> str:
    """The list of records of a kind."""
    return f"/records/{_part(kind)}"


def edit_link(kind: str, name: str) -> str:
    """The form for a new version of a kept record."""
    return f"{record_link(kind, name)}/edit"


def new_link(kind: str, fields: Mapping[str, str]) -> str:
    """The form for a new record, with what is known of it already."""
    asked = f"?{urlencode(fields)}" if fields else ""
    return f"/records/new/{_part(kind)}{asked}"


def control_link(control: str, engagement: str, **narrowed: str) -> str:
    """The page of a control, with its occurrences."""
    return f"/coverage/{_part(control)}?{urlencode({'engagement': engagement, **narrowed})}"


def subject_link(kind: str, name: str, control: str, engagement: str) -> str | None:
    """The page of what a finding is about."""
    if kind in KEPT:
        return record_link(kind, name)
    if kind == "model.artifact":
        return f"/models/{_part(name)}"
    if kind == OCCURRENCE and control:
        return f"{control_link(control, engagement)}#{occurrence_anchor(name.partition('/')[2])}"
    return _PAGES.get(kind)


def occurrence_anchor(rest: str) -> str:
    """The name of an occurrence on its control's page; `rest` is its scope and interval, as `help-desk/2026-Q3`."""
    return f"o-{quote(rest.replace('/', '.'), safe='')}"


def _part(text: str) -> str:
    return quote(text, safe="")
