"""The realistic picture, and what the property over all pictures does not say."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from proofbook.diagrams.layout import PAGE_WIDTH, lay_out
from proofbook.diagrams.paper import sheet_for
from proofbook.errors import MalformedRecord
from support.sample_diagram import DIAGRAM, small
from tracked import ROOT

_PROGRAM = """
import hashlib
from proofbook.diagrams.drawing import draw
from proofbook.diagrams.layout import lay_out
from support.sample_diagram import DIAGRAM
drawn = "".join(draw(DIAGRAM, lay_out(DIAGRAM), theme=theme) for theme in ("page", "alone", "print"))
print(hashlib.sha256(drawn.encode()).hexdigest())
"""


@pytest.mark.real
def test_two_processes_draw_the_same_bytes() -> None:
    """Evidence is rebuilt and compared: no hash seed, locale or time zone may show."""
    settings = (
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "77", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"},
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "tests"), **each},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for each in settings
    }
    assert len(made) == 1


def test_the_sample_fits_a_page() -> None:
    """Fourteen nodes and twenty flows need no smaller letters on a page, and a sheet of paper with letters of six points."""
    layout = lay_out(DIAGRAM)
    assert layout.width <= PAGE_WIDTH
    assert sheet_for(layout).letters >= 60


def test_a_small_picture_gets_the_smallest_sheet() -> None:
    """And letters no larger than they are drawn."""
    sheet = sheet_for(lay_out(small()))
    assert (sheet.paper, sheet.flipped, sheet.letters) == ("a4", False, 120)


def test_a_ring_marks_each_boundary_on_the_way() -> None:
    """From outside into the innermost of three: three rings; within one: none; excluded: none."""
    rings = {each.flow.id: len(each.crossings) for each in lay_out(DIAGRAM).flows}
    assert (rings["F-11"], rings["F-04"], rings["F-03"], rings["F-19"]) == (3, 1, 0, 0)


def test_requests_from_outside_enter_from_the_start_of_the_picture() -> None:
    """Who asks is above or left of what answers."""
    boxes = {each.node.id: each.box for each in lay_out(DIAGRAM).nodes}
    assert boxes["E-01"].bottom < boxes["P-01"].top or boxes["E-01"].right < boxes["P-01"].left


def test_texts_do_not_reach_the_engine() -> None:
    """Only geometry does: the engine is somebody else's code."""
    seen: list[str] = []

    class Listening:
        def place(self, graph: object) -> dict[str, object]:
            seen.append(str(graph))
            raise MalformedRecord("stop here")

    with pytest.raises(MalformedRecord, match="stop here"):
        lay_out(small("secret-label"), engine=Listening())  # type: ignore[arg-type]  # a whole engine is not needed to listen
    assert seen
    assert "secret-label" not in seen[0]
    assert "E-1" not in seen[0]


def test_a_wrong_diagram_is_refused_before_the_engine_starts() -> None:
    """The message names the record, not the engine."""
    with pytest.raises(MalformedRecord, match="flow F-1: its target"):
        lay_out(replace(small(), nodes=small().nodes[:1]))
