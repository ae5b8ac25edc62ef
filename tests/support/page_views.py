"""A loaded page seen as different readers see it: wide and narrow, light and dark; pictures of it to look at."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_PICTURED = {("light", 1280), ("dark", 390)}
"""A picture takes longer than everything else; each colour and each width is in one."""


def overflows(page: Page, name: str, *, widths: Sequence[int] = (1280, 390), pictured: bool = True) -> list[str]:
    """The views in which the page has to be pushed sideways. Pictures go to build/screenshots."""
    found = []
    for scheme, width in product(SCHEMES, widths):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{name}: wider than {width} in {scheme}")
        if pictured and (scheme, width) in _PICTURED:
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(PICTURES / f"{name}-{scheme}-{width}.png"), full_page=True)
    return found
