"""Bars and bands over time: exact places, exact heights, nothing beyond the edges."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from proofbook.charts.timeline import Layer, Stretch, draw_timeline

SVG = "{http://www.w3.org/2000/svg}"


def parts(drawn: str) -> dict[str, tuple[float, float, float, float]]:
    """By words: left, right, bottom and top of each stretch, as parts of the picture."""
    tree = ET.fromstring(drawn)  # noqa: S314 - our own drawing
    left, top, width, height = map(float, tree.get("viewBox", "").split())
    plot = next(each for each in tree.iter(f"{SVG}g") if each.get("class") == "pg-plot")
    shift = [float(each) for each in plot.get("transform", "")[len("translate(") : -1].split(",")]
    found = {}
    for group in tree.iter(f"{SVG}g"):
        title, box = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        if title is not None and box is not None:
            x, y, wide, high = (float(box.get(key, "")) for key in ("x", "y", "width", "height"))
            begin, upper = (x + shift[0] - left) / width, (y + shift[1] - top) / height
            found[str(title.text)] = (begin, begin + wide / width, 1 - upper - high / height, 1 - upper)
    return found


def close(found: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    """The same but for a tenth of a drawing unit at each end."""
    return all(abs(one - other) < 0.002 for one, other in zip(found, wanted, strict=True))


def test_stretches_stand_at_their_exact_places() -> None:
    """The page writes its scale at the edges of the picture."""
    layers = (
        Layer("band", (Stretch(0, 0.25, 8, "unknown"),)),
        Layer("bar", (Stretch(0.5, 1, 4, "half"), Stretch(0.3, 0.4, 8, "all"))),
    )
    found = parts(draw_timeline("over time", layers, 8, "screen"))
    assert close(found["unknown"], (0, 0.25, 0, 1))
    assert close(found["half"], (0.5, 1, 0, 0.5))
    assert close(found["all"], (0.3, 0.4, 0, 1))


def test_nothing_moves_what_lies_within_the_edges() -> None:
    """A stretch that began before the picture is cut, and does not press the others together."""
    bar = Layer("bar", (Stretch(0.5, 0.6, 1, "bar"),))
    early = Layer("band", (Stretch(-3, 0.1, 9, "early"),))
    assert close(parts(draw_timeline("over time", (early, bar), 2, "screen"))["bar"], (0.5, 0.6, 0, 0.5))
    assert close(parts(draw_timeline("over time", (bar,), 2, "screen"))["bar"], (0.5, 0.6, 0, 0.5))
    assert close(parts(draw_timeline("over time", (early, bar), 2, "screen"))["early"], (0, 0.1, 0, 1))


def test_stretches_without_a_visible_break_are_one_box_that_says_how_many() -> None:
    """A recorder that began anew every minute must not make a page of a thousand boxes; a break that can be seen stays."""
    close_by = tuple(Stretch(place / 5000, (place + 0.9) / 5000, 1, f"gap {place}") for place in range(1000))
    apart = (Stretch(0.5, 0.6, 1, "one"), Stretch(0.61, 0.7, 1, "other"))
    found = parts(draw_timeline("over time", (Layer("band", close_by + apart),), 1, "screen"))
    assert set(found) == {"1,000 stretches; the first: gap 0; the last: gap 999", "one", "other"}
    assert close(found["1,000 stretches; the first: gap 0; the last: gap 999"], (0, 0.2, 0, 1))
    bars = tuple(Stretch(place / 50, (place + 1) / 50, 1, f"bar {place}") for place in range(50))
    assert len(parts(draw_timeline("over time", (Layer("bar", bars),), 1, "screen"))) == 50


def test_nothing_recorded_is_an_empty_plot() -> None:
    """No words of the library, no bar."""
    drawn = draw_timeline("over time", (Layer("bar", ()),), 2, "screen")
    assert parts(drawn) == {}
    assert "<text" not in drawn
