"""Questions asked of users of hosted models, answered from one's own evidence: how it is here, what is on file, what is missing.

Promises: every piece of evidence is named with its record, entry and day, or is named as missing; the organisation's own words
are the newest `answer` record's and are told apart from the shipped ones; where the answer depends on who runs the machines and
no page says, that is a missing piece. An answer is never "not applicable" alone, and nothing in it concludes. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from proofbook.assessment.facts import Facts, happened_at
from proofbook.assessment.grid import Grid
from proofbook.assessment.nil import ITEMS, Counted
from proofbook.controls.card import Card, Pointer, check_card, load_cards
from proofbook.controls.crosswalk import Question, check_artifact, load_crosswalk
from proofbook.controls.hosting import Shape
from proofbook.controls.population import check_population
from proofbook.errors import InputError
from proofbook.obligations.duty import State
from proofbook.obligations.midnights import Midnights
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.kept import KEPT
from proofbook.records.record import find_blanks

Availability = Literal["available", "missing", "not owed"]
_ARTIFACT_KIND: Final = "model.artifact"
_SHOWN: Final = 3
_COUNTING: Final = frozenset({State.DONE, State.LATE})
"""Of other occurrences something may be on file; it is not what the control was to leave."""
NO_COUNTS: Final[Mapping[str, Counted]] = {}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One thing an answer rests on. `records`: (kind/id, entry, day) of the newest ones; `count` of all."""

    to: str
    id: str
    title: str
    shows: str
    availability: Availability
    said: str
    count: int = 0
    records: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShapeAnswer:
    """The answer for systems of one hosting shape. `text` None: it depends on the shape, and the shape is not stated."""

    shape: str
    systems: tuple[str, ...]
    text: str | None


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The organisation's own answer."""

    entry: str
    version: int
    text: str
    limits: str | None
    owner: str | None
    reviewed_at: str | None
    blanks: int


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """One card, answered."""

    card: Card
    own: OwnWords | None
    shapes: tuple[ShapeAnswer, ...]
    evidence: tuple[EvidenceLine, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """One of the six questions: what it rests on, and the cards that belong to it."""

    question: Question
    evidence: tuple[EvidenceLine, ...]
    cards: tuple[CardAnswer, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What is missing for the question itself."""
        return tuple(f"{each.id} {each.title}: {each.said}" for each in self.evidence if each.availability == "missing")


def answer_card(grid: Grid, number: int) -> CardAnswer:
    """One card. Raises MalformedRecord for a number that is none of the 32."""
    card = check_card(number)
    facts = grid.facts
    own, shapes = _own_words(facts, number), tuple(_shapes(facts, card))
    further = _further(facts, number)
    evidence = (*(_line(grid, pointer) for pointer in card.evidence), *further)
    return CardAnswer(card, own, shapes, evidence, tuple(_missing(own, shapes, evidence)))


def answer_cards(grid: Grid) -> tuple[CardAnswer, ...]:
    """Every card, by number."""
    return tuple(answer_card(grid, card.number) for card in load_cards().cards)


def answer_question(grid: Grid, question: str) -> QuestionAnswer:
    """One of the six, `Q1` to `Q6`. Raises InputError for another id."""
    known = {each.id: each for each in load_crosswalk().questions}
    found = known.get(question)  # type: ignore[call-overload]  # any text may be asked for
    if found is None:
        raise InputError(f"question {question[:20]!r} is not known", hint=f"known: {', '.join(known)}")
    evidence = (
        *(_artifact(grid, each, "") for each in found.artifacts),
        *(_control(grid, each, "") for each in found.controls),
        *(_population(grid, each, "") for each in found.populations),
    )
    cards = tuple(answer_card(grid, card.number) for card in load_cards().cards if card.category == question)
    return QuestionAnswer(found, evidence, cards)


def restate(answered: CardAnswer, newest: DocumentVersion | None) -> CardAnswer:
    """A card with other own words than those it was answered with: a version written since, or none."""
    own = None if newest is None else _own(newest)
    return replace(answered, own=own, missing=tuple(_missing(own, answered.shapes, answered.evidence)))


def _own_words(facts: Facts, number: int) -> OwnWords | None:
    said = [each for each in facts.scoped("answer") if each.body["card"] == number]
    newest = max(said, key=lambda each: each.index, default=None)
    return None if newest is None else _own(newest)


def _own(newest: DocumentVersion) -> OwnWords:
    body = newest.body
    blanks = len(find_blanks(body))
    return OwnWords(newest.entry, newest.version, body["answer"], body["limits"], body["owner"], body["reviewed_at"], blanks)


def _shapes(facts: Facts, card: Card) -> Iterator[ShapeAnswer]:
    known = {shape.value for shape in Shape}
    by_shape: dict[str, list[str]] = {}
    for system in facts.systems():
        if system.body["status"] != "retired":
            by_shape.setdefault(system.body["hosting"], []).append(system.id)
    for name, systems in sorted(by_shape.items()):
        yield ShapeAnswer(name, tuple(systems), card.reality_for(Shape(name) if name in known else None))
    if not by_shape:
        yield ShapeAnswer("unknown", (), card.reality_for(None))


def _line(grid: Grid, pointer: Pointer) -> EvidenceLine:
    match pointer.to:
        case "artifact":
            return _artifact(grid, pointer.id, pointer.shows)
        case "control":
            return _control(grid, pointer.id, pointer.shows)
        case "population":
            return _population(grid, pointer.id, pointer.shows)
        case "record":
            return _records(grid.facts, "record", pointer.id, pointer.id, pointer.shows, (pointer.id,))


def _draft(version: DocumentVersion) -> bool:
    """What is still being written is no evidence of anything."""
    return version.body.get("status") == "draft" or bool("[[" in str(version.body) and find_blanks(version.body))


def _artifact(grid: Grid, artifact: str, shows: str) -> EvidenceLine:
    kinds = tuple(kind for kind, model in KEPT.items() if model.artifact == artifact)
    return _records(grid.facts, "artifact", artifact, check_artifact(artifact).title, shows, kinds)


def _population(grid: Grid, population: str, shows: str) -> EvidenceLine:
    found = check_population(population)
    return _records(
        grid.facts, "population", population, found.title, shows, tuple(found.record_kinds), ITEMS.get(population, {})
    )


def _control(grid: Grid, control: str, shows: str) -> EvidenceLine:
    standing = grid.standing(control)
    if standing is None:
        return EvidenceLine("control", control, control, shows, "not owed", "no criterion of it is in scope")
    title = standing.control.newest.title
    if not standing.owed:
        return EvidenceLine("control", control, title, shows, "not owed", "nothing was due in the period")
    counts = ", ".join(f"{number:,} {state.replace('_', ' ')}" for state, number in standing.counts.items() if number)
    rows = (row for row in grid.rows if row.control == standing.control.id)
    counting = (cell for row in rows for cell in row.cells if cell.state in _COUNTING)
    entries = dict.fromkeys(entry for cell in counting for entry in cell.entries[:1])
    named = _named(grid.facts, tuple(entries))
    there: Availability = "available" if entries else "missing"
    return EvidenceLine("control", control, title, shows, there, counts, len(entries), named)


def _named(facts: Facts, entries: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    wanted = set(entries)
    found = [each for versions in facts.histories.values() for each in versions if each.entry in wanted]
    return _newest(facts, found)


def _records(
    facts: Facts,
    to: str,
    name: str,
    title: str,
    shows: str,
    kinds: Sequence[str],
    items: Mapping[str, Counted] = NO_COUNTS,
) -> EvidenceLine:
    """Records of some kinds: events of the period, and documents as they stand; drafts are told apart and do not count.

    `items`: of a population that takes only some records of a kind, how many items each record stands for.
    """
    known = [
        each for kind in kinds if kind in KEPT for each in (facts.in_period(kind) if KEPT[kind].happened else facts.scoped(kind))
    ]
    known = [each for each in known if each.kind not in items or items[each.kind](each.body)]
    found = [each for each in known if not _draft(each)]
    drafts = len(known) - len(found)
    count, told = len(found), _newest(facts, found)
    if name == "ART-06" or any(kind.startswith("exchange.") for kind in kinds):
        count += sum(each.exchanges for each in facts.served if facts.scope.includes(each.system))
    if name == "ART-04" or _ARTIFACT_KIND in kinds:
        newest = sorted(facts.artifacts, key=lambda each: each.recorded, reverse=True)[:_SHOWN]
        told += tuple((f"{_ARTIFACT_KIND}/{each.name}", each.entry, _day(facts, each.recorded)) for each in newest)
        count += len(facts.artifacts)
    if "discovery.run" in kinds:
        told += tuple((f"discovery.run/{each.host}", each.entry, _day(facts, each.recorded)) for each in facts.discoveries[-1:])
        count += len(facts.discoveries)
    said = f"{count:,} on record in the period or in force" if count else "nothing on record"
    said += f"; {drafts} in draft, not counted" if drafts else ""
    return EvidenceLine(to, name, title, shows, "available" if count else "missing", said, count, told)


def _newest(facts: Facts, found: Sequence[DocumentVersion]) -> tuple[tuple[str, str, str], ...]:
    newest = sorted(found, key=lambda each: (happened_at(each), each.index), reverse=True)[:_SHOWN]
    return tuple((f"{each.kind}/{each.id}", each.entry, _day(facts, happened_at(each))) for each in newest)


def _day(facts: Facts, instant: str) -> str:
    """The day of the engagement's zone on which an instant falls."""
    return Midnights(facts.scope.period.zone).day_of(instant).isoformat()


def _further(facts: Facts, number: int) -> tuple[EvidenceLine, ...]:
    """Records that the organisation's own answer names, as kind/id."""
    lines = []
    for said in facts.scoped("answer"):
        for each in said.body["evidence"] if said.body["card"] == number else ():
            kind, _, name = each.partition("/")
            version = facts.current(kind, name)
            if version is None:
                lines.append(EvidenceLine("record", each, each, "named by the answer", "missing", "no such record"))
            else:
                told = _newest(facts, (version,))
                lines.append(
                    EvidenceLine("record", each, version.body["title"], "named by the answer", "available", "on record", 1, told)
                )
    return tuple(lines)


def _missing(own: OwnWords | None, shapes: Sequence[ShapeAnswer], evidence: Sequence[EvidenceLine]) -> Iterator[str]:
    if own is None:
        yield "our own words: nobody has written an answer for this card (proofbook record template answer)"
    elif own.blanks:
        yield f"our own words have {own.blanks} blanks open"
    for shape in shapes:
        if shape.shape == "unknown":
            of = f" of {', '.join(shape.systems)}" if shape.systems else ""
            yield f"who keeps the machines{of} running is not stated (field hosting of ai_system)"
    for line in evidence:
        if line.availability == "missing":
            yield f"{line.id} {line.title}: {line.said}" if line.title != line.id else f"{line.id}: {line.said}"


def counted(cards: Sequence[CardAnswer]) -> Mapping[str, int]:
    """How many cards miss nothing, and how many miss something."""
    whole = sum(not each.missing for each in cards)
    return {"nothing missing": whole, "something missing": len(cards) - whole}
