"""Rows of time: what nobody saw is seen to be so."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from proofbook.charts.lanes import Lane, draw_lanes

SVG = "{http://www.w3.org/2000/svg}"
HOLES = ((0.25, 0.5, "nobody recorded"), (0.9, 0.9, "nobody recorded for a moment"), (1.0, 1.0, "nobody records now"))
LANES = (Lane("gateway", HOLES), Lane("other", ()))


def drawn(lanes: tuple[Lane, ...] = LANES) -> ET.Element:
    """A fortnight."""
    return ET.fromstring(draw_lanes("recorders", lanes, "2026-01-01", "2026-01-14", "screen"))  # noqa: S314 - our own drawing


def boxes(tree: ET.Element, kind: str) -> dict[str, ET.Element]:
    """Boxes of one kind, by their words."""
    series = next(each for each in tree.iter(f"{SVG}g") if each.get("class") == f"pg-series pg-{kind}")
    return {str(each[0].text): each[1] for each in series}


def test_stretch_nobody_saw_is_hatched_and_says_so() -> None:
    """Silence drawn as recording would be a lie in green."""
    tree = drawn()
    unknown, recorded = boxes(tree, "hatched"), boxes(tree, "recorded")
    assert set(recorded) == {"gateway: recorded", "other: recorded"}
    assert set(unknown) == {f"gateway: {told}" for _, _, told in HOLES}
    whole = float(recorded["other: recorded"].get("width", ""))
    assert abs(float(unknown["gateway: nobody recorded"].get("width", "")) / whole - 0.25) < 0.01
    series = next(each for each in tree.iter(f"{SVG}g") if each.get("class") == "pg-series pg-hatched")
    assert series.get("fill") == "url(#h-recorders)"


def test_a_moment_is_seen_and_nothing_leaves_its_row() -> None:
    """Four units wide at least, and within the row to its end."""
    tree = drawn()
    row = boxes(tree, "recorded")["gateway: recorded"]
    end = float(row.get("x", "")) + float(row.get("width", ""))
    for each in boxes(tree, "hatched").values():
        assert float(each.get("width", "")) >= 4
        assert float(each.get("x", "")) + float(each.get("width", "")) <= end


def test_rows_and_edges_have_their_names() -> None:
    """A long name is cut, and the whole of it is under the pointer."""
    tree = drawn((Lane("collector:engine_counters", ()),))
    assert [each.text for each in tree.iter(f"{SVG}text")] == [
        "collector:engin…",
        "2026-01-01",
        "2026-01-14",
        "recorded",
        "unknown",
    ]
    assert list(boxes(tree, "recorded")) == ["collector:engine_counters: recorded"]


def test_no_rows_are_still_a_picture() -> None:
    """Nothing recorded yet."""
    assert [each.text for each in drawn(()).iter(f"{SVG}text")][:2] == ["2026-01-01", "2026-01-14"]
