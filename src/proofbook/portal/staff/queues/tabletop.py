"""Tabletop exercises: a scripted scenario is walked through with the clock, and what was decided becomes the exercise's record.

Promises: EXERCISE stands on every page and in the record; nothing of it reaches the register of incidents; injects carry the
times at which they were really given. What is half done is kept for its facilitator, sealed, until it is recorded or dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field

from proofbook.errors import InputError, ProofbookError, RefusedError
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, NotThere, Order
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.staff.queues.keeping import make_id, mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.starter.texts import starter_ids, starter_sections

KIND: Final = "incident.exercise"
FORM: Final = "tabletop"
_INJECT: Final = re.compile(r"\*\*T\+(\d{1,3})\*\*\s+(.*?)(?=\n\s*\n|\Z)", re.DOTALL)
_BEGINNING: Final = "tabletop-"
_SHOWN: Final = 20
_TYPED: Final = ("participants", "observer", "who", "what", "expected_actual", "gaps", "no_gaps")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script. `injects`: minute and text, in order."""

    id: str
    title: str
    version: str
    sections: tuple[tuple[str, str], ...]
    injects: tuple[tuple[int, str], ...]
    own: bool
    """Whether it is a record of this book; otherwise the shipped draft."""


class ScenarioOrder(Order):
    """Which exercise is meant."""

    scenario: str = Field(max_length=80, description="id of its script")


class BeginExercise(ScenarioOrder):
    """An exercise that begins now."""

    participants: list[str] = Field(min_length=1, max_length=200, description="who takes part, with their roles")
    observer: str | None = Field(default=None, max_length=200, description="who takes no part and notes what went otherwise")


class NoteDecision(ScenarioOrder):
    """A decision of those who take part, made now."""

    who: str = Field(min_length=1, max_length=200, description="who decided")
    what: str = Field(min_length=1, max_length=4_000, description="what")


class EndExercise(ScenarioOrder):
    """The end of an exercise, which is recorded."""

    expected_actual: str | None = Field(default=None, max_length=8_000, description="what the playbook says, and what happened")
    gaps: list[str] = Field(default=[], max_length=200, description="what could not be answered")
    no_gaps: bool = Field(default=False, description="whether there was nothing that could not be answered")


def show_exercises(desk: Desk, query: Query) -> Answer:
    """`/queues/exercises`."""
    del query
    return Page("queues/exercises.html", {"scenarios": scenarios(desk), "held": held(desk), "running": under_way(desk)})


def held(desk: Desk) -> list[DocumentVersion]:
    """The last ones on record."""
    return sorted(Documents(desk.reader).listed(KIND), key=lambda each: str(each.body["held_at"]), reverse=True)[:_SHOWN]


def show_exercise(desk: Desk, query: Query, scenario: str) -> Answer:
    """`/queues/exercises/{scenario}`: its script, or how far it is."""
    del query
    return _page(desk, scenario, {})


def act(desk: Desk, given: Given, scenario: str) -> Answer:
    """Begin, give an inject, note a decision, end, or drop what is under way."""
    named, lines = {"scenario": scenario}, _lines(given)
    try:
        match given.one("do"):
            case "begin":
                typed = {**named, "participants": lines["participants"], "observer": given.one("observer") or None}
                done = begin(desk, read_typed(BeginExercise, typed))
            case "inject":
                done = give_inject(desk, ScenarioOrder(scenario=scenario))
            case "note":
                done = note_decision(
                    desk, read_typed(NoteDecision, {**named, "who": given.one("who"), "what": given.one("what")})
                )
            case "end":
                told = given.one("expected_actual") or None
                more = {"expected_actual": told, "gaps": lines["gaps"], "no_gaps": bool(given.one("no_gaps"))}
                done = end(desk, read_typed(EndExercise, {**named, **more}))
            case "drop":
                done = drop(desk, ScenarioOrder(scenario=scenario))
            case _:
                return See(_place(scenario))
    except NotThere:
        return None
    except ProofbookError as error:
        return _page(desk, scenario, mistakes_of(error), given)
    return See(done.path, done.said)


