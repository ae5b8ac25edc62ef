"""The table says in words what the picture shows, and where a record says something else."""

from __future__ import annotations

from dataclasses import replace

from proofbook.diagrams.flow_table import describe
from support.sample_diagram import DIAGRAM, FLOWS, small


def test_every_flow_has_a_row_in_the_order_of_ids() -> None:
    """Beside F-01 in the picture stands F-01 in the table."""
    rows = describe(replace(DIAGRAM, flows=FLOWS[::-1]))
    assert [each.id for each in rows] == [each.id for each in FLOWS]


def test_the_way_names_boundaries_as_they_are_met() -> None:
    """Out of the innermost first, into the outermost first."""
    rows = {each.id: each for each in describe(DIAGRAM)}
    assert (rows["F-11"].leaves, rows["F-11"].enters) == ((), ("TB-1", "TB-2", "TB-3"))
    assert (rows["F-13"].leaves, rows["F-13"].enters) == (("TB-3", "TB-2"), ())
    assert (rows["F-03"].leaves, rows["F-03"].enters) == ((), ())
    assert rows["F-19"].excluded_by == "EX-HOSTED-1"


def test_a_statement_that_the_boundaries_contradict_is_named() -> None:
    """A diagram that contradicts its records must not look as if it agreed."""
    assert {each.disagreement for each in describe(DIAGRAM)} == {None}
    silent, loud = replace(FLOWS[0], crosses=False), replace(FLOWS[2], crosses=True)
    rows = describe(replace(DIAGRAM, flows=(silent, loud)))
    assert rows[0].disagreement == "its record states no crossing; the way crosses TB-1, TB-2"
    assert rows[1].disagreement == "its record states a crossing; both ends lie in the same trust boundary"


def test_texts_are_whole_and_without_what_cannot_be_seen() -> None:
    """The picture cuts; the table does not."""
    row = describe(small("long " * 300 + "\u202e"))[0]
    assert row.label == "long " * 299 + "long ⟨U+202E⟩"
    assert row.source_label == row.label
