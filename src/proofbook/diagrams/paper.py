"""The sheet on which a picture can be read.

Promises: the smallest of four sheets on which the letters beside flows are at least six points high, or else the sheet on which
they are largest. A caller makes a page of that size for the picture; nothing is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from proofbook.diagrams.layout import Layout
from proofbook.diagrams.legend import whole_box
from proofbook.diagrams.shapes import FLOW_SIZE

Paper = Literal["a4", "a3"]

LEAST_POINTS: Final = 6.0
_PAPERS: Final[tuple[Paper, ...]] = ("a4", "a3")
_POINTS_PER_MM: Final = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet in Typst's words."""

    paper: Paper
    flipped: bool
    letters: int
    """How high the smallest letters come out, in tenths of a point."""


def sheet_for(layout: Layout, *, margin_mm: int = 16, head_mm: int = 30) -> Sheet:
    """The sheet for a picture, with a margin all around and `head_mm` left for a heading and a caption."""
    sheets = [
        _measured(layout, paper, flipped=flipped, margin_mm=margin_mm, head_mm=head_mm)
        for paper in _PAPERS
        for flipped in (False, True)
    ]
    readable = [each for each in sheets if each.letters >= LEAST_POINTS * 10]
    return readable[0] if readable else max(sheets, key=lambda each: each.letters)


def _measured(layout: Layout, paper: Paper, *, flipped: bool, margin_mm: int, head_mm: int) -> Sheet:
    short, long = {"a4": (210, 297), "a3": (297, 420)}[paper]
    wide, tall = (long, short) if flipped else (short, long)
    box = whole_box(layout)
    scale = min((wide - 2 * margin_mm) / box.width, (tall - 2 * margin_mm - head_mm) / box.height) * _POINTS_PER_MM
    return Sheet(paper, flipped, int(min(scale, 1.0) * FLOW_SIZE * 10))
