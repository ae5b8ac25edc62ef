"""Checks of reviews, alerts, incidents, requests and exceptions against each other and against exchanges."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from proofbook.assessment.grid import name_of
from proofbook.assessment.selftests.reading import day_of, text_of, texts_of
from proofbook.export.checks import Check
from proofbook.export.completeness.question import Question, Wording, happened_in, name
from proofbook.obligations.duty import State
from proofbook.readmodel.counting import known_exchanges
from proofbook.readmodel.documents import DocumentVersion

_ACCEPTED: Final = frozenset({"accepted", "accepted_with_edits"})
_NUMBERED: Final = re.compile(r"(?P<series>.*?)(?P<number>\d+)")
_NAMING: Final = (("outage", "incident"), ("control.exception", "incident"))


def reviews_against_spot_checks(question: Question, words: Wording) -> Iterator[Check]:
    """Accepted outputs that spot checks counted against accepted reviews on record for the same days."""
    facts = question.facts
    checks = happened_in(question, "spot_check")
    accepted: Counter[tuple[str, str]] = Counter(
        (str(each.body["system"]), day_of(facts, str(each.body["decided_at"])))
        for each in facts.scoped("decision.review")
        if each.body["outcome"] in _ACCEPTED
    )
    wrong = []
    for each in checks:
        first, last, system = (str(each.body[field]) for field in ("covers_from", "covers_until", "system"))
        found = sum(count for (of, day), count in accepted.items() if of == system and first <= day <= last)
        if found != each.body["population"]:
            wrong.append(f"{name(each)}: {each.body['population']} accepted outputs counted, {found} reviews on record")
    if not checks:
        yield words.unknown("no spot check states how many outputs there were, and the business system is not read")
    else:
        yield words.told(wrong, f"{len(checks)} spot checks count as many as are on record", "spot checks count other numbers")


def exchanges_on_record(question: Question, words: Wording) -> Iterator[Check]:
    """Exchanges that reviews name against exchanges on record."""
    reviews = happened_in(question, "decision.review")
    named = sorted({exchange for each in reviews for exchange in texts_of(each.body, "exchanges")})
    known = known_exchanges(question.basis.reader, tuple(named), question.basis.checkpoint.size)
    lost = [
        f"{name(each)}: {exchange}" for each in reviews for exchange in texts_of(each.body, "exchanges") if exchange not in known
    ]
    silent = sum(not texts_of(each.body, "exchanges") for each in reviews)
    if lost:
        yield words.differs(f"{len(lost)} exchanges are named and not on record", lost)
    elif silent:
        yield words.unknown(f"{silent} of {len(reviews)} reviews name no exchange")
    else:
        yield words.agrees(f"{len(reviews)} reviews name {len(named)} exchanges, all on record")


def decisions_once(question: Question, words: Wording) -> Iterator[Check]:
    """Business decisions that several reviews speak of."""
    counts = Counter(str(each.body["decision"]) for each in happened_in(question, "decision.review"))
    twice = [f"{decision}: {count} reviews" for decision, count in sorted(counts.items()) if count > 1]
    yield words.told(twice, f"{len(counts)} decisions, one review each", "decisions have several reviews")


def effect_before_review(question: Question, words: Wording) -> Iterator[Check]:
    """Effect of decisions against their reviews."""
    yield words.of_outcome(question.assessed.outcome("decision_reviewed_before_effect"))


def seeds_stated(question: Question, words: Wording) -> Iterator[Check]:
    """Whether each selection can be made again: its seed is stated, and what was selected is on record."""
    known = {each.id for each in question.facts.of("decision.review")}
    found = happened_in(question, "spot_check")
    odd = [f"{name(each)}: states no seed" for each in found if text_of(each.body, "seed") is None]
    odd += [
        f"{name(each)}: review {item['review']} is not on record"
        for each in found
        for item in each.body["items"]
        if item["review"] not in known
    ]
    yield words.told(odd, f"{len(found)} checks state a seed and name reviews on record", "selections cannot be made again")


def alert_ids(question: Question, words: Wording) -> Iterator[Check]:
    """Alerts that several records speak of."""
    counts = Counter((str(each.body["source"]), str(each.body["alert"])) for each in question.facts.scoped("alert.triage"))
    twice = [f"{source} {alert}: {count} records" for (source, alert), count in sorted(counts.items()) if count > 1]
    yield words.told(twice, f"{len(counts)} alerts, one record each", "alerts have several records")


def alerts_lead_to_incidents(question: Question, words: Wording) -> Iterator[Check]:
    """Alerts judged to be incidents or near misses against the register."""
    known = _incidents(question)
    judged = [each for each in question.facts.scoped("alert.triage") if each.body["disposition"] in {"incident", "near_miss"}]
    lost = [
        f"{name(each)}: {each.body['disposition']} {text_of(each.body, 'incident') or 'not named'}"
        for each in judged
        if text_of(each.body, "incident") not in known
    ]
    yield words.told(lost, f"{len(judged)} alerts were judged so, each leads to a record", "alerts lead to no record")


def other_records_name_incidents(question: Question, words: Wording) -> Iterator[Check]:
    """Outages and exceptions that name an incident against the register: the other places of this book, searched."""
    known = _incidents(question)
    named = [(each, text_of(each.body, field)) for kind, field in _NAMING for each in question.facts.scoped(kind)]
    lost = [f"{name(each)}: incident {incident}" for each, incident in named if incident is not None and incident not in known]
    looked = sum(incident is not None for _, incident in named)
    yield words.told(lost, f"{len(named)} outages and exceptions searched, {looked} name an incident on record", "name no record")


def kinds_not_mixed(question: Question, words: Wording) -> Iterator[Check]:
    """Ids of exercises against ids of incidents and near misses."""
    exercises = {each.id for each in question.facts.of("incident.exercise")}
    both = sorted(exercises & _incidents(question))
    yield words.told([f"{each}: is an exercise and an incident" for each in both], "no id is both", "ids are both")


def detection_count(question: Question, words: Wording) -> Iterator[Check]:  # noqa: ARG001 - one form for all
    """The detection system's own count of alerts. Nothing in the book holds it."""
    yield words.unknown("the systems that raise alerts are not read, so their own count is not known")


