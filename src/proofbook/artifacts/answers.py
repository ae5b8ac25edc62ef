"""SUP-18: the questions asked of users of hosted models, each with our words, the evidence on file, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Field, Fields, Page, Standing, Table
from proofbook.artifacts.speaking import label
from proofbook.assessment.answers import CardAnswer, EvidenceLine, answer_cards
from proofbook.assessment.grid import Grid
from proofbook.controls.crosswalk import load_crosswalk

ARTIFACT: Final = "SUP-18"
_STANDINGS: Final = {"available": Standing.STATED, "missing": Standing.NOT_STATED, "not owed": Standing.NOT_STATED}


def derive_answers(grid: Grid) -> Iterator[Page]:
    """One page for each of the six questions, with the cards that belong to it."""
    cards = answer_cards(grid)
    for question in load_crosswalk().questions:
        yield _page(
            grid, question.id, question.title, question.objective, [each for each in cards if each.card.category == question.id]
        )


def _page(grid: Grid, name: str, title: str, objective: str, cards: list[CardAnswer]) -> Page:
    facts = grid.facts
    said = [each for each in facts.scoped("answer") if any(each.body["card"] == found.card.number for found in cards)]
    missing = sum(bool(each.missing) for each in cards)
    blocks: list[Block] = []
    for each in cards:
        blocks += [_words(each), _evidence(each)]
    query = f"translation cards of {name}, answer records in scope, newest versions; evidence in the period or in force"
    limits = ("An answer says what is on file; whether it satisfies the one who asks is theirs to say.",)
    return Page(
        name=f"answers-{name.lower()}",
        title=f"{name} {title}",
        lead=objective,
        marks=(
            Cell(f"{len(cards)} cards"),
            Cell(f"{missing} with something missing", Standing.NOT_STATED if missing else Standing.STATED),
        ),
        head=head(facts, ARTIFACT, said, query, limits),
        blocks=tuple(blocks),
        plain={"cards": [_plain(each) for each in cards]},
    )


def _words(found: CardAnswer) -> Fields:
    card, own = found.card, found.own
    rows = [Field("What is wanted", Cell(card.objective))]
    if own is None:
        rows.append(Field("Our words", Cell("nobody has written any", Standing.NOT_STATED)))
    else:
        rows.append(
            Field(
                "Our words",
                Cell(own.text, Standing.BLANK if own.blanks else Standing.STATED),
                f"version {own.version}, {own.entry}",
            )
        )
    for shape in found.shapes:
        systems = ", ".join(shape.systems) or "no system"
        text = (
            Cell(shape.text) if shape.text else Cell("depends on who keeps the machines, which is not stated", Standing.UNKNOWN)
        )
        rows.append(Field(f"How it is: {label(shape.shape)}", text, systems))
    gone = Cell("; ".join(found.missing), Standing.NOT_STATED) if found.missing else Cell("nothing that this card asks for")
    rows += [
        Field("Missing", gone),
        Field("What this does not show", Cell(card.limit)),
        Field("How it turns out wrong", Cell(card.trap)),
    ]
    return Fields(f"{card.number}. {card.question}", tuple(rows))


def _evidence(found: CardAnswer) -> Table:
    rows = tuple(
        (
            Cell(each.id),
            Cell(each.title if each.title != each.id else each.shows),
            Cell(each.availability, _STANDINGS[each.availability]),
            Cell(each.said),
            _newest(each),
        )
        for each in found.evidence
    )
    columns = ("Evidence", "What it is", "Here", "How much", "Newest")
    return Table(f"Evidence for card {found.card.number}", columns, rows, "The card names no evidence.", "", (2, 4, 2, 3, 5))


def _newest(line: EvidenceLine) -> Cell:
    if not line.records:
        return Cell("none is named", Standing.NOT_STATED)
    return Cell("; ".join(f"{name} of {day}, {entry}" for name, entry, day in line.records))


def _plain(found: CardAnswer) -> dict[str, object]:
    return {
        "card": found.card.number,
        "question": found.card.question,
        "criteria": list(found.card.criteria),
        "own_words": None
        if found.own is None
        else {"entry": found.own.entry, "version": found.own.version, "text": found.own.text},
        "evidence": [
            {
                "id": each.id,
                "availability": each.availability,
                "count": each.count,
                "entries": [entry for _, entry, _ in each.records],
            }
            for each in found.evidence
        ],
        "missing": list(found.missing),
        "limit": found.card.limit,
    }
