"""ART-06: what the log of exchanges holds, what it does not, and who checked it. Never a prompt or an answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Page, Standing, Table
from proofbook.artifacts.speaking import cell, counted, happened, label, local, plain, short
from proofbook.assessment.facts import Facts, happened_at, is_late
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-06"


def derive_log(facts: Facts) -> Iterator[Page]:
    """One page."""
    checks = sorted(facts.in_period("integrity.check"), key=happened_at)
    reviews = sorted(facts.in_period("log_access.review"), key=happened_at)
    total = sum(each.exchanges for each in facts.served if facts.scope.includes(each.system))
    blocks: tuple[Block, ...] = (
        _traffic(facts),
        _callers(facts),
        _sources(facts),
        _gaps(facts),
        _checks(facts, checks),
        *((_odd_checks(facts, checks),) if checks else ()),
        _reviews(facts, reviews),
    )
    gaps = _gaps_inside(facts)
    marks = (Cell(counted(total, "exchange")), Cell(counted(len(gaps), "gap"), Standing.DIFFERS if gaps else Standing.STATED))
    query = (
        "exchanges of the period by when they occurred, of systems in scope and of no system; every source and gap of this book"
    )
    besides = (f"exchanges ({total:,})", f"recorders ({len(facts.sources):,})", f"gaps ({len(gaps):,})")
    limits = (
        "What did not pass a recorder is not in the log. Nothing here says that there was no such traffic.",
        "Conversations are listed one by one in population POP-15; their text stays sealed and is released item by item.",
    )
    yield Page(
        name="audit-log",
        title="Log of exchanges",
        lead="What was recorded in the period, by whom it was asked, and where the record has holes.",
        marks=marks,
        head=head(facts, ARTIFACT, (*checks, *reviews), query, limits, besides=besides),
        blocks=blocks,
        plain={"integrity_checks": [plain(each) for each in checks], "log_access_reviews": [plain(each) for each in reviews]},
    )


def _traffic(facts: Facts) -> Table:
    zone = facts.scope.period.zone
    rows = []
    for each in facts.served:
        if not facts.scope.includes(each.system):
            continue
        model = (
            Cell(label(each.binding or "not bound"), Standing.UNKNOWN)
            if each.artifact is None
            else Cell(short(each.artifact), mono=True)
        )
        when = Cell(f"{local(each.first, zone)} to {local(each.last, zone)}")
        rows.append((Cell(each.system or "no system"), model, Cell(label(each.state)), Cell(f"{each.exchanges:,}"), when))
    columns = ("System", "Model artifact", "How exchanges ended", "Exchanges", "When")
    empty = "No exchange is recorded in the period. That is a count of this book, not a statement about the systems."
    return Table("Exchanges", columns, tuple(rows), empty, "", (3, 3, 3, 2, 5))


def _callers(facts: Facts) -> Table:
    zone = facts.scope.period.zone
    rows = tuple(
        (
            Cell(each.system or "no system"),
            Cell(each.principal, Standing.UNKNOWN if each.principal == "unknown" else Standing.STATED),
            Cell(label(each.principal_kind)),
            Cell(label(each.method)),
            Cell(f"{each.exchanges:,}"),
            Cell(f"{local(each.first, zone)} to {local(each.last, zone)}"),
        )
        for each in facts.callers
        if facts.scope.includes(each.system)
    )
    columns = ("System", "Principal", "Kind", "Identified by", "Exchanges", "When")
    return Table(
        "Who called",
        columns,
        rows,
        "No caller is recorded in the period.",
        "Principals are verified; end users that callers name without proof are in POP-15.",
    )


def _sources(facts: Facts) -> Table:
    zone = facts.scope.period.zone
    rows = tuple(
        (
            Cell(each.source, mono=True),
            Cell(label(each.assurance)),
            Cell(f"{each.entries:,}"),
            Cell(f"{each.last_seq:,}", Standing.STATED if each.last_seq == each.entries else Standing.DIFFERS),
            Cell(local(each.first_recorded, zone)),
            Cell(local(each.last_recorded, zone)),
        )
        for each in facts.sources
    )
    columns = ("Source", "How it knows", "Entries", "Last number", "First recorded", "Last recorded")
    return Table(
        "Recorders",
        columns,
        rows,
        "No source has recorded anything.",
        "A source numbers its entries without gaps: entries and last number agree.",
    )


def _gaps_inside(facts: Facts) -> list[tuple[str, str, str, str]]:
    scope = facts.scope
    return [
        (each.source, each.since, each.until, each.reason)
        for each in facts.gaps
        if each.since < scope.until and each.until >= scope.since
    ]


def _gaps(facts: Facts) -> Table:
    zone = facts.scope.period.zone
    rows = tuple(
        (Cell(source, mono=True), Cell(local(since, zone)), Cell(local(until, zone)), Cell(label(reason), Standing.DIFFERS))
        for source, since, until, reason in sorted(_gaps_inside(facts), key=lambda each: each[1])
    )
    ends = Counter(each.source for each in facts.runs if each.previous_end == "unclean")
    note = "; ".join(f"{source} ended without a word {counted(count, 'time')}" for source, count in sorted(ends.items()))
    empty = "No recorder has said that it missed anything. Time before its first and after its last entry is not covered either."
    return Table("Gaps: what happened in them is unknown", ("Recorder", "From", "Until", "Why"), rows, empty, note)


def _checks(facts: Facts, checks: list[DocumentVersion]) -> Table:
    """A row for each month of the period that has begun: how many days have a check, and what the checks showed."""
    zone, period = ZoneInfo(facts.scope.period.zone), facts.scope.period
    days: defaultdict[str, set[str]] = defaultdict(set)
    found: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for each in checks:
        day = parse_instant(happened_at(each)).astimezone(zone).date().isoformat()
        days[day[:7]].add(day)
        found[day[:7]].append(each)
    last = min(period.last, facts.as_of.astimezone(zone).date())
    owed = Counter((period.first + timedelta(days=number)).isoformat()[:7] for number in range((last - period.first).days + 1))
    rows = tuple(_month(month, count, len(days[month]), found[month]) for month, count in sorted(owed.items()))
    columns = ("Month", "Checks", "Days with a check", "What they showed", "Gaps open at most", "By", "Reviewed by")
    note = "Marked: days without a check, and anything but a log that checks out. Every check is in the JSON beside this page."
    return Table("Integrity checks", columns, rows if checks else (), "No integrity check is recorded in the period.", note)


def _month(month: str, owed: int, seen: int, checks: list[DocumentVersion]) -> tuple[Cell, ...]:
    outcomes = Counter(each.body["outcome"] for each in checks)
    told = ", ".join(f"{label(word)} {count:,}" for word, count in sorted(outcomes.items())) or "nothing"
    gaps = [each.body["gaps_open"] for each in checks if each.body["gaps_open"] is not None]
    return (
        Cell(month),
        Cell(f"{len(checks):,}"),
        Cell(f"{seen} of {owed}", Standing.STATED if seen == owed else Standing.DIFFERS),
        Cell(told, Standing.STATED if set(outcomes) == {"checks_out"} else Standing.DIFFERS),
        Cell(f"{max(gaps):,}", Standing.DIFFERS if max(gaps) else Standing.STATED) if gaps else cell(None),
        _names(each.body["performed_by"] for each in checks),
        _names(each.body["reviewer"] for each in checks),
    )


def _names(stated: Iterable[str | None]) -> Cell:
    names = sorted({each for each in stated if each is not None})
    return Cell(", ".join(names)) if names else cell(None)


def _odd_checks(facts: Facts, checks: list[DocumentVersion]) -> Table:
    zone = facts.scope.period.zone
    odd = [each for each in checks if each.body["outcome"] != "checks_out" or each.body["gaps_open"] or is_late(each)]
    rows = tuple(
        (
            happened(each, zone),
            Cell(each.body["performed_by"]),
            cell(each.body["size"]),
            Cell(label(each.body["outcome"]), Standing.STATED if each.body["outcome"] == "checks_out" else Standing.DIFFERS),
            cell(each.body["gaps_open"]),
            cell(each.body["reviewer"]),
            Cell(short(each.entry), mono=True),
        )
        for each in odd
    )
    columns = ("When", "By", "Entries covered", "What it showed", "Gaps open", "Reviewed by", "Entry")
    empty = "None: no recorded check names damage or open gaps, and none was recorded late."
    return Table("Integrity checks that ask for a look", columns, rows, empty)


def _reviews(facts: Facts, reviews: list[DocumentVersion]) -> Table:
    zone = facts.scope.period.zone
    rows = tuple(
        (
            happened(each, zone),
            Cell(each.body["reviewer"]),
            Cell(local(each.body["covers_from"], zone)),
            Cell(local(each.body["covers_until"], zone)),
            cell(each.body["accesses"]),
            cell(each.body["unexplained"]),
        )
        for each in reviews
    )
    columns = ("When", "Reviewer", "Covers from", "Until", "Accesses", "Unexplained")
    return Table("Reviews of who read the log", columns, rows, "No review of log access is recorded in the period.")
