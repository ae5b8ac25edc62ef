"""What served in the period, put together by system and artifact. Refused requests served nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence
from proofbook.assessment.selftests.tally import Tally, system_matter
from proofbook.assessment.selftests.wording import counted, moment
from proofbook.readmodel.traffic import Served


@dataclass(frozen=True, slots=True)
class Stretch:
    """Exchanges of one system, with all its artifacts or with one."""

    exchanges: int
    first: str
    last: str


def by_system(facts: Facts) -> dict[str, Stretch]:
    """Everything each system served, by system."""
    rows: defaultdict[str, list[Served]] = defaultdict(list)
    for each in facts.served:
        if each.system is not None and not each.refused:
            rows[each.system].append(each)
    return {system: _whole(found) for system, found in sorted(rows.items())}


def by_artifact(facts: Facts) -> dict[tuple[str, str], Stretch]:
    """What each artifact served, by system and artifact; exchanges whose weights are unknown are left out."""
    rows: defaultdict[tuple[str, str], list[Served]] = defaultdict(list)
    for each in facts.served:
        if each.system is not None and each.artifact is not None and not each.refused and each.binding != "unknown":
            rows[each.system, each.artifact].append(each)
    return {key: _whole(found) for key, found in sorted(rows.items())}


def unbound(facts: Facts) -> dict[str, Stretch]:
    """Exchanges of which it is not known what answered, by system."""
    rows: defaultdict[str, list[Served]] = defaultdict(list)
    for each in facts.served:
        if each.system is not None and not each.refused and (each.artifact is None or each.binding == "unknown"):
            rows[each.system].append(each)
    return {system: _whole(found) for system, found in sorted(rows.items())}


def note_unbound(tally: Tally) -> None:
    """One finding for each system of which it is not known, for some exchanges, what answered."""
    for system, stretch in unbound(tally.facts).items():
        number = counted(stretch.exchanges, "exchange", "exchanges")
        tally.fault(
            system_matter(tally.facts, system),
            Consequence.NOT_SHOWN,
            f"which weights answered is unknown for {number} from {moment(stretch.first)} to {moment(stretch.last)}",
            "let the gateway reach an engine that states its weights, then proofbook collect model_store",
        )


def _whole(rows: Iterable[Served]) -> Stretch:
    found = tuple(rows)
    return Stretch(sum(each.exchanges for each in found), min(each.first for each in found), max(each.last for each in found))
