"""Checks of systems, access and people against traffic, keys, the roster and counts made at the source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from proofbook.assessment.facts import happened_at
from proofbook.assessment.selftests.reading import count_of, key_of, rows_of, same, text_of
from proofbook.export.checks import Check
from proofbook.export.completeness.question import Question, Wording, happened_in, name
from proofbook.primitives.instants import format_instant, parse_instant

_MONTH: Final = timedelta(days=31)
_LEAVING: Final = frozenset({"left", "moved"})


def systems_on_inventory(question: Question, words: Wording) -> Iterator[Check]:
    """Systems that traffic and keys name against pages of the inventory."""
    facts = question.facts
    pages = {page.id for page in facts.of("ai_system")}
    served = {row.system: row.first for row in facts.served if row.system is not None and not row.refused}
    missing = [f"{system}: exchanges from {served[system]}, no page" for system in sorted(served.keys() - pages)]
    keyed = {key.system for key in facts.keys if key.issued < question.basis.seen.end} - served.keys()
    missing += [f"{system}: has gateway keys, no page" for system in sorted(keyed - pages)]
    looked = len(served.keys() | keyed)
    yield words.told(missing, f"{looked} systems seen in traffic and keys, each with a page", "systems are on no page")


def discovery_looked(question: Question, words: Wording) -> Iterator[Check]:
    """What looks at machines found against the inventory."""
    end = min(question.basis.seen.end, question.basis.checkpoint.signed_at)
    looks = [each for each in question.facts.discoveries if each.ended < end]
    if not looks:
        yield words.unknown("no machine was looked at by the end of the period")
        return
    newest = {each.host: each for each in looks}
    old = format_instant(parse_instant(end) - _MONTH)
    items = [f"{host}: looked at {each.ended}, {each.differences} differences" for host, each in sorted(newest.items())]
    unseen = [f"{host}: not seen: {part}" for host, each in sorted(newest.items()) for part in each.body["not_looked_at"]]
    if max(each.ended for each in newest.values()) < old:
        yield words.unknown("the newest look at a machine is more than a month older than the end of the period", items)
    elif any(each.differences for each in newest.values()):
        yield words.differs("the newest looks found what the inventory does not have, or the reverse", [*items, *unseen])
    elif unseen:
        yield words.unknown("parts of the machines could not be looked at", [*items, *unseen])
    else:
        yield words.agrees(f"{len(newest)} hosts, no difference", items)


def callers_have_access(question: Question, words: Wording) -> Iterator[Check]:
    """Principals that called against grants and gateway keys."""
    facts = question.facts
    known = {key_of(str(each.body["subject_id"])) for each in facts.scoped("access.grant")}
    known |= {key_of(each.principal) for each in facts.keys}
    calls: dict[str, str] = {}
    for each in facts.callers:
        if key_of(each.principal) not in known and each.principal != "unknown":
            calls.setdefault(each.principal, f"{each.principal}: called {each.system or 'no system'} from {each.first}")
    unknown = sum(each.exchanges for each in facts.callers if each.principal == "unknown")
    items = [calls[each] for each in sorted(calls)]
    if items:
        yield words.differs(f"{len(items)} principals called and stand in no row", items)
    elif unknown:
        yield words.unknown(f"{unknown} exchanges of a caller who is not known")
    else:
        yield words.agrees(f"{len({each.principal for each in facts.callers})} principals called, each has a grant or a key")


def keys_have_grants(question: Question, words: Wording) -> Iterator[Check]:
    """Gateway keys issued in the period against grants."""
    facts = question.facts
    granted = {(key_of(str(each.body["subject_id"])), each.body.get("system")) for each in facts.scoped("access.grant")}
    issued = [each for each in facts.keys if question.in_period(each.issued)]
    loose = [
        f"key {each.key}: {each.principal} on {each.system}, issued {each.issued}"
        for each in issued
        if not {(key_of(each.principal), each.system), (key_of(each.principal), None)} & granted
    ]
    yield words.told(
        loose, f"{len(issued)} keys issued, each to somebody with a grant", "keys were issued that no grant explains"
    )


def counts_at_source(question: Question, words: Wording) -> Iterator[Check]:
    """Access lists counted where they come from against the rows that were reviewed."""
    yield _reviewed_rows(question, words, "no access review of the period states a count at its source")


def review_rows_at_source(question: Question, words: Wording) -> Iterator[Check]:
    """Rows of each access review against the count at its source."""
    yield _reviewed_rows(question, words, "no access review was completed in the period")


def _reviewed_rows(question: Question, words: Wording, none: str) -> Check:
    reviews = happened_in(question, "access.review")
    wrong, silent = [], []
    for each in reviews:
        counted, rows = count_of(each.body, "rows_in_source"), len(rows_of(each.body, "rows"))
        if counted is None:
            silent.append(f"{name(each)}: states no count")
        elif counted != rows:
            wrong.append(f"{name(each)}: {counted} at the source, {rows} in the review")
    if wrong:
        return words.differs(f"{len(wrong)} reviews have other numbers of rows than their source", [*wrong, *silent])
    if silent or not reviews:
        return words.unknown(none if not reviews else f"{len(silent)} reviews state no count at their source", silent)
    return words.agrees(f"{len(reviews)} reviews, each with as many rows as its source")


def subjects_on_roster(question: Question, words: Wording) -> Iterator[Check]:
    """People who have access or called against the staff roster."""
    facts = question.facts
    roster = {key_of(str(each.body["person"])) for each in facts.scoped("roster.change")}
    if not roster:
        yield words.unknown("no staff roster is recorded")
        return
    people = {str(each.body["subject_id"]) for each in facts.scoped("access.grant") if each.body["subject_kind"] == "person"}
    people |= {each.principal for each in facts.keys if each.principal_kind == "person"}
    people |= {each.principal for each in facts.callers if each.principal_kind == "person"}
    missing = sorted(each for each in people if key_of(each) not in roster)
    items = [f"{each}: has access or called, and no change of the roster names them" for each in missing]
    yield words.told(items, f"{len(people)} people with access, each on the roster", "people with access are not on the roster")


def leavers_against_ends(question: Question, words: Wording) -> Iterator[Check]:
    """Ends of access because of leaving or moving against the roster's leavers and movers."""
    facts = question.facts
    gone = [each for each in facts.scoped("roster.change") if each.body["change"] in _LEAVING]
    ends = [each for each in happened_in(question, "access.revocation") if each.body["reason"] in {"leaver", "mover"}]
    if not facts.scoped("roster.change"):
        yield words.unknown("no staff roster is recorded")
        return
    loose = [
        f"{name(each)}: access of {each.body['subject_id']} ended because of {each.body['reason']}; the roster does not say so"
        for each in ends
        if not any(same(text_of(each.body, "subject_id"), text_of(one.body, "person")) for one in gone)
    ]
    yield words.told(loose, f"{len(ends)} ends of access, each of somebody the roster names", "ends of access without a leaver")


