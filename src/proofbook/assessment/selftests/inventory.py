"""Self-tests of the inventory: registered before use, reviewed by the owner, reconciled with what was found (LC-01 to LC-03)."""

from __future__ import annotations

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.reading import count_of, day_of, is_stated, missing, same, text_of
from proofbook.assessment.selftests.tally import Matter, Tally, system_matter
from proofbook.assessment.selftests.traffic import Stretch, by_system
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.traffic import Discovery

_EXCEPTION, _NOT_SHOWN = Consequence.EXCEPTION, Consequence.NOT_SHOWN


def registered_before_use(facts: Facts, control: str) -> Outcome:
    """Looks at the first traffic (or the go-live) of each system and at its inventory page.

    Met: every system that served, or went live in the period, was registered and approved before. Unmet: one served without a
    page, before it was registered or approved, or after it was retired. Unknown: neither traffic nor go-live, or the page does
    not say when.
    """
    tally = Tally(facts, "registered_before_use", control)
    served = by_system(facts)
    for system, stretch in served.items():
        page = facts.current("ai_system", system)
        if page is None:
            _unregistered(tally, system, stretch)
        else:
            _page_in_order(tally, tally.look(page), stretch.first)
            _page_in_life(tally, page, stretch)
    first, last = facts.scope.period.first.isoformat(), day_of(facts, tally.horizon)
    for page in facts.systems():
        live = text_of(page.body, "go_live")
        if page.id not in served and live is not None and first <= live <= last:
            _page_in_order(tally, tally.look(page), live)
    return tally.outcome(
        sound="each system was registered and approved before it served",
        empty="no traffic, and no system went live in the period",
        population="POP-01",
    )


def _unregistered(tally: Tally, system: str, stretch: Stretch) -> None:
    tally.examined += 1
    number = counted(stretch.exchanges, "exchange", "exchanges")
    what = f"served {number} from {moment(stretch.first)} to {moment(stretch.last)} and has no inventory page"
    tally.fault(system_matter(tally.facts, system), _EXCEPTION, what, f"{write_new('ai_system', 'its page')}; {CANNOT_BE_UNDONE}")


def _page_in_order(tally: Tally, page: DocumentVersion, use: str) -> None:
    """`use`: moment of the first traffic, or the day of go-live."""
    began = f"it first served in the period on {moment(use)}" if len(use) > 10 else f"it went live on {use}"
    for field, word in (("registered_at", "registered"), ("approved_at", "approved")):
        said = text_of(page.body, field)
        if said is None:
            shown = field == "registered_at" and not _is_after(tally.facts, _first_recorded(tally.facts, page), use)
            if not shown:
                tally.unstated(page, f"{field} is not stated; {began}", field)
        elif _is_after(tally.facts, said, use):
            tally.deviates(page, f"{word} on {moment(said)}, but {began}")
    lacking = missing(page.body, "approved_by", "business_owner", "risk_tier")
    if lacking:
        tally.unstated(page, f"{', '.join(lacking)} not stated", ", ".join(lacking))


def _page_in_life(tally: Tally, page: DocumentVersion, stretch: Stretch) -> None:
    status, retired = page.body.get("status"), text_of(page.body, "retired_on")
    if retired is not None and day_of(tally.facts, stretch.last) > retired:
        tally.deviates(page, f"retired on {retired}, but served until {moment(stretch.last)}")
    elif status == "proposed" or (status == "retired" and retired is None):
        what = f"the page says {status}, but it served until {moment(stretch.last)}"
        tally.unstated(page, what, "status and its day")


def _is_after(facts: Facts, instant: str, use: str) -> bool:
    return instant > use if len(use) > 10 else day_of(facts, instant) > use


def _first_recorded(facts: Facts, page: DocumentVersion) -> str:
    return facts.history(page.kind, page.id)[0].recorded


def owner_reviews_inventory(facts: Facts, control: str) -> Outcome:
    """Looks at every inventory review of the period, at the page it speaks of and who owned the system then.

    Met: each was done by an owner of the page, names the version it looked at and left nothing open. Unmet: the reviewer is no
    owner, or a correction is overdue. Unknown: no review, or owner, version or result is not stated. Missed quarters: see the
    calendar.
    """
    tally = Tally(facts, "owner_reviews_inventory", control)
    for review in tally.events("inventory.review"):
        body, system = review.body, str(review.body.get("system"))
        performed = str(body.get("performed_at"))
        page = facts.at("ai_system", system, performed) or facts.current("ai_system", system)
        if page is None:
            tally.fault(review, _NOT_SHOWN, f"there is no page of {system}", write_new("ai_system", f"the page of {system}"))
        else:
            _reviewer_owns(tally, review, page)
        _says_what(tally, review, system)
        note_overdue(tally, review)
    return tally.outcome(
        sound="each was made by an owner, of a version that is named",
        empty="no inventory review in the period",
        population="POP-02",
    )


