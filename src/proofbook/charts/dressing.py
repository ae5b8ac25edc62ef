"""A chart of Pygal's, undressed to its shapes and dressed for our pages and for paper.

Promises: of what the library draws only the elements and attributes named here remain: no style, script, id, comment, link,
tooltip or date, so that a strict content security policy needs no exception and the same values give the same bytes. Text is
escaped, cut to a length and free of characters that cannot be seen. Classes keep the library's words behind `pg-`. Colours of a
page are its own properties, those of paper are fixed. Hostile input: values of records are only ever text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal
from xml.etree.ElementTree import Element

from proofbook.primitives.visible import visible

Palette = Literal["screen", "paper"]
Filling = Literal["solid", "hatched", "framed"]
Kind = Filling | Literal["recorded", "line", "threshold", "met", "not_met", "unsaid", "bar", "zero", "band", "other", "differing"]
_COLOURS: Final = {
    "screen": {
        "ink": "var(--ink)",
        "quiet": "var(--quiet)",
        "rule": "var(--rule)",
        "mark": "var(--mark)",
        "warn": "var(--warn)",
        "ground": "var(--card)",
        "bar": "var(--bar)",
        "zero": "var(--rule-strong)",
        "band": "var(--band)",
        "hatch": "var(--hatch)",
        "other": "var(--gold)",
        "differing": "var(--alarm-tint)",
    },
    "paper": {
        "ink": "#1d2126",
        "quiet": "#5d646d",
        "rule": "#cfcabf",
        "mark": "#1f5c63",
        "warn": "#8a4b08",
        "ground": "#ffffff",
        "bar": "#3c7f86",
        "zero": "#5d646d",
        "band": "#faeed9",
        "hatch": "#c98f3d",
        "other": "#d9b36c",
        "differing": "#fbe9e6",
    },
}
"""By name: text, quiet text, rules, what is there, what needs a look, what lies behind."""
_KINDS: Final[dict[Kind, dict[str, str]]] = {
    "solid": {"fill": "warn", "stroke": "warn"},
    "hatched": {"fill": "hatching", "stroke": "warn"},
    "framed": {"fill": "ground", "stroke": "warn"},
    "recorded": {"fill": "mark"},
    "met": {"fill": "mark"},
    "not_met": {"fill": "ground", "stroke": "warn", "stroke-width": "3"},
    "unsaid": {"fill": "quiet"},
    "bar": {"fill": "bar"},
    "zero": {"fill": "zero"},
    "band": {"fill": "hatching"},
    "other": {"fill": "other", "stroke": "zero"},
    "differing": {"fill": "differing"},
    "line": {"fill": "none", "stroke": "mark", "stroke-width": "1.5"},
    "threshold": {"fill": "none", "stroke": "warn", "stroke-width": "1.5", "stroke-dasharray": "5 4"},
}
_FONTS: Final = {"screen": "system-ui,sans-serif", "paper": "Libertinus Serif"}
_PLACES: Final = ("x", "y", "width", "height", "cx", "cy", "r", "d", "transform")
_GONE: Final = frozenset({"background", "tooltip-overlay", "titles"})
_SHAPES: Final = frozenset({"rect", "circle", "path"})
_FRACTION: Final = re.compile(r"-?\d+\.\d+")
_NUMBER: Final = re.compile(r"\d+")
_SERIES: Final = re.compile(r"color-(\d+)")
_NOISE: Final = re.compile(r"(color|serie)-\d+|reactive|tooltip-trigger|activate-serie|always_show|nofill")
_LONGEST: Final = 320
_MARGIN: Final = 0.02
"""The library leaves this part of the plot empty on each side."""
FONT_SIZE: Final = 15


@dataclass(frozen=True, slots=True)
class Dress:
    """How a chart is shown: its name for those who listen, what each series is, in which colours."""

    name: str
    kinds: tuple[Kind, ...]
    palette: Palette
    ends: bool = False
    """The first and the last word below the picture stand within its edges."""
    beneath: bool = False
    """The words of a value stand beneath it, not above."""
    bare: bool = False
    """The plot alone, without words, to be stretched to any width."""

    def attributes(self, kind: Kind) -> str:
        """Fill and stroke of a series, to be inherited by its shapes."""
        return "".join(f' {key}="{self.colour(value)}"' for key, value in _KINDS[kind].items())

    def colour(self, role: str) -> str:
        """A role as a colour; what is no role is itself."""
        return f"url(#{self.hatching})" if role == "hatching" else _COLOURS[self.palette].get(role, role)

    @property
    def hatching(self) -> str:
        """The pattern's id: names are the page's, so each chart has its own."""
        return f"h-{''.join(each for each in self.name.lower() if each.isascii() and each.isalnum())[:40]}"


def shown(text: str, longest: int = _LONGEST) -> str:
    """Text in which every character can be seen, cut to a length; not escaped."""
    seen = visible(text)
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def dress(tree: Element, look: Dress) -> str:
    """What `render_tree()` gave -> an SVG element for a page or a file."""
    x, y, width, height = _plot(tree) if look.bare else map(float, tree.get("viewBox", "").split())
    size = f'viewBox="{x:.6g} {y:.6g} {width:.6g} {height:.6g}" width="{width:.0f}" height="{height:.0f}"'
    stretch = ' preserveAspectRatio="none"' if look.bare else ""
    about = f'role="img" aria-label="{_text(look.name)}" font-family="{_FONTS[look.palette]}" font-size="{FONT_SIZE}"'
    inside = "".join(_dressed(each, look, "") for each in tree if each.tag == "g")
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="pg" {size}{stretch} {about}>{_pattern(look)}{inside}</svg>'


def _plot(tree: Element) -> tuple[float, float, float, float]:
    """Where values lie, without the margin that the library leaves around them."""
    plot = next(each for each in tree.iter("g") if each.get("class") == "plot")
    left, top = map(float, _NUMBER.findall(plot.get("transform", "")))
    frame = next(each for each in plot if each.tag == "rect")
    width, height = (float(frame.get(key, "")) / (1 + 2 * _MARGIN) for key in ("width", "height"))
    return left + width * _MARGIN, top + height * _MARGIN, width, height


def _pattern(look: Dress) -> str:
    """Slanted lines; coarser where the picture may be pressed together."""
    side, behind, line = (10, "band", "hatch") if look.bare else (6, "ground", "warn")
    ground = f'<rect width="{side}" height="{side}" fill="{look.colour(behind)}"/>'
    drawn = f'{ground}<path d="M0 {side}L{side} 0" stroke="{look.colour(line)}" stroke-width="{side / 5:g}"/>'
    frame = f'width="{side}" height="{side}" patternUnits="userSpaceOnUse"'
    return f'<defs><pattern id="{look.hatching}" {frame}>{drawn}</pattern></defs>'


def _dressed(node: Element, look: Dress, where: str) -> str:
    """An element and what is in it; `where`: in which axis, which end of the one below, or in a series."""
    classes = (node.get("class") or "").split()
    if not _GONE.isdisjoint(classes):
        return ""
    if node.tag == "g":
        return _group(node, classes, look, where)
    if node.tag == "text":
        return _words(node, look, where)
    if node.tag == "title":
        return f"<title>{_text(node.text or '')}</title>" if where == "series" else ""
    if node.tag not in _SHAPES or _flat(node):
        return ""
    paint = _paint(classes, look, where)
    return "" if paint is None else f"<{node.tag}{_class(classes)}{_placed(node)}{paint}/>"


def _group(node: Element, classes: Sequence[str], look: Dress, where: str) -> str:
    paint, inner = "", [where] * len(node)
    if "axis" in classes:
        inner = ["x" if "x" in classes else "y"] * len(node)
        if look.ends and "x" in classes:
            inner[0], inner[-1] = "first", "last"
    elif "series" in classes:
        kind = _kind(classes, look)
        classes = (*classes, kind or "")
        inner, paint = ["series"] * len(node), look.attributes(kind) if kind else ""
    inside = "".join(_dressed(each, look, place) for each, place in zip(node, inner, strict=True))
    empty = not inside or (inside.startswith("<title>") and inside.endswith("</title>"))
    return "" if empty else f"<g{_class(classes)}{_placed(node)}{paint}>{inside}</g>"


def _words(node: Element, look: Dress, where: str) -> str:
    """Words of an axis stand around its marks, those of a value end there, those of the key begin."""
    if look.bare or not node.text:
        return ""
    anchor = {"x": "middle", "first": "start", "last": "end", "y": "end", "series": "end"}.get(where, "start")
    paint = f' fill="{look.colour("quiet")}" stroke="none"'
    if where == "series":
        halo = f'stroke="{look.colour("ground")}" stroke-width="4" stroke-dasharray="none" paint-order="stroke"'
        around = halo if look.palette == "screen" else 'stroke="none"'
        paint = f' fill="{look.colour("warn")}" {around} dy="{17 if look.beneath else -6}"'
    paint += f' text-anchor="{anchor}"'
    return f"<text{_placed(node)}{paint}>{_text(node.text)}</text>"


def _paint(classes: Sequence[str], look: Dress, where: str) -> str | None:
    """Attributes of a shape; None for upright rules, which are not drawn."""
    if where == "series":
        return ' fill="none"' if "line" in classes else ""
    if where in {"x", "first", "last"}:
        return None
    if where == "y":
        steady = ' vector-effect="non-scaling-stroke"' if look.bare else ""
        return f' stroke="{look.colour("rule" if "guide" in classes else "quiet")}" stroke-width="1.5"{steady}'
    kind = _kind(classes, look)
    return look.attributes(kind) if kind else ""


def _kind(classes: Sequence[str], look: Dress) -> Kind | None:
    """What a series or its sign in the key is, by its place, which the library says in a class."""
    found = next((match for each in classes if (match := _SERIES.fullmatch(each))), None)
    return None if found is None else look.kinds[int(found[1])]


def _flat(node: Element) -> bool:
    """Nothing to see: a part that counts nothing, a row's end, a point that only bears a word."""
    return min(float(node.get(key, "1")) for key in ("width", "height", "r")) < 0.05


def _placed(node: Element) -> str:
    found = ((key, node.get(key)) for key in _PLACES)
    return "".join(f' {key}="{_FRACTION.sub(_short, value)}"' for key, value in found if value)


def _short(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 1) + 0:.1f}".removesuffix(".0")


def _class(classes: Sequence[str]) -> str:
    kept = " ".join(f"pg-{each}" for each in classes if each and not _NOISE.fullmatch(each))
    return f' class="{kept}"' if kept else ""


def _text(text: str) -> str:
    return escape(shown(text))
