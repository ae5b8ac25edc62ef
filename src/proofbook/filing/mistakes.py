"""What is wrong with people's files: where, which field, what, and how to put it right; all of it at once.

Promises: mistakes are told in the order of files and lines; at most `MAX_TOLD` of them, and how many there are beside. Two errors
leave this room: `FilingMistakes` for files that do not have their form, `FilingRefused` for records that a rule does not let in.
Texts from files are cut short; whoever shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from proofbook.errors import InputError, RefusedError
from proofbook.filing.marked import Place

MAX_TOLD: Final = 50
"""A person mends these and looks again; more would only scroll by."""
_MAX_KEPT: Final = 5_000
_MAX_QUOTED: Final = 60


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong. `field` is a path such as `record.flows[3].crosses`, or empty for the file as a whole."""

    place: Place
    field: str
    what: str
    fix: str

    @property
    def problem(self) -> str:
        """Place, field and what is wrong, on one line."""
        named = f"field {self.field}: " if self.field else ""
        return f"{self.place}: {named}{self.what}"

    def __str__(self) -> str:
        return f"{self.problem}; {self.fix}" if self.fix else self.problem


class FilingMistakes(InputError):
    """Files that do not have their form. `mistakes` are told in order; nothing was recorded."""

    code = "filing_mistakes"

    def __init__(self, mistakes: Sequence[Mistake], total: int) -> None:
        message, hint = _summary(mistakes, total, "mistakes")
        super().__init__(message, hint=hint)
        self.mistakes = tuple(mistakes)
        self.total = total


class FilingRefused(RefusedError):
    """Records that a rule does not let in. `mistakes` are told in order; nothing was recorded."""

    code = "filing_refused"

    def __init__(self, mistakes: Sequence[Mistake], total: int) -> None:
        message, hint = _summary(mistakes, total, "refusals")
        super().__init__(message, hint=hint)
        self.mistakes = tuple(mistakes)
        self.total = total


class Mistakes:
    """Collects mistakes, as many as memory should hold, and counts the rest."""

    def __init__(self) -> None:
        self._kept: list[Mistake] = []
        self._files: dict[str, int] = {}
        self.total = 0

    def add(self, place: Place, field: str, what: str, fix: str) -> None:
        """One more."""
        self.total += 1
        self._files.setdefault(place.file, len(self._files))
        if len(self._kept) < _MAX_KEPT:
            self._kept.append(Mistake(place, field, what, fix))

    def told(self) -> tuple[Mistake, ...]:
        """The first ones, in the order of files and lines."""
        kept = sorted(self._kept, key=lambda each: (self._files[each.place.file], each.place.line, each.place.column))
        return tuple(kept[:MAX_TOLD])

    def raise_mistakes(self) -> None:
        """Raises FilingMistakes when there is any."""
        if self.total:
            raise FilingMistakes(self.told(), self.total)

    def raise_refused(self) -> None:
        """Raises FilingRefused when there is any."""
        if self.total:
            raise FilingRefused(self.told(), self.total)


def quote(text: str) -> str:
    """A text from a file, cut short, in quotes."""
    return repr(text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + "…")


def _summary(mistakes: Sequence[Mistake], total: int, noun: str) -> tuple[str, str]:
    if total == 1:
        return mistakes[0].problem, mistakes[0].fix
    files = len({each.place.file for each in mistakes})
    told = f" (the first {len(mistakes)} are told)" if total > len(mistakes) else ""
    where = f"in {files} files" if files > 1 else f"in {mistakes[0].place.file}"
    return f"{total} {noun} {where}{told}; nothing was recorded", "put these right and run it again"
