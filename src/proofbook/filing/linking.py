"""Rules on what a record points to: other records, controls, artifacts, versions, criteria.

Promises: every reference the schema knows is followed; one that leads nowhere is told, never dropped. A criterion that does not
exist is refused by name, since no record may rest on an invented one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.controls.criteria import check_criterion
from proofbook.errors import MalformedRecord
from proofbook.filing.document import Filed
from proofbook.filing.marked import Step
from proofbook.filing.readiness import parse_path
from proofbook.filing.remark import Circumstances, Code, Remark
from proofbook.records.provenance import VerificationStatus
from proofbook.records.record import find_references

_STRENGTH: Final[Mapping[str, int]] = {
    VerificationStatus.MISMATCH: 0,
    VerificationStatus.UNVERIFIED: 1,
    VerificationStatus.INTERNAL_BASELINE_ONLY: 2,
    VerificationStatus.HASH_MATCHES_INDEPENDENT_SOURCE: 3,
    VerificationStatus.HASH_MATCHES_PUBLISHER_METADATA: 4,
    VerificationStatus.THIRD_PARTY_SIGNATURE_VERIFIED: 5,
    VerificationStatus.PUBLISHER_SIGNATURE_VERIFIED: 6,
}
"""How much a verification status claims; bytes that do not match claim less than nothing known."""
_CRITERIA: Final = "criteria"
_OCCASIONS: Final = ("incident.real", "incident.near_miss", "incident.exercise")


def check_references(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """Every reference leads to something in the book or in this run."""
    for path, kind, wanted in find_references(filed.record):
        if not _is_there(kind, wanted, about) and (filed.kind, path) != ("sign_off", "of_entry"):
            told = f"{wanted!r} is no {kind} of this book or this run"
            yield Remark(Code.UNKNOWN_REFERENCE, parse_path(path), told, _reference_fix(kind))


def check_criteria(filed: Filed, _about: Circumstances) -> Iterator[Remark]:
    """Criteria are among those that exist."""
    for steps, criterion in _criteria(filed.body, ()):
        try:
            check_criterion(criterion)
        except MalformedRecord as error:
            fix = "criteria ids look like CC6.1, A1.2, C1.1, PI1.3 or P4.2"
            yield Remark(Code.UNKNOWN_CRITERION, steps, error.message, fix, refuses=True)


def check_claimed_verification(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """An approval says no more about its bytes than their provenance record shows."""
    claimed = filed.body["verification"]
    artifact = about.known.artifact(filed.body["artifact_digest"])
    shown = VerificationStatus.INTERNAL_BASELINE_ONLY.value if artifact is None else artifact.verification
    if _STRENGTH[claimed] > _STRENGTH[shown]:
        told = "there is none" if artifact is None else f"entry {artifact.entry} shows {shown}"
        what = f"claims {claimed}; of provenance records of these bytes {told}"
        fix = f"state {shown} at most; `proofbook collect` looks at the bytes again"
        yield Remark(Code.MORE_THAN_SHOWN, ("verification",), what, fix, refuses=True)


def check_occasion(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """What happened, what nearly happened and what was practised never share an id."""
    for other in _OCCASIONS:
        if other != filed.kind and about.known.is_there(other, filed.id):
            told = f"{filed.id!r} is the id of {other}/{filed.id} already"
            fix = "an exercise is never turned into an incident, nor the other way round; take another id"
            yield Remark(Code.EXERCISE_AND_INCIDENT, (), told, fix, refuses=True)


def check_standard(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """Thresholds that are moved are seen to be moved."""
    before = about.previous
    if before is not None and before.body.get("thresholds") != filed.body["thresholds"]:
        told = f"differ from version {before.version}; runs that were held against it keep it"
        yield Remark(Code.THRESHOLDS_CHANGED, ("thresholds",), told, "say why in `because`")


def check_run(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """A run is held against the version of the standard that stood before it began."""
    body = filed.body
    if body["standard_entry"] is None:
        held = about.known.documents.current("evaluation.standard", body["standard"], body["started_at"])
        if held is not None:
            told = "does not say which version of the standard held"
            yield Remark(Code.NO_STANDARD_VERSION, ("standard_entry",), told, f"when the run began it was {held.entry}")
        return
    version = about.known.version(body["standard_entry"])
    if version is None:
        return
    if (version.kind, version.id) != ("evaluation.standard", body["standard"]):
        told = f"is an entry of {version.kind}/{version.id}, not of evaluation.standard/{body['standard']}"
        fix = "take it from `proofbook record history evaluation.standard`"
        yield Remark(Code.WRONG_REFERENCE, ("standard_entry",), told, fix, refuses=True)
    elif version.recorded > body["started_at"]:
        told = f"was recorded at {version.recorded}, after the run began"
        yield Remark(Code.STANDARD_AFTER_RUN, ("standard_entry",), told, "lines are drawn before anything is measured")


def _is_there(kind: str, wanted: str, about: Circumstances) -> bool:
    known = about.known
    match kind:
        case "entry":
            return known.version(wanted) is not None
        case "model.artifact":
            return known.artifact(wanted) is not None
        case "control":
            return wanted in known.controls or known.is_there(kind, wanted)
        case _:
            return known.is_there(kind, wanted)


def _reference_fix(kind: str) -> str:
    match kind:
        case "entry":
            return "`proofbook record history` shows the entries of a record"
        case "model.artifact":
            return "`proofbook collect` records model artifacts"
        case _:
            return f"apply the {kind} too, or correct the id"


def _criteria(value: Any, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == _CRITERIA and isinstance(each, list):
                yield from (((*path, name, at), str(criterion)) for at, criterion in enumerate(each))
            else:
                yield from _criteria(each, (*path, name))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _criteria(each, (*path, at))
