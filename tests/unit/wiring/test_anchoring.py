"""On the schedule beside other work: asked without being told to, one process at a time, and never in anybody's way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.anchoring.settings import AuthoritySettings, WitnessingSettings, WitnessSettings
from proofbook.book.reader import BookReader
from proofbook.config.loading import read_settings
from proofbook.errors import ConfigurationError
from proofbook.records.envelope import parse_entry
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.anchoring import _turn, witness_now
from proofbook.wiring.beside import anchored, ask_for_room
from proofbook.wiring.gateway import record_settings
from proofbook.wiring.home import Home
from proofbook.wiring.recording import open_door
from support.command_line import wait_until
from support.draft_builder import beat
from support.home_builder import make_home
from support.witness_at_work import COSIGNER, make_witness, serving


def watched(home: Home, url: str, *, every: float = 1.0) -> Home:
    """The same home with one witness."""
    witness = WitnessSettings("auditor", format_vkey(COSIGNER.key), url)
    settings = replace(home.settings, witnesses=(witness,), witnessing=WitnessingSettings(every_seconds=every))
    return replace(home, settings=settings)


def cosigned_size(home: Home) -> int:
    """The largest checkpoint that was cosigned."""
    with BookReader(home.book) as book:
        found = book.latest_cosigned()
    return 0 if found is None else found.size


def test_what_is_recorded_is_cosigned_by_itself(tmp_path: Path) -> None:
    """While traffic goes on; and a cosignature does not make the next one necessary."""
    home = make_home(tmp_path)
    vkey = home.identity().vkey
    with serving(make_witness(tmp_path / "w", vkeys=(vkey,))) as url:
        home = watched(home, url)
        with open_door(home) as door, anchored(home, door.recorder.record):
            size = door.recorder.record(beat()).index + 1
            wait_until(lambda: cosigned_size(home) >= size, "a cosignature")
            with BookReader(home.book) as book:
                wait_until(lambda: "log.witnessed" in book.kinds(), "the cosignature on record")
                wait_until(lambda: cosigned_size(home) == book.size(), "the newest checkpoint cosigned")
                assert book.kinds()["log.witnessed"][1] == 1
                assert ask_for_room(home, door.recorder.record, book) == book.size()  # nothing new: not asked, not recorded


def test_a_silent_witness_holds_nobody_up(tmp_path: Path) -> None:
    """Recording goes on, the silence is an entry, and a room is made without waiting for more."""
    home = watched(make_home(tmp_path), "http://127.0.0.1:1")
    with open_door(home) as door, anchored(home, door.recorder.record), BookReader(home.book) as book:
        wait_until(lambda: "log.witnessed" in book.kinds(), "the silence on record")
        assert door.recorder.record(beat()).seq == 1
        assert ask_for_room(home, door.recorder.record, book) is None


def test_one_process_of_a_home_asks_at_a_time(tmp_path: Path) -> None:
    """Two would ask for two steps from one state."""
    with _turn(tmp_path / "run") as first, _turn(tmp_path / "run") as second:
        assert (first, second) == (True, False)
    with _turn(tmp_path / "run") as again:
        assert again


def test_a_certificate_file_that_is_missing_stops_nothing(tmp_path: Path) -> None:
    """The gateway must start; the command says what is wrong."""
    home = make_home(tmp_path)
    authority = AuthoritySettings("clock", "http://127.0.0.1:1", "keys/missing.pem")
    home = replace(home, settings=replace(home.settings, timestamps=(authority,)))
    with open_door(home) as door, anchored(home, door.recorder.record):
        assert door.recorder.record(beat()).seq == 1
        with pytest.raises(ConfigurationError, match="no witness is configured"):
            witness_now(home, door.recorder.record)


def test_who_is_asked_is_in_the_settings_on_record(tmp_path: Path) -> None:
    """Since when a book has witnesses, and which, is evidence."""
    home = watched(make_home(tmp_path), "http://127.0.0.1:1")
    with open_door(home) as door:
        record_settings(home, door.recorder, "test")
    with BookReader(home.book) as book:
        settings = parse_entry(book.entry(book.kinds()["config.loaded"][0])).body["settings"]
    assert settings["witnesses"] == [f"auditor {format_vkey(COSIGNER.key)} http://127.0.0.1:1"]
    assert settings["witnessing"] == ["quorum all", "every 1.0 seconds"]


_WITNESS = f'[[witnesses]]\nname = "auditor"\nvkey = "{format_vkey(COSIGNER.key)}"\nurl = "https://witness.example"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_WITNESS.replace("auditor", "Auditor 1"), "name 'Auditor 1' cannot be used"),
        (_WITNESS.replace("+B", "+A"), "vkey"),
        (_WITNESS.replace("https://", "ftp://"), "is no http address"),
        (_WITNESS + _WITNESS, "stands twice"),
        (_WITNESS + '[witnessing]\nquorum = "2"\n', "there are 1 witnesses"),
        (_WITNESS + '[witnessing]\nquorum = "most"\n', "quorum"),
        (_WITNESS + "[witnessing]\nevery = 1\n", "'witnessing.every' is not known"),
        (_WITNESS + 'weight = "1"\n', "'witnesses[0].weight' is not known"),
        ('[[timestamps]]\nname = "clock"\nurl = "http://clock.example"\n', "certificate_file"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, said: str) -> None:
    """Before anything runs: a misspelt key must not leave a book without the witness somebody meant."""
    path = tmp_path / "proofbook.toml"
    path.write_text(f'entity = "Sample Company"\n[book]\nfence = "fence"\n{text}')
    with pytest.raises(ConfigurationError) as refused:
        read_settings(path)
    assert said in f"{refused.value.message} {refused.value.hint}"
