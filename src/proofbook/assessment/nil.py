"""Populations of nothing: whether anything of the sort is on file, and if not, whether somebody certified that there was none.

Promises: never says none by itself; without items and without a certificate the words are "no records; not attested". A
certificate counts only with its query, what shows that somebody was looking, the gaps in that, and other places searched, for the
whole period in its zone, and only when signed after it. One that states no gaps while the recorder has some does not count. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from proofbook.assessment.facts import Facts, happened_at
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import Grid
from proofbook.assessment.selftests.wording import moment, write_new
from proofbook.controls.population import load_populations
from proofbook.obligations.duty import Blind
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.record import find_blanks

CHECK: Final = "nil_not_certified"
CONTRADICTED: Final = "nil_contradicted"
_KIND: Final = "nil_population"
Counted = Callable[[Mapping[str, Any]], int]


def _each(body: Mapping[str, Any]) -> int:  # noqa: ARG001 - one form for all
    return 1


def _of_changes(*kinds: str) -> Counted:
    return lambda body: int(body["what"] in kinds)


def _accesses(body: Mapping[str, Any]) -> int:
    """A review without a count of accesses may have had some: it counts as one item, so that nothing is called empty."""
    said = body.get("accesses")
    return 1 if said is None else int(said)


ITEMS: Final[Mapping[str, Mapping[str, Counted]]] = MappingProxyType(
    {
        "POP-05": {"roster.change": lambda body: int(body["change"] in {"left", "moved"})},
        "POP-08": {"change": _of_changes("model", "adapter", "quantization", "tokenizer")},
        "POP-09": {"change": _of_changes("prompt", "guardrail", "sampling", "tools")},
        "POP-10": {"index.build": _each, "index.manifest": _each, "change": _of_changes("index_scope", "embedding_model")},
        "POP-11": {"change": _of_changes("engine", "driver", "os_image")},
        "POP-12": {"change": lambda body: int(bool(body["emergency"]))},
        "POP-13": {"upstream.event": _each},
        "POP-16": {"decision.review": _each},
        "POP-18": {"alert.triage": _each},
        "POP-19": {"incident.real": _each, "incident.near_miss": _each},
        "POP-21": {"tool.request": _each, "waiver": _each},
        "POP-27": {"log_access.review": _accesses},
        "POP-30": {"control.exception": _each},
    }
)
"""Populations that may be empty, and how many items a record of a kind stands for. An exercise is no incident."""


@dataclass(frozen=True, slots=True)
class NilCase:
    """One population that may be empty. `shortfalls`: what its certificate lacks, or that there is none."""

    population: str
    title: str
    controls: tuple[str, ...]
    items: int
    entries: tuple[str, ...]
    certificate: DocumentVersion | None
    shortfalls: tuple[str, ...]
    is_over: bool

    @property
    def words(self) -> str:
        """What may be said about it, in one line."""
        if self.items:
            against = f"; yet {self.certificate.id} certifies none" if self.certificate is not None else ""
            return f"{self.items} on record{against}"
        if self.certificate is None:
            return "no records; not attested" if self.is_over else "no records so far; can be attested after the period"
        signed = f"{self.certificate.id}, signed by {self.certificate.body['certified_by']}"
        doubt = f", does not count: {'; '.join(self.shortfalls)}" if self.shortfalls else ""
        return f"no records; {signed}{doubt}"


def derive_nil(grid: Grid) -> tuple[NilCase, ...]:
    """Every population in scope that may be empty, by id."""
    facts = grid.facts
    titles = {each.id: each for each in load_populations().populations}
    cases = []
    for population, kinds in ITEMS.items():
        controls = tuple(
            standing.control.id for standing in grid.controls if population in standing.control.populations
        )  # fmt: skip
        if controls:
            cases.append(_case(facts, population, titles[population].title, controls, kinds, grid.duties.blinds))
    return tuple(cases)


def _case(
    facts: Facts, population: str, title: str, controls: tuple[str, ...], kinds: Mapping[str, Counted], blinds: Iterable[Blind]
) -> NilCase:  # fmt: skip
    found = [(each, count(each.body)) for kind, count in kinds.items() for each in facts.in_period(kind)]
    items = [(each, number) for each, number in found if number]
    certificate, shortfalls = _certificate(facts, population, blinds)
    return NilCase(
        population, title, controls, sum(number for _, number in items), tuple(each.entry for each, _ in items),
        certificate, shortfalls, is_over=facts.as_of >= facts.scope.period.end,
    )  # fmt: skip


def _certificate(facts: Facts, population: str, blinds: Iterable[Blind]) -> tuple[DocumentVersion | None, tuple[str, ...]]:
    """The certificate with the fewest shortfalls, and these."""
    said = [each for each in facts.scoped(_KIND) if each.body["population"] == population and _touches(facts, each)]
    judged = [(each, _shortfalls(facts, each, blinds)) for each in said]
    return min(judged, key=lambda pair: (len(pair[1]), pair[0].id), default=(None, ()))


def _touches(facts: Facts, certificate: DocumentVersion) -> bool:
    first, last = facts.scope.period.first.isoformat(), facts.scope.period.last.isoformat()
    return bool(certificate.body["first"] <= last and first <= certificate.body["last"])


def _shortfalls(facts: Facts, certificate: DocumentVersion, blinds: Iterable[Blind]) -> tuple[str, ...]:
    body, period = certificate.body, facts.scope.period
    found = []
    if body["first"] > period.first.isoformat() or body["last"] < period.last.isoformat():
        found.append(f"it covers {body['first']} to {body['last']} only")
    if body["zone"] != period.zone:
        found.append(f"its days are those of {body['zone']}, not of {period.zone}")
    if happened_at(certificate) < facts.scope.until:
        found.append("it was signed before the period was over")
    blanks = find_blanks(body)
    if blanks:
        found.append(f"blanks are open: {', '.join(blanks[:3])}")
    if body["gaps"] is None:
        found.append("whether there were gaps is not stated")
    unseen = [blind for blind in blinds if blind.start < facts.scope.until and facts.scope.since < blind.end]
    if body["gaps"] == [] and unseen:
        found.append(f"it states no gaps, the recorder has {len(unseen)}, the first from {moment(unseen[0].start)}")
    return tuple(found)


def nil_findings(cases: Iterable[NilCase], facts: Facts) -> tuple[Finding, ...]:
    """What an auditor would not accept about populations of nothing. Before the period is over nothing can be certified yet."""
    found = []
    for case in cases:
        if case.items and case.certificate is not None:
            what = f"{case.population} ({case.title}): {case.words}"
            found.append(
                _finding(case, CONTRADICTED, Consequence.EXCEPTION, what, "withdraw the certificate: record a new version")
            )
        elif not case.items and (case.certificate is None or case.shortfalls):
            worst = Consequence.NOT_SHOWN if case.is_over else Consequence.COMING
            end = format_instant(facts.scope.period.end)[:10]
            fix = ("" if case.is_over else f"after {end}, ") + write_new(_KIND, f"a certificate for {case.population}")
            what = f"{case.population} ({case.title}), {facts.scope.period.first} to {facts.scope.period.last}: {case.words}"
            found.append(_finding(case, CHECK, worst, what, fix))
    return tuple(found)


def _finding(case: NilCase, check: str, consequence: Consequence, what: str, fix: str) -> Finding:
    own = (case.certificate.entry,) if case.certificate is not None else ()
    entries = (*own, *case.entries[:5])
    return Finding(check, case.controls[0], "population", case.population, what, fix, consequence, entries=entries)
