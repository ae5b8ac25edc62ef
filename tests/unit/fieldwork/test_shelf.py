"""Exported populations that lie ready: only those that this book recorded, found by name."""

from __future__ import annotations

import json

import pytest

from proofbook.errors import InputError
from proofbook.fieldwork.shelf import find_shelved, list_shelf
from support.fieldwork_desk import ENGAGEMENT, FieldworkDesk


def test_what_was_exported_is_listed_newest_first(desk: FieldworkDesk) -> None:
    """With population, tables and rows, so that a page can offer them."""
    shelf = desk.folder / "shelf"
    assert list_shelf(desk.reader, shelf) == ()
    shelf.mkdir()
    desk.export("shelf/one")
    desk.request("R-1")
    desk.export("shelf/two", "POP-07")
    found = list_shelf(desk.reader, shelf)
    assert [(each.name, each.population, each.engagement) for each in found] == [
        ("two", "POP-07", ENGAGEMENT),
        ("one", "POP-15", ENGAGEMENT),
    ]
    header = json.loads((shelf / "one" / "header.json").read_bytes())
    assert dict(found[1].tables) == header["row_counts"]
    assert list_shelf(desk.reader, shelf, "other") == ()
    assert find_shelved(desk.reader, shelf, "two") == found[0]


def test_anything_else_there_is_passed_over(desk: FieldworkDesk) -> None:
    """A folder that somebody put there, a changed header, a name that leads elsewhere."""
    shelf = desk.folder / "shelf"
    shelf.mkdir()
    (shelf / "empty").mkdir()
    (shelf / "a file").write_text("x")
    for name, text in (("none", "[]"), ("broken", "{"), ("odd", '{"population": "POP-15", "row_counts": 3}')):
        (shelf / name).mkdir()
        (shelf / name / "header.json").write_text(text)
    folder = desk.export("shelf/changed")
    path = folder / "header.json"
    path.write_bytes(path.read_bytes() + b" ")
    assert list_shelf(desk.reader, shelf) == ()
    for name in ("changed", "../shelf/changed", "", "/etc"):
        with pytest.raises(InputError, match="does not lie ready"):
            find_shelved(desk.reader, shelf, name)
