"""The list of exchanges: newest first, narrowed by any fields together, one page at a time in either direction.

Promises: no figure over the whole book is computed for it, and no more is looked at for a page than a person waits for: a list
that is not complete says how much of it was looked at and goes on from there. Hostile input: see `asking`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from proofbook.portal import wording
from proofbook.portal.asking import AMOUNTS, FIELDS, Asked, Field, read_asked, worded
from proofbook.portal.histogram import derive_histogram
from proofbook.portal.surroundings import Desk, Page, Query, See
from proofbook.portal.zones import zone_of
from proofbook.primitives.instants import format_instant, parse_instant, parse_period
from proofbook.readmodel import exchanges
from proofbook.readmodel.exchanges import Found
from proofbook.readmodel.walking import days_of, position_of, values_of

__all__ = ["ROWS", "show_exchanges", "show_values", "zone_of"]

ROWS: Final = 50
_SUGGESTED: Final = 40
_CHOICES: Final = frozenset({"protocol", "finish", "reason", "flag", "class"})
"""Fields of few values, all of which are offered."""
_TYPED: Final = frozenset({"system", "principal", "model", "verified", "claimed"})
_FIRST: Final = frozenset({"system", "principal", "state", "model"})
"""Fields that are always seen; the others unfold."""
_NEAR: Final = 8


def show_exchanges(desk: Desk, query: Query) -> Page | See:
    """`/exchanges`."""
    zone = zone_of(desk, query)
    asked = read_asked(query, zone)
    if query.get("day", "").strip():
        return See(_jump(desk, asked, query["day"].strip(), zone))
    found = exchanges.search(desk.reader, asked.filters, before=asked.before, after=asked.after, limit=ROWS)
    days, counted = days_of(desk.reader, replace(asked.filters, tokens=None, latency=None, bytes=None))
    return Page(
        "exchanges.html",
        {
            "rows": [(each, wording.STATES.get(each.state, (each.state, "plain", ""))) for each in found.rows],
            "asked": asked,
            "chosen": asked.chosen,
            "chips": asked.chips(),
            "first_fields": [each for each in FIELDS if each.name in _FIRST],
            "more_fields": [each for each in FIELDS if each.name not in _FIRST],
            "unfolded": any(each.name in asked.chosen for each in FIELDS if each.name not in _FIRST),
            "choices": {each.name: _choices(desk, each, asked) for each in FIELDS if each.name in _CHOICES | {"state"}},
            "known": {
                each.name: values_of(desk.reader, each.facet or "", limit=_SUGGESTED) for each in FIELDS if each.name in _TYPED
            },
            "amounts": AMOUNTS,
            "near": _near(desk, asked) if not found.rows and found.whole else (),
            "methods": wording.METHODS,
            "zone": zone,
            "histogram": derive_histogram(days, _day_of(asked.filters.since), _last_day(asked.filters.until)),
            "histogram_of": next((each.label for each in FIELDS if each.attribute == counted), None),
            "others_not_counted": _others(asked, counted),
            "found": found,
            **_turning(asked, found),
            "gateway": desk.sources.gateway,
        },
    )


def show_values(desk: Desk, query: Query) -> Page | None:
    """`/exchanges/values`: values of one field that begin with what was typed so far, for its list of suggestions."""
    field = next((each for each in FIELDS if each.name in _TYPED and each.name in query), None)
    if field is None:
        return None
    found = values_of(desk.reader, field.facet or "", query[field.name].strip()[:80], _SUGGESTED)
    return Page("exchange_values.html", {"values": found})


def _jump(desk: Desk, asked: Asked, day: str, zone: str) -> str:
    """The page whose first row is the last exchange of a day."""
    behind = position_of(desk.reader, format_instant(parse_period(day, day, zone).end))
    return asked.address(**({} if behind is None else {"before": behind}))


def _turning(asked: Asked, found: Found) -> dict[str, Any]:
    """The ways on from a page."""
    onward = found.newer if asked.after is not None else found.older
    going = "after" if asked.after is not None else "before"
    return {
        "older": None if found.older is None else asked.address(before=found.older),
        "newer": None if found.newer is None else asked.address(after=found.newer),
        "newest": asked.address() if asked.turned else None,
        "farther": None if found.whole or onward is None else asked.address(**{going: onward}),
    }


def _choices(desk: Desk, field: Field, asked: Asked) -> list[tuple[str, str]]:
    """Value and word of everything a field of few values may be."""
    if field.name == "state":
        return [(name, words[0]) for name, words in wording.STATES.items()]
    known = list(values_of(desk.reader, field.facet or ""))
    chosen = asked.chosen.get(field.name)
    if chosen is not None and chosen not in known:
        known.append(chosen)
    return [(value, worded(field.name, value)) for value in known]


def _near(desk: Desk, asked: Asked) -> list[tuple[str, str, str]]:
    """Where a typed value does not occur at all: values that begin with it, with the list of each."""
    made = []
    for field in FIELDS:
        value = asked.chosen.get(field.name)
        if value is not None and field.name in _TYPED:
            known = values_of(desk.reader, field.facet or "", value, _NEAR)
            made += [(field.label, each, asked.address(**{field.name: each})) for each in known if each != value]
    return made


def _others(asked: Asked, counted: str | None) -> bool:
    """Whether filters are set that the bars do not know of."""
    known = {"from", "to", *(each.name for each in FIELDS if each.attribute == counted)}
    return bool(set(asked.chosen) - known)


def _day_of(since: str | None) -> str | None:
    return None if since is None else since[:10]


def _last_day(until: str | None) -> str | None:
    """The last day (UTC) of which something lies before an instant."""
    if until is None:
        return None
    return (parse_instant(until) - timedelta(microseconds=1)).date().isoformat()
