"""Nil-population certificates: of each population without items, what was asked, who was there, where else was looked, by whom.

Promises: a population of nothing that nobody certified says so, with what a certificate would have to state; one whose
certificate lacks something, or that records contradict, says that. Nothing is certified here. Source: soc2.md 9. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from proofbook.artifacts.page import Block, Cell, Standing
from proofbook.artifacts.speaking import cell, counted, plain
from proofbook.assessment.nil import NilCase
from proofbook.bundle.parts import SCOPE_FOLDER
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.parts.framing import Sheet
from proofbook.export.parts.planned import PartsFrom
from proofbook.export.parts.registers import text_table

_STATED = ("query", "heartbeat", "gaps", "secondary", "certified_by", "certified_at")


def certificates_sheet(origin: PartsFrom, cases: Iterable[NilCase]) -> Sheet:
    """One block for each population that is empty, and for each certificate that records contradict."""
    zone = origin.assessed.facts.scope.period.zone
    shown = [each for each in cases if not each.items or each.certificate is not None]
    open_ = [each for each in shown if each.certificate is None or each.shortfalls or each.items]
    blocks: tuple[Block, ...] = tuple(_block(each, zone) for each in shown) or (
        text_table("No population is empty", ("Population",), (), "Every population that may be empty has items on record."),
    )
    records = tuple(each.certificate for each in shown if each.certificate is not None)
    return Sheet(
        SCOPE_FOLDER, "nil-certificates", "Populations of nothing and their certificates",
        "A count of zero shows nothing by itself: these say who looked, where, and who signs.", blocks, records,
        artifact="SUP-15", query="populations that may be empty and have no item in the period; newest certificates of them",
        marks=(
            Cell(counted(len(shown), "population")),
            *([Cell(f"{len(open_)} not attested, or not whole", Standing.BLANK)] * bool(open_)),
        ),
        plain=[_plain(each) for each in shown],
        limits=("A certificate is the word of whoever signs it; heartbeat and gaps can be held against the evidence header.",),
    )  # fmt: skip


def _block(case: NilCase, zone: str) -> Block:
    certificate = case.certificate
    rows: list[tuple[Any, ...]] = [("Standing", Cell(case.words, Standing.STATED if _is_whole(case) else Standing.BLANK))]
    if certificate is None:
        rows += [(_name(field), Cell("⟦to be stated by whoever certifies⟧", Standing.BLANK)) for field in _STATED]
    else:
        body = certificate.body
        rows += [("Days", f"{body['first']} to {body['last']}, {body['zone']}")]
        rows += [(_name(field), cell(body[field], zone)) for field in _STATED]
        rows += [("Lacking", each) for each in case.shortfalls] + [("Entry", Cell(certificate.entry, mono=True))]
    rows += [("Against it", Cell(f"{case.items} on record", Standing.DIFFERS))] if case.items else []
    rows += [("Where else to look", "; ".join(_elsewhere(case.population)) or "not named")]
    return text_table(f"{case.population} {case.title}", ("What", "As stated"), rows, "")


def _is_whole(case: NilCase) -> bool:
    return case.certificate is not None and not case.shortfalls and not case.items


def _name(field: str) -> str:
    return {
        "query": "Query", "heartbeat": "Was anybody there", "gaps": "Gaps", "secondary": "Where else was looked",
        "certified_by": "Signed by", "certified_at": "Signed at",
    }[field]  # fmt: skip


def _elsewhere(population: str) -> tuple[str, ...]:
    return tuple(load_definition(population).elsewhere) if population in POPULATIONS else ()


def _plain(case: NilCase) -> dict[str, Any]:
    return {
        "population": case.population,
        "items": case.items,
        "words": case.words,
        "shortfalls": list(case.shortfalls),
        "certificate": None if case.certificate is None else plain(case.certificate),
    }
