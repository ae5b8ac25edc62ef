"""Requests of an engagement page by page, in the order of their numbers, with how many stand where.

Promises: a page costs the same however many requests there are; no request twice or left out by turning pages. Hostile input: a
state that is none, or a request to go on behind that the engagement does not have, is InputError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proofbook.errors import InputError
from proofbook.fieldwork.requests import KIND, Request, State, request_of
from proofbook.readmodel import requests
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents

ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class RequestFilters:
    """What a list is narrowed to; empty does not narrow. `after`: id of the request to go on behind."""

    state: str = ""
    owner: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class RequestList:
    """One page. `of`: how many the engagement has; `more`: where to go on behind, when there are more that fit."""

    requests: tuple[Request, ...]
    of: int
    counts: dict[State, int]
    more: str | None


def page_of_requests(reader: Reader, engagement: str, filters: RequestFilters, *, limit: int = ROWS) -> RequestList:
    """The next requests that fit. Raises InputError naming the field."""
    if filters.state and filters.state not in set(State):
        raise InputError(f"state {filters.state[:40]!r} is none", hint=f"one of {', '.join(State)}")
    after = requests.BEGINNING
    if filters.after:
        place = requests.place_of(reader, engagement, filters.after)
        if place is None:
            raise InputError(f"after={filters.after[:80]!r} is no request of this list", hint="follow the links below the list")
        after = place
    states = (filters.state, filters.state) if filters.state else (None, None)
    found = requests.page(reader, engagement, states=states, owner=filters.owner or None, after=after, limit=limit + 1)
    shown, counts = found[:limit], count_requests(reader, engagement)
    return RequestList(_read(reader, shown), sum(counts.values()), counts, shown[-1] if len(found) > limit else None)


def count_requests(reader: Reader, engagement: str) -> dict[State, int]:
    """How many stand where; every state is named."""
    known = requests.count_by_state(reader, engagement)
    return {each: known.get(each.value, 0) for each in State}


def requests_in(reader: Reader, engagement: str, first: State, second: State, *, limit: int) -> tuple[Request, ...]:
    """The first requests in one of two states."""
    states = (first.value, second.value)
    return _read(reader, requests.page(reader, engagement, states=states, limit=limit))


def _read(reader: Reader, ids: tuple[str, ...]) -> tuple[Request, ...]:
    documents = Documents(reader)
    found = (documents.current(KIND, each) for each in ids)
    return tuple(request_of(each) for each in found if each is not None)