def incident_numbers(question: Question, words: Wording) -> Iterator[Check]:
    """Numbers in the ids of incidents and near misses."""
    yield _numbers(words, [each.id for kind in ("incident.real", "incident.near_miss") for each in question.facts.of(kind)])


def request_numbers(question: Question, words: Wording) -> Iterator[Check]:
    """Numbers in the ids of requests and waivers."""
    yield _numbers(words, [each.id for kind in ("tool.request", "waiver") for each in question.facts.of(kind)])


def _numbers(words: Wording, ids: Iterable[str]) -> Check:
    series: dict[str, set[int]] = {}
    plain = 0
    for each in ids:
        match = _NUMBERED.fullmatch(each)
        if match is None:
            plain += 1
        else:
            series.setdefault(match["series"], set()).add(int(match["number"]))
    gaps = [
        f"{name_of_series}{number}: no record has this number"
        for name_of_series, numbers in sorted(series.items())
        for number in sorted(set(range(min(numbers), min(max(numbers), min(numbers) + 10_000))) - numbers)
    ]
    if gaps:
        return words.differs(f"{len(gaps)} numbers are missing", gaps)
    if plain:
        return words.unknown(f"{plain} ids have no number, so a missing one would not show")
    if not series:
        return words.nothing("no record has an id yet")
    return words.agrees(f"{len(series)} series of ids without a gap")


def waivers_on_record(question: Question, words: Wording) -> Iterator[Check]:
    """Waivers that changes and decisions rely on against waivers."""
    known = {each.id for each in question.facts.of("waiver")}
    named = [
        (each, text_of(each.body, "waiver")) for kind in ("change", "upstream.decision") for each in question.facts.scoped(kind)
    ]
    lost = [f"{name(each)}: waiver {waiver}" for each, waiver in named if waiver is not None and waiver not in known]
    yield words.told(lost, "every waiver that is relied on is on record", "waivers are relied on and not on record")


def unmet_tests_have_exception(question: Question, words: Wording) -> Iterator[Check]:
    """Controls with an unmet result in the newest recorded self-test against exceptions."""
    facts = question.facts
    tests = [each for each in facts.of("self_test") if each.body["engagement"] == facts.scope.engagement]
    if not tests:
        yield words.unknown("no self-test of this engagement was recorded")
        return
    newest = max(tests, key=lambda each: (str(each.body["run_at"]), each.index))
    unmet = sorted({key.partition("/")[0] for key, word in newest.body["outcomes"].items() if word == "unmet"})
    loose = [f"{control}: unmet in {name(newest)}, no exception" for control in unmet if control not in _excepted(question)]
    yield words.told(loose, f"{len(unmet)} controls with an unmet result, each with an exception", "controls have no exception")


def missed_duties_have_exception(question: Question, words: Wording) -> Iterator[Check]:
    """Missed occurrences of the period against exceptions of their control."""
    known = _excepted(question)
    cells = [(row.control, cell) for row in question.assessed.grid.rows for cell in row.cells if cell.state is State.MISSED]
    loose = [f"{name_of(cell)}: missed, no exception of {control}" for control, cell in cells if control not in known]
    yield words.told(
        loose, f"{len(cells)} occurrences were missed, their controls have exceptions", "missed without an exception"
    )


def _excepted(question: Question) -> set[str]:
    said = {str(each.body["control"]) for each in question.facts.scoped("control.exception")}
    held = [question.assessed.grid.standing(each) for each in said]
    return said | {control for standing in held if standing is not None for control in standing.control.names}


def _incidents(question: Question) -> set[str]:
    records: list[DocumentVersion] = [*question.facts.of("incident.real"), *question.facts.of("incident.near_miss")]
    return {each.id for each in records}
