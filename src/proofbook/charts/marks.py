"""The marks that charts are made of: lines, boxes, words, hatching; and the colours of a page and of paper.

Promises: text is escaped, cut to a length and free of characters that cannot be seen; no style, no script, nothing from outside,
so that a strict content security policy needs no exception. Colours of a page are its own properties, those of paper are fixed.
"""

from __future__ import annotations

from html import escape
from typing import Final, Literal

from proofbook.primitives.visible import visible

Palette = Literal["screen", "paper"]
COLOURS: Final = {
    "screen": {
        "ink": "var(--ink)",
        "quiet": "var(--quiet)",
        "rule": "var(--rule)",
        "mark": "var(--mark)",
        "warn": "var(--warn)",
        "ground": "var(--card)",
    },
    "paper": {"ink": "#1d2126", "quiet": "#5d646d", "rule": "#cfcabf", "mark": "#1f5c63", "warn": "#8a4b08", "ground": "#ffffff"},
}
"""By name: text, quiet text, rules, what is there, what needs a look, what lies behind."""
WIDTH: Final = 520
_FONTS: Final = {"screen": "system-ui,sans-serif", "paper": "Libertinus Serif"}
_LONGEST: Final = 160


def shown(text: str) -> str:
    """Text for a picture: every character can be seen, and none is markup."""
    seen = visible(text)
    return escape(seen if len(seen) <= _LONGEST else seen[: _LONGEST - 1] + "…")


def head(height: int, name: str, palette: Palette) -> str:
    """The opening of a picture; `name` is what it shows, for those who listen."""
    title = shown(name)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    about = f'role="img" aria-label="{title}" font-family="{_FONTS[palette]}" font-size="15"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {about}>'


def hatching(name: str, colour: str) -> str:
    """A pattern of slanted lines, to be filled with as `url(#name)`; names are the page's, so each chart has its own."""
    line = f'<path d="M0 6L6 0" stroke="{colour}" stroke-width="1.2"/>'
    return f'<defs><pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">{line}</pattern></defs>'


def line(x1: int, y1: int, x2: int, y2: int, colour: str, dash: str = "") -> str:
    """A straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="1.5"{dashes}/>'


def cross(x: int, y: int, colour: str) -> str:
    """A slanted cross."""
    return f'<path d="M{x - 5} {y - 5}L{x + 5} {y + 5}M{x - 5} {y + 5}L{x + 5} {y - 5}" stroke="{colour}" stroke-width="2.5"/>'


def box(x: int, y: int, width: int, height: int, fill: str, told: str = "", edge: str = "") -> str:
    """A rectangle with words for who points at it."""
    about = f"<title>{shown(told)}</title>" if told else ""
    frame = f' stroke="{edge}"' if edge else ""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"{frame}>{about}</rect>'


def text(x: int, y: int, words: str, colour: str, anchor: str) -> str:
    """Words; `anchor` is start, middle or end."""
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}">{shown(words)}</text>'
