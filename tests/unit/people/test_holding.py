"""Files between being shown and being agreed to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from proofbook.errors import LimitExceeded, StoreUnavailable
from proofbook.people.holding import MAX_HELD, MAX_HELD_BYTES, HeldFile, Holder
from proofbook.people.store import FORMAT, Store
from support.sample_people import Scene

LEAD = Holder("sample.lead", "s_1", "requests:e")
LIST = HeldFile("list.csv", b"confidential sample words\0and more", "sha256:" + "0" * 64)


def test_a_file_is_given_back_once_and_is_sealed_meanwhile(tmp_path: Path) -> None:
    """An auditor's list may name what nobody else is to know yet."""
    scene = Scene(tmp_path)
    held = scene.people.held_files
    name = held.hold(LEAD, LIST)
    assert b"confidential" not in b"".join(path.read_bytes() for path in scene.path.parent.iterdir())
    assert held.take(LEAD, name) == LIST
    assert held.take(LEAD, name) is None


@pytest.mark.parametrize("change", [{"account": "sample.other"}, {"session": "s_2"}, {"purpose": "requests:f"}])
def test_nobody_else_gets_it_and_trying_does_not_use_it_up(tmp_path: Path, change: dict[str, str]) -> None:
    """The name stands in a page; whoever saw it over a shoulder can do nothing with it."""
    held = Scene(tmp_path).people.held_files
    name = held.hold(LEAD, LIST)
    assert held.take(replace(LEAD, **change), name) is None
    assert held.take(LEAD, "of no file") is None
    assert held.take(LEAD, name) == LIST


def test_files_are_bounded_in_size_number_and_time(tmp_path: Path) -> None:
    """Showing lists must not fill a disk."""
    scene = Scene(tmp_path)
    held = scene.people.held_files
    with pytest.raises(LimitExceeded):
        held.hold(LEAD, replace(LIST, data=bytes(MAX_HELD_BYTES + 1)))
    names = []
    for number in range(MAX_HELD + 1):
        scene.wait(seconds=1)
        names.append((replace(LEAD, session=f"s_{number}"), held.hold(replace(LEAD, session=f"s_{number}"), LIST)))
    assert [held.take(*each) is None for each in names] == [True, *[False] * MAX_HELD]
    older = held.hold(LEAD, LIST)
    newer = held.hold(LEAD, LIST)
    assert held.take(LEAD, older) is None
    scene.wait(minutes=21)
    assert held.take(LEAD, newer) is None
    scene.people.sweep()
    assert scene.store.rows("SELECT name FROM held_file") == []


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    """A store put beside another key holds no files for anybody."""
    scene = Scene(tmp_path)
    name = scene.people.held_files.hold(LEAD, LIST)
    assert scene.open(scene.store, key=bytes(32)).held_files.take(LEAD, name) is None


def test_an_older_store_is_brought_up_to_this_format(tmp_path: Path) -> None:
    """People keep their passwords when the program is renewed; a store of a newer program is refused."""
    Scene(tmp_path / "now").people.held_files.hold(LEAD, LIST)
    path = next((tmp_path / "now").rglob("*.sqlite"))
    connection = apsw.Connection(str(path))
    connection.execute("DROP TABLE held_file").fetchall()
    connection.execute("INSERT INTO password VALUES ('sample.lead', x'00', 'e_1')").fetchall()
    connection.execute("PRAGMA user_version=1").fetchall()
    connection.close()
    store = Store(path)
    assert store.rows("SELECT account FROM password") == [("sample.lead",)]
    assert store.rows("SELECT name FROM held_file") == []
    store.close()
    connection = apsw.Connection(str(path))
    connection.execute(f"PRAGMA user_version={FORMAT + 1}").fetchall()
    connection.close()
    with pytest.raises(StoreUnavailable, match="format"):
        Store(path)
