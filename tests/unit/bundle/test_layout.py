"""Paths of a room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.bundle import layout
from proofbook.bundle.layout import RoomPart, RoomPath, check_path, parse_room_path, slug
from proofbook.errors import MalformedBundle
from proofbook.primitives.digest import Digest, sha256_digest
from proofbook.tlog.tile import Bundle, Tile

EVERY_MEANING = [
    (layout.README, RoomPath(RoomPart.INDEX, "index", "README.md")),
    (layout.RUN_SIGNATURE, RoomPath(RoomPart.INDEX, "index", "run.sig")),
    (layout.table_path("POP-15", "interactions", "csv"), RoomPath(RoomPart.TABLE, "POP-15", "interactions")),
    (layout.table_path("POP-07", "artifacts", "json"), RoomPath(RoomPart.TABLE, "POP-07", "artifacts")),
    (layout.header_path("POP-15", "html"), RoomPath(RoomPart.HEADER, "POP-15")),
    (layout.columns_path("POP-07"), RoomPath(RoomPart.HEADER, "POP-07")),
    (layout.definition_path("POP-07"), RoomPath(RoomPart.DEFINITION, "POP-07")),
    (layout.provenance_path(sha256_digest(b"x"), "Q4 model"), RoomPath(RoomPart.PROVENANCE, "ART-04")),
    (layout.CHECKPOINT, RoomPath(RoomPart.CHECKPOINT, "book")),
    (layout.KEYS, RoomPath(RoomPart.CHECKPOINT, "book")),
    (layout.earlier_checkpoint_path(12), RoomPath(RoomPart.CHECKPOINT, "book", "12")),
    (layout.tile_path(Tile(0, 1234, 17)), RoomPath(RoomPart.TILE, "book")),
    (layout.tile_path(Bundle(3)), RoomPath(RoomPart.TILE, "book")),
]


@pytest.mark.parametrize(("path", "meaning"), EVERY_MEANING)
def test_every_path_is_recognised_as_what_it_was_made_for(path: str, meaning: RoomPath) -> None:
    """A path that is written but not understood would be an unindexed file."""
    assert parse_room_path(path) == meaning


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "00_README_and_index/../run.json",
        "00_README_and_index//run.json",
        "00_README_and_index\\run.json",
        "00_README_and_index/other.txt",
        "04_Populations/POP-99_x/table.csv",
        "04_Populations/POP-15_ai-interactions/table.html",
        "04_Populations/POP-15_ai-interactions/Table.csv",
        "10_IPE_and_tool_assurance/book/checkpoints/012",
        "10_IPE_and_tool_assurance/book/tile/0/0",
        "07_AI_artifacts/ART-04_model-provenance/00_x.json",
        "a" * 300,
        "caf\u00e9",
        "name.",
        ".hidden",
    ],
)
def test_a_path_that_no_room_has_is_refused(path: str) -> None:
    """A reader joins paths to a folder; anything that could leave it must not get that far."""
    with pytest.raises(MalformedBundle):
        parse_room_path(path)


@given(st.text(max_size=200))
def test_a_hostile_name_makes_a_harmless_path(name: str) -> None:
    """Model names come from files that strangers made."""
    path = layout.provenance_path(Digest("sha256:" + "ab" * 32), name)
    check_path(path)
    assert parse_room_path(path).part is RoomPart.PROVENANCE


def test_a_name_without_anything_to_keep_is_called_unnamed() -> None:
    """An empty slug would make a path that ends in an underscore."""
    assert slug("///") == "unnamed"
    assert slug("Tiny Llama/1.1B:Q4_K_M") == "tiny-llama-1-1b-q4-k-m"


def test_an_unknown_population_has_no_folder() -> None:
    """The room format names its populations."""
    with pytest.raises(MalformedBundle, match="POP-99"):
        layout.table_path("POP-99", "rows", "csv")
