"""The organisation's own words as they stand in the book now, whatever the assessment of the evidence is of.

Promises: whoever has to approve a version sees that version, at once; a signature counts for the very version it names.
"""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.assessment.answers import CardAnswer, restate
from proofbook.portal.assessing import Assessed
from proofbook.portal.surroundings import Desk
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents, DocumentVersion


@dataclass(frozen=True, slots=True)
class Standing:
    """Own words as a record: its version, and what was signed of that very version, newest first."""

    version: DocumentVersion
    signatures: tuple[DocumentVersion, ...]

    @property
    def words(self) -> str:
        """Where it stands."""
        decisions = [each.body["decision"] for each in self.signatures if each.body["decision"] != "noted"]
        return str(decisions[0]).replace("_", " ") if decisions else "not approved by anybody"

    @property
    def approved(self) -> bool:
        """Whether the newest decision about this version approves it."""
        return self.words == "approved"


@dataclass(frozen=True, slots=True)
class Stated:
    """A card with the newest own words, and where they stand; None where nobody wrote any."""

    card: CardAnswer
    standing: Standing | None


def state_cards(desk: Desk, assessed: Assessed) -> tuple[Stated, ...]:
    """Every card, by number."""
    newest = newest_answers(desk.reader, assessed)
    return tuple(_stated(desk.reader, each, newest.get(each.card.number)) for each in assessed.cards)


def state_card(desk: Desk, assessed: Assessed, number: str) -> Stated | None:
    """One card, by its number as an address writes it; None for a number that is none."""
    card = next((each for each in assessed.cards if str(each.card.number) == number), None)
    return None if card is None else _stated(desk.reader, card, newest_answers(desk.reader, assessed).get(card.card.number))


def newest_answers(reader: Reader, assessed: Assessed) -> dict[int, DocumentVersion]:
    """The newest own words of each card that has any, of the entity that is assessed."""
    found: dict[int, DocumentVersion] = {}
    for each in Documents(reader).listed("answer"):
        before = found.get(each.body["card"])
        if assessed.facts.includes(each) and (before is None or before.index < each.index):
            found[each.body["card"]] = each
    return found


def _stated(reader: Reader, card: CardAnswer, version: DocumentVersion | None) -> Stated:
    now = card if (card.own.entry if card.own else None) == (version.entry if version else None) else restate(card, version)
    if version is None:
        return Stated(now, None)
    signed = Documents(reader).sign_offs("answer", version.id)
    return Stated(now, Standing(version, tuple(each for each in reversed(signed) if each.body["of_entry"] == version.entry)))