def _reviewer_owns(tally: Tally, review: DocumentVersion, page: DocumentVersion) -> None:
    reviewer = text_of(review.body, "reviewer")
    owners = [each for each in (text_of(page.body, "business_owner"), text_of(page.body, "technical_owner")) if each is not None]
    if not owners or reviewer is None:
        what = f"whether {short(reviewer or 'the reviewer')} owns {page.id} cannot be told: its page names no owner"
        tally.fault(review, _NOT_SHOWN, what, state_in("ai_system", page.id, "business_owner"))
    elif not any(same(reviewer, each) for each in owners):
        what = f"reviewed by {short(reviewer)}, who does not own {page.id} ({short(' or '.join(owners))} does)"
        tally.deviates(review, what)


def _says_what(tally: Tally, review: DocumentVersion, system: str) -> None:
    named, outcome = text_of(review.body, "reviewed_version"), text_of(review.body, "outcome")
    if named is None:
        tally.unstated(review, "the version that was reviewed is not named", "reviewed_version")
    elif all(named != each.entry for each in tally.facts.history("ai_system", system)):
        what = f"the version it names, {short(named)}, is none of the page of {system}"
        tally.unstated(review, what, "reviewed_version")
    if outcome is None:
        tally.unstated(review, "its outcome is not stated", "outcome")
    elif outcome == "changes_open":
        what = "its corrections are open"
        tally.fault(review, _NOT_SHOWN, what, f"finish them, then {state_in(review.kind, review.id, 'outcome changed')}")
    elif outcome == "changed" and not is_stated(review.body, "changes"):
        tally.unstated(review, "what changed is not stated", "changes")


def discovery_reconciled(facts: Facts, control: str) -> Outcome:
    """Looks at reconciliations of the period and at the scans they rest on.

    Met: each names its scan, what it covered and left out, and leaves no difference unresolved. Unmet: a difference is
    unresolved, or the scan found more than the reconciliation speaks of. Unknown: no reconciliation, or its coverage is not
    stated.
    """
    tally = Tally(facts, "discovery_reconciled", control)
    scans = {each.entry: each for each in facts.discoveries}
    reviewed = ""
    for review in tally.events("discovery.review"):
        reviewed = max(reviewed, str(review.body.get("performed_at")))
        _unresolved(tally, review)
        _coverage(tally, review)
        named = text_of(review.body, "scan")
        if named is None or named not in scans:
            what = (
                "the scan it rests on is not named" if named is None else f"the scan it names, {short(named)}, is not on record"
            )
            tally.fault(review, _NOT_SHOWN, what, f"proofbook discover; {state_in(review.kind, review.id, 'scan')}")
        else:
            tally.rest_on(named)
            _as_many(tally, review, scans[named])
        note_overdue(tally, review)
    _unlooked(tally, reviewed)
    return tally.outcome(sound="each difference that was found is resolved", empty="no reconciliation of a scan in the period")


def _unresolved(tally: Tally, review: DocumentVersion) -> None:
    left, differences = count_of(review.body, "unresolved"), count_of(review.body, "differences")
    if left is None or differences is None:
        what = "how many differences were found or left is not stated"
        tally.unstated(review, what, "differences and unresolved")
    elif left > 0:
        what = f"{left} of {counted(differences, 'difference', 'differences')} left unresolved"
        tally.fault(review, _EXCEPTION, what, f"resolve them, then {state_in(review.kind, review.id, 'unresolved')}")
    elif differences > 0 and text_of(review.body, "resolution") is None:
        what = f"how {counted(differences, 'difference was', 'differences were')} resolved is not stated"
        tally.unstated(review, what, "resolution")


def _coverage(tally: Tally, review: DocumentVersion) -> None:
    unsaid = [field for field in ("networks", "left_out") if not is_stated(review.body, field)]
    if unsaid:
        what = f"what the scan covered cannot be told: {' and '.join(unsaid)} not stated"
        tally.unstated(review, what, " and ".join(unsaid))


def _as_many(tally: Tally, review: DocumentVersion, scan: Discovery) -> None:
    differences = count_of(review.body, "differences")
    if differences is not None and scan.differences > differences:
        host, found = short(scan.host), counted(scan.differences, "difference", "differences")
        what = f"the scan of {host} on {moment(scan.started)} found {found}, the reconciliation speaks of {differences}"
        tally.fault(review, _EXCEPTION, what, f"resolve the rest, then {state_in(review.kind, review.id, 'differences')}")


def _unlooked(tally: Tally, reviewed: str) -> None:
    """The newest scan of each host, when it found differences after the last reconciliation."""
    newest = {each.host: each for each in tally.facts.discoveries if tally.since <= each.ended < tally.horizon}
    for scan in newest.values():
        if scan.differences and scan.ended > reviewed:
            matter = Matter("discovery.run", scan.host, entries=(scan.entry,))
            number = counted(scan.differences, "difference", "differences")
            what = f"the scan on {moment(scan.started)} found {number} that nobody has reconciled"
            tally.fault(matter, _NOT_SHOWN, what, write_new("discovery.review", "the reconciliation"))
