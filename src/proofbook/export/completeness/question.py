"""What a check is asked about, and the words it answers in.

Promises: a check that could not be made says `unknown` and why; one that differs names the places. Whether that keeps
completeness from being demonstrated is written in the definition, not here. Does not conclude anything about a control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from proofbook.assessment.facts import Facts, happened_at
from proofbook.assessment.finding import Outcome
from proofbook.export.assessed import Assessed
from proofbook.export.basis import Basis
from proofbook.export.checks import Check, Result
from proofbook.export.definition import Definition
from proofbook.export.observation import MAX_LISTED
from proofbook.export.rows import TableWork
from proofbook.export.totals import Totals
from proofbook.primitives.verdict import Met, Unknown
from proofbook.readmodel.documents import DocumentVersion

NO_SCOPE: Final = "no scope of an engagement was given, so records and schedule could not be read"


@dataclass(frozen=True, slots=True)
class Question:
    """One population after its tables were written."""

    basis: Basis
    definition: Definition
    totals: tuple[Totals, ...]
    works: Mapping[str, TableWork]
    counted: Mapping[str, int]

    @property
    def assessed(self) -> Assessed:
        """Facts, grid and self-tests as of the checkpoint. Only for checks that are asked with a scope."""
        if self.basis.assessed is None:
            raise RuntimeError("asked without a scope")
        return self.basis.assessed

    @property
    def facts(self) -> Facts:
        """What is known as of the checkpoint. Only for checks that are asked with a scope."""
        return self.assessed.facts

    def in_period(self, moment: str | None) -> bool:
        """Whether an instant lies in the period."""
        return moment is not None and self.basis.seen.start <= moment < self.basis.seen.end


@dataclass(frozen=True, slots=True)
class Wording:
    """Answers of one check. `what` says what is compared; `bears` whether its definition lets it stamp the export."""

    id: str
    what: str

    def agrees(self, detail: str, items: Iterable[str] = ()) -> Check:
        """Both sides say the same."""
        return Check(self.id, self.what, Result.AGREE, detail, listed(items), second_source=True)

    def differs(self, detail: str, items: Iterable[str]) -> Check:
        """They do not; `items` name where."""
        return Check(self.id, self.what, Result.DIFFERS, detail, listed(items), detail, second_source=True)

    def unknown(self, why: str, items: Iterable[str] = ()) -> Check:
        """It could not be told."""
        return Check(self.id, self.what, Result.UNKNOWN, why, listed(items), why, second_source=True)

    def nothing(self, why: str) -> Check:
        """There is nothing it could speak of."""
        return Check(self.id, self.what, Result.NOT_APPLICABLE, why, second_source=True)

    def told(self, wrong: Iterable[str], sound: str, wrong_words: str) -> Check:
        """Differs when anything is listed as wrong, else agrees."""
        items = tuple(wrong)
        return self.differs(f"{len(items)} {wrong_words}", items) if items else self.agrees(sound)

    def of_outcome(self, outcome: Outcome) -> Check:
        """The result of a self-test that makes this very comparison."""
        items = tuple(each.what for each in outcome.findings)
        words = "; ".join(outcome.verdict.reasons[:2]) or f"{outcome.examined} looked at"
        match outcome.verdict:
            case Met():
                return self.agrees(words, items)
            case Unknown():
                return self.unknown(words, items)
            case _:
                return self.differs(f"{len(items)} differences; {outcome.examined} looked at", items)


Asked: TypeAlias = Callable[[Question, Wording], Iterable[Check]]
"""A check: what is asked, and the words to answer in."""


def listed(items: Iterable[str]) -> tuple[str, ...]:
    """Items as a header lists them: the first ones, and how many follow."""
    every = tuple(items)
    more = len(every) - MAX_LISTED
    return every if more <= 0 else (*every[:MAX_LISTED], f"and {more} more")


def informative(check: Check) -> Check:
    """The same check where it does not bear on completeness."""
    return replace(check, reason=None)


def name(version: DocumentVersion) -> str:
    """What a record is known by."""
    return f"{version.kind}/{version.id}"


def happened_in(question: Question, kind: str) -> tuple[DocumentVersion, ...]:
    """Records in scope that happened in the period, newest version of each."""
    return tuple(each for each in question.facts.scoped(kind) if question.in_period(happened_at(each)))
