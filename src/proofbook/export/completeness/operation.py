"""Checks of probes, backups, outbound rules, accesses, disposal and verifications against counts made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from proofbook.assessment.selftests.reading import count_of, text_of
from proofbook.export.checks import Check
from proofbook.export.completeness.question import Question, Wording, happened_in, name
from proofbook.readmodel.counting import known_exchanges


def probes_add_up(question: Question, words: Wording) -> Iterator[Check]:
    """Probes that were due against those counted as up, down, planned or unknown."""
    wrong = []
    reports = happened_in(question, "availability.report")
    for each in reports:
        told = sum(each.body[field] for field in ("up", "down", "planned", "unknown"))
        if told != each.body["probes_expected"]:
            wrong.append(f"{name(each)}: {each.body['probes_expected']} due, {told} accounted for")
    if not reports:
        yield words.unknown("no report of probes in the period, and the prober is not read")
    else:
        yield words.told(wrong, f"{len(reports)} reports account for every probe that was due", "reports leave probes out")


def outages_on_record(question: Question, words: Wording) -> Iterator[Check]:
    """Outages that reports name against outages on record."""
    known = {each.id for each in question.facts.of("outage")}
    reports = happened_in(question, "availability.report")
    lost = [f"{name(each)}: outage {outage}" for each in reports for outage in each.body["outages"] if outage not in known]
    down = [
        f"{name(each)}: {each.body['down']} probes down, no outage named"
        for each in reports
        if each.body["down"] and not each.body["outages"]
    ]
    yield words.told([*lost, *down], f"{len(reports)} reports; every outage they name is on record", "outages are not on record")


def breaches_stated(question: Question, words: Wording) -> Iterator[Check]:
    """Whether each review says how many thresholds were exceeded."""
    reviews = happened_in(question, "capacity.review")
    silent = [name(each) for each in reviews if count_of(each.body, "breaches") is None]
    if silent:
        yield words.unknown(f"{len(silent)} reviews do not say how many thresholds were exceeded", silent)
    else:
        breaches = sum(int(each.body["breaches"]) for each in reviews)
        yield words.agrees(f"{len(reviews)} reviews state {breaches} exceeded thresholds")


def backup_count(question: Question, words: Wording) -> Iterator[Check]:  # noqa: ARG001 - one form for all
    """The backup system's own count of jobs. Nothing in the book holds it."""
    yield words.unknown("the backup system is not read, so its own count of jobs is not known")


def rules_against_reviews(question: Question, words: Wording) -> Iterator[Check]:
    """Rules that reviews counted in force against rules on record for the same moment."""
    facts = question.facts
    wrong, silent = [], []
    reviews = happened_in(question, "egress.review")
    for each in reviews:
        counted, moment = count_of(each.body, "rules"), str(each.body["performed_at"])
        standing = [
            rule for rule in facts.scoped("egress.rule")
            if rule.body["segment"] == each.body["segment"] and str(rule.body["effective_at"]) <= moment
            and (text_of(rule.body, "removed_at") or moment) >= moment
        ]  # fmt: skip
        if counted is None:
            silent.append(f"{name(each)}: states no count")
        elif counted != len(standing):
            wrong.append(f"{name(each)}: {counted} rules counted, {len(standing)} on record for {each.body['segment']}")
    if wrong:
        yield words.differs(f"{len(wrong)} reviews count other numbers of rules than are on record", [*wrong, *silent])
    elif silent or not reviews:
        yield words.unknown("no review states how many rules the firewall had, and the firewall is not read", silent)
    else:
        yield words.agrees(f"{len(reviews)} reviews count as many rules as are on record")


def accesses_against_reviews(question: Question, words: Wording) -> Iterator[Check]:
    """Accesses that reviews counted against accesses on record for the same hours."""
    reviews = happened_in(question, "log_access.review")
    stated = [each for each in reviews if count_of(each.body, "accesses") is not None]
    wrong = []
    for each in stated:
        since, until = str(each.body["covers_from"])[:13], str(each.body["covers_until"])[:13]
        if each.body["covers_from"] < question.basis.seen.start:
            continue
        found = sum(count for hour, count in question.basis.seen.revealed.items() if since <= hour < until)
        if found != each.body["accesses"]:
            wrong.append(f"{name(each)}: {each.body['accesses']} accesses counted, {found} on record")
    if wrong:
        yield words.differs(f"{len(wrong)} reviews count other numbers of accesses than are on record", wrong)
    elif not stated:
        yield words.unknown("no review states how many accesses there were: nobody but the book itself counted")
    else:
        yield words.agrees(f"{len(stated)} reviews count as many accesses as are on record")


def accesses_lead_to_exchanges(question: Question, words: Wording) -> Iterator[Check]:
    """Exchanges that looks at content name against exchanges on record."""
    looked = tuple(sorted(question.basis.seen.looked_at))
    known = known_exchanges(question.basis.reader, looked, question.basis.checkpoint.size)
    lost = [f"{each}: its content was looked at, no exchange has this id" for each in looked if each not in known]
    yield words.told(lost, f"{len(looked)} exchanges were looked at, all on record", "looks at content lead nowhere")


def erasures_against_runs(question: Question, words: Wording) -> Iterator[Check]:
    """Conversations that runs of retention say they erased against erasures on record."""
    sums = question.basis.seen.sums
    runs, erased = sums["erased in runs"], sums["erased by retention"]
    detail = f"{runs} erased by the runs' own count, {erased} erasures on record; {sums['erased by request']} more on request"
    yield words.agrees(detail) if runs == erased else words.differs(detail, [detail])


def holds_respected(question: Question, words: Wording) -> Iterator[Check]:
    """Erasures against holds."""
    found = question.basis.seen.under_hold
    yield words.told(found.items, "no content was erased while it was held", "erasures of content that was held")


def roots_against_checkpoints(question: Question, words: Wording) -> Iterator[Check]:
    """Roots that verifications state against this book's own signed checkpoints of the same size."""
    roots = {each.size: each.root.hex() for each in question.basis.book.checkpoints()}
    checks = [each for each in happened_in(question, "integrity.check") if text_of(each.body, "root") is not None]
    wrong = [
        f"{name(each)}: root {str(each.body['root'])[:16]} of {each.body['size']} entries is not the one that was signed"
        for each in checks
        if each.body["size"] in roots and roots[each.body["size"]] != each.body["root"]
    ]
    told = sum(each.body["size"] in roots for each in checks)
    silent = len(happened_in(question, "integrity.check")) - told
    if wrong:
        yield words.differs(f"{len(wrong)} verifications state another root than was signed", wrong)
    elif silent:
        yield words.unknown(f"{silent} verifications state no root, or one of a size that was never signed; {told} agree")
    else:
        yield words.agrees(f"{told} verifications state the roots that were signed")
