"""A home is made whole or not at all, and what does not belong together is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError, HistoryDiverged, InputError, ProofbookError
from proofbook.wiring.home import Home, create_home, open_home, quote_toml
from proofbook.wiring.recording import open_door, start_book
from support.home_builder import make_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a book."""
    return make_home(tmp_path)


def _config(folder: Path) -> str:
    return f"entity = {quote_toml('Sample Company')}\n[book]\nfence = {quote_toml(str(folder / 'fence'))}\n"


def _fail(_: Home) -> None:
    raise InputError("sample failure")


def test_a_home_holds_keys_for_its_owner_only(home: Home) -> None:
    """Folder, keys and book."""
    assert [path.stat().st_mode & 0o077 for path in (home.path, home.log_key.parent, home.log_key, home.book)] == [0] * 4
    again = open_home(home.path)
    assert again == home
    assert again.identity().origin == "sample.example/book"
    assert len(again.vault_key()) == 32


def test_a_home_is_never_made_over_something(tmp_path: Path, home: Home) -> None:
    """Not over a home, not over any file."""
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    with pytest.raises(ConfigurationError, match="is not empty"):
        create_home(home.path, config=_config(tmp_path), origin="other.example/book", start_book=start_book)
    assert {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()} == before
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be made a home"):
        create_home(tmp_path / "file", config=_config(tmp_path), origin="other.example/book", start_book=start_book)


@pytest.mark.parametrize("existing", [True, False])
def test_a_home_that_could_not_be_finished_leaves_nothing(tmp_path: Path, existing: bool) -> None:  # noqa: FBT001 - a parameter
    """The next attempt starts from where this one did; a folder that was there stays."""
    path = tmp_path / "new"
    if existing:
        path.mkdir()
    for config, start, error in (
        ("nonsense", start_book, ConfigurationError),
        (_config(tmp_path), _fail, InputError),
        (_config(tmp_path) + "surprise = 1\n", start_book, ConfigurationError),
    ):
        with pytest.raises(error):
            create_home(path, config=config, origin="sample.example/book", start_book=start)
        assert path.exists() == existing
        assert not existing or list(path.iterdir()) == []
    assert create_home(path, config=_config(tmp_path), origin="sample.example/book", start_book=start_book).book.exists()


@pytest.mark.parametrize("origin", ["", "with space", "with+plus", "line\nbreak"])
def test_a_name_no_log_can_have_is_refused(tmp_path: Path, origin: str) -> None:
    """It becomes a key name and the first line of every checkpoint."""
    with pytest.raises(ProofbookError):
        create_home(tmp_path / "new", config=_config(tmp_path), origin=origin, start_book=start_book)
    assert not (tmp_path / "new").exists()


def test_a_second_book_of_one_name_is_refused_by_the_fence(tmp_path: Path, home: Home) -> None:
    """Even when the whole home was deleted: the fence lies elsewhere."""
    shutil.rmtree(home.path)
    with pytest.raises(HistoryDiverged, match="signed before"):
        make_home(tmp_path)


def test_a_missing_home_says_what_to_do(tmp_path: Path) -> None:
    """The first thing everybody meets."""
    with pytest.raises(ConfigurationError, match="no configuration here"):
        open_home(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b'{"format":"other/1","origin":"a","vkey":"b"}'])
def test_a_damaged_identity_is_refused(home: Home, content: bytes) -> None:
    """Without it nobody knows whose book this is."""
    home.identity_path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="identity of the log"):
        home.identity()
    home.identity_path.unlink()
    with pytest.raises(ConfigurationError, match="identity of the log"):
        home.identity()


def test_a_key_that_is_not_the_pinned_one_is_refused(tmp_path: Path, home: Home) -> None:
    """A key of another home, or one made anew."""
    other = make_home(tmp_path / "other", origin="other.example/book")
    shutil.copy(other.log_key, home.log_key)
    with pytest.raises(ConfigurationError, match="is not the key that"):
        home.signer()
    with pytest.raises(ConfigurationError, match="is not the key that"), open_door(home):
        pass


def test_the_book_of_another_home_is_refused(tmp_path: Path, home: Home) -> None:
    """Copied into its place: origin, key and fence all belong to the first."""
    other = make_home(tmp_path / "other", origin="other.example/book")
    shutil.copy(other.book, home.book)
    with pytest.raises(HistoryDiverged, match=r"the book is 'other\.example/book'"), open_door(home):
        pass


def test_text_survives_toml() -> None:
    """Names with quotes, backslashes and letters of any script."""
    import tomllib

    for text in ('a "quoted" name', "back\\slash", "Müller & Söhne", "tab\tand\nline"):
        assert tomllib.loads(f"x = {quote_toml(text)}")["x"] == text
