"""Holding the book against what the callers saw: the demonstration's own two-source reconciliation.

Each line compares a count of the book with a count kept by the callers. A line that differs is a shortfall, and the
demonstration ends with an error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from proofbook.demo.organisation import LEAVER
from proofbook.demo.traffic import ClientSide
from proofbook.demo.year.traffic import GATEWAY as GENERATED
from proofbook.readmodel import exchanges
from proofbook.readmodel.exchanges import Exchange
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison."""

    what: str
    book: int
    callers: int

    @property
    def agrees(self) -> bool:
        """Whether both sides count the same."""
        return self.book == self.callers


@dataclass(frozen=True, slots=True)
class Account:
    """All comparisons, and the artifacts that served."""

    lines: tuple[Line, ...]
    artifacts: tuple[str, ...]
    sample_exchange: str | None
    """One of the answers, to look at; None when there was none."""
    strangers: int
    """Refusals of callers who are not of the story: whatever else on this machine tries ports."""

    @property
    def shortfalls(self) -> tuple[Line, ...]:
        """Lines that differ."""
        return tuple(line for line in self.lines if not line.agrees)


def take_account(home: Home, seen: ClientSide) -> Account:
    """Count both sides. Exchanges of the generated year are left out: nobody made those calls."""
    recorded = [each for each in _read_all(home) if each.source != GENERATED]
    # on a slow machine the engine may have ended before the hang-up is noticed: then all of it came, and the book says so
    left = sum(1 for each in recorded if each.exchange in seen.left and each.state in {"client_aborted", "complete"})
    found = [each for each in recorded if each.exchange not in seen.left]
    states = Counter(each.state for each in found)
    revoked = sum(1 for each in found if each.refused and each.principal == LEAVER)
    down = sum(1 for each in found if each.refused and each.reason == "upstream_unavailable")
    lines = (
        Line("replies received whole", states["complete"], seen.answered + seen.listings),
        Line("of these streamed", sum(1 for each in found if each.state == "complete" and each.stream), seen.streamed),
        Line("hung up by the caller", left + states["client_aborted"], seen.hung_up),
        Line(
            "errors of the engine, and an engine that was down",
            states["upstream_error"] + down,
            seen.engine_errors + seen.unreachable,
        ),
        Line("refused at the door: a revoked key", revoked, seen.refused),
        Line("let pass without a grant on record, and flagged", _flagged(found, "grant_missing"), seen.ungranted),
        Line("let pass with weights that nobody approved", _flagged(found, "model_unapproved"), 0),
        Line("still open", states["open"], 0),
        Line("ended in a gap of the recorder", states["recorder_gap"], 0),
        Line("answered without known weights", sum(1 for each in found if each.state == "complete" and each.artifact is None), 0),
    )
    served = {each.artifact for each in found if each.state == "complete" and each.artifact is not None}
    newest = next((each.exchange for each in found if each.state == "complete" and each.protocol == "openai.chat"), None)
    return Account(lines, tuple(sorted(served)), newest, sum(each.refused for each in found) - revoked - down)


def _flagged(found: list[Exchange], flag: str) -> int:
    return sum(1 for each in found if each.flags is not None and f'"{flag}"' in each.flags)


def _read_all(home: Home) -> list[Exchange]:
    with open_projection(home) as (_, projection):
        found: list[Exchange] = []
        before: int | None = None
        while True:
            page = exchanges.page(projection.reader, before, exchanges.MAX_PAGE)
            found += page
            if len(page) < exchanges.MAX_PAGE:
                return found
            before = page[-1].index
