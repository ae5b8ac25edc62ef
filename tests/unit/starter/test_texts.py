"""The loader of the shipped drafts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from proofbook.errors import ConflictError, InputError, StoreUnavailable
from proofbook.starter.texts import read_draft, starter_ids, starter_sections, write_drafts


def test_ids_are_in_order_and_name_files_that_can_be_read() -> None:
    """An id that is listed is one that can be asked for."""
    assert list(starter_ids()) == sorted(set(starter_ids()))
    assert all(yaml.safe_load(read_draft(each))["id"] == each for each in starter_ids())


@pytest.mark.parametrize("wanted", ["no-such-text", "../texts", "ai-use-policy.yaml", ""])
def test_an_id_that_names_no_draft_is_refused_and_the_drafts_are_named(wanted: str) -> None:
    """An id is never a path, and a typing error is answered with what there is."""
    with pytest.raises(InputError) as refused:
        read_draft(wanted)
    assert "ai-use-policy" in (refused.value.hint or "")


def test_sections_are_those_of_the_file() -> None:
    """What `record apply` compares an approved policy with is what was laid down."""
    sections = starter_sections("ai-use-policy")
    assert sections is not None
    stated = yaml.safe_load(read_draft("ai-use-policy"))["record"]["sections"]
    assert [{"heading": heading, "text": text} for heading, text in sections] == stated


@pytest.mark.parametrize("wanted", ["no-such-text", "assistant", "../texts"])
def test_there_are_no_sections_where_there_is_no_text(wanted: str) -> None:
    """None, not an empty list: an empty list would equal a policy that has none."""
    assert starter_sections(wanted) is None


def test_drafts_are_laid_down_by_kind_and_byte_for_byte(tmp_path: Path) -> None:
    """KIND/ID.yaml is also how `record export` writes, so that a folder can be kept by both."""
    paths = write_drafts(tmp_path / "records" / "starter")
    assert len(paths) == len(starter_ids())
    for path in paths:
        assert path.read_bytes() == read_draft(path.stem)
        assert path.parent.name == yaml.safe_load(path.read_bytes())["kind"]
    assert sorted(tmp_path.rglob("*.yaml")) == list(paths)
    assert [each.name for each in (tmp_path / "records").iterdir()] == ["starter"]


def test_drafts_are_for_their_owner_only(tmp_path: Path) -> None:
    """What is written into them will be confidential."""
    paths = write_drafts(tmp_path / "starter")
    assert {each.stat().st_mode & 0o077 for each in (*paths, *(each.parent for each in paths), tmp_path / "starter")} == {0}


def test_what_somebody_edited_is_never_written_over(tmp_path: Path) -> None:
    """A second laying down would destroy work."""
    folder = tmp_path / "starter"
    path = write_drafts(folder)[0]
    path.write_text("edited", "utf-8")
    with pytest.raises(ConflictError):
        write_drafts(folder)
    assert path.read_text("utf-8") == "edited"
    assert [each.name for each in tmp_path.iterdir()] == ["starter"]


@pytest.mark.parametrize("there", ["file", "link"])
def test_a_file_or_link_of_that_name_is_left_alone(tmp_path: Path, there: str) -> None:
    """Nothing is written through a link, and no file is taken away."""
    folder, elsewhere = tmp_path / "starter", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if there == "file":
        folder.write_text("mine", "utf-8")
    else:
        folder.symlink_to(elsewhere)
    with pytest.raises(ConflictError):
        write_drafts(folder)
    assert list(elsewhere.iterdir()) == []


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """Somebody may have made it beforehand."""
    (tmp_path / "starter").mkdir()
    assert len(write_drafts(tmp_path / "starter")) == len(starter_ids())


def test_where_nothing_can_be_written_nothing_is_left(tmp_path: Path) -> None:
    """The error names the folder."""
    (tmp_path / "records").write_text("a file where a folder is needed", "utf-8")
    with pytest.raises(StoreUnavailable, match="starter"):
        write_drafts(tmp_path / "records" / "starter")
    assert [each.name for each in tmp_path.iterdir()] == ["records"]
