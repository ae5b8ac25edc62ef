"""People of the sample organisation who can sign in to its page, one of each role, and what their auditor asks for first.

All share one password made for this demonstration. Nobody here exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from proofbook.demo.year.cast import ENGAGEMENT as SAMPLE_YEAR
from proofbook.fieldwork.acting import Act, Side
from proofbook.fieldwork.requests import add_request, checked_request
from proofbook.people.account import Terms
from proofbook.people.people import People
from proofbook.people.roles import Role
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind
from proofbook.wiring.access import operator
from proofbook.wiring.home import Home
from proofbook.wiring.people import open_people, record_with
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK, ENTROPY

_ADMINISTRATOR: Final = "sample-admin"
_AUDITOR: Final = "sample-auditor"
_AUDIT_DAYS: Final = 60
_WORDS: Final = ("ledger", "harbour", "lantern", "orchard", "pebble", "saddle", "thimble", "willow")
_STAFF: Final = (
    ("sample-lead", "Sample compliance lead", Role.LEAD),
    ("sample-preparer", "Sample preparer", Role.PREPARER),
    ("sample-reviewer", "Sample reviewer", Role.REVIEWER),
)
_REQUESTS: Final = (
    (
        "R-001",
        "Changes of models",
        "A listing of all changes of models in the period, with evidence that it is whole.",
        "population",
        "LC-14",
    ),
    ("R-002", "Interactions", "The whole population of interactions, to draw a sample from.", "population", "LC-20"),
    (
        "R-003",
        "Exercise",
        "The record of the last tabletop exercise: who was there, what was decided, what came of it.",
        "document",
        "LC-24",
    ),
)


@dataclass(frozen=True, slots=True)
class SamplePeople:
    """Who can sign in, and the password they share."""

    accounts: tuple[str, ...]
    password: str


def add_people(home: Home) -> SamplePeople:
    """Accounts of every role, and the auditor's first requests."""
    password = "-".join(_WORDS[each % len(_WORDS)] for each in ENTROPY(5)) + f"-{int.from_bytes(ENTROPY(2), 'big')}"
    with open_door(home) as door, open_people(home, record_with(door.recorder), source="demo") as people:
        people.accounts.set_first(_ADMINISTRATOR, "Sample administrator", password)
        for account, name, role in _STAFF:
            _add(people, account, Terms(name=name, roles=frozenset({role})), password)
        ends = format_instant(CLOCK.now() + timedelta(days=_AUDIT_DAYS))
        terms = Terms(name="Sample auditor", roles=frozenset({Role.AUDITOR}), engagement=SAMPLE_YEAR, until=ends)
        _add(people, _AUDITOR, terms, password)
        with open_projection(home) as (_, projection):
            act = Act(Actor(_AUDITOR, ActorKind.PERSON, "local_account"), Side.AUDITOR, format_instant(CLOCK.now()))
            for number, title, description, sort, control in _REQUESTS:
                values = {"number": number, "title": title, "description": description, "sort": sort, "control": control}
                request = checked_request({**values, "engagement": SAMPLE_YEAR, "state": "not_started", "evidence": []})
                door.recorder.submit(add_request(projection.reader, act, request)).result()
    return SamplePeople((_ADMINISTRATOR, *(account for account, _, _ in _STAFF), _AUDITOR), password)


def _add(people: People, account: str, terms: Terms, password: str) -> None:
    by = operator()
    people.set_account(account, terms, by=by, because="demonstration", expected=None)
    people.use_link(people.make_link(account, "invitation", by).path.rpartition("/")[2], password)
