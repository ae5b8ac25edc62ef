"""Access as it stood: each grant with the moment it ended, by revocation or by its own last day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from proofbook.assessment.facts import Facts
from proofbook.assessment.selftests.reading import day_later, key_of, text_of
from proofbook.primitives.instants import LAST_YEAR, format_instant, parse_period
from proofbook.readmodel.documents import END_OF_TIME, DocumentVersion

_LAST_YEAR_ENDS = f"{LAST_YEAR}-12-31"


@dataclass(frozen=True, slots=True)
class Standing:
    """A grant and when it ended; `ended` None: it still stands, or nothing says otherwise."""

    grant: DocumentVersion
    began: str
    ended: str | None
    revocation: DocumentVersion | None

    def overlaps(self, since: str, until: str) -> bool:
        """Whether it stood at any moment of [since, until], both inclusive."""
        return self.began <= until and (self.ended is None or self.ended > since)


def standing_by_subject(facts: Facts) -> Mapping[str, tuple[Standing, ...]]:
    """Every grant in scope, by its subject as names are compared."""
    named: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    broad: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for revocation in facts.scoped("access.revocation"):
        grant = text_of(revocation.body, "grant")
        if grant is None:
            broad[key_of(str(revocation.body.get("subject_id")))].append(revocation)
        else:
            named[grant].append(revocation)
    found: defaultdict[str, list[Standing]] = defaultdict(list)
    for grant_record in facts.scoped("access.grant"):
        subject = key_of(str(grant_record.body.get("subject_id")))
        ends = [*named.get(grant_record.id, ()), *broad.get(subject, ())]
        found[subject].append(_standing(facts, grant_record, ends))
    return {subject: tuple(standings) for subject, standings in found.items()}


def _standing(facts: Facts, grant: DocumentVersion, revocations: list[DocumentVersion]) -> Standing:
    began, system = str(grant.body.get("granted_at")), grant.body.get("system")
    ends = [
        (str(each.body.get("revoked_at")), each)
        for each in revocations
        if each.body.get("system") in {None, system} and str(each.body.get("revoked_at")) >= began
    ]
    ended, revocation = min(ends, key=lambda each: each[0], default=(None, None))
    expires = text_of(grant.body, "expires_on")
    if expires is not None:
        over = _day_ends(facts, expires)
        if ended is None or over < ended:
            return Standing(grant, began, over, None)
    return Standing(grant, began, ended, revocation)


def _day_ends(facts: Facts, day: str) -> str:
    """First moment after a day in the engagement's zone."""
    following = day_later(day, 1)
    if following > _LAST_YEAR_ENDS:
        return END_OF_TIME
    return format_instant(parse_period(following, following, facts.scope.period.zone).start)
