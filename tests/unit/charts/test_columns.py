"""Columns and lanes as SVG: what is there is seen, what is unknown is hatched, what is hostile is text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from proofbook.charts.columns import Column, Lane, Part, draw_columns, draw_lanes

HOSTILE = "<script>alert(1)</script>\"'\u202egnp.exe"
PARTS = (Part("missed", "solid"), Part("unknown", "hatched"), Part("late", "framed"))


def boxes(drawn: str) -> dict[str, int]:
    """What each box with words says, and its height."""
    return {words: int(height) for height, words in re.findall(r'height="(\d+)"[^>]*><title>([^<]+)</title>', drawn)}


def test_each_part_that_is_there_is_drawn_and_none_is_too_thin_to_be_seen() -> None:
    """One missed occurrence beside a thousand late ones is what the picture is for."""
    found = boxes(draw_columns("months", PARTS, (Column("2026-01", (1, 0, 1000)), Column("2026-02", (0, 3, 0))), "screen"))
    assert set(found) == {"2026-01: 1 missed", "2026-01: 1000 late", "2026-02: 3 unknown"}
    assert min(found.values()) >= 4


def test_parts_differ_without_colour() -> None:
    """Solid, hatched, framed: on paper, and for eyes that see no red."""
    drawn = draw_columns("months", PARTS, (Column("2026-01", (1, 1, 1)),), "paper")
    fills = re.findall(r'fill="([^"]+)" stroke="[^"]+"><title>', drawn)
    assert len(set(fills)) == 3
    assert any(each.startswith("url(#") for each in fills)


def test_picture_without_anything_is_still_a_picture() -> None:
    """Nothing to draw must not divide by nothing."""
    assert boxes(draw_columns("months", PARTS, (Column("2026-01", (0, 0, 0)),), "screen")) == {}
    assert "<svg" in draw_columns("months", PARTS, (), "screen")


def test_stretch_nobody_saw_is_hatched_and_says_so() -> None:
    """Silence drawn as recording would be a lie in green."""
    drawn = draw_lanes("recorders", (Lane("gateway", ((0.25, 0.5, "nobody recorded"),)),), "2026-01-01", "2026-01-14", "screen")
    assert 'fill="url(#h-lanes)"' in drawn
    assert "gateway: nobody recorded" in drawn


def test_hostile_names_are_text_and_every_character_is_seen() -> None:
    """A source names itself; its name stands in a picture that an auditor looks at."""
    for drawn in (
        draw_columns(HOSTILE, (Part(HOSTILE, "solid"),), (Column(HOSTILE, (1,)),), "screen"),
        draw_lanes(HOSTILE, (Lane(HOSTILE, ((0.0, 1.0, HOSTILE),)),), HOSTILE, HOSTILE, "paper"),
    ):
        ET.fromstring(drawn)  # noqa: S314 - our own drawing
        assert "<script" not in drawn
        assert "\u202e" not in drawn


def test_no_picture_needs_an_exception_of_the_policy() -> None:
    """No style, no script, nothing from outside."""
    drawn = draw_columns("months", PARTS, (Column("2026-01", (1, 2, 3)),), "screen")
    assert not re.search(r"<style|style=|<script|\son\w+=|href", drawn)
    assert drawn.count("http") == 1  # the namespace
