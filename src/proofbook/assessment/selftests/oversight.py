"""Self-tests of human review: before the effect, by the right person, not in bulk, checked again (LC-18, LC-19)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.grants import Standing, standing_by_subject
from proofbook.assessment.selftests.reading import count_of, key_of, rows_of, same, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally, owner_of
from proofbook.assessment.selftests.wording import counted, listed, moment, short, state_in
from proofbook.errors import MalformedRecord
from proofbook.primitives.instants import format_instant, parse_instant, parse_period
from proofbook.readmodel.documents import DocumentVersion

TOGETHER: Final = 5
"""So many decisions of one reviewer at the very same moment are a question."""
QUICK_FROM, QUICK_SECONDS = 20, 5
"""So many acceptances of one reviewer with a shorter median time from opening to deciding are a question."""

_ACCEPTED: Final = frozenset({"accepted", "accepted_with_edits"})


def decision_reviewed_before_effect(facts: Facts, control: str) -> Outcome:
    """Looks at when each output was reviewed and when the decision it informs took effect, in the period.

    Met: every review came first, and what was shown is kept. Unmet: a decision took effect before its review, or after a
    rejection. Unknown: no review in the period, the moment of effect or what was shown is not recorded. Decisions nobody
    reviewed are not seen.
    """
    tally = Tally(facts, "decision_reviewed_before_effect", control)
    for review in tally.events("decision.review"):
        body = review.body
        decided, effect, outcome = str(body.get("decided_at")), text_of(body, "effective_at"), body.get("outcome")
        about = (
            f"decision {short(str(body.get('decision')))}, reviewed by {short(str(body.get('reviewer')))} on {moment(decided)}"
        )
        if effect is not None and effect < decided:
            tally.deviates(review, f"{about}, had taken effect on {moment(effect)}")
        elif effect is not None and outcome == "rejected":
            tally.deviates(review, f"{about} and rejected, took effect on {moment(effect)} all the same")
        elif effect is None and outcome in _ACCEPTED:
            tally.unstated(review, f"{about}; when it took effect is not recorded", "effective_at")
        if text_of(body, "shown_sha256") is None:
            tally.unstated(
                review, "what the reviewer saw is not kept as a hash", "shown_sha256, if the screen can be shown again"
            )
        if not texts_of(body, "exchanges"):
            tally.unstated(review, "the exchanges it rests on are not named", "exchanges")
    tally.remark("decisions that nobody reviewed are not seen here: hold the business system's count against this one")
    return tally.outcome(sound="each review came before the effect", empty="no review in the period", population="POP-16")


def review_authorised(facts: Facts, control: str) -> Outcome:
    """Looks at who reviewed in the period, by which authority, and whether they had asked for the output.

    Met: every reviewer was entitled then and had not asked for it. Unmet: somebody reviewed what they had asked for, or had no
    grant although grants to review are on record. Unknown: no review in the period, or authority or requester is not stated.
    """
    tally = Tally(facts, "review_authorised", control)
    reviewers, systems = _entitled(facts)
    for review in tally.events("decision.review"):
        body, system = review.body, str(review.body.get("system"))
        reviewer, asked = text_of(body, "reviewer"), text_of(body, "requested_by")
        decided = str(body.get("decided_at"))
        if same(reviewer, asked):
            tally.deviates(review, f"{short(str(reviewer))} reviewed what they had asked for themselves")
        elif asked is None:
            tally.unstated(review, "who asked for the output, or gains by it, is not stated", "requested_by")
        if same(reviewer, text_of(body, "second_reviewer")):
            tally.deviates(review, f"{short(str(reviewer))} is named as first and as second reviewer")
        held = [each for each in reviewers.get(key_of(str(reviewer)), ()) if each.grant.body.get("system") in {None, system}]
        entitled = any(each.overlaps(decided, decided) for each in held)
        if not entitled and systems & {None, system}:
            tally.deviates(
                review, f"{short(str(reviewer))} had no grant to review outputs of {short(system)} on {moment(decided)}"
            )
        elif not entitled and text_of(body, "authority") is None:
            tally.unstated(review, f"by which authority {short(str(reviewer))} reviewed is not stated", "authority")
    return tally.outcome(
        sound="each reviewer was entitled and had not asked for the output", empty="no review in the period", population="POP-16"
    )


def _entitled(facts: Facts) -> tuple[Mapping[str, list[Standing]], frozenset[str | None]]:
    """Grants to review outputs, by person; and the systems for which such grants are on record."""
    found: defaultdict[str, list[Standing]] = defaultdict(list)
    systems: set[str | None] = set()
    for person, standings in standing_by_subject(facts).items():
        for standing in standings:
            if standing.grant.body.get("role") == "review_outputs":
                found[person].append(standing)
                systems.add(standing.grant.body.get("system"))
    return found, frozenset(systems)


def review_bulk_acceptance(facts: Facts, control: str) -> Outcome:
    """Looks at acceptances of the period: many at one moment, one bulk action, very short times from opening to deciding.

    Met: nothing of the kind. Unknown: no review in the period, opening times not recorded, or a pattern that has to be
    explained. A pattern is a question, never by itself an exception.
    """
    tally = Tally(facts, "review_bulk_acceptance", control)
    accepted = [each for each in tally.events("decision.review") if each.body.get("outcome") in _ACCEPTED]
    for (system, reviewer, decided), found in _grouped(accepted, lambda each: text_of(each.body, "decided_at")).items():
        if len(found) >= TOGETHER:
            _question(tally, system, found, f"{short(reviewer)} accepted {len(found)} outputs at {moment(decided)}")
    for (system, reviewer, batch), found in _grouped(accepted, lambda each: text_of(each.body, "batch")).items():
        if len(found) > 1:
            _question(tally, system, found, f"{short(reviewer)} accepted {len(found)} outputs in one action, {short(batch)}")
    for (system, reviewer, _), found in _grouped(accepted, lambda _: "").items():
        _quick(tally, system, reviewer, found)
    return tally.outcome(
        sound="no acceptance in bulk and no very short review", empty="no review in the period", population="POP-16"
    )


def _grouped(
    reviews: Iterable[DocumentVersion], part: Callable[[DocumentVersion], str | None]
) -> Mapping[tuple[str, str, str], list[DocumentVersion]]:
    """Reviews of one reviewer of one system that have a part in common."""
    found: defaultdict[tuple[str, str, str], list[DocumentVersion]] = defaultdict(list)
    for review in reviews:
        value = part(review)
        if value is not None:
            found[str(review.body.get("system")), str(review.body.get("reviewer")), value].append(review)
    return found


def _question(tally: Tally, system: str, found: list[DocumentVersion], what: str) -> None:
    matter = Matter("decision.review", found[0].id, system, owner_of(tally.facts, system), tuple(each.entry for each in found))
    fix = f"ask how they were reviewed and {state_in('decision.review', found[0].id, 'the answer under notes')}"
    tally.fault(matter, Consequence.NOT_SHOWN, f"{what} ({listed([each.id for each in found])}): how was each reviewed?", fix)


def _quick(tally: Tally, system: str, reviewer: str, found: list[DocumentVersion]) -> None:
    if len(found) < QUICK_FROM:
        return
    times = [
        (parse_instant(str(each.body["decided_at"])) - parse_instant(opened)).total_seconds()
        for each in found
        if (opened := text_of(each.body, "opened_at")) is not None
    ]
    if not times:
        tally.doubt(f"how long {short(reviewer)} took for {len(found)} acceptances of {short(system)} is not recorded")
    elif len(times) >= QUICK_FROM and median(times) < QUICK_SECONDS:
        what = f"{short(reviewer)} accepted {len(times)} outputs with a median of {median(times):.1f} seconds"
        _question(tally, system, found, what)


def spot_check_independent(facts: Facts, control: str) -> Outcome:
    """Looks at every spot check of the period: who checked, how items were chosen, what followed from errors.

    Met: the checker was never the first reviewer, the seed is recorded, errors were followed up. Unmet: somebody checked their
    own reviews, or nothing followed an error. Unknown: no spot check, no seed, no items, or the first reviewer or population is
    unclear.
    """
    tally = Tally(facts, "spot_check_independent", control)
    decided: defaultdict[str, list[str]] = defaultdict(list)
    for review in facts.scoped("decision.review"):
        if review.body.get("outcome") in _ACCEPTED:
            decided[str(review.body.get("system"))].append(str(review.body.get("decided_at")))
    for moments in decided.values():
        moments.sort()
    for check in tally.events("spot_check"):
        _chosen(tally, check, decided[str(check.body.get("system"))])
        _by_another(tally, check)
        wrong = sum(row.get("verdict") == "wrong" for row in rows_of(check.body, "items"))
        if wrong and text_of(check.body, "follow_up") is None:
            fix = f"follow them up, then {state_in(check.kind, check.id, 'follow_up')}"
            tally.fault(
                check, Consequence.EXCEPTION, f"{counted(wrong, 'item was', 'items were')} wrong and nothing followed", fix
            )
    return tally.outcome(
        sound="each was made by somebody else than the first reviewer", empty="no spot check in the period", population="POP-17"
    )


def _by_another(tally: Tally, check: DocumentVersion) -> None:
    checker = text_of(check.body, "checker")
    verdicts: Counter[str] = Counter()
    for item in rows_of(check.body, "items"):
        review = tally.facts.current("decision.review", str(item.get("review")))
        first = text_of(item, "first_reviewer") if review is None else text_of(review.body, "reviewer")
        verdicts["own" if same(checker, first) else "unclear" if first is None else "other"] += 1
    if verdicts["own"]:
        number = counted(verdicts["own"], "item", "items")
        tally.deviates(check, f"{short(str(checker))} checked {number} they had reviewed themselves")
    if verdicts["unclear"]:
        tally.unstated(
            check, f"who first reviewed {counted(verdicts['unclear'], 'item', 'items')} is not on record", "first_reviewer"
        )


def _chosen(tally: Tally, check: DocumentVersion, decided: list[str]) -> None:
    body, population = check.body, count_of(check.body, "population") or 0
    if population and not rows_of(body, "items"):
        tally.unstated(check, f"none of {counted(population, 'output', 'outputs')} was checked", "items")
    if text_of(body, "seed") is None:
        tally.unstated(check, "the seed of its selection is not recorded", "seed")
    try:
        days = parse_period(str(body.get("covers_from")), str(body.get("covers_until")), tally.facts.scope.period.zone)
    except MalformedRecord:
        tally.unstated(check, "it ends before the first day it covers", "covers_from and covers_until")
        return
    on_record = bisect_left(decided, format_instant(days.end)) - bisect_left(decided, format_instant(days.start))
    if decided and on_record != population:
        what = (
            f"it speaks of {counted(population, 'accepted output', 'accepted outputs')}, {on_record} are on record in that time"
        )
        tally.unstated(check, what, "population, or record the reviews that are missing")
