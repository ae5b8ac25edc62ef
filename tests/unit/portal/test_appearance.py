"""What the style sheet and the templates promise without a browser: contrast, no scripts, no inline style, nothing unescaped."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from proofbook.portal.artifact_pages import ARTIFACT_STYLE

ROOM = files("proofbook.portal")
CSS = ROOM.joinpath("static", "style.css").read_text("utf-8")
PATHS = Path(str(ROOM.joinpath("templates")))
TEMPLATES = {str(each.relative_to(PATHS)): each.read_text("utf-8") for each in PATHS.rglob("*.html")}
SCRIPTS = re.compile(r'<script src="/[a-z/._]+\.js" defer></script>')
"""The only form in which a page may ask for a script: a file of this address."""
TEXT_ON = (
    ("ink", "paper"),
    ("ink", "sheet"),
    ("soft", "paper"),
    ("soft", "sheet"),
    ("link", "paper"),
    ("link", "sheet"),
    ("unknown", "paper"),
    ("unknown", "sheet"),
    ("ink", "unknown-tint"),
    ("link", "unknown-tint"),
    ("unknown", "unknown-tint"),
    ("soft", "unknown-tint"),
    ("alarm", "unknown-tint"),
    ("holds", "unknown-tint"),
    ("alarm", "sheet"),
    ("holds", "sheet"),
    ("ink", "alarm-tint"),
    ("link", "alarm-tint"),
    ("alarm", "paper"),
    ("alarm", "alarm-tint"),
    ("holds", "paper"),
    ("cover-ink", "cover"),
    ("cover-soft", "cover"),
)
SHAPES_ON = (("bar", "sheet"), ("bar", "paper"), ("rule-strong", "sheet"), ("link", "paper"), ("gold", "cover"))


def palettes() -> dict[str, dict[str, str]]:
    """Colours by name, light and dark; the dark block overrides the light one."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    light = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[0]))
    return {"light": light, "dark": light | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[1]))}


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out(scheme: str, text: str, ground: str) -> None:
    """WCAG 1.4.3, level AA."""
    colours = palettes()[scheme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), [pair for pair in SHAPES_ON if pair[0] != "rule-strong"])
def test_shapes_stand_out(scheme: str, shape: str, ground: str) -> None:
    """WCAG 1.4.11, level AA: bars, focus rings, the mark of the present section."""
    colours = palettes()[scheme]
    assert contrast(colours[shape], colours[ground]) >= 3


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_template_has_nothing_the_policy_would_block_or_escape_would_miss(name: str) -> None:
    """A script, an inline style or a `safe` filter would be a hole or a broken page."""
    text = SCRIPTS.sub("", TEMPLATES[name])
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe|autoescape|https?://(?!127\.0\.0\.1)", text)


@pytest.mark.parametrize("name", sorted(each for each, text in TEMPLATES.items() if "extends" in text))
def test_page_has_one_first_heading_and_a_title(name: str) -> None:
    """People who listen to a page find their way by its headings."""
    text = TEMPLATES[name]
    branches = 7 if name == "refused.html" else 1
    assert text.count("<h1>") == branches
    assert "{% block title %}" in text
    assert not re.search(r"<h[3-6]", text)


@pytest.mark.parametrize(
    "name", ["artifact.css", *sorted(each.name for each in Path(str(ROOM)).joinpath("static").glob("*.css"))]
)
def test_style_sheet_fetches_nothing(name: str) -> None:
    """No font, picture or sheet from anywhere else."""
    text = ARTIFACT_STYLE.decode() if name == "artifact.css" else ROOM.joinpath("static", name).read_text("utf-8")
    assert "url(" not in text
    assert "@import" not in text


def test_artifacts_style_is_nested_and_takes_every_colour_from_this_room() -> None:
    """A property of its own that the frame does not give would be no colour at all."""
    text = ARTIFACT_STYLE.decode()
    assert text.startswith(".artifact{")
    ours = {name for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL) for name in re.findall(r"--([a-z-]+):", block)}
    given = set(re.findall(r"--([a-z-]+):", text.partition("\n")[0]))
    used = {each for each in re.findall(r"var\(--([a-z-]+)\)", text) if not each.startswith("dfd-")}
    assert used <= ours | given


def test_style_sheet_has_dark_print_focus_and_narrow_rules() -> None:
    """What makes the pages usable at night, on paper, by keyboard and on a telephone."""
    for part in ("prefers-color-scheme: dark", "@media print", ":focus-visible", "max-width: 52rem", "prefers-reduced-motion"):
        assert part in CSS
