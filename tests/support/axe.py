"""The rules of axe-core, run over a loaded page in the browser."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "build" / "page_checks" / "node_modules" / "axe-core" / "axe.min.js"
WITH_AXE = [
    pytest.mark.real,
    pytest.mark.skipif(not SCRIPT.exists(), reason="axe-core is not installed: tools/node_packages.sh installs it"),
]
GRAVE = ("serious", "critical")
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(each => [each.impact, each.id, each.help, each.nodes.slice(0, 3).map(node => node.target.join(" ")), each.nodes.length])"""


@cache
def _source() -> str:
    return SCRIPT.read_text("utf-8")


def grave_findings(page: Page, name: str) -> list[str]:
    """Serious and critical findings of a page, in words. Evaluated from outside, so that the page's policy stays in force."""
    page.evaluate(_source() + "; null")
    found: list[Any] = page.evaluate(_RUN)
    return [
        f"{name}: {impact}: {rule}: {words}: {number} times, as {', '.join(targets)}"
        for impact, rule, words, targets, number in found
        if impact in GRAVE
    ]
