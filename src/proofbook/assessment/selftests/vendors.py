"""Self-tests of the vendor register: whoever made what is in use stands in it, and is looked at again (LC-25)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.reading import day_later, day_of, key_of, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally, owner_of
from proofbook.assessment.selftests.traffic import by_artifact
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, write_new
from proofbook.readmodel.documents import DocumentVersion

_EXCEPTION, _NOT_SHOWN = Consequence.EXCEPTION, Consequence.NOT_SHOWN
_REVIEW_DAYS: Final = {"annual": 366, "semi_annual": 184}


def vendor_registered(facts: Facts, control: str) -> Outcome:
    """Looks at who published and converted what served, and at upstreams and hosting that inventory pages name.

    Met: each is in the vendor register, tiered, and accepted before first use. Unmet: one in use is not registered, was
    refused, or was looked at only afterwards. Unknown: nothing in use, or a publisher is not named. Names inside model files
    are not compared.
    """
    tally = Tally(facts, "vendor_registered", control)
    used: dict[str, str] = {}
    _makers(tally, used)
    names = _register(facts)
    for page in facts.systems():
        if page.body.get("status") in {"production", "pilot"}:
            _upstreams(tally, page, names)
    for vendor in tally.documents("vendor"):
        _accepted_first(tally, vendor, used.get(vendor.id))
    tally.remark("publishers are those that approvals name; what model files say of themselves is not compared")
    return tally.outcome(sound="each upstream in use is registered and was accepted first", empty="no upstream is on record")


def _makers(tally: Tally, used: dict[str, str]) -> None:
    """Publishers and converters of what served, as approvals name them; `used`: vendor -> first moment in the period."""
    approvals: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for approval in tally.facts.scoped("model.approval"):
        approvals[str(approval.body.get("artifact_digest"))].append(approval)
    for (system, artifact), stretch in by_artifact(tally.facts).items():
        tally.examined += 1
        matter = Matter("model.artifact", artifact, system, owner_of(tally.facts, system))
        makers = _named_makers(approvals.get(artifact, []))
        if "publisher" not in makers.values():
            what = f"served {short(system)} from {moment(stretch.first)}, and no approval names who published it"
            tally.fault(matter, _NOT_SHOWN, what, "state publisher in its model.approval: proofbook record list model.approval")
        for vendor, field in makers.items():
            used[vendor] = min(used.get(vendor, stretch.first), stretch.first)
            if tally.facts.current("vendor", vendor) is None:
                what = f"served {short(system)} from {moment(stretch.first)}, and its {field} {short(vendor)} is not registered"
                tally.fault(matter, _EXCEPTION, what, f"{write_new('vendor', 'the vendor')}; {CANNOT_BE_UNDONE}")


def _named_makers(approvals: list[DocumentVersion]) -> Mapping[str, str]:
    """Vendor -> what it was; the publisher where it was both."""
    found: dict[str, str] = {}
    for field in ("quantizer", "publisher"):
        for approval in approvals:
            vendor = text_of(approval.body, field)
            if vendor is not None:
                found[vendor] = field
    return found


def _register(facts: Facts) -> frozenset[str]:
    """Every name under which a vendor stands in the register."""
    names: set[str] = set()
    for vendor in facts.scoped("vendor"):
        names |= {key_of(each) for each in (vendor.id, str(vendor.body.get("title")), *texts_of(vendor.body, "publishes_as"))}
    return frozenset(names)


def _upstreams(tally: Tally, page: DocumentVersion, names: frozenset[str]) -> None:
    for upstream in texts_of(page.body, "upstreams"):
        tally.examined += 1
        if key_of(upstream) not in names:
            fix = f"{write_new('vendor', 'the vendor')}; {CANNOT_BE_UNDONE}"
            tally.fault(page, _EXCEPTION, f"depends on {short(upstream)}, which is not registered", fix)
    hosting, provider = page.body.get("hosting"), text_of(page.body, "hosting_provider")
    if hosting not in {"colocation", "iaas", "managed"}:
        return
    tally.examined += 1
    if provider is None:
        tally.unstated(page, f"hosted by others ({hosting}); by whom is not stated", "hosting_provider")
    elif key_of(provider) not in names:
        fix = f"{write_new('vendor', 'the provider')}; {CANNOT_BE_UNDONE}"
        tally.fault(page, _EXCEPTION, f"hosted by {short(provider)}, who is not registered", fix)


def _accepted_first(tally: Tally, vendor: DocumentVersion, served: str | None) -> None:
    """`served`: moment something of it first served in the period; None: nothing did."""
    body, decided, first = vendor.body, text_of(vendor.body, "diligence_at"), text_of(vendor.body, "first_used")
    if served is None and first is None:
        return
    decision = body.get("diligence_decision")
    use = f"in use since {first}" if first is not None else f"in use on {moment(str(served))}"
    if decision == "refused":
        tally.deviates(vendor, f"{use} although refused")
    elif decision == "undecided" or decided is None:
        tally.unstated(vendor, f"{use}; what was decided before, and when, is not stated", "diligence_decision and diligence_at")
    elif (first is not None and day_of(tally.facts, decided) > first) or (served is not None and decided > served):
        tally.deviates(vendor, f"{use}, decided about only on {moment(decided)}")
    if text_of(body, "tier") is None:
        tally.unstated(vendor, "its tier is not stated", "tier and tier_reason")


def vendor_reviewed_in_time(facts: Facts, control: str) -> Outcome:
    """Looks at each vendor in use, at how often it is to be reviewed, and at its reviews.

    Met: no two looks at it lie further apart than stated, nor is the last one too long ago; each came to a decision. Unmet: a
    review is overdue or came late, or an action is. Unknown: no vendor on record, never looked at, or how often is not stated.
    """
    tally = Tally(facts, "vendor_reviewed_in_time", control)
    reviews: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for review in facts.scoped("vendor.review"):
        if str(review.body.get("performed_at")) < tally.horizon:
            reviews[str(review.body.get("vendor"))].append(review)
    for vendor in tally.documents("vendor"):
        ended = text_of(vendor.body, "ended_on")
        looks = sorted(reviews[vendor.id], key=lambda each: str(each.body.get("performed_at")))
        tally.rest_on(*(each.entry for each in looks))
        if ended is None or ended >= facts.scope.period.first.isoformat():
            _often_enough(tally, vendor, looks, ended)
        for review in looks:
            if str(review.body.get("performed_at")) >= tally.since:
                _came_to_decision(tally, vendor, review)
    return tally.outcome(sound="each was looked at as often as stated", empty="no vendor is on record", population="POP-20")


def _often_enough(tally: Tally, vendor: DocumentVersion, looks: list[DocumentVersion], ended: str | None) -> None:
    every = vendor.body.get("review_every")
    if every == "before_promotion":
        return
    allowed = _REVIEW_DAYS.get(str(every))
    if allowed is None:
        tally.unstated(vendor, "how often it is reviewed is not stated", "review_every")
        return
    decided = text_of(vendor.body, "diligence_at")
    moments = sorted([*(str(each.body.get("performed_at")) for each in looks), *([decided] if decided else [])])
    if not moments:
        what = "nobody looked at it on record"
        tally.fault(vendor, _NOT_SHOWN, what, write_new("vendor.review", "the review"))
        return
    days = [day_of(tally.facts, each) for each in moments]
    for before, after, performed in zip(days, days[1:], moments[1:], strict=False):
        if day_later(before, allowed) < after and performed >= tally.since:
            what = (
                f"looked at on {before} and then only on {after}; it is to be reviewed ({every}) by {day_later(before, allowed)}"
            )
            tally.fault(vendor, Consequence.LATE, what, CANNOT_BE_UNDONE)
    due = day_later(days[-1], allowed)
    if due < min(day_of(tally.facts, tally.horizon), ended or "~"):
        what = f"last looked at on {days[-1]}; its next review ({every}) was due by {due}"
        tally.fault(vendor, _EXCEPTION, what, f"{write_new('vendor.review', 'the review')}; what is late {CANNOT_BE_UNDONE}")


def _came_to_decision(tally: Tally, vendor: DocumentVersion, review: DocumentVersion) -> None:
    if review.body.get("outcome") == "undecided":
        tally.unstated(review, f"nothing was decided about {vendor.id}", "outcome")
    serves_us = str(vendor.body.get("relationship")).startswith("subservice")
    if serves_us and review.body.get("soc_report_read") != "yes":
        tally.unstated(review, f"whether the report of {vendor.id} was read is not shown", "soc_report_read")
    note_overdue(tally, review)
