"""A witness's folder: made whole, never with a book in it, its name and key pinned, unknown settings refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError
from proofbook.tlog.vkey import KeyType, format_vkey, parse_vkey
from proofbook.wiring.witness_folder import create_witness, open_witness, read_standings, run_witness, watch_log
from support.witness_at_work import COSIGNER, LOG, ORIGIN

NAME = "witness.sample.example/w1"


def test_a_new_witness_watches_nothing_and_says_so(tmp_path: Path) -> None:
    """Its key is its own, of the type that cosigns, and nobody else may read it."""
    vkey = create_witness(tmp_path / "w", NAME)
    assert (parse_vkey(vkey).name, parse_vkey(vkey).key_type) == (NAME, KeyType.COSIGNATURE)
    assert (tmp_path / "w" / "keys" / "witness.key").stat().st_mode & 0o077 == 0
    folder = open_witness(tmp_path / "w")
    assert read_standings(folder) == (vkey, ())
    with pytest.raises(ConfigurationError, match="no log is watched"):
        run_witness(folder, ready=lambda _address: pytest.fail("it runs"))


def test_a_watched_log_is_in_the_settings(tmp_path: Path) -> None:
    """With words that a person wrote, whatever is in them."""
    create_witness(tmp_path / "w", NAME)
    assert watch_log(open_witness(tmp_path / "w"), format_vkey(LOG.key), 'Sample "Company"\n[[logs]]') == ORIGIN
    (standing,) = read_standings(open_witness(tmp_path / "w"))[1]
    assert (standing.origin, standing.size) == (ORIGIN, None)
    with pytest.raises(ConfigurationError, match="watched already"):
        watch_log(open_witness(tmp_path / "w"), format_vkey(LOG.key), "")
    with pytest.raises(ConfigurationError, match="witness's key"):
        watch_log(open_witness(tmp_path / "w"), format_vkey(COSIGNER.key), "")


def test_a_witness_does_not_live_with_the_book_it_watches(tmp_path: Path) -> None:
    """Who holds both could have it say anything."""
    tmp_path.joinpath("proofbook.toml").write_text("")
    with pytest.raises(ConfigurationError, match="a book's home"):
        create_witness(tmp_path, NAME)


def test_a_folder_in_use_is_left_as_it_is(tmp_path: Path) -> None:
    """A second `init` must not replace a key that others trust."""
    vkey = create_witness(tmp_path / "w", NAME)
    with pytest.raises(ConfigurationError, match="not empty"):
        create_witness(tmp_path / "w", NAME)
    assert read_standings(open_witness(tmp_path / "w"))[0] == vkey


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_name_that_no_note_can_carry_makes_nothing(tmp_path: Path, name: str) -> None:
    """It would fail at the first cosignature."""
    with pytest.raises(ConfigurationError):
        create_witness(tmp_path / "w", name)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("port = 8402", "prot = 8402", "'prot' is not known"),
        ("port = 8402", "port = 70000", "is not a port"),
        ("port = 8402", 'port = 8402\ncertificate_file = "x.pem"', "belong together"),
        (NAME, "other.example/w", "keeps its name and key for ever"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    """By key, and with what to do."""
    create_witness(tmp_path / "w", NAME)
    settings = tmp_path / "w" / "witness.toml"
    settings.write_text(settings.read_text().replace(old, new))
    with pytest.raises(ConfigurationError) as refused:
        read_standings(open_witness(tmp_path / "w"))
    assert said in f"{refused.value.message} {refused.value.hint}"


def test_a_key_of_another_witness_is_noticed(tmp_path: Path) -> None:
    """A swapped key file would make cosignatures nobody can check."""
    for name in ("w", "v"):
        create_witness(tmp_path / name, NAME)
    (tmp_path / "v" / "keys" / "witness.key").replace(tmp_path / "w" / "keys" / "witness.key")
    with pytest.raises(ConfigurationError, match="not those of the witness"):
        read_standings(open_witness(tmp_path / "w"))
