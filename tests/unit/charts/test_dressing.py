"""Pictures of the library without what pages forbid, with what people need."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from proofbook.charts.columns import Column, Part, draw_columns
from proofbook.charts.dressing import Palette
from proofbook.charts.lanes import Lane, draw_lanes
from proofbook.charts.series import Point, Series, draw_series
from proofbook.charts.timeline import Layer, Stretch, draw_timeline

HOSTILE = "<script>alert(1)</script>\"'\u202egnp.exe"
ELEMENTS = {"svg", "defs", "pattern", "g", "rect", "circle", "path", "text", "title"}
ATTRIBUTES = {
    *("id", "class", "role", "aria-label", "viewBox", "width", "height", "preserveAspectRatio", "patternUnits", "transform"),
    *("x", "y", "cx", "cy", "r", "d", "dy", "fill", "stroke", "stroke-width", "stroke-dasharray", "paint-order", "vector-effect"),
    *("font-family", "font-size", "text-anchor"),
}


def drawn(text: str, palette: Palette) -> dict[str, str]:
    """Every shape, each word of which is `text`."""
    part, point = Part(text, "hatched"), Point(0.5, 900, text, meets=False)
    return {
        "columns": draw_columns(text, (part, Part(text, "framed")), (Column(text, (3, 1)),), palette),
        "lanes": draw_lanes(text, (Lane(text, ((0.0, 0.4, text),)),), text, text, palette),
        "series": draw_series(Series(text, (point,), 950), text, text, palette),
        "timeline": draw_timeline(text, (Layer("bar", (Stretch(0, 0.5, 2, text),)), Layer("band", ())), 4, palette),
    }


@pytest.mark.parametrize("palette", ["screen", "paper"])
def test_no_picture_needs_an_exception_of_the_policy(palette: Palette) -> None:
    """The library brings styles, scripts, ids and a link of its own; a new release may bring more."""
    for shape, picture in drawn("example", palette).items():
        tree = ET.fromstring(picture)  # noqa: S314 - our own drawing
        tags = {each.tag.rpartition("}")[2] for each in tree.iter()}
        assert tags <= ELEMENTS, shape
        assert {key for each in tree.iter() for key in each.keys()} <= ATTRIBUTES, shape  # noqa: SIM118 - an element is no mapping
        assert picture.count("http") == 1, "the namespace"
        assert "<!--" not in picture


@pytest.mark.parametrize("palette", ["screen", "paper"])
def test_hostile_names_are_text_and_every_character_is_seen(palette: Palette) -> None:
    """A source names itself; its name stands in a picture that an auditor looks at."""
    for shape, picture in drawn(HOSTILE, palette).items():
        assert "<script" not in picture, shape
        assert "\u202e" not in picture, shape
        name = ET.fromstring(picture).get("aria-label")  # noqa: S314 - our own drawing
        assert name is not None
        assert name.startswith("<script>alert(1)</script>\"'"), shape


def test_the_same_values_give_the_same_bytes() -> None:
    """The library writes a date and a random name into what it draws; an evidence room is made twice to be compared."""
    assert drawn("example", "paper") == drawn("example", "paper")


def test_colours_of_a_page_follow_it_and_those_of_paper_are_fixed() -> None:
    """Light, dark and print are the page's; Typst knows no properties."""
    for shape, picture in drawn("example", "screen").items():
        assert "#" not in picture.replace("url(#", ""), shape
    for shape, picture in drawn("example", "paper").items():
        assert "var(" not in picture, shape


def test_pictures_of_one_page_have_ids_of_their_own() -> None:
    """Two patterns of one name, and a page hatches one picture in the colours of another."""
    found = [draw_columns(name, (Part("unknown", "hatched"),), (Column("2026-01", (1,)),), "screen") for name in ("one", "two")]
    patterns = [ET.fromstring(each).find(".//{*}pattern") for each in found]  # noqa: S314 - our own drawing
    assert [None if each is None else each.get("id") for each in patterns] == ["h-one", "h-two"]


def test_the_library_is_loaded_when_something_is_drawn_and_changes_no_import() -> None:
    """It costs a tenth of a second and some megabytes, and enters a finder of modules that Python warns of."""
    program = (
        "import sys; before = list(sys.meta_path); from proofbook.charts import columns, series, timeline; "
        "assert 'pygal' not in sys.modules; timeline.draw_timeline('x', (), 1, 'paper'); assert 'pygal' in sys.modules; "
        "assert not [each for each in sys.meta_path if each not in before and type(each).__module__.startswith('pygal')]"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)