def _lines(given: Given) -> dict[str, list[str]]:
    return {name: [each.strip() for each in given.one(name).splitlines() if each.strip()] for name in ("participants", "gaps")}


def scenarios(desk: Desk) -> tuple[Scenario, ...]:
    """Scripts on record, then the shipped drafts that nobody made their own."""
    own = []
    for each in Documents(desk.reader).listed("policy"):
        if each.body["type"] == "scenario":
            sections = tuple((str(part["heading"]), str(part["text"])) for part in each.body["sections"])
            own.append(_make(each.id, str(each.body["title"]), str(each.body["version"]), sections, own=True))
    known = {each.id for each in own}
    for name in starter_ids():
        shipped = starter_sections(name) if name.startswith(_BEGINNING) and name not in known else None
        if shipped is not None:
            letter, _, rest = name.removeprefix(_BEGINNING).partition("-")
            own.append(_make(name, f"{letter.upper()}, {rest.replace('-', ' ')}", "shipped draft", shipped, own=False))
    return tuple(own)


def read_injects(sections: Sequence[tuple[str, str]]) -> tuple[tuple[int, str], ...]:
    """Minute and text of every inject of a script, in order."""
    found = [
        (int(minute), " ".join(text.split()))
        for heading, section in sections
        if "inject" in heading.lower()
        for minute, text in _INJECT.findall(section)
    ]
    return tuple(sorted(found))


def _make(name: str, title: str, version: str, sections: tuple[tuple[str, str], ...], *, own: bool) -> Scenario:
    return Scenario(name, title, version, sections, read_injects(sections), own)


def begin(desk: Desk, order: BeginExercise) -> Done:
    """Begin it; nothing is recorded before its end. Raises NotThere, FormMistakes, RefusedError while one is under way."""
    scenario = scenario_of(desk, order.scenario)
    if under_way(desk) is not None:
        raise RefusedError("an exercise of yours is under way already", hint="end it, or drop it")
    participants = [each.strip() for each in order.participants if each.strip()]
    if not participants:
        raise FormMistakes({"participants": "name who takes part, one a line, with their roles"})
    state = {
        "scenario": scenario.id,
        "began": now_of(desk),
        "observer": order.observer or "",
        "participants": participants,
        "given": [],
        "decisions": [],
    }
    return _keep(desk, state)


def give_inject(desk: Desk, order: ScenarioOrder) -> Done:
    """The next inject is told now. Raises NotThere, RefusedError when none is under way, InputError when all were told."""
    scenario, state = _running(desk, order.scenario)
    if len(state["given"]) >= len(scenario.injects):
        raise InputError("every inject was given")
    return _keep(desk, {**state, "given": [*state["given"], now_of(desk)]})


def note_decision(desk: Desk, order: NoteDecision) -> Done:
    """Note what was decided, with the time. Raises as `give_inject`."""
    _, state = _running(desk, order.scenario)
    decision = {"at": now_of(desk), "who": order.who, "what": order.what}
    return _keep(desk, {**state, "decisions": [*state["decisions"], decision]})


def drop(desk: Desk, order: ScenarioOrder) -> Done:
    """Let go of what is under way. Raises NotThere, RefusedError."""
    _running(desk, order.scenario)
    _drafts(desk).drop(desk.known.account, FORM)
    return Done("/queues/exercises", "What was under way is dropped; nothing was recorded of it.", order.scenario)


