"""Small charts as SVG: a value over time against its line, and a month's time as parts. The same geometry on screen and paper.

Promises: pure; the same values give the same bytes; every point has its words beside it in a table. Nothing is smoothed or joined
across a stretch without a measurement; unknown time is hatched, never coloured as up. Text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final, Literal

from proofbook.primitives.visible import visible

Palette = Literal["screen", "paper"]
_COLOURS: Final = {
    "screen": {"ink": "var(--ink)", "quiet": "var(--quiet)", "rule": "var(--rule)", "mark": "var(--mark)", "warn": "var(--warn)"},
    "paper": {"ink": "#1d2126", "quiet": "#5d646d", "rule": "#cfcabf", "mark": "#1f5c63", "warn": "#8a4b08"},
}
_FONTS: Final = {"screen": "system-ui,sans-serif", "paper": "Libertinus Serif"}
_WIDTH: Final = 520
_LEFT: Final = 46
_RIGHT: Final = 12
_LONGEST: Final = 160


@dataclass(frozen=True, slots=True)
class Point:
    """A measured value in thousandths, where on the period it lies (0 to 1), and whether it meets its line."""

    place: float
    value: int
    words: str
    meets: bool | None


@dataclass(frozen=True, slots=True)
class Series:
    """A metric over the period. `low` and `high` bound the axis, in thousandths; `line` is the threshold of the newest point."""

    name: str
    points: tuple[Point, ...]
    line: int | None


@dataclass(frozen=True, slots=True)
class Parts:
    """One row of shares: up, planned, down and unknown, counted in probes."""

    name: str
    up: int
    planned: int
    down: int
    unknown: int


def draw_series(series: Series, first: str, last: str, palette: Palette) -> str:
    """A line of points with its threshold; points that do not meet it are drawn as crosses, others as discs."""
    colour, height, top, bottom = _COLOURS[palette], 150, 14, 28
    values = [each.value for each in series.points] + ([] if series.line is None else [series.line])
    low, high = _bounds(values)

    def y(value: int) -> int:
        return round(top + (height - top - bottom) * (high - value) / (high - low))

    def x(place: float) -> int:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, place)))

    out = [_head(height, f"{series.name}: {len(series.points)} measurements from {first} to {last}", palette)]
    for value in (low, high):
        out.append(_line(_LEFT, y(value), _WIDTH - _RIGHT, y(value), colour["rule"]))
        out.append(_text(_LEFT - 8, y(value) + 5, _thousandths(value), colour["quiet"], "end"))
    if series.line is not None:
        out.append(_line(_LEFT, y(series.line), _WIDTH - _RIGHT, y(series.line), colour["warn"], dash="5 4"))
        out.append(_text(_WIDTH - _RIGHT, y(series.line) - 5, f"threshold {_thousandths(series.line)}", colour["warn"], "end"))
    places = [(x(each.place), y(each.value), each) for each in series.points]
    out += [_line(a[0], a[1], b[0], b[1], colour["mark"]) for a, b in pairwise(places)]
    for left, up, each in places:
        mark = (
            _cross(left, up, colour["warn"])
            if each.meets is False
            else f'<circle cx="{left}" cy="{up}" r="4" fill="{colour["mark"]}"/>'
        )
        out.append(f"<g><title>{_shown(each.words)}</title>{mark}</g>")
    out.append(_text(_LEFT, height - 8, first, colour["quiet"], "start"))
    out.append(_text(_WIDTH - _RIGHT, height - 8, last, colour["quiet"], "end"))
    return "".join([*out, "</svg>"])


def draw_parts(rows: Sequence[Parts], palette: Palette) -> str:
    """A bar for each row: up, planned, down, and unknown as hatching."""
    colour, step = _COLOURS[palette], 26
    height, left = step * len(rows) + 30, 150
    hatch = (
        f'<defs><pattern id="u" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0" stroke="{colour["quiet"]}" '
        'stroke-width="1.2"/></pattern></defs>'
    )
    out = [_head(height, f"{len(rows)} months; hatched is time that nobody measured", palette), hatch]
    fills = {"up": colour["mark"], "planned": colour["rule"], "down": colour["warn"], "unknown": "url(#u)"}
    for number, row in enumerate(rows):
        total, at, y = row.up + row.planned + row.down + row.unknown, left, 4 + step * number
        out.append(_text(left - 10, y + 13, row.name, colour["ink"], "end"))
        counts = {"up": row.up, "planned": row.planned, "down": row.down, "unknown": row.unknown}
        for word, count in counts.items():
            if count and total:
                width = max(2, round((_WIDTH - left - _RIGHT) * count / total))
                told = f"<title>{_shown(row.name)}: {word} {count:,} of {total:,} probes</title>"
                frame = f' stroke="{colour["quiet"]}"' if word == "unknown" else ""
                out.append(f'<rect x="{at}" y="{y}" width="{width}" height="18" fill="{fills[word]}"{frame}>{told}</rect>')
                at += width
    out += _key(height - 8, left, fills, colour)
    return "".join([*out, "</svg>"])


def _shown(text: str) -> str:
    """Text for a picture: every character can be seen, and none is markup."""
    seen = visible(text)
    return escape(seen if len(seen) <= _LONGEST else seen[: _LONGEST - 1] + "…")


def _key(y: int, left: int, fills: dict[str, str], colour: dict[str, str]) -> list[str]:
    out = []
    for word, fill in fills.items():
        out.append(
            f'<rect x="{left}" y="{y - 9}" width="11" height="11" fill="{fill}" stroke="{colour["quiet"]}" stroke-width="0.5"/>'
        )
        out.append(_text(left + 16, y, word, colour["quiet"], "start"))
        left += 90
    return out


def _bounds(values: Sequence[int]) -> tuple[int, int]:
    """Round bounds around the values, never a flat axis; shares keep to 0 and 1."""
    low, high = min(values), max(values)
    step = 50 if high <= 1000 else max(1, (high - low) // 4)
    low, high = (low - 1) // step * step, -(-(high + 1) // step) * step
    return (max(0, low), min(1000, high)) if min(values) >= 0 and max(values) <= 1000 else (low, high)


def _thousandths(value: int) -> str:
    return f"{value / 1000:.2f}" if value % 10 == 0 else f"{value / 1000:.3f}"


def _head(height: int, name: str, palette: Palette) -> str:
    title = _shown(name)
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    about = f'role="img" aria-label="{title}" font-family="{_FONTS[palette]}" font-size="15"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {about}>'


def _line(x1: int, y1: int, x2: int, y2: int, colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="1.5"{dashes}/>'


def _cross(x: int, y: int, colour: str) -> str:
    return f'<path d="M{x - 5} {y - 5}L{x + 5} {y + 5}M{x - 5} {y + 5}L{x + 5} {y - 5}" stroke="{colour}" stroke-width="2.5"/>'


def _text(x: int, y: int, text: str, colour: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}">{_shown(text)}</text>'
