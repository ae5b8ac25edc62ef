"""Checks of what the schedule expected against what is on file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from proofbook.assessment.facts import happened_at
from proofbook.assessment.grid import name_of
from proofbook.export.checks import Check
from proofbook.export.completeness.question import Question, Wording, name
from proofbook.export.schedule import find_cells
from proofbook.obligations.duty import Cell, State
from proofbook.primitives.instants import format_instant

_FINE = frozenset({State.DONE, State.NOT_DUE, State.NOT_APPLICABLE})


def expected_occurrence(question: Question, words: Wording) -> Iterator[Check]:
    """Occurrences expected against those on file; a missed one is a row that says so, not a row that is missing."""
    cells = _cells(question)
    if not cells:
        yield words.nothing("nothing was owed in the period")
        return
    counts = Counter(each.state for each in cells)
    said = ", ".join(f"{counts[state]} {state.value.replace('_', ' ')}" for state in State if counts[state])
    odd = [f"{name_of(each)}: {each.state.value}: {each.reason}" for each in cells if each.state not in _FINE]
    if counts[State.MISSED] or counts[State.LATE]:
        yield words.differs(f"{len(cells)} expected: {said}", odd)
    elif counts[State.UNKNOWN]:
        yield words.unknown(f"{len(cells)} expected: {said}", odd)
    else:
        yield words.agrees(f"{len(cells)} expected: {said}")


def schedule_known(question: Question, words: Wording) -> Iterator[Check]:
    """Whether anything says what was expected: the control's version in force, and the systems in use."""
    grid = question.assessed.grid
    wanted = [each for table in question.definition.tables for each in table.scheduled]
    held = [standing for each in wanted if (standing := grid.standing(each)) is not None]
    if not held:
        yield words.nothing(f"{', '.join(wanted)}: not among the controls of this engagement")
        return
    illustrative = [each.control.id for each in held if not each.control.own]
    since = question.basis.seen.start
    late = [
        f"{each.control.id} version {version.version}: recorded {version.recorded}"
        for each in held
        for version in each.versions
        if version.backdated
    ]
    if late:
        yield words.differs(f"{len(late)} versions of duties were recorded for a time that was over", late)
    elif illustrative:
        yield words.agrees(f"duties of the illustrative {', '.join(illustrative)}: the organisation has recorded none of its own")
    else:
        yield words.agrees(f"duties of {', '.join(each.control.id for each in held)} as recorded, from {since}")


def performed_assigned(question: Question, words: Wording) -> Iterator[Check]:
    """Records on file against the occurrences they were counted for."""
    used = {entry for each in _cells(question) for entry in each.entries}
    kinds = {kind for table in question.definition.tables if table.name == "performed" for kind in table.kinds}
    until = min(question.basis.seen.end, format_instant(question.facts.as_of))
    loose = [
        f"{name(each)} of {happened_at(each)}"
        for kind in sorted(kinds)
        for each in question.facts.scoped(kind)
        if question.basis.seen.start <= happened_at(each) < until
        and not {version.entry for version in question.facts.history(each.kind, each.id)} & used
    ]
    yield words.told(loose, "every record of the period is counted for an occurrence", "records are counted for no occurrence")


def _cells(question: Question) -> list[Cell]:
    tables = [table for table in question.definition.tables if table.scheduled]
    return [cell for table in tables for _, cell in find_cells(question.assessed.grid, table.scheduled)]
