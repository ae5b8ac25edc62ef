"""A value against its line: every measurement stands where it was measured, and says what it says."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from proofbook.charts.series import Point, Series, draw_series

SVG = "{http://www.w3.org/2000/svg}"
POINTS = (
    Point(0.0, 930, "first", meets=True),
    Point(0.5, 880, "second", meets=False),
    Point(1.0, 950, "third", meets=None),
)


def marks(drawn: str) -> dict[str, ET.Element]:
    """The mark of each measurement, by its words."""
    found = {}
    for group in ET.fromstring(drawn).iter(f"{SVG}g"):  # noqa: S314 - our own drawing
        title, mark = group.find(f"{SVG}title"), group.find(f"{SVG}circle")
        if title is not None and mark is not None:
            found[str(title.text)] = mark
    return found


def words(drawn: str) -> list[str]:
    """What is written in a picture."""
    return [str(each.text) for each in ET.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314 - our own drawing


def test_measurements_stand_where_they_were_measured() -> None:
    """Half way through the period is half way through the picture, and more is higher."""
    found = marks(draw_series(Series("answers", POINTS, 900), "2026-01-01", "2026-12-31", "screen"))
    across = [float(found[name].get("cx", "")) for name in ("first", "second", "third")]
    assert abs((across[0] + across[2]) / 2 - across[1]) < 0.2
    up = [float(found[name].get("cy", "")) for name in ("first", "second", "third")]
    assert up[2] < up[0] < up[1]


def test_what_does_not_meet_its_line_differs_in_shape() -> None:
    """A ring, a disc, a small dot: told apart without colour."""
    drawn = draw_series(Series("answers", POINTS, 900), "2026-01-01", "2026-12-31", "paper")
    assert len({each.get("r") for each in marks(drawn).values()}) == 3
    rings = [each for each in ET.fromstring(drawn).iter(f"{SVG}g") if each.get("stroke-width") == "3"]  # noqa: S314 - our own
    assert [str(title.text) for each in rings for title in each.iter(f"{SVG}title")] == ["second"]


def test_line_is_drawn_and_named_when_there_is_one() -> None:
    """Without a line there is none to be near."""
    assert "threshold 0.90" in words(draw_series(Series("answers", POINTS, 900), "2026-01-01", "2026-12-31", "screen"))
    without = draw_series(Series("answers", POINTS, None), "2026-01-01", "2026-12-31", "screen")
    assert not [each for each in words(without) if "threshold" in each]
    assert "stroke-dasharray" not in without


def test_a_single_measurement_is_drawn_without_a_line_to_anywhere() -> None:
    """One run has no trend, and no flat axis that divides by nothing."""
    for value in (0, 930, 2300, 1000):
        drawn = draw_series(Series("latency", (Point(0.5, value, "only", meets=None),), None), "a", "b", "screen")
        assert list(marks(drawn)) == ["only"]
        paths = [each for each in ET.fromstring(drawn).iter(f"{SVG}path") if "pg-line" in (each.get("class") or "")]  # noqa: S314 - our own
        assert [each.get("d") for each in paths if "L" in (each.get("d") or "")] == []


def test_little_looks_little() -> None:
    """A difference of a thousandth does not fill the picture."""
    points = (Point(0.1, 930, "one", meets=None), Point(0.9, 931, "other", meets=None))
    found = marks(draw_series(Series("answers", points, None), "a", "b", "screen"))
    assert abs(float(found["one"].get("cy", "")) - float(found["other"].get("cy", ""))) < 10
