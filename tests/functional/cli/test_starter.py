"""`proofbook init --with-starter` as somebody meets it who has no policy yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.starter.texts import starter_ids
from support.command_line import Place

INIT = ("init", "--entity", "Sample Organisation", "--upstream", "http://127.0.0.1:9")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder in which nothing has happened yet."""
    return Place(tmp_path)


def test_drafts_lie_in_the_new_home_and_nothing_of_them_in_the_book(place: Place) -> None:
    """What to do next is said; nothing is recorded by laying files down."""
    done = place.run(*INIT, "--fence", "fence", "--with-starter")
    assert len(list((place.folder / "home" / "records" / "starter").rglob("*.yaml"))) == len(starter_ids())
    assert "nothing is approved" in done.err
    assert "record apply home/records" in done.err
    assert place.run("book", "status", "--json").json["kinds"] == {"book.opened": 1}


def test_without_the_option_there_is_one_line_that_names_it(place: Place) -> None:
    """Nobody is given texts they did not ask for."""
    done = place.run(*INIT, "--fence", "fence")
    assert [("--with-starter" in each) for each in done.err.splitlines()].count(True) == 1
    assert not (place.folder / "home" / "records").exists()


def test_json_names_every_draft(place: Place) -> None:
    """A program that sets homes up finds them, in one document with the rest."""
    found = place.run("--json", *INIT, "--fence", "fence", "--with-starter").json
    assert found["verifier key"]
    assert len(found["drafts"]) == len(starter_ids())
    assert all((place.folder / each).is_file() for each in found["drafts"])


def test_home_that_exists_gets_drafts_and_keeps_everything_else(place: Place) -> None:
    """Most people ask for policies after they have seen the rest."""
    first = place.run("--json", *INIT, "--fence", "fence").json
    settings = place.settings.read_bytes()
    place.run("init", "--entity", "Sample Organisation", "--with-starter")
    assert place.settings.read_bytes() == settings
    assert place.run("config", "check", "--json").json["verifier key"] == first["verifier key"]
    again = place.try_run("init", "--entity", "Sample Organisation", "--with-starter")
    assert (again.code, "is not empty" in again.err) == (4, True)


@pytest.mark.parametrize(
    ("more", "told"),
    [(("--entity", "Sample Other"), "not of 'Sample Other'"), (("--fence", "elsewhere"), "--fence cannot change it")],
)
def test_home_that_exists_is_not_changed_by_options_of_a_new_one(place: Place, more: tuple[str, ...], told: str) -> None:
    """An option that would be ignored is refused."""
    place.run(*INIT, "--fence", "fence")
    done = place.try_run("init", "--entity", "Sample Organisation", *more, "--with-starter")
    assert done.code == 2
    assert told in done.err
    assert not (place.folder / "home" / "records").exists()


def test_all_drafts_are_taken_as_drafts_with_their_blanks_listed(place: Place) -> None:
    """The book takes an honest draft: it says what is still open, and claims nothing."""
    place.run(*INIT, "--fence", "fence", "--with-starter")
    applied = place.run("--json", "record", "apply", "--yes", "--strict", "home/records").json
    assert len(applied["entries"]) == len(starter_ids())
    for each in applied["plan"]["records"]:
        blanks = [remark for remark in each["notes"] if remark["code"] == "blank"]
        assert blanks, each
    again = place.run("--json", "record", "apply", "--yes", "home/records").json
    assert again["entries"] == []


def test_a_draft_cannot_be_approved_as_it_is(place: Place) -> None:
    """Whoever only changes the status is told every blank, and nothing is recorded."""
    place.run(*INIT, "--fence", "fence", "--with-starter")
    path = place.folder / "home" / "records" / "starter" / "policy" / "ai-use-policy.yaml"
    path.write_text(path.read_text("utf-8").replace("status: draft", "status: approved"), "utf-8")
    done = place.try_run("record", "apply", "--yes", str(path.relative_to(place.folder)))
    assert done.code in {3, 4}
    assert "still a blank" in done.err
    assert place.run("book", "status", "--json").json["kinds"] == {"book.opened": 1}
