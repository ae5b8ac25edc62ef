"""Columns as SVG: what is there is seen, and parts are told apart."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from proofbook.charts.columns import Column, Part, draw_columns

PARTS = (Part("missed", "solid"), Part("unknown", "hatched"), Part("late", "framed"))
SVG = "{http://www.w3.org/2000/svg}"


def boxes(drawn: str) -> dict[str, tuple[str, float, float]]:
    """What each box with words says; its filling, width and height."""
    found = {}
    for series in ET.fromstring(drawn).iter(f"{SVG}g"):  # noqa: S314 - our own drawing
        if series.get("class", "").startswith("pg-series"):
            for group in series.iter(f"{SVG}g"):
                title, box = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
                if title is not None and box is not None:
                    sizes = float(box.get("width", "")), float(box.get("height", ""))
                    found[str(title.text)] = series.get("fill", ""), *sizes
    return found


def words(drawn: str) -> list[str]:
    """What is written in a picture."""
    return [str(each.text) for each in ET.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314 - our own drawing


def test_each_part_that_is_there_is_drawn_and_none_is_too_thin_to_be_seen() -> None:
    """One missed occurrence beside a thousand late ones is what the picture is for."""
    found = boxes(draw_columns("months", PARTS, (Column("2026-01", (1, 0, 1000)), Column("2026-02", (0, 3, 0))), "screen"))
    assert set(found) == {"2026-01: 1 missed", "2026-01: 1000 late", "2026-02: 3 unknown"}
    assert min(height for _, _, height in found.values()) >= 4


def test_parts_differ_without_colour() -> None:
    """Solid, hatched, framed: on paper, and for eyes that see no red."""
    found = boxes(draw_columns("months", PARTS, (Column("2026-01", (1, 1, 1)),), "paper"))
    fills = {told: fill for told, (fill, _, _) in found.items()}
    assert len(set(fills.values())) == 3
    assert fills["2026-01: 1 unknown"] == "url(#h-months)"


def test_picture_without_anything_is_still_a_picture() -> None:
    """Nothing to draw must not divide by nothing, and an empty month is no bar."""
    assert boxes(draw_columns("months", PARTS, (Column("2026-01", (0, 0, 0)),), "screen")) == {}
    assert "<svg" in draw_columns("months", PARTS, (), "screen")


def test_axis_counts_in_whole_numbers() -> None:
    """Half an occurrence is none."""
    assert words(draw_columns("months", PARTS, (Column("2026-01", (1, 1, 0)),), "screen"))[:3] == ["0", "1", "2"]


def test_names_below_stand_apart() -> None:
    """A year of months in a narrow window: every third has room for its name."""
    year = tuple(Column(f"2026-{month:02d}", (1, 0, 0)) for month in range(1, 13))
    found = [each for each in words(draw_columns("months", PARTS, year, "screen")) if each.startswith("2026")]
    assert found == ["2026-01", "2026-04", "2026-07", "2026-10"]
