"""Self-tests of retrieval indexes: only what the manifest allows, only what readers may see (LC-10, LC-11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.reading import count_of, is_stated, missing, rows_of, same, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally, owner_of
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, listed, moment, short, write_new
from proofbook.readmodel.documents import DocumentVersion


def index_within_manifest(facts: Facts, control: str) -> Outcome:
    """Looks at every build of an index in the period, and at the manifest that held when it was made.

    Met: each build was compared, holds nothing the manifest does not allow, no planted document was found, and the manifest was
    approved first by somebody else. Unmet: something outside was in, or a scope came before its approval. Unknown: no build, no
    manifest, or not compared. Met too when every page states that its system reads no index.
    """
    tally = Tally(facts, "index_within_manifest", control)
    numbers: defaultdict[str, dict[int, DocumentVersion]] = defaultdict(dict)
    manifests: dict[str, DocumentVersion] = {}
    for build in tally.events("index.build"):
        number = count_of(build.body, "number")
        if number is not None:
            numbers[str(build.body.get("index"))][number] = build
        manifest = _manifest_of(tally, build)
        if manifest is not None:
            manifests[manifest.entry] = manifest
        _sources_allowed(tally, build, manifest)
        _canaries(tally, build)
    for manifest in manifests.values():
        tally.rest_on(manifest.entry)
        _scope_approved(tally, manifest)
    for builds in numbers.values():
        _none_missing(tally, builds)
    if not tally.examined and _reads_none(tally):
        return tally.outcome(sound="each page states that its system reads no index", empty="")
    _all_built(tally, numbers)
    return tally.outcome(
        sound="each build holds only what its manifest allows", empty="no build of an index in the period", population="POP-10"
    )


def _manifest_of(tally: Tally, build: DocumentVersion) -> DocumentVersion | None:
    """The version of the manifest that held when the index was built."""
    named = text_of(build.body, "manifest")
    if named is None:
        tally.unstated(build, "the manifest it was held against is not named", "manifest")
        return None
    built = str(build.body.get("built_at"))
    versions = tally.facts.history("index.manifest", named)
    held = [each for each in versions if str(each.body.get("effective_at")) <= built]
    if not held:
        said = (
            f"manifest {short(named)} was not in force on {moment(built)}"
            if versions
            else f"manifest {short(named)} is not on record"
        )
        tally.fault(build, Consequence.NOT_SHOWN, said, write_new("index.manifest", "the manifest"))
        return None
    manifest = max(held, key=lambda each: (str(each.body.get("effective_at")), each.index))
    if manifest.body.get("index") != build.body.get("index"):
        tally.deviates(build, f"held against the manifest of another index, {short(str(manifest.body.get('index')))}")
        return None
    return manifest


def _sources_allowed(tally: Tally, build: DocumentVersion, manifest: DocumentVersion | None) -> None:
    outside, sources = count_of(build.body, "outside_manifest"), rows_of(build.body, "sources")
    if outside:
        what = f"{counted(outside, 'document', 'documents')} in it whose source the manifest does not allow"
        tally.deviates(build, what)
    if manifest is not None:
        allowed = {str(row.get("id")) for row in rows_of(manifest.body, "included")}
        allowed -= {str(row.get("id")) for row in rows_of(manifest.body, "excluded")}
        strange = sorted({str(row.get("source")) for row in sources if row.get("documents")} - allowed)
        if strange:
            tally.deviates(build, f"holds documents of {listed(strange)}, which manifest {short(manifest.id)} does not allow")
    if outside is None and not sources:
        tally.unstated(build, "it was not compared with its manifest", "outside_manifest and sources")


def _canaries(tally: Tally, build: DocumentVersion) -> None:
    planted, found = count_of(build.body, "canaries_planted"), count_of(build.body, "canaries_found")
    if found:
        tally.deviates(build, f"{counted(found, 'planted document', 'planted documents')} could be found")
    elif planted and found is None:
        tally.unstated(build, "whether planted documents can be found was not tried", "canaries_found")


def _scope_approved(tally: Tally, manifest: DocumentVersion) -> None:
    body, effective = manifest.body, str(manifest.body.get("effective_at"))
    approved, approver = text_of(body, "approved_at"), text_of(body, "approved_by")
    lacking = missing(body, "approved_by", "approved_at")
    if lacking:
        tally.unstated(manifest, f"{' and '.join(lacking)} not stated", " and ".join(lacking))
    if approved is not None and approved > effective:
        tally.deviates(manifest, f"this scope held from {moment(effective)} and was approved on {moment(approved)}")
    if same(approver, text_of(body, "requested_by")):
        tally.deviates(manifest, f"{short(str(approver))} approved the scope they had asked for themselves")


def _none_missing(tally: Tally, builds: Mapping[int, DocumentVersion]) -> None:
    """The pipeline counts its builds; a number that is not there is a build nobody recorded."""
    before: int | None = None
    for number in sorted(builds):
        if before is not None and number != before + 1:
            gone = f"build {before + 1}" if number == before + 2 else f"builds {before + 1} to {number - 1}"
            index = short(str(builds[number].body.get("index")))
            what = f"it is number {number} and follows number {before}; {gone} of {index} not recorded"
            tally.fault(builds[number], Consequence.NOT_SHOWN, what, write_new("index.build", "the missing builds"))
        before = number


def _reads_none(tally: Tally) -> bool:
    """Whether every page of a system in use states that it reads no index."""
    pages = [each for each in tally.facts.systems() if each.body.get("status") in {"production", "pilot"}]
    if not pages or any(not is_stated(each.body, "indexes") or texts_of(each.body, "indexes") for each in pages):
        return False
    for page in pages:
        tally.look(page)
    return True


def _all_built(tally: Tally, numbers: Mapping[str, object]) -> None:
    for page in tally.facts.systems():
        for index in texts_of(page.body, "indexes"):
            if index not in numbers and page.body.get("status") == "production":
                matter = Matter("index", short(index, 200), page.id, owner_of(tally.facts, page.id), (page.entry,))
                what = f"read by {page.id}, and no build of it is on record in the period"
                tally.fault(matter, Consequence.NOT_SHOWN, what, write_new("index.build", "its builds"))


def index_permissions(facts: Facts, control: str) -> Outcome:
    """Looks at tests with two people of different rights, and at the permission filter of manifests in use.

    Met: each system that reads an index was tried in the period and answered each person within their rights. Unmet: somebody
    was shown what they may not read. Unknown: not tried, no filter described, or a page does not say whether its system reads
    an index.
    """
    tally = Tally(facts, "index_permissions", control)
    tried: set[str] = set()
    for test in tally.events("boundary.test", "test", {"permission_mirrored", "canary"}):
        if test.body.get("outcome") == "not_as_expected":
            tally.fault(test, Consequence.EXCEPTION, f"shown: {short(str(test.body.get('observed')))}", CANNOT_BE_UNDONE)
        elif test.body.get("outcome") == "as_expected" and test.body.get("test") == "permission_mirrored":
            tried.add(str(test.body.get("system") or ""))
    if _reads_none(tally):
        return tally.outcome(sound="each page states that its system reads no index", empty="")
    for page in facts.systems():
        if page.body.get("status") in {"production", "pilot"}:
            _tried_with_two(tally, page, tried)
    for manifest in tally.documents("index.manifest"):
        if text_of(manifest.body, "permission_filter") is None:
            tally.unstated(manifest, "how readers only find what they may read is not stated", "permission_filter")
    return tally.outcome(sound="people were shown only what they may read", empty="no system in use, and no test of permissions")


def _tried_with_two(tally: Tally, page: DocumentVersion, tried: set[str]) -> None:
    if not is_stated(page.body, "indexes"):
        tally.unstated(tally.look(page), "whether it reads a retrieval index is not stated", "indexes")
    elif texts_of(page.body, "indexes"):
        tally.look(page)
        if not tried & {"", page.id}:
            what = "it reads an index, and no test with two people of different rights is on record in the period"
            tally.fault(page, Consequence.NOT_SHOWN, what, write_new("boundary.test", "the test permission_mirrored"))