def leavers_against_access(question: Question, words: Wording) -> Iterator[Check]:
    """Access of leavers: grants, keys and calls after their last day."""
    yield words.of_outcome(question.assessed.outcome("leaver_revoked_in_time"))


def roster_count(question: Question, words: Wording) -> Iterator[Check]:
    """The staff system's own count. Nothing in the book holds it."""
    changes = question.facts.scoped("roster.change")
    if not changes:
        yield words.unknown("no staff roster is recorded")
        return
    by_hand = sum(each.assurance == "manual" for each in changes)
    places = ", ".join(sorted({str(each.body["roster"]) for each in changes}))
    late = [
        f"{name(each)}: happened {happened_at(each)}, recorded {each.recorded}" for each in changes if each.assurance == "manual"
    ]
    if by_hand:
        words_of = (
            f"{by_hand} of {len(changes)} changes of the roster ({places}) were written down by people; its own count is not here"
        )
        yield words.unknown(words_of, late[:5])
    else:
        yield words.agrees(f"{len(changes)} changes of the roster, taken over from {places} by a program")


def trained_are_on_roster(question: Question, words: Wording) -> Iterator[Check]:
    """People with training or acknowledgements against the roster."""
    facts = question.facts
    roster = {key_of(str(each.body["person"])) for each in facts.scoped("roster.change")}
    records = [*facts.scoped("training"), *facts.scoped("policy.acknowledgement")]
    loose = [f"{name(each)}: {each.body['person']}" for each in records if key_of(str(each.body["person"])) not in roster]
    yield words.told(
        loose, f"{len(records)} records, each of somebody on the roster", "records of people who are not on the roster"
    )


def training_against_roster(question: Question, words: Wording) -> Iterator[Check]:
    """Roster against training."""
    yield words.of_outcome(question.assessed.outcome("training_current"))


def acknowledgements_against_roster(question: Question, words: Wording) -> Iterator[Check]:
    """Roster against acknowledgements."""
    yield words.of_outcome(question.assessed.outcome("policy_acknowledged"))
