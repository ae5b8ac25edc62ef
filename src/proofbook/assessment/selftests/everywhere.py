"""Self-tests that belong to no single control: late entries, open blanks, exercises among incidents and the reverse.

Promises: findings only, with an empty control; a pattern in words is a question (`NOT_SHOWN`), a reference that says so a fact.
Hostile input: texts are compared as sets of words of bounded length, so that none of them takes long.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from proofbook.assessment.facts import LATE_AFTER, Facts, happened_at
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.selftests.reading import Body, day_of, rows_of, text_of
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, listed, moment, short, state_in
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.kept import KEPT
from proofbook.records.record import find_blanks

_STATED_OF_DOCUMENTS: Final = ("registered_at", "approved_at", "diligence_at", "reviewed_at", "accepted_at")
"""Moments that a document's first version tells of as having happened."""
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)
_PRACTISED: Final = re.compile(r"\b(exercise|tabletop|table-top|drill|simulat(?:ed|ion)|rehearsal|game day)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]{3,}")
_FILLING: Final = frozenset(
    {"sample", "exercise", "tabletop", "drill", "incident", "simulated", "simulation", "the", "and", "with"}
)
_COMPARED: Final = 2000
_ALIKE: Final = 0.6
_FEWEST_WORDS: Final = 3


def recorded_late(facts: Facts) -> tuple[Finding, ...]:
    """Looks at every version of every record: moments of the period that were written down more than seven days after.

    A later version is late for what it newly states: an approval that is added months afterwards is shown as late, although the
    record itself was on time.
    """
    tally = Tally(facts, "recorded_late", "")
    for kind in KEPT:
        for newest in facts.scoped(kind):
            before: Body = {}
            for version in facts.history(kind, newest.id):
                for field, value in _newly_stated(version, before):
                    if tally.since <= value < tally.until and value < _earlier(version.recorded, LATE_AFTER):
                        what = f"{field} {moment(value)} was recorded on {moment(version.recorded)} (version {version.version})"
                        tally.fault(
                            newest, Consequence.LATE, what, "cannot be undone and stays marked; say in notes why it was late"
                        )
                before = version.body
    return tally.findings()


def _newly_stated(version: DocumentVersion, before: Body) -> Iterator[tuple[str, str]]:
    """Moments a version states that the one before did not."""
    model = KEPT[version.kind]
    if before:
        fields = [field for field in version.body if field.endswith("_at") and version.body[field] != before.get(field)]
    else:
        fields = list(_STATED_OF_DOCUMENTS) if model.happened is None else [model.happened]
    for field in fields:
        value = version.body.get(field)
        if isinstance(value, str) and _INSTANT.match(value):
            yield field, value


def _earlier(instant: str, step: timedelta) -> str:
    try:
        return format_instant(parse_instant(instant) - step)
    except OverflowError:
        return instant


def blank_open(facts: Facts) -> tuple[Finding, ...]:
    """Looks at the newest version of every record for blanks `[[...]]` that a draft left open.

    Nothing is wrong with a draft; a record that says it is approved or active and has blanks is not shown to be what it says.
    """
    tally = Tally(facts, "blank_open", "")
    for kind in KEPT:
        for version in facts.scoped(kind):
            if "[[" not in str(version.body):  # most have none: looking field by field takes ten times as long
                continue
            blanks, status = find_blanks(version.body), version.body.get("status")
            if not blanks or status in {"superseded", "withdrawn", "retired"}:
                continue
            consequence = Consequence.NOT_SHOWN if status in {"approved", "active"} else Consequence.COMING
            what = f"{counted(len(blanks), 'blank', 'blanks')} open: {listed(blanks)}"
            tally.fault(version, consequence, what, state_in(kind, version.id, "what the blanks ask for"))
    return tally.findings()


def exercise_as_incident(facts: Facts) -> tuple[Finding, ...]:
    """Looks for exercises among incidents and near misses, and for incidents among exercises.

    A record whose own words speak of an exercise, or that tells the same as an exercise, is a question. An alert or outage that
    names an exercise as its incident, or one id in both registers, is an exception.
    """
    tally = Tally(facts, "exercise_as_incident", "")
    incidents = (*facts.scoped("incident.real"), *facts.scoped("incident.near_miss"))
    for incident in incidents:
        found = _PRACTISED.search(_told(incident))
        if found is not None:
            what = f"its own words speak of an exercise (“{short(found.group(0))}”): did it happen, or was it practised?"
            tally.fault(incident, Consequence.NOT_SHOWN, what, state_in(incident.kind, incident.id, "in notes which it was"))
    _in_both(tally, incidents)
    _named_as_incident(tally)
    return tally.findings()


def _told(record: DocumentVersion) -> str:
    body = record.body
    texts = [text_of(body, field) or "" for field in ("title", "description", "scenario", "detected_by", "because", "notes")]
    texts += [str(step.get("what")) for step in rows_of(body, "containment")[:20]]
    return "\n".join(each[:_COMPARED] for each in texts)


def _words(text: str) -> frozenset[str]:
    return frozenset(each.casefold() for each in _WORD.findall(text[:_COMPARED])) - _FILLING


def _in_both(tally: Tally, incidents: tuple[DocumentVersion, ...]) -> None:
    """Records of both registers with one id, one title, or the same words on one day."""
    facts = tally.facts
    titles: dict[frozenset[str], DocumentVersion] = {}
    days: defaultdict[str, list[tuple[frozenset[str], DocumentVersion]]] = defaultdict(list)
    for exercise in facts.scoped("incident.exercise"):
        titles.setdefault(_words(str(exercise.body.get("title"))), exercise)
        days[day_of(facts, happened_at(exercise))].append((_words(_told(exercise)), exercise))
    for incident in incidents:
        if facts.current("incident.exercise", incident.id) is not None:
            tally.fault(incident, Consequence.EXCEPTION, "an exercise has the same id", _keep_one(incident))
            continue
        title, words = _words(str(incident.body.get("title"))), _words(_told(incident))
        same_day = days.get(day_of(facts, happened_at(incident)), ())
        twin = titles.get(title) if len(title) >= _FEWEST_WORDS else None
        twin = twin or next((exercise for told, exercise in same_day if _alike(words, told)), None)
        if twin is not None:
            what = f"tells the same as exercise {short(twin.id)}: did it happen, or was it practised?"
            tally.fault(incident, Consequence.NOT_SHOWN, what, _keep_one(incident))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if min(len(one), len(other)) < _FEWEST_WORDS:
        return False
    return len(one & other) >= _ALIKE * len(one | other)


def _keep_one(incident: DocumentVersion) -> str:
    return f"say in notes of both which it was: {state_in(incident.kind, incident.id, 'notes')}; {CANNOT_BE_UNDONE}"


def _named_as_incident(tally: Tally) -> None:
    for kind in ("alert.triage", "outage", "control.exception"):
        for record in tally.facts.scoped(kind):
            named = text_of(record.body, "incident")
            if named is None or any(tally.facts.current(each, named) for each in ("incident.real", "incident.near_miss")):
                continue
            exercise = tally.facts.current("incident.exercise", named)
            if exercise is not None:
                what = f"{kind} {short(record.id)} names it as an incident, and nothing in an exercise happened"
                tally.fault(exercise, Consequence.EXCEPTION, what, state_in(kind, record.id, "incident, the real one"))
