"""How pages look: colours, type, states, tables, forms, notices, charts, each made by the very parts that pages are made of.

Promises: what is shown here is what the pages show; an example is labelled as one. Does not: read anything of the book.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

from markupsafe import Markup

from proofbook.charts.columns import Column, Part, draw_columns
from proofbook.charts.lanes import Lane, draw_lanes
from proofbook.portal import wording
from proofbook.portal.states import LETTERS
from proofbook.portal.surroundings import Desk, Page, Query
from proofbook.primitives.instants import format_instant

_BLOCK: Final = re.compile(r":root \{(.*?)\}", re.DOTALL)
_SHADE: Final = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
_MEANINGS: Final = {
    "paper": "what lies below everything",
    "sheet": "forms, cards, charts",
    "ink": "text",
    "soft": "labels, times, what is said beside",
    "rule": "lines between rows",
    "rule-strong": "lines below headings, edges of fields",
    "link": "what leads on, and focus",
    "bar": "what was recorded",
    "cover": "the cover",
    "gold": "the present section, one's own words",
    "unknown": "unknown, late, missing",
    "unknown-tint": "behind what is unknown",
    "hatch": "stretches nobody saw",
    "alarm": "missed, does not match",
    "alarm-tint": "behind what is missed",
    "holds": "done",
}
_TONES: Final = (
    ("recording", "plain", "As it should be, or simply so."),
    ("stopped", "notice", "Worth knowing; nothing follows from it."),
    ("not heard from", "unknown", "It cannot be told; it is neither good nor bad."),
    ("does not match", "alarm", "It contradicts what it should be."),
)


def show_design(desk: Desk, query: Query) -> Page:
    """`/design`."""
    del query
    parts = (Part("missed", "solid"), Part("unknown", "hatched"), Part("late", "framed"))
    months = [
        Column(f"example {month:02d}", counts) for month, counts in enumerate(((1, 0, 0), (0, 4, 1), (2, 0, 1), (0, 0, 0)), 1)
    ]
    lanes = [Lane("example:recorder", ((0.42, 0.5, "nobody recorded"),)), Lane("example:other", ())]
    return Page(
        "staff/design.html",
        {
            "colours": [(name, shades, _MEANINGS[name]) for name, shades in read_colours() if name in _MEANINGS],
            "tones": _TONES,
            "letters": LETTERS,
            "states": wording.STATES,
            "now_there": format_instant(desk.now),
            "columns": Markup(draw_columns("Example of columns", parts, months, "screen")),  # noqa: S704 - charts escape
            "lanes": Markup(draw_lanes("Example of lanes", lanes, "first day", "last day", "screen")),  # noqa: S704 - charts escape
            "typed": {"reason": ""},
            "mistakes": {"reason": "is missing; say in a sentence why"},
        },
    )


@cache
def read_colours() -> tuple[tuple[str, tuple[str, str]], ...]:
    """Name and (light, dark) shade of every colour of the style sheet."""
    css = files("proofbook.portal").joinpath("static", "style.css").read_text("utf-8")
    light, dark = (dict(_SHADE.findall(block)) for block in _BLOCK.findall(css)[:2])
    return tuple((str(name), (str(shade), str(dark.get(name, shade)))) for name, shade in light.items())
