"""`proofbook answer`: questions asked of users of hosted models, answered from the organisation's own evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from proofbook.assessment.answers import CardAnswer, EvidenceLine, QuestionAnswer, answer_card, answer_cards, answer_question
from proofbook.cli.artifact import parse_moment
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_json, print_lines, print_table
from proofbook.errors import InputError
from proofbook.wiring.assessing import assess_grid
from proofbook.wiring.home import open_home


@click.command(short_help="Questions asked of users of hosted models, answered from your own evidence.")
@click.argument("card", required=False, metavar="[CARD]")
@click.option("--engagement", required=True, help="Id of an engagement: a record, or one of proofbook.toml.")
@click.option("--as-of", "as_of", metavar="MOMENT", help="As the book stood then; default: now. A day means its end, UTC.")
@click.pass_obj
def answer(shared: Shared, card: str | None, engagement: str, as_of: str | None) -> None:
    """Answer one card (1 to 32) or one of the six questions (Q1 to Q6); without CARD, list them all.

    Each answer names what is wanted, how it is here, the evidence by record and entry, what is missing, and what it
    does not show.
    Write your own words as records of kind answer; they stand first.
    """
    moment = None if as_of is None else parse_moment(as_of)
    wanted = _parse(card)
    grid = assess_grid(open_home(shared.home), engagement, as_of=moment)
    if wanted is None:
        cards = answer_cards(grid)
        if shared.json:
            print_json([_card_document(each) for each in cards])
        else:
            print_table(("card", "of", "question", "own words", "missing"), [_row(each) for each in cards])
    elif isinstance(wanted, int):
        found = answer_card(grid, wanted)
        if shared.json:
            print_json(_card_document(found))
        else:
            print_lines(_card_lines(found))
    else:
        question = answer_question(grid, wanted)
        if shared.json:
            print_json(_question_document(question))
        else:
            print_lines(_question_lines(question))


def _parse(card: str | None) -> int | str | None:
    if card is None:
        return None
    if card.isascii() and card.isdigit():
        return int(card)
    if card.upper().startswith("Q"):
        return card.upper()
    raise InputError(f"card {card[:20]!r} is not known", hint="name a card from 1 to 32, or a question from Q1 to Q6")


def _row(each: CardAnswer) -> tuple[object, ...]:
    own = "no" if each.own is None else f"version {each.own.version}"
    return (each.card.number, each.card.category, each.card.question, own, len(each.missing))


def _card_lines(found: CardAnswer) -> list[str]:
    card = found.card
    lines = [
        f"{card.number}. {card.question}",
        "",
        "What is wanted",
        f"  {card.objective}",
        f"  criteria: {', '.join(card.criteria)}",
    ]
    if found.own is not None:
        owner = found.own.owner or "nobody named"
        lines += ["", f"Our words (version {found.own.version}, {found.own.entry}, kept by {owner})", f"  {found.own.text}"]
    lines += ["", "How it is here"]
    for shape in found.shapes:
        systems = f" ({', '.join(shape.systems)})" if shape.systems else ""
        text = shape.text or "depends on who keeps the machines running, which is not stated"
        lines.append(f"  {shape.shape.replace('_', ' ')}{systems}: {text}")
    lines += ["", "Evidence", *_evidence_lines(found.evidence)]
    lines += ["", "Missing", *(f"  - {each}" for each in found.missing or ("nothing that this card asks for",))]
    limits = [card.limit] if found.own is None or found.own.limits is None else [card.limit, found.own.limits]
    lines += ["", "What this does not show", *(f"  - {each}" for each in limits)]
    return [*lines, "", "How such an answer turns out wrong", f"  {card.trap}"]


def _evidence_lines(evidence: Sequence[EvidenceLine]) -> list[str]:
    lines = []
    for each in evidence:
        title = "" if each.title == each.id else f" {each.title}"
        shows = f": {each.shows}" if each.shows else ""
        lines.append(f"  - [{each.availability}] {each.id}{title}{shows}")
        lines.append(f"      {each.said}")
        lines += [f"      {name}, {day}, {entry}" for name, entry, day in each.records]
    return lines


def _question_lines(found: QuestionAnswer) -> list[str]:
    question = found.question
    lines = [f"{question.id} {question.title}: {question.asked}", "", "What is wanted", f"  {question.objective}"]
    if question.translation:
        lines += ["", "What it becomes here", f"  {question.translation}"]
    lines += ["", "Evidence", *_evidence_lines(found.evidence)]
    lines += ["", "Missing", *(f"  - {each}" for each in found.missing or ("nothing that this question asks for",))]
    lines += ["", "The strong form", f"  {question.strong_form}", "", "Cards"]
    return [*lines, *(f"  {each.card.number}. {each.card.question} ({len(each.missing)} missing)" for each in found.cards)]


def _card_document(found: CardAnswer) -> dict[str, Any]:
    card, own = found.card, found.own
    return {
        "card": card.number,
        "category": card.category,
        "question": card.question,
        "objective": card.objective,
        "criteria": list(card.criteria),
        "own_words": None
        if own is None
        else {"text": own.text, "entry": own.entry, "version": own.version, "owner": own.owner, "reviewed_at": own.reviewed_at},
        "here": [{"hosting": each.shape, "systems": list(each.systems), "text": each.text} for each in found.shapes],
        "evidence": [_line_document(each) for each in found.evidence],
        "missing": list(found.missing),
        "limit": card.limit,
        "trap": card.trap,
    }


def _line_document(each: EvidenceLine) -> dict[str, Any]:
    records = [{"record": name, "entry": entry, "day": day} for name, entry, day in each.records]
    return {
        "to": each.to,
        "id": each.id,
        "title": each.title,
        "shows": each.shows,
        "availability": each.availability,
        "said": each.said,
        "count": each.count,
        "records": records,
    }


def _question_document(found: QuestionAnswer) -> dict[str, Any]:
    return {
        "question": found.question.id,
        "title": found.question.title,
        "objective": found.question.objective,
        "evidence": [_line_document(each) for each in found.evidence],
        "missing": list(found.missing),
        "cards": [_card_document(each) for each in found.cards],
    }
