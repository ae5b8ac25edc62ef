"""One population handed over by itself: the room's own bytes, recorded, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from proofbook.bundle import layout
from proofbook.errors import MalformedRecord, RefusedError, StoreUnavailable
from proofbook.export.alone import CHECKPOINT, DEFINITION, export_population
from proofbook.export.room import ExportedPopulation, ExportFrom
from proofbook.primitives.instants import FixedClock
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind
from support.memory_recorder import MemoryRecorder
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_RUN, SampleBook, make_room, sound_book


def hand_over(made: SampleBook, out: Path, recorder: MemoryRecorder, population: str = "POP-15") -> ExportedPopulation:
    """Exports one population of the sample book."""
    with Projection(out.parent / "alone.readmodel.sqlite", made.book) as projection:
        actor = Actor("a.person", ActorKind.PERSON, "local_account")
        clock = FixedClock(made.entries.now + timedelta(minutes=1))
        origin = ExportFrom(made.book, projection, made.book.signer, recorder, clock, actor, SAMPLE_RUN)
        return export_population(out, origin, SAMPLE_ENGAGEMENT, population)


@pytest.fixture
def recorder() -> MemoryRecorder:
    """The door in of another book, so that the exported one does not move."""
    return MemoryRecorder(FixedClock(sound_book(1).entries.now))


def test_tables_are_the_bytes_that_a_room_would_hold(tmp_path: Path, recorder: MemoryRecorder) -> None:
    """An auditor who gets a population first and the room later must find the same rows."""
    made = sound_book()
    room = make_room(made, tmp_path / "room").path
    found = hand_over(made, tmp_path / "alone", recorder)
    folder = room.joinpath(*layout.POPULATION_FOLDERS["POP-15"].split("/"))

    assert found.rows > 0
    for name in ("interactions.csv", "interactions.json", "refusals.csv", "refusals.json", "columns.csv"):
        assert (folder / name).read_bytes() == (tmp_path / "alone" / name).read_bytes(), name
    assert (room / layout.CHECKPOINT).read_bytes() == (tmp_path / "alone" / CHECKPOINT).read_bytes()
    assert (room / layout.definition_path("POP-15")).read_bytes() == (tmp_path / "alone" / DEFINITION).read_bytes()


def test_the_header_names_each_file_by_its_digest_and_the_book_records_it(tmp_path: Path, recorder: MemoryRecorder) -> None:
    """What was handed over can be told apart from what was changed later."""
    out = tmp_path / "alone"
    hand_over(sound_book(), out, recorder)
    header = json.loads((out / "header.json").read_bytes())
    entry = recorder.of_kind("population.exported")[0]

    for name, digest in header["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
        assert entry.body["files"][name] == f"sha256:{digest}"
    assert recorder.of_kind("room.exported") == []


def test_a_population_nobody_defined_is_refused(tmp_path: Path, recorder: MemoryRecorder) -> None:
    """A mistyped number must not give an empty list that looks like evidence."""
    with pytest.raises(MalformedRecord, match="POP-99"):
        hand_over(sound_book(1), tmp_path / "alone", recorder, "POP-99")

    assert not (tmp_path / "alone").exists()


def test_nothing_is_left_when_it_cannot_be_recorded(tmp_path: Path, recorder: MemoryRecorder) -> None:
    """What is not on record was not handed over."""
    recorder.fail_with = StoreUnavailable("disk full")
    with pytest.raises(StoreUnavailable):
        hand_over(sound_book(1), tmp_path / "alone", recorder)

    assert [each.name for each in tmp_path.iterdir() if "readmodel" not in each.name] == []


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path, recorder: MemoryRecorder) -> None:
    """Evidence that was handed over before is never overwritten."""
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "kept.txt").write_text("earlier")
    with pytest.raises(RefusedError, match="not empty"):
        hand_over(sound_book(1), tmp_path / "alone", recorder)
