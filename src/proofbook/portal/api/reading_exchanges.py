"""Exchanges for programs: the list with the page's own fields, one with its proofs, what is behind it, files to check it."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from proofbook.assessment.lineage import Link, reconstruct
from proofbook.errors import InputError
from proofbook.fieldwork.parts import Pinned, entries_of, read_part, sealing_of
from proofbook.portal.api.exchange_shapes import (
    Classified,
    ClassifiedSide,
    ExchangePart,
    ExchangeShape,
    ExchangesPage,
    ExchangeWhole,
    FieldValues,
    LineageShape,
)
from proofbook.portal.api.resource import Asked
from proofbook.portal.asking import FIELDS, read_asked
from proofbook.portal.listing import zone_of
from proofbook.portal.one_exchange import find_beside, find_exchange
from proofbook.portal.surroundings import Desk
from proofbook.readmodel import classes, exchanges
from proofbook.readmodel.classes import Side
from proofbook.readmodel.walking import values_of

MOST: Final = 200
_VALUES: Final = 100
_TEXT: Final = 512


class ExchangesAsked(Asked):
    """Fields of the page's form, together; positions to go on from."""

    limit: int = Field(default=50, ge=1, le=MOST, description="how many")
    before: str = Field(default="", max_length=18, description="only before this position: `older` of a page")
    after: str = Field(default="", max_length=18, description="only after this position: `newer` of a page")
    engagement: str = Field(default="", max_length=200, description="in whose zone days are meant; empty: the first one's")
    first: str = Field(default="", max_length=10, alias="from", description="from this day on")
    last: str = Field(default="", max_length=10, alias="to", description="until the end of this day")
    system: str = Field(default="", max_length=_TEXT, description="system")
    principal: str = Field(default="", max_length=_TEXT, description="who asked")
    state: str = Field(default="", max_length=40, description="how it ended")
    model: str = Field(default="", max_length=_TEXT, description="model asked for")
    verified: str = Field(default="", max_length=_TEXT, description="proven end user")
    claimed: str = Field(default="", max_length=_TEXT, description="claimed end user")
    artifact: str = Field(default="", max_length=80, description="digest of what answered")
    protocol: str = Field(default="", max_length=80, description="protocol")
    finish: str = Field(default="", max_length=80, description="why the engine stopped")
    reason: str = Field(default="", max_length=80, description="reason of a refusal")
    flag: str = Field(default="", max_length=80, description="what admission found lacking and let pass")
    found: str = Field(default="", max_length=80, alias="class", description="class of sensitive data that was found")
    conversation: str = Field(default="", max_length=80, description="conversation")
    id: str = Field(default="", max_length=80, description="beginning of the exchange's id")
    tokens: str = Field(default="", max_length=9, description="tokens, at least")
    latency: str = Field(default="", max_length=9, description="milliseconds, at least")
    bytes: str = Field(default="", max_length=9, description="bytes, at least")


class ValuesAsked(Asked):
    """Which values are wanted."""

    begins: str = Field(default="", max_length=80, description="what they begin with")


def list_exchanges(desk: Desk, asked: ExchangesAsked) -> ExchangesPage:
    """Newest first."""
    query = {name: str(value) for name, value in asked.model_dump(by_alias=True).items() if name != "limit"}
    read = read_asked(query, zone_of(desk, query))
    found = exchanges.search(desk.reader, read.filters, before=read.before, after=read.after, limit=asked.limit)
    return ExchangesPage(
        items=tuple(map(ExchangeShape.model_validate, found.rows)),
        older=found.older,
        newer=found.newer,
        looked_at=found.looked,
        whole=found.whole,
    )


def list_values(
    desk: Desk, asked: ValuesAsked, field: Literal["system", "principal", "model", "verified", "claimed"]
) -> FieldValues | None:
    """Values that occur."""
    known = next((each for each in FIELDS if each.name == field and each.facet is not None), None)
    if known is None:
        return None
    return FieldValues(field=field, values=values_of(desk.reader, known.facet or "", asked.begins, _VALUES))


def read_exchange(desk: Desk, asked: Asked, id: str) -> ExchangeWhole | None:  # noqa: A002 - the part of the path
    """One, with proofs recomputed now."""
    del asked
    found = find_exchange(desk, id)
    if found is None:
        return None
    pinned, sealing = Pinned(desk.sources.origin, desk.sources.vkey), sealing_of(desk.reader, found)
    parts = [read_part(desk.book, pinned, name, index, entry) for name, index, entry in entries_of(found)]
    looked = None if found.refused else classes.of_exchange(desk.reader, found.exchange)
    beside = find_beside(desk, found)
    return ExchangeWhole(
        exchange=ExchangeShape.model_validate(found),
        parts=tuple(
            ExchangePart.model_validate(
                {
                    "name": each.name,
                    "index": each.index,
                    "entry": None if each.entry is None else each.entry.id,
                    "trouble": each.trouble,
                    "proof": each.proof,
                }
            )
            for each in parts
        ),
        classified=None if looked is None else _classified(looked),
        erased=None if sealing.shredded is None else sealing.shredded.recorded,
        held=None if sealing.held is None else sealing.held.recorded,
        earlier=None if beside["before"] is None else beside["before"].exchange,
        later=None if beside["after"] is None else beside["after"].exchange,
    )


def read_lineage(desk: Desk, asked: Asked, id: str) -> LineageShape | None:  # noqa: A002 - the part of the path
    """What is behind a decision, a review or an exchange."""
    del asked
    try:
        found = reconstruct(desk.reader, id)
    except InputError:
        return None
    return LineageShape.model_validate(
        {
            "asked": found.asked,
            "head": [_link(each) for each in found.head],
            "chains": [[_link(each) for each in chain] for chain in found.chains],
            "left_out": found.left_out,
        }
    )


def _link(link: Link) -> dict[str, Any]:
    plain = {name: getattr(link, name) for name in ("step", "words", "kind", "id", "entry")}
    return {
        **plain,
        "standing": link.standing.value,
        "facts": [{"name": name, "value": value} for name, value in link.facts],
    }


def _classified(found: classes.Classification) -> Classified:
    return Classified(
        entry=found.entry,
        recorded=found.recorded,
        rule_set=found.rule_set,
        looked_for=found.looked_for,
        request=_side(found.request),
        response=_side(found.response),
    )


def _side(side: Side) -> ClassifiedSide:
    return ClassifiedSide.model_validate(
        {
            "state": side.state,
            "bytes": side.bytes,
            "found": [{"name": name, "count": count} for name, count in side.counts],
            "missing": [{"name": name, "count": count} for name, count in side.missing],
        }
    )
