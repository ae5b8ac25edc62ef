"""What calls for a control when there is no calendar: a grant, a change, an advisory, a leaver; and what answers each.

Promises: an event is told from a record (or from traffic), with the moment by which the control had to act; only what belongs to
that very event answers it. Whether somebody approved their own request is for the self-tests, not decided here. Events of which
there is no record cannot be told: a list of none needs its certificate (`nil`). A duty per event of a control that was not made
from an illustrative one has no events that could be told. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Final

from proofbook.assessment.calling_people import grants_given, joiners, leavers
from proofbook.assessment.facts import Facts
from proofbook.assessment.happenings import Call, Reply, days_of, first_saying, system_of, when
from proofbook.readmodel.documents import DocumentVersion

Caller = Callable[[Facts], Iterator[Call]]
_APPROVED: Final = frozenset({"approved", "approved_with_conditions"})
_UNDECIDED: Final = "undecided"
_MODEL_CHANGES: Final = frozenset({"model", "adapter", "quantization"})
_TESTED: Final = frozenset({"met", "waived"})


def calls_for(control: str | None, facts: Facts) -> tuple[Call, ...]:
    """Every event that calls for the illustrative control `control`, or for one made from it."""
    caller = _CALLERS.get(control or "")
    return () if caller is None else tuple(caller(facts))


def _systems_used(facts: Facts) -> Iterator[Call]:
    """LC-01: a system was used; it had to be registered by then."""
    days = days_of(facts)
    for page in facts.systems():
        served = [row.first for row in facts.served if row.system == page.id and not row.refused]
        live = page.body.get("go_live")
        if not served and live is None:
            continue
        first, stated = facts.history("ai_system", page.id)[0], page.body.get("registered_at")
        known = first_saying(facts, page, "registered_at") if stated else first.recorded
        used = min((*served, *((days.begin(live),) if live else ())))
        due = min((*map(when, served), *((days.end(live),) if live else ())))
        yield Call(page.id, page.kind, page.id, first.entry, used, due, (Reply(first.entry, stated or first.recorded, known),))


def _builds(facts: Facts) -> Iterator[Call]:
    """LC-10: an index was built; it had to be held against its manifest."""
    for build in facts.scoped("index.build"):
        at, compared = build.body["built_at"], build.body.get("outside_manifest") is not None
        note = "" if compared and build.body.get("manifest") else "was not held against a manifest"
        for system in build.body.get("systems") or (None,):
            yield Call(system, build.kind, build.id, build.entry, at, when(at), (Reply(build.entry, at, build.recorded, note),))


def _artifacts_served(facts: Facts) -> Iterator[Call]:
    """LC-12: bytes served; they had to be approved by then."""
    first: dict[str, str] = {}
    for row in facts.served:
        if row.artifact is not None:
            first[row.artifact] = min(row.first, first.get(row.artifact, row.first))
    entries = {each.artifact: each.entry for each in facts.artifacts}
    for artifact, served in sorted(first.items()):
        found = (each for each in facts.scoped("model.approval") if each.body["artifact_digest"] == artifact)
        replies = tuple(map(partial(_approval, facts), found))
        yield Call(None, "model.artifact", artifact, entries.get(artifact, artifact), served, when(served), replies)


def _approval(facts: Facts, approval: DocumentVersion) -> Reply:
    decision = approval.body["decision"]
    note = "" if decision in _APPROVED else f"decision is {decision}"
    return Reply(approval.entry, approval.body["decided_at"], first_saying(facts, approval, "decided_at"), note)


def _changes(facts: Facts) -> Iterator[Call]:
    """LC-14: a change was released; it had to be tested and approved by then."""
    for change in facts.scoped("change"):
        if not change.body["emergency"]:
            released = change.body["released_at"]
            yield Call(
                system_of(change), change.kind, change.id, change.entry, released, when(released), _releasing(facts, change)
            )


def _releasing(facts: Facts, change: DocumentVersion) -> tuple[Reply, ...]:
    body = change.body
    missing = [name for name in ("approved_by", "approved_at", "tested_at") if body.get(name) is None]
    if body["test_outcome"] not in _TESTED:
        missing.append(f"test_outcome is {body['test_outcome']}")
    stated = [body[name] for name in ("approved_at", "tested_at") if body.get(name) is not None]
    if not stated:
        return ()
    known = max(first_saying(facts, change, name) for name in ("approved_at", "tested_at") if body.get(name) is not None)
    return (Reply(change.entry, max(stated), known, f"not stated: {', '.join(missing)}" if missing else ""),)


def _emergencies(facts: Facts) -> Iterator[Call]:
    """LC-15: an emergency change was released; it has to be reviewed within its days."""
    for change in facts.scoped("change"):
        body = change.body
        if body["emergency"]:
            due = when(body["released_at"]) + timedelta(days=body["review_within_days"])
            said = body.get("reviewed_at")
            replies = (Reply(change.entry, said, first_saying(facts, change, "reviewed_at")),) if said else ()
            yield Call(system_of(change), change.kind, change.id, change.entry, body["released_at"], due, replies)


def _upstream_events(facts: Facts) -> Iterator[Call]:
    """LC-16: something new upstream; it has to be decided within the policy's days, or by the period's end when it names none."""
    decisions: dict[str, list[DocumentVersion]] = {}
    for each in facts.scoped("upstream.decision"):
        decisions.setdefault(each.body["event"], []).append(each)
    for event in facts.scoped("upstream.event"):
        published, days = event.body["published_at"], event.body.get("decide_within_days")
        due = facts.scope.period.end if days is None else when(published) + timedelta(days=days)
        replies = tuple(
            Reply(
                each.entry, each.body["decided_at"], first_saying(facts, each, "decided_at"),
                "nothing was decided yet" if each.body["decision"] == _UNDECIDED else "",
            )
            for each in decisions.get(event.id, ())
        )  # fmt: skip
        yield Call(None, event.kind, event.id, event.entry, published, due, replies)


def _models_changed(facts: Facts) -> Iterator[Call]:
    """LC-17: a model was changed; the suite had to run on the new one before."""
    runs = facts.scoped("evaluation.run")
    for change in facts.scoped("change"):
        body = change.body
        if body["what"] not in _MODEL_CHANGES:
            continue
        named = set(body.get("evaluations") or ())
        after = str(body.get("after") or "")
        found = (
            each for each in runs
            if each.body["system"] == body["system"]
            and (each.body.get("change") == change.id or each.id in named or (after and each.body.get("model") == after))
        )  # fmt: skip
        replies = tuple(
            Reply(
                each.entry, each.body["ended_at"], first_saying(facts, each, "ended_at"),
                "was run on another artifact" if after.startswith("sha256:") and each.body.get("model") != after else "",
            )
            for each in found
        )  # fmt: skip
        released = body["released_at"]
        yield Call(body["system"], change.kind, change.id, change.entry, released, when(released), replies)


def _decisions(facts: Facts) -> Iterator[Call]:
    """LC-18: an output informed a decision; it had to be reviewed before that took effect."""
    for review in facts.scoped("decision.review"):
        decided, effective = review.body["decided_at"], review.body.get("effective_at")
        reply = Reply(review.entry, decided, first_saying(facts, review, "decided_at"))
        yield Call(
            review.body["system"],
            review.kind,
            review.id,
            review.entry,
            effective or decided,
            when(effective or decided),
            (reply,),
        )


def _alerts(facts: Facts) -> Iterator[Call]:
    """LC-22: an alert was raised; it has to be looked at within its hours."""
    for alert in facts.scoped("alert.triage"):
        body = alert.body
        note = "disposition is undecided" if body["disposition"] == _UNDECIDED else ""
        said = body.get("triaged_at")
        replies = (Reply(alert.entry, said, first_saying(facts, alert, "triaged_at"), note),) if said else ()
        due = when(body["raised_at"]) + timedelta(hours=body["within_hours"])
        yield Call(system_of(alert), alert.kind, alert.id, alert.entry, body["raised_at"], due, replies)


def _incidents(facts: Facts) -> Iterator[Call]:
    """LC-23: an incident; it has to be closed once its actions were due. While none has a day, it is not due."""
    days = days_of(facts)
    for kind in ("incident.real", "incident.near_miss"):
        for incident in facts.scoped(kind):
            body, closed = incident.body, incident.body.get("closed_at")
            dues = [days.end(action["due"]) for action in body["actions"]]
            late = [when(closed)] if closed and not dues else []
            due = max((*dues, *late), default=facts.as_of + timedelta(days=1))
            replies = (Reply(incident.entry, closed, first_saying(facts, incident, "closed_at")),) if closed else ()
            yield Call(None, kind, incident.id, incident.entry, body["detected_at"], due, replies)


def _first_uses(facts: Facts) -> Iterator[Call]:
    """LC-25: an upstream was used for the first time; it had to be assessed before."""
    days = days_of(facts)
    for vendor in facts.scoped("vendor"):
        used, said = vendor.body.get("first_used"), vendor.body.get("diligence_at")
        if used is None:
            continue
        note = "nothing was decided yet" if vendor.body["diligence_decision"] == _UNDECIDED else ""
        replies = (Reply(vendor.entry, said, first_saying(facts, vendor, "diligence_at"), note),) if said else ()
        yield Call(None, vendor.kind, vendor.id, vendor.entry, days.begin(used), days.end(used), replies)


def _new_systems(facts: Facts) -> Iterator[Call]:
    """LC-31: a system went live; risks have to be assessed for it."""
    days = days_of(facts)
    for page in facts.systems():
        live = page.body.get("go_live")
        if live is None:
            continue
        replies = tuple(
            Reply(each.entry, each.body["performed_at"], first_saying(facts, each, "performed_at"))
            for each in facts.scoped("risk.assessment")
            if page.id in each.body["systems"] or each.body.get("trigger_record") == page.id
        )
        yield Call(None, page.kind, page.id, facts.history("ai_system", page.id)[0].entry, days.begin(live), None, replies)


def _requests(facts: Facts) -> Iterator[Call]:
    """LC-32: somebody asked for a tool; it has to be decided within the policy's days, or by the period's end."""
    for request in facts.scoped("tool.request"):
        body, days = request.body, request.body.get("decide_within_days")
        due = facts.scope.period.end if days is None else when(body["requested_at"]) + timedelta(days=days)
        said = body.get("decided_at")
        note = "nothing was decided yet" if body["decision"] == _UNDECIDED else ""
        replies = (Reply(request.entry, said, first_saying(facts, request, "decided_at"), note),) if said else ()
        yield Call(None, request.kind, request.id, request.entry, body["requested_at"], due, replies)


_CALLERS: Final[Mapping[str, Caller]] = MappingProxyType(
    {
        "LC-01": _systems_used,
        "LC-04": grants_given,
        "LC-05": leavers,
        "LC-10": _builds,
        "LC-12": _artifacts_served,
        "LC-14": _changes,
        "LC-15": _emergencies,
        "LC-16": _upstream_events,
        "LC-17": _models_changed,
        "LC-18": _decisions,
        "LC-22": _alerts,
        "LC-23": _incidents,
        "LC-25": _first_uses,
        "LC-30": joiners,
        "LC-31": _new_systems,
        "LC-32": _requests,
    }
)
