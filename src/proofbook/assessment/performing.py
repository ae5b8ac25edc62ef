"""What is on file as having performed a duty: records that its evidence rules name, each with what keeps it from counting.

Promises: an open draft never counts as a performance; a review with rows nobody decided, or removals nobody saw work, is begun
and not complete; an evaluation counts only for what served. When a record was corrected, what counts as the day of recording is
the first version that said the same. Pure. Bodies are those of the published models; texts in them are carried as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from proofbook.assessment.control_set import HeldControl
from proofbook.assessment.facts import Facts
from proofbook.assessment.serving import describe_mismatch
from proofbook.controls.control import EvidenceRule
from proofbook.obligations.duty import Performance
from proofbook.obligations.midnights import Midnights
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.record import find_blanks

_CHANGED: Final = frozenset({"change", "remove"})
_SEEN: Final = frozenset({"requeried", "not_needed"})


class Shelf:
    """Evidence of one assessment, looked at once however many duties rest on it."""

    def __init__(self, facts: Facts, systems: Iterable[str]) -> None:
        self._facts = facts
        self._systems = tuple(systems)
        self._midnights = Midnights(facts.scope.period.zone)
        self._flaws: dict[str, str | None] = {}

    def performances(self, control: HeldControl, rule: EvidenceRule, *, key: str, per_system: bool) -> Iterator[Performance]:
        """What one rule finds, for the duty known as `key`."""
        for version in self._facts.scoped(rule.kind):
            occurred = self.moment(version, rule.at)
            if occurred is None or not speaks_of(version, control, rule):
                continue
            note = self.flaw(version, rule)
            recorded = self.first_recorded(version, rule, complete=note is None)
            for scope in self._scopes(version, rule, per_system=per_system):
                yield Performance(version.entry, key, scope, occurred, recorded, note is None, note or "")

    def moment(self, version: DocumentVersion, field: str) -> str | None:
        """The instant in a field; of a day its first moment in the engagement's zone."""
        value = version.body.get(field)
        if not isinstance(value, str):
            return None
        return value if len(value) > len("2026-01-01") else self._midnights.begins(date.fromisoformat(value))

    def flaw(self, version: DocumentVersion, rule: EvidenceRule) -> str | None:
        """What keeps a record from being complete; None when nothing does."""
        unmet = None if rule.complete_when is None else _unmet(version.body, rule.complete_when)
        return unmet or self._own_flaw(version)

    def _own_flaw(self, version: DocumentVersion) -> str | None:
        """What its own kind and text keep it from, whichever rule asks."""
        if version.entry not in self._flaws:
            blanks = find_blanks(version.body) if "[[" in str(version.body) else ()  # most have none, and this is quick to see
            judge = _BY_KIND.get(version.kind)
            named = f"blanks of a draft are open: {', '.join(blanks[:3])}" if blanks else None
            self._flaws[version.entry] = named or (judge(self._facts, version) if judge else None)
        return self._flaws[version.entry]

    def first_recorded(self, version: DocumentVersion, rule: EvidenceRule, *, complete: bool) -> str:
        """When this was first said: of the versions that say the same moment (and are complete too), the earliest."""
        for each in self._facts.history(version.kind, version.id):
            if each.body.get(rule.at) == version.body.get(rule.at) and (not complete or self.flaw(each, rule) is None):
                return each.recorded
        return version.recorded

    def _scopes(self, version: DocumentVersion, rule: EvidenceRule, *, per_system: bool) -> tuple[str, ...]:
        if not per_system:
            return ("",)
        if rule.scope is None:
            return (version.id,) if version.kind == "ai_system" else self._systems
        value = version.body.get(rule.scope)
        named = (value,) if isinstance(value, str) else tuple(value or ())
        return named or self._systems


def speaks_of(version: DocumentVersion, control: HeldControl, rule: EvidenceRule) -> bool:
    """Whether a record is about this control at all."""
    if version.kind == "control.performance" and version.body["control"] not in control.names:
        return False
    return rule.where is None or _unmet(version.body, rule.where) is None


def _unmet(body: Mapping[str, Any], wanted: Mapping[str, tuple[Any, ...]]) -> str | None:
    for field, values in wanted.items():
        if body.get(field) not in values:
            return f"{field} is {str(body.get(field))[:60]}"
    return None


def _review_flaw(facts: Facts, version: DocumentVersion) -> str | None:  # noqa: ARG001 - one form for all kinds
    rows = version.body["rows"]
    undecided = sum(1 for row in rows if row["decision"] == "undecided")
    unseen = sum(
        1 for row in rows if row["decision"] in _CHANGED and (row["actioned_at"] is None or row["verified"] not in _SEEN)
    )
    said = ([f"{undecided} rows undecided"] if undecided else []) + (
        [f"{unseen} changes or removals not seen to have taken effect"] if unseen else []
    )
    return ", ".join(said) or None


_BY_KIND: Final[Mapping[str, Callable[[Facts, DocumentVersion], str | None]]] = MappingProxyType(
    {"access.review": _review_flaw, "evaluation.run": describe_mismatch}
)
