"""From a decision or an exchange back to what it rested on, as a page: each link, and each that is missing, by name.

Promises: a link says in words how far it is there; nothing is concluded from it. Hostile input: an id is looked up, and is text.
"""

from __future__ import annotations

from typing import Final

from proofbook.assessment.lineage import Lineage, Link, Standing, reconstruct
from proofbook.errors import InputError
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.readmodel.exchanges import Exchange

_LONGEST: Final = 512
_STEPS: Final = {
    "decision": "Business decision",
    "review": "Human review",
    "exchange": "Exchange",
    "weights": "Model weights",
    "provenance": "Provenance",
    "evaluation": "Evaluation",
    "approval": "Approval",
    "policy": "Policy",
}
_TONES: Final = {Standing.SHOWN: "shown", Standing.DOUBTFUL: "in doubt", Standing.MISSING: "missing"}


def show_lineage(desk: Desk, query: Query, id: str) -> Answer:  # noqa: A002 - the part of the path
    """`/lineage/{id}`."""
    del query
    return _page(desk, id)


def find_lineage(desk: Desk, query: Query) -> Answer:
    """`/lineage`: the field that asks for a decision, a review or an exchange, and what is behind it."""
    return _page(desk, query.get("id", "").strip()[:_LONGEST])


def lineage_values(found: Lineage) -> dict[str, object]:
    """What the fragment `lineage_part.html` needs."""
    return {"lineage": found, "steps": _STEPS, "standings": _TONES, "link_to": link_to}


def of_exchange(desk: Desk, exchange: Exchange) -> dict[str, object]:
    """The same for the page of one exchange."""
    return lineage_values(reconstruct(desk.reader, exchange.exchange))


def link_to(link: Link) -> str | None:
    """The page of the record that a link rests on."""
    match link.kind:
        case None:
            return None
        case "exchange":
            return f"/exchanges/{link.id}"
        case "model.artifact":
            return f"/models/{link.id}"
        case kind:
            return f"/records/{kind}/{link.id}"


def _page(desk: Desk, asked: str) -> Page:
    if not asked:
        return Page("lineage.html", {"asked": "", "trouble": None, "lineage": None})
    try:
        found = reconstruct(desk.reader, asked)
    except InputError as error:
        return Page("lineage.html", {"asked": asked, "trouble": error, "lineage": None}, 404)
    return Page("lineage.html", {"asked": asked, "trouble": None, **lineage_values(found)})
