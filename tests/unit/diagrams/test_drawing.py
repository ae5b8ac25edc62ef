"""The SVG: harmless whatever the labels are, complete in words, readable in every scheme."""

from __future__ import annotations

import re
from itertools import product
from xml.etree import ElementTree as ET

import pytest

from proofbook.diagrams.drawing import Theme, draw
from proofbook.diagrams.layout import lay_out
from proofbook.diagrams.model import Diagram
from proofbook.diagrams.palette import DARK, LIGHT, PRINT, TINT_OPACITY, style_sheet
from support.sample_diagram import DIAGRAM, small

THEMES: tuple[Theme, ...] = ("page", "alone", "print")
HOSTILE = (
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    '" onload="alert(1)" \' &amp; &#60;',
    "url(http://example.test/x) javascript:alert(1)",
    "\u202e\u2066evil\x00\x1b[31m\ud800\uffff",
    "a\u0301\u0302\u0303\u0304\u0305" * 50,
    "🙂🏳️\u200d🌈" * 100,
    "x" * 10_000,
    "",
)


def _drawn(diagram: Diagram, theme: Theme) -> str:
    return draw(diagram, lay_out(diagram), theme=theme)


@pytest.mark.parametrize(
    ("theme", "label"), [*product(THEMES, HOSTILE)], ids=lambda each: each if each in THEMES else f"text-{HOSTILE.index(each)}"
)
def test_hostile_text_stays_text(theme: Theme, label: str) -> None:
    """In any place a text can be in: labels, notes, classes, rules, boundary names, the title."""
    drawn = _drawn(small(label, note=label, rule=label), theme)
    root = ET.fromstring(drawn.encode())  # noqa: S314 - our own output; also: it can be written as UTF-8
    names = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "g", "rect", "path", "circle", "text", "tspan"}
    attributes = {name for each in root.iter() for name in each.attrib}
    assert not [each for each in attributes if each.startswith("on") or "href" in each or each == "style"]
    assert "url(" not in "".join(value for each in root.iter() for value in each.attrib.values())
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f]", drawn)
    assert len(drawn) < 40_000


@pytest.mark.parametrize("theme", THEMES)
def test_the_picture_says_what_it_is(theme: Theme) -> None:
    """A title and a description, tied to the picture, for whoever does not see it."""
    root = ET.fromstring(_drawn(DIAGRAM, theme))  # noqa: S314 - our own output
    by_id = {each.get("id"): each.text for each in root if each.get("id")}
    assert root.get("role") == "img"
    assert by_id[root.get("aria-labelledby")] == "Sample data: help desk assistant, level 1"
    said = by_id[root.get("aria-describedby")]
    assert said is not None
    assert said.startswith("Data-flow diagram: 14 nodes, 3 trust boundaries, 18 flows, 2 flows excluded on purpose.")


@pytest.mark.parametrize("theme", THEMES)
def test_every_part_is_named_in_the_picture(theme: Theme) -> None:
    """Ids and classes as text: nothing hangs on colour."""
    texts = ["".join(each.itertext()) for each in ET.fromstring(_drawn(DIAGRAM, theme)).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314
    for node in DIAGRAM.nodes:
        assert node.id in texts
    for flow in DIAGRAM.flows:
        assert f"{flow.id}\u00a0· {flow.classification}" in texts
    assert any(each.startswith("TB-3") for each in texts)
    assert {"EX-HOSTED-1", "EX-SUPPORT-2"} <= set(texts)


def test_a_page_needs_no_exception_of_its_policy() -> None:
    """No style element and no style attribute: colours come by class, with fallbacks."""
    drawn = _drawn(DIAGRAM, "page")
    assert "<style" not in drawn
    assert 'class="dfd"' in drawn
    names = {name for found in re.findall('class="([^"]+)"', drawn) for name in found.split()} - {"dfd"}
    assert {name for name in names if f".dfd .{name}{{" not in style_sheet()} == set()


def test_a_file_alone_carries_its_style_and_paper_has_none() -> None:
    """A file that is opened by itself is dark in the dark; on paper colours are fixed and letters are Typst's."""
    assert "prefers-color-scheme:dark" in _drawn(DIAGRAM, "alone")
    printed = _drawn(DIAGRAM, "print")
    assert "var(" not in printed
    assert "Libertinus Serif" in printed
    assert printed.count("class=") == 1


def test_a_letter_the_printed_face_lacks_is_an_empty_square() -> None:
    """PDF/A refuses a letter without a shape; the table has the letter."""
    drawn = _drawn(small("検 Ж ü"), "print")
    assert "□ Ж ü" in drawn
    assert "検" in _drawn(small("検 Ж ü"), "page")


def test_pictures_on_one_page_do_not_share_ids() -> None:
    """Two diagrams in one document keep their own titles."""
    ids = [set(re.findall(r'\bid="([^"]+)"', _drawn(each, "page"))) for each in (DIAGRAM, small(), small("Other"))]
    assert len(set.union(*ids)) == 6


@pytest.mark.parametrize(("name", "colours"), [("light", LIGHT), ("dark", DARK), ("print", PRINT)])
def test_colours_are_readable(name: str, colours: dict[str, str]) -> None:
    """Text 4.5 to 1, lines 3 to 1, on paper and on every ground they are drawn on (WCAG 2.2, 1.4.3 and 1.4.11)."""
    deepest = _mixed(colours["paper"], colours["tint"], 1 - (1 - TINT_OPACITY) ** 6)
    grounds = [_rgb(colours["paper"]), deepest]
    for letters in ("ink", "quiet", "shut"):
        assert all(_contrast(_rgb(colours[letters]), each) >= 4.5 for each in grounds), (name, letters)
    for letters, fill in product(("ink", "quiet"), ("entity", "process", "store")):
        assert _contrast(_rgb(colours[letters]), _rgb(colours[fill])) >= 4.5, (name, letters, fill)
    for line in ("line", "cross", "shut", "zone", "edge"):
        assert all(_contrast(_rgb(colours[line]), each) >= 3 for each in grounds), (name, line)


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _mixed(under: str, over: str, share: float) -> tuple[float, ...]:
    return tuple(low * (1 - share) + high * share for low, high in zip(_rgb(under), _rgb(over), strict=True))


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted(_light(each) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def _light(colour: tuple[float, ...]) -> float:
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
