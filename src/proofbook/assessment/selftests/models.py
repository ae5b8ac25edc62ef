"""Self-tests of models: what served is on record, said honestly, approved, and came by a change (LC-12 to LC-14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.flags import note_unapproved_use
from proofbook.assessment.selftests.reading import LAST_DAY, day_of, is_approved, key_of, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally, owner_of
from proofbook.assessment.selftests.traffic import Stretch, by_artifact, note_unbound
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, moment, short, state_in, write_new
from proofbook.readmodel.artifacts import ArtifactVersion
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.provenance import VerificationStatus

STRENGTH: Final = {
    VerificationStatus.MISMATCH.value: 0,
    VerificationStatus.UNVERIFIED.value: 1,
    VerificationStatus.INTERNAL_BASELINE_ONLY.value: 2,
    VerificationStatus.HASH_MATCHES_INDEPENDENT_SOURCE.value: 3,
    VerificationStatus.HASH_MATCHES_PUBLISHER_METADATA.value: 4,
    VerificationStatus.THIRD_PARTY_SIGNATURE_VERIFIED.value: 5,
    VerificationStatus.PUBLISHER_SIGNATURE_VERIFIED.value: 6,
}
"""How much each status claims, the least first."""

_SWAPS: Final = frozenset({"model", "adapter", "quantization"})
_EXCEPTION, _NOT_SHOWN = Consequence.EXCEPTION, Consequence.NOT_SHOWN


def _matter(facts: Facts, system: str, artifact: str, *entries: str) -> Matter:
    return Matter("model.artifact", artifact, system, owner_of(facts, system), entries)


def _served(system: str, stretch: Stretch) -> str:
    number = counted(stretch.exchanges, "exchange", "exchanges")
    return f"served {number} of {short(system)} from {moment(stretch.first)} to {moment(stretch.last)}"


def served_model_recorded(facts: Facts, control: str) -> Outcome:
    """Looks at every artifact that served in the period and at the provenance records of what was found on disk.

    Met: each has a provenance record. Unmet: one has none. Unknown: no traffic, or it is not known which weights answered some of
    the exchanges (they are counted).
    """
    tally = Tally(facts, "served_model_recorded", control)
    recorded = {each.artifact: each for each in facts.artifacts}
    for (system, artifact), stretch in by_artifact(facts).items():
        tally.examined += 1
        record = recorded.get(artifact)
        if record is not None:
            tally.rest_on(record.entry)
            continue
        fix = f"proofbook collect model_store, on the host that holds it; {CANNOT_BE_UNDONE}"
        what = f"{_served(system, stretch)}, and no provenance record has these bytes"
        tally.fault(_matter(facts, system, artifact), _EXCEPTION, what, fix)
    note_unbound(tally)
    return tally.outcome(sound="each artifact that served has a provenance record", empty="nothing served in the period")


def provenance_verified_honestly(facts: Facts, control: str) -> Outcome:
    """Looks at approvals decided in the period, or of artifacts that served, against what the provenance records show.

    Met: no approval claims more than was verified, the licence is decided, the scan done. Unmet: one claims more, the bytes do
    not match, or the licence was refused. Unknown: no approval, no provenance record, no scan, or unverified without a waiver.
    """
    tally = Tally(facts, "provenance_verified_honestly", control)
    recorded: defaultdict[str, list[ArtifactVersion]] = defaultdict(list)
    for each in facts.artifacts:
        recorded[each.artifact].append(each)
    served = {artifact for _, artifact in by_artifact(facts)}
    waived = "\n".join(f"{each.body.get('rule')} {each.body.get('reason')}" for each in facts.scoped("waiver"))
    for approval in facts.scoped("model.approval"):
        digest = str(approval.body.get("artifact_digest"))
        decided = str(approval.body.get("decided_at"))
        if is_approved(approval) and (tally.since <= decided < tally.horizon or digest in served):
            _claims(tally, tally.look(approval), recorded.get(digest, []))
            _waived(tally, approval, digest, waived)
            _licence_and_scan(tally, approval)
    return tally.outcome(
        sound="no approval claims more than the provenance record shows",
        empty="no approval of a model in the period",
        population="POP-07",
    )


def _claims(tally: Tally, approval: DocumentVersion, records: list[ArtifactVersion]) -> None:
    claim = str(approval.body.get("verification"))
    if not records:
        what = f"says {claim}, and no provenance record has these bytes"
        tally.fault(approval, _NOT_SHOWN, what, "proofbook collect model_store, on the host that holds it")
        return
    tally.rest_on(*(each.entry for each in records))
    strengths = [STRENGTH[each.verification] for each in records if each.verification in STRENGTH]
    shown = ", ".join(sorted({short(each.verification) for each in records}))
    if 0 in strengths:
        tally.deviates(approval, f"approved although a provenance record says that the bytes do not match ({shown})")
    elif not strengths or claim not in STRENGTH:
        tally.unstated(approval, f"says {short(claim)}, the provenance record {shown}: they cannot be compared", "verification")
    elif STRENGTH[claim] > max(strengths):
        fix = f"{state_in(approval.kind, approval.id, 'verification as it was shown')}; {CANNOT_BE_UNDONE}"
        tally.fault(approval, _EXCEPTION, f"says {claim}, the provenance record shows only {shown}", fix)


def _waived(tally: Tally, approval: DocumentVersion, digest: str, waived: str) -> None:
    """An unverified model needs a waiver that names it."""
    if approval.body.get("verification") not in {"unverified", "mismatch"}:
        return
    if digest not in waived and approval.id not in waived:
        what = "approved although unverified, and no waiver names it or its digest"
        tally.fault(approval, _NOT_SHOWN, what, write_new("waiver", "the waiver"))


def _licence_and_scan(tally: Tally, approval: DocumentVersion) -> None:
    licence, scan = approval.body.get("license_decision"), approval.body.get("scan_result")
    if licence == "refused":
        tally.deviates(approval, "approved although its licence was refused")
    elif licence == "undecided":
        tally.unstated(approval, "nothing was decided about its licence", "license_decision")
    if scan == "findings":
        tally.unstated(approval, "the scan had findings; what was decided about them is not stated", "conditions or scan_result")
    elif scan != "nothing_found":
        tally.unstated(approval, "no scan for unsafe content is shown", "scan_tool and scan_result")


def served_hash_approved(facts: Facts, control: str) -> Outcome:
    """Looks at every artifact that served a system in the period and at the decisions that name both.

    Met: an approval naming artifact and system was decided before it first served and held until it last served. Unmet: none
    did, it came later, had expired, or was withdrawn; the gateway flagged one of its exchanges as not approved; or altered
    weights were loaded in a test. Unknown: no traffic, or unknown weights.
    """
    tally = Tally(facts, "served_hash_approved", control)
    decisions = _decisions(facts)
    for (system, artifact), stretch in by_artifact(facts).items():
        tally.examined += 1
        _approved_throughout(tally, system, artifact, stretch, decisions.get(artifact, []))
    for test in facts.in_period("boundary.test"):
        if test.body.get("test") == "altered_weights_refused" and test.body.get("outcome") == "not_as_expected":
            tally.deviates(test, f"altered weights were not refused: {short(str(test.body.get('observed')))}")
    note_unapproved_use(tally, partial(_matter, facts), partial(_held_then, facts, decisions))
    note_unbound(tally)
    return tally.outcome(sound="each artifact was approved for its system before it served", empty="nothing served in the period")


def _held_then(
    facts: Facts, decisions: Mapping[str, list[DocumentVersion]], system: str, artifact: str, stretch: Stretch
) -> bool:
    """Whether what was decided, as it stands now, allowed an artifact throughout a stretch, and was only recorded later."""
    about = [each for each in decisions.get(artifact, ()) if system in texts_of(each.body, "systems")]
    before = [each for each in about if str(each.body.get("decided_at")) <= stretch.first][-1:]
    between = [each for each in about if stretch.first < str(each.body.get("decided_at")) <= stretch.last]
    last = (text_of(each.body, "expires_on") or LAST_DAY for each in (*before, *between))
    late = any(each.recorded > stretch.first for each in before)
    return late and all(map(is_approved, (*before, *between))) and day_of(facts, stretch.last) <= min(last)


def _decisions(facts: Facts) -> Mapping[str, list[DocumentVersion]]:
    """Every version of every decision, by artifact, in the order they were decided: what was decided stands until the next."""
    found: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for newest in facts.scoped("model.approval"):
        for version in facts.history(newest.kind, newest.id):
            found[str(version.body.get("artifact_digest"))].append(version)
    for versions in found.values():
        versions.sort(key=lambda each: (str(each.body.get("decided_at")), each.index))
    return found


def _approved_throughout(tally: Tally, system: str, artifact: str, stretch: Stretch, decisions: list[DocumentVersion]) -> None:
    about = [each for each in decisions if system in texts_of(each.body, "systems")]
    before = [each for each in about if str(each.body.get("decided_at")) <= stretch.first]
    matter = _matter(tally.facts, system, artifact, *(each.entry for each in about[-1:]))
    served = _served(system, stretch)
    tally.rest_on(*matter.entries)
    if not before or not is_approved(before[-1]):
        since = next((each for each in about if is_approved(each) and str(each.body.get("decided_at")) > stretch.first), None)
        if since is not None:
            what = f"{served}; it was approved only on {moment(str(since.body.get('decided_at')))} ({short(since.id)})"
        elif before:
            what = f"{served}, although the last decision ({short(before[-1].id)}) was {before[-1].body.get('decision')}"
        elif decisions:
            what = f"{served}; decisions about it ({short(decisions[-1].id)}) do not name this system"
        else:
            what = f"{served}, and nobody approved it on record"
        tally.deviates(matter, what)
        return
    _still_approved(tally, matter, stretch, about, served)


def _still_approved(tally: Tally, matter: Matter, stretch: Stretch, about: list[DocumentVersion], served: str) -> None:
    for each in about:
        decided = str(each.body.get("decided_at"))
        if stretch.first < decided < stretch.last and not is_approved(each):
            tally.deviates(matter, f"{served}, although {each.body.get('decision')} on {moment(decided)} ({short(each.id)})")
            return
    held = [each for each in about if str(each.body.get("decided_at")) <= stretch.last]
    expires = text_of(held[-1].body, "expires_on")
    if expires is not None and day_of(tally.facts, stretch.last) > expires:
        tally.deviates(matter, f"{served}; its approval ({short(held[-1].id)}) ended on {expires}")


def served_model_has_change(facts: Facts, control: str) -> Outcome:
    """Looks at every artifact that began to serve a system in the period and at changes of model, adapter or quantisation.

    Met: each rests on a change released before it first served; what the system began with needs none. Unmet: one served
    without a change, or before its change was released. Unknown: no traffic, or unknown weights.
    """
    tally = Tally(facts, "served_model_has_change", control)
    changes: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for change in facts.scoped("change"):
        if change.body.get("what") in _SWAPS:
            changes[str(change.body.get("system"))].append(change)
    by_system: defaultdict[str, list[tuple[Stretch, str]]] = defaultdict(list)
    for (system, artifact), stretch in by_artifact(facts).items():
        by_system[system].append((stretch, artifact))
    for system, served in by_system.items():
        _each_has_change(tally, system, sorted(served, key=lambda each: (each[0].first, each[1])), changes[system])
    note_unbound(tally)
    return tally.outcome(
        sound="each artifact came by a change, or is what the system began with", empty="nothing served in the period"
    )


def _each_has_change(tally: Tally, system: str, served: list[tuple[Stretch, str]], changes: list[DocumentVersion]) -> None:
    brought: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for change in changes:
        brought[key_of(str(change.body.get("after")))].append(change)
    first = served[0][0].first
    earlier = [each for each in changes if str(each.body.get("released_at")) <= first]
    began_with = _named_at_first(tally.facts, system, first) | (set() if earlier else {served[0][1]})
    for stretch, artifact in served:
        tally.examined += 1
        fitting = brought.get(key_of(artifact), [])
        tally.rest_on(*(each.entry for each in fitting))
        if any(str(each.body.get("released_at")) <= stretch.first for each in fitting):
            continue
        if not fitting and artifact in began_with:
            tally.remark(f"{artifact} is taken to be what {system} began with: nothing on record served before it")
            continue
        matter = _matter(tally.facts, system, artifact, *(each.entry for each in fitting))
        if fitting:
            when = moment(min(str(each.body.get("released_at")) for each in fitting))
            tally.deviates(
                matter, f"{_served(system, stretch)}, and the change to it ({short(fitting[0].id)}) was released on {when}"
            )
        else:
            tally.deviates(matter, f"{_served(system, stretch)}, and no change to it is on record")


def _named_at_first(facts: Facts, system: str, moment_: str) -> set[str]:
    """Artifacts the first version of the system's page names, when it was recorded before the system served."""
    versions = facts.history("ai_system", system)
    if not versions or versions[0].recorded > moment_:
        return set()
    return set(texts_of(versions[0].body, "models"))
