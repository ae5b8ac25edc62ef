"""The colours of a picture, for pages and for paper.

Promises: text has at least 4.5 to 1 against what is under it, lines at least 3 to 1, in every scheme (a test measures it). On a
page the colours come from `style_sheet`, which belongs in the page's own style sheet, so that a strict content security policy
needs no exception; a page may override each `--dfd-` property.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper": "#fffefb",
        "ink": "#22252a",
        "quiet": "#595f67",
        "line": "#6a727b",
        "cross": "#1f5c63",
        "shut": "#9c2f1f",
        "edge": "#69717a",
        "entity": "#f3f0e8",
        "process": "#eaf2f3",
        "store": "#f6f1e2",
        "zone": "#6b7f83",
        "tint": "#3c7f86",
    }
)
DARK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper": "#1a1c1e",
        "ink": "#e8e5de",
        "quiet": "#a9afb5",
        "line": "#98a0a8",
        "cross": "#7cc3c9",
        "shut": "#ff9c8b",
        "edge": "#858d95",
        "entity": "#2c2a26",
        "process": "#1f3033",
        "store": "#302b1e",
        "zone": "#829a9e",
        "tint": "#7cc3c9",
    }
)
PRINT: Final[Mapping[str, str]] = MappingProxyType(
    {
        **LIGHT,
        "paper": "#ffffff",
        "ink": "#000000",
        "quiet": "#444444",
        "line": "#555555",
        "entity": "#f5f3ee",
        "process": "#eef4f5",
        "store": "#f8f4e8",
    }
)
TINT_OPACITY: Final = 0.045
"""Each boundary is a little deeper in colour than the one around it."""

_RULES: Final = (
    (".dfd .paper", "fill:var(--dfd-paper)"),
    (".dfd .ink", "fill:var(--dfd-ink)"),
    (".dfd .quiet", "fill:var(--dfd-quiet)"),
    (".dfd .entity", "fill:var(--dfd-entity);stroke:var(--dfd-edge)"),
    (".dfd .process", "fill:var(--dfd-process);stroke:var(--dfd-edge)"),
    (".dfd .store", "fill:var(--dfd-store)"),
    (".dfd .rail", "stroke:var(--dfd-edge)"),
    (".dfd .zone", "fill:var(--dfd-tint);stroke:var(--dfd-zone)"),
    (".dfd .line", "stroke:var(--dfd-line)"),
    (".dfd .tip", "fill:var(--dfd-line)"),
    (".dfd .cross", "stroke:var(--dfd-cross)"),
    (".dfd .cross-tip", "fill:var(--dfd-cross)"),
    (".dfd .gate", "fill:var(--dfd-paper);stroke:var(--dfd-cross)"),
    (".dfd .shut", "stroke:var(--dfd-shut)"),
    (".dfd .shut-tip", "fill:var(--dfd-shut)"),
)


def style_sheet() -> str:
    """CSS for pages that show pictures drawn for a page: light, dark, and light again on paper."""
    return "".join(
        (
            _scheme(":root", LIGHT),
            f"@media (prefers-color-scheme:dark){{{_scheme(':root', DARK).rstrip()}}}\n",
            f"@media print{{{_scheme(':root', PRINT).rstrip()}}}\n",
            *(f"{selector}{{{rule}}}\n" for selector, rule in _RULES),
        )
    )


def _scheme(selector: str, colours: Mapping[str, str]) -> str:
    return f"{selector}{{{';'.join(f'--dfd-{name}:{value}' for name, value in colours.items())}}}\n"
