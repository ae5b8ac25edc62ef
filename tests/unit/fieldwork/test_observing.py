"""An observed run: steps with the clock while it runs, a transcript that fits the files, an entry with its digest."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from proofbook.errors import InputError, StoreUnavailable
from proofbook.export.engagement import Engagement
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.observing import TRANSCRIPT, RunStep, Tell, Watch, observe
from proofbook.primitives.instants import Period
from support.fieldwork_desk import FieldworkDesk
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_PERIOD, SAMPLE_RUN

ABROAD = Engagement(
    SAMPLE_ENGAGEMENT.id,
    SAMPLE_ENGAGEMENT.entity,
    Period(SAMPLE_PERIOD.first, SAMPLE_PERIOD.last, "Asia/Tokyo"),
    environment="sample",
)


def watching(desk: FieldworkDesk, make: Callable[[Tell], Path], observer: str = "Sample Auditor") -> list[RunStep]:
    """All steps of a run."""
    watch = Watch("w_1", "POP-15", observer, ABROAD, SAMPLE_RUN, make, desk.recorder, desk.clock)
    return list(observe(watch, desk.act(Side.AUDITOR)))


@pytest.fixture
def folder(desk: FieldworkDesk) -> Path:
    """A population exported beforehand: what `make` hands over."""
    return desk.export()


def test_every_step_has_the_clock_in_both_zones(desk: FieldworkDesk, folder: Path) -> None:
    """An auditor looks at the clock on the wall and at the one on the page."""

    def make(tell: Tell) -> Path:
        tell("reading the book", 10, 40)
        return folder

    steps = watching(desk, make)
    assert [each.kind for each in steps] == ["began", "working", "made", "recorded"]
    assert (steps[1].words, steps[1].done, steps[1].of) == ("reading the book", 10, 40)
    assert all(each.utc.endswith("Z") and each.local.endswith("+09:00") for each in steps)
    assert "Sample Auditor" in steps[0].words
    assert "sample-host" in steps[0].words


def test_the_transcript_says_what_was_seen_and_fits_the_files(desk: FieldworkDesk, folder: Path) -> None:
    """Count and hash in it are those of what is delivered, and its own digest is in the book."""
    transcript = watching(desk, lambda _: folder)[-1].transcript
    assert transcript is not None
    header = json.loads((folder / "header.json").read_bytes())
    assert dict(transcript.rows) == header["row_counts"]
    for name, digest in transcript.files.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest
        assert digest in transcript.text.decode()
    assert (folder / TRANSCRIPT).read_bytes() == transcript.text
    assert transcript.logic.removeprefix("sha256:") == header["report"]["logic_sha256"]
    for said in ("Sample Auditor", "sample-host", "a.person", transcript.definition, transcript.checkpoint_root, "Asia/Tokyo"):
        assert said in transcript.text.decode()
    entry = desk.recorder.of_kind("observed.run")[0]
    assert entry.body["transcript_sha256"] == sha256(transcript.text).hexdigest()
    assert entry.body["observer"] == "Sample Auditor"
    assert entry.actor.id == "an.auditor"


def test_a_failure_is_the_last_step_in_words(desk: FieldworkDesk) -> None:
    """The watcher sees why; nothing is recorded as if it had been made."""

    def make(_tell: Tell) -> Path:
        raise StoreUnavailable("the disk is full", hint="make room")

    steps = watching(desk, make)
    assert [each.kind for each in steps] == ["began", "failed"]
    assert steps[-1].words == "the disk is full"
    assert isinstance(steps[-1].error, StoreUnavailable)
    assert desk.recorder.of_kind("observed.run") == []


def test_files_that_are_not_what_the_header_says_are_noticed(desk: FieldworkDesk, folder: Path) -> None:
    """What is shown on the page was read from the files themselves."""
    table = folder / "interactions.csv"
    table.write_bytes(table.read_bytes() + b"\r\n")
    steps = watching(desk, lambda _: folder)
    assert steps[-1].kind == "failed"
    assert "interactions.csv" in steps[-1].words


def test_a_hostile_name_is_made_visible(desk: FieldworkDesk, folder: Path) -> None:
    """The observer's name cannot rearrange the transcript."""
    transcript = watching(desk, lambda _: folder, "Eve\u202e\nrows of interactions  999")[-1].transcript
    assert transcript is not None
    assert "\u202e" not in transcript.text.decode()
    assert transcript.text.decode().count("\nrows of interactions") == 1


def test_an_observer_has_a_name(desk: FieldworkDesk) -> None:
    """Nobody is not an observer."""
    with pytest.raises(InputError, match="observer"):
        watching(desk, lambda _: desk.folder, "  ")
