"""The few marks that a picture is made of, as SVG elements.

Promises: every element says its colours by itself (renderers without CSS, such as the one in Typst, need that) and, unless the
colours are fixed, also by class, through which a page's style sheet takes over. Text is escaped here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from proofbook.diagrams.shapes import Box, Point

_DRAWN: Final = frozenset({*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x391, 0x3CA), *range(0x410, 0x450)} - {0xAD})
_MARKS: Final = frozenset("–—‘’“”…·⟨⟩")
EMPTY_SQUARE: Final = "\u25a1"


class Pen:
    """Draws with one set of colours. `fixed`: for paper, without classes, titles, and letters the paper's face lacks."""

    def __init__(self, colours: Mapping[str, str], *, fixed: bool) -> None:
        self._colours = colours
        self._fixed = fixed

    def clean(self, text: str) -> str:
        """Escaped text; for paper, with a square for each letter that cannot be printed."""
        if self._fixed:
            text = "".join(each if ord(each) in _DRAWN or each in _MARKS else EMPTY_SQUARE for each in text)
        return escape(text, {'"': "&quot;", "'": "&#39;"})

    def title(self, text: str) -> str:
        """What a pointer that rests on the element is shown; nothing on paper."""
        return "" if self._fixed else f"<title>{self.clean(text)}</title>"

    def rect(
        self,
        box: Box,
        name: str,
        *,
        fill: str,
        opacity: float = 1,
        stroke: str = "",
        thick: float = 0,
        dashes: str = "",
        corner: int = 0,
    ) -> str:
        """A box."""
        return (
            f'<rect{self._named(name)} x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}"'
            + (f' rx="{corner}"' if corner else "")
            + f' fill="{self._colours[fill]}"'
            + (f' fill-opacity="{opacity:g}"' if opacity < 1 else "")
            + self._stroked(stroke, thick, dashes)
            + "/>\n"
        )

    def path(self, path: str, name: str, *, fill: str = "", stroke: str = "", thick: float = 0, dashes: str | None = None) -> str:
        """A line or a filled form."""
        colour = self._colours[fill] if fill else "none"
        return f'<path{self._named(name)} d="{path}" fill="{colour}"{self._stroked(stroke, thick, dashes or "")}/>'

    def circle(self, at: Point, radius: float, name: str, *, fill: str, stroke: str, thick: float) -> str:
        """A ring."""
        colour = self._colours[fill]
        ring = f'cx="{at.x}" cy="{at.y}" r="{radius:g}"'
        return f'<circle{self._named(name)} {ring} fill="{colour}"{self._stroked(stroke, thick, "")}/>'

    def cross(self, at: Point, arm: int, name: str, *, stroke: str, thick: float) -> str:
        """Two strokes over a point."""
        path = f"M{at.x - arm} {at.y - arm}L{at.x + arm} {at.y + arm}M{at.x + arm} {at.y - arm}L{at.x - arm} {at.y + arm}"
        return self.path(path, name, stroke=stroke, thick=thick)

    def text(
        self,
        at: Point,
        text: str,
        size: int,
        colour: str,
        *,
        bold: bool = False,
        middle: bool = False,
        end: bool = False,
        turned: bool = False,
    ) -> str:
        """One line of text on its baseline, from, around or up to a point; `turned` runs upwards."""
        name = "shut-tip" if colour == "shut" else colour
        anchor = ' text-anchor="middle"' if middle else ' text-anchor="end"' if end else ""
        return (
            f'<text{self._named(name)} x="{at.x}" y="{at.y}" font-size="{size}"'
            + (' font-weight="700"' if bold else "")
            + anchor
            + (f' transform="rotate(-90 {at.x} {at.y})"' if turned else "")
            + f' fill="{self._colours[colour]}">{self.clean(text)}</text>\n'
        )

    def head(self, at: Point, name: str, beside: str, size: int, *, end: bool) -> str:
        """An id, and in quieter letters what stands beside it on the same line."""
        quiet = (
            f'<tspan{self._named("quiet")} font-weight="400" fill="{self._colours["quiet"]}">\u00a0· {self.clean(beside)}</tspan>'
        )
        anchor = ' text-anchor="end"' if end else ""
        ink = self._colours["ink"]
        return (
            f'<text{self._named("ink")} x="{at.x}" y="{at.y}" font-size="{size}" font-weight="700"{anchor} fill="{ink}">'
            f"{self.clean(name)}{quiet if beside else ''}</text>\n"
        )

    def _named(self, name: str) -> str:
        return "" if self._fixed else f' class="{name}"'

    def _stroked(self, stroke: str, thick: float, dashes: str) -> str:
        if not stroke:
            return ""
        return f' stroke="{self._colours[stroke]}" stroke-width="{thick:g}"' + (f' stroke-dasharray="{dashes}"' if dashes else "")
