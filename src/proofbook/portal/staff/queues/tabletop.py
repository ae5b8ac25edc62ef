"""Tabletop exercises: a scripted scenario is walked through with the clock, and what was decided becomes the exercise's record.

Promises: EXERCISE stands on every page and in the record; nothing of it reaches the register of incidents; injects carry the
times at which they were really given. What is half done is kept for its facilitator, sealed, until it is recorded or dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError, RefusedError
from proofbook.portal.posting import Given
from proofbook.portal.staff.queues.keeping import make_id, mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.zones import zone_of
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import Documents
from proofbook.starter.texts import starter_ids, starter_sections

KIND: Final = "incident.exercise"
FORM: Final = "tabletop"
_INJECT: Final = re.compile(r"\*\*T\+(\d{1,3})\*\*\s+(.*?)(?=\n\s*\n|\Z)", re.DOTALL)
_BEGINNING: Final = "tabletop-"
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


def show_exercises(desk: Desk, query: Query) -> Answer:
    """`/queues/exercises`."""
    held = sorted(Documents(desk.reader).listed(KIND), key=lambda each: str(each.body["held_at"]), reverse=True)
    values = {"scenarios": scenarios(desk), "held": held[:20], "running": _kept(desk), "zone": zone_of(desk, query)}
    return Page("queues/exercises.html", values)


def show_exercise(desk: Desk, query: Query, scenario: str) -> Answer:
    """`/queues/exercises/{scenario}`: its script, or how far it is."""
    del query
    return _page(desk, scenario, {})


def act(desk: Desk, given: Given, scenario: str) -> Answer:
    """Begin, give an inject, note a decision, end, or drop what is under way."""
    found = _scenario(desk, scenario)
    if found is None:
        return None
    try:
        match given.one("do"):
            case "begin":
                _begin(desk, found, given)
            case "inject":
                _give(desk, found)
            case "note":
                _note(desk, found, given)
            case "end":
                return _end(desk, found, given)
            case "drop":
                _drafts(desk).drop(desk.known.account, FORM)
                return See("/queues/exercises", "What was under way is dropped; nothing was recorded of it.")
    except ProofbookError as error:
        return _page(desk, scenario, mistakes_of(error), given)
    return See(f"/queues/exercises/{scenario}")


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


def _begin(desk: Desk, scenario: Scenario, given: Given) -> None:
    if _kept(desk) is not None:
        raise RefusedError("an exercise of yours is under way already", hint="end it, or drop it")
    participants = [line.strip() for line in given.one("participants").splitlines() if line.strip()]
    if not participants:
        raise InputError("participants: name who takes part, one a line, with their roles")
    state = {
        "scenario": scenario.id,
        "began": now_of(desk),
        "observer": given.one("observer"),
        "participants": participants,
        "given": [],
        "decisions": [],
    }
    _drafts(desk).keep(desk.known.account, FORM, state)


def _give(desk: Desk, scenario: Scenario) -> None:
    state = _under_way(desk, scenario)
    if len(state["given"]) >= len(scenario.injects):
        raise InputError("every inject was given")
    state["given"].append(now_of(desk))
    _drafts(desk).keep(desk.known.account, FORM, state)


def _note(desk: Desk, scenario: Scenario, given: Given) -> None:
    state = _under_way(desk, scenario)
    who, what = given.one("who"), given.one("what")
    if not who or not what:
        raise InputError("what: say who decided what")
    state["decisions"].append({"at": now_of(desk), "who": who, "what": what})
    _drafts(desk).keep(desk.known.account, FORM, state)


def _end(desk: Desk, scenario: Scenario, given: Given) -> Answer:
    state = _under_way(desk, scenario)
    minutes = int((desk.now - parse_instant(state["began"])).total_seconds() // 60)
    told = zip(scenario.injects, state["given"], strict=False)
    gaps = [line.strip() for line in given.one("gaps").splitlines() if line.strip()]
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
        "expected_actual": given.one("expected_actual") or None,
        "gaps": gaps or ([] if given.one("no_gaps") else None),
    }
    name = make_id("exercise", scenario.id, state["began"][:16])
    write_record(desk, KIND, name, record)
    _drafts(desk).drop(desk.known.account, FORM)
    return See(f"/records/{KIND}/{name}", "The exercise is recorded. Every gap becomes an action: write them into the record.")


def _page(desk: Desk, name: str, mistakes: Mapping[str, str], typed: Given | None = None) -> Page | None:
    found = _scenario(desk, name)
    if found is None:
        return None
    state = _kept(desk)
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
        "zone": zone_of(desk),
        "typed": {each: "" if typed is None else typed.one(each) for each in _TYPED},
    }
    return Page("queues/exercise.html", values, 422 if mistakes else 200)


def _scenario(desk: Desk, name: str) -> Scenario | None:
    return next((each for each in scenarios(desk) if each.id == name), None)


def _drafts(desk: Desk) -> Any:
    if desk.sources.people is None:
        raise RefusedError("what is half done cannot be kept here", hint="sign in with an account")
    return desk.sources.people.drafts


def _kept(desk: Desk) -> dict[str, Any] | None:
    if desk.sources.people is None:
        return None
    found = desk.sources.people.drafts.find(desk.known.account, FORM)
    return dict(found.value) if found is not None and isinstance(found.value, dict) else None


def _under_way(desk: Desk, scenario: Scenario) -> dict[str, Any]:
    state = _kept(desk)
    if state is None or state["scenario"] != scenario.id:
        raise RefusedError("this exercise is not under way", hint="begin it first")
    return state