def end(desk: Desk, order: EndExercise) -> Done:
    """Record it. Raises as `give_inject`, and FormMistakes."""
    scenario, state = _running(desk, order.scenario)
    minutes = int((desk.now - parse_instant(state["began"])).total_seconds() // 60)
    told = zip(scenario.injects, state["given"], strict=False)
    gaps = [each.strip() for each in order.gaps if each.strip()]
    record = {
        "title": f"EXERCISE: {scenario.title}",
        "scenario": scenario.id,
        "scenario_version": scenario.version,
        "held_at": state["began"],
        "minutes": minutes,
        "facilitator": desk.known.account,
        "observer": state["observer"] or None,
        "participants": state["participants"],
        "injects": [f"{at} (script T+{minute}): {text}" for (minute, text), at in told],
        "decisions": state["decisions"],
        "expected_actual": order.expected_actual or None,
        "gaps": gaps or ([] if order.no_gaps else None),
    }
    name = make_id("exercise", scenario.id, state["began"][:16])
    receipts = write_record(desk, KIND, name, record)
    _drafts(desk).drop(desk.known.account, FORM)
    said = "The exercise is recorded. Every gap becomes an action: write them into the record."
    return Done(f"/records/{KIND}/{name}", said, f"{KIND}/{name}", receipts, {"id": name})


def _keep(desk: Desk, state: dict[str, Any]) -> Done:
    _drafts(desk).keep(desk.known.account, FORM, state)
    counts = {"given": len(state["given"]), "decisions": len(state["decisions"])}
    return Done(_place(state["scenario"]), "", state["scenario"], values=counts)


def _place(scenario: str) -> str:
    return f"/queues/exercises/{scenario}"


def _page(desk: Desk, name: str, mistakes: Mapping[str, str], typed: Given | None = None) -> Page | None:
    found = find_scenario(desk, name)
    if found is None:
        return None
    state = under_way(desk)
    mine = state if state is not None and state["scenario"] == name else None
    given = [] if mine is None else list(zip(found.injects, mine["given"], strict=False))
    following = found.injects[len(given)] if mine is not None and len(given) < len(found.injects) else None
    values = {
        "it": found,
        "state": mine,
        "other": state,
        "told": given,
        "following": following,
        "mistakes": mistakes,
        "typed": {each: "" if typed is None else typed.one(each) for each in _TYPED},
    }
    return Page("queues/exercise.html", values, 422 if mistakes else 200)


def find_scenario(desk: Desk, name: str) -> Scenario | None:
    """A script by its id."""
    return next((each for each in scenarios(desk) if each.id == name), None)


def scenario_of(desk: Desk, name: str) -> Scenario:
    """The same. Raises NotThere."""
    found = find_scenario(desk, name)
    if found is None:
        raise NotThere("there is no such script", hint="look at the list of exercises")
    return found


def _drafts(desk: Desk) -> Any:
    if desk.sources.people is None:
        raise RefusedError("what is half done cannot be kept here", hint="sign in with an account")
    return desk.sources.people.drafts


def under_way(desk: Desk) -> dict[str, Any] | None:
    """The exercise that the visitor leads and has not ended."""
    if desk.sources.people is None:
        return None
    found = desk.sources.people.drafts.find(desk.known.account, FORM)
    return dict(found.value) if found is not None and isinstance(found.value, dict) else None


def _running(desk: Desk, name: str) -> tuple[Scenario, dict[str, Any]]:
    scenario, state = scenario_of(desk, name), under_way(desk)
    if state is None or state["scenario"] != scenario.id:
        raise RefusedError("this exercise is not under way", hint="begin it first")
    return scenario, state


def _act(name: str, summary: str, takes: type[Any], do: Callable[..., Done]) -> Act[Any]:
    return Act(name, summary, Permission.PREPARE, takes, do)


EXERCISE_ACTS: Final = (
    _act("exercises.begin", "Begin an exercise", BeginExercise, begin),
    _act("exercises.inject", "Say that the next inject is told now", ScenarioOrder, give_inject),
    _act("exercises.note", "Note a decision of those who take part", NoteDecision, note_decision),
    _act("exercises.end", "End an exercise and record it", EndExercise, end),
    _act("exercises.drop", "Drop an exercise that is under way", ScenarioOrder, drop),
)
