"""The ways around a list of requests: another state, another owner, the next page, the first. Used by both faces. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from proofbook.fieldwork.request_listing import RequestFilters, RequestList


@dataclass(frozen=True, slots=True)
class Turning:
    """Addresses of the same list. `more` and `first` are None where there is nowhere to go."""

    path: str
    fields: Mapping[str, str]
    everything: str
    more: str | None
    first: str | None

    def only(self, **narrowed: str) -> str:
        """The list narrowed to this and nothing else."""
        return _address(self.path, {**self.fields, **narrowed})


def turn(path: str, fields: Mapping[str, str], filters: RequestFilters, found: RequestList) -> Turning:
    """`fields` go into every address."""
    narrowed = {name: value for name, value in (("state", filters.state), ("owner", filters.owner)) if value}
    here = {**fields, **narrowed}
    return Turning(
        path,
        fields,
        _address(path, fields),
        None if found.more is None else _address(path, {**here, "after": found.more}),
        _address(path, here) if filters.after else None,
    )


def _address(path: str, fields: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(fields)}" if fields else path
