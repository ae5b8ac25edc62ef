"""Every look is on file; only changes are recorded anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proofbook.collectors.interface import Observation, Place, Skipped
from proofbook.collectors.model_store.folder import ModelFolder
from proofbook.collectors.model_store.gguf_file import GgufFiles
from proofbook.collectors.runner import CollectionContext, NoHistory, RunSummary, run_collector
from proofbook.errors import SourceUnavailable, StoreUnavailable
from proofbook.primitives.instants import FixedClock
from proofbook.records.envelope import MAX_ENTRY_BYTES, Assurance
from support.gguf_builder import sample_gguf
from support.memory_recorder import MemoryRecorder
from support.model_stores import bench
from support.safetensors_builder import safetensors_bytes


@dataclass
class RecordedHistory:
    """The newest record per subject and place, read from the recorder."""

    recorder: MemoryRecorder

    def latest(self, subject: str, place: Place) -> tuple[str, Mapping[str, Any]] | None:
        """Newest first."""
        for entry in reversed(self.recorder.of_kind("model.artifact")):
            seen = Place(entry.body["host"], entry.body["store"], entry.body["location"])
            if entry.subject == subject and seen == place:
                return entry.id, entry.body
        return None


@dataclass
class Rig:
    """A recorder with history and a clock."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime.now(UTC) + timedelta(hours=1)))

    def __post_init__(self) -> None:
        self.recorder = MemoryRecorder(self.clock)
        self.context = CollectionContext(self.recorder, RecordedHistory(self.recorder), self.clock, "collector:model_store")

    def run(self, folder: Path) -> RunSummary:
        """One look at a folder, a day after the last."""
        self.clock.advance(timedelta(days=1))
        return run_collector(ModelFolder(folder, bench(clock=self.clock)), self.context)


@dataclass(frozen=True)
class Scripted:
    """A collector that yields what it is given, then perhaps fails."""

    items: tuple[Observation | Skipped, ...] = ()
    error: SourceUnavailable | None = None
    name: str = "scripted"
    query: str = "nothing"
    parameters: Mapping[str, str] = field(default_factory=dict)

    def collect(self) -> Iterator[Observation | Skipped]:
        """The script."""
        yield from self.items
        if self.error is not None:
            raise self.error


def test_an_unchanged_artifact_is_counted_not_recorded_again(tmp_path: Path) -> None:
    """A weekly look over a year must not bury the one change among fifty copies."""
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    rig = Rig()
    first, second = rig.run(tmp_path), rig.run(tmp_path)
    assert (first.found, first.unchanged, len(first.recorded)) == (1, 0, 1)
    assert (second.found, second.unchanged, len(second.recorded)) == (1, 1, 0)
    assert len(rig.recorder.of_kind("model.artifact")) == 1
    assert [entry.body["unchanged"] for entry in rig.recorder.of_kind("collection.run")] == [0, 1]


def test_a_changed_record_supersedes_its_previous_version(tmp_path: Path) -> None:
    """Same weights, new configuration: a new version of the same subject."""
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    rig = Rig()
    rig.run(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type":"llama"}')
    rig.run(tmp_path)
    old, new = rig.recorder.of_kind("model.artifact")
    assert old.subject == new.subject == old.body["artifact"]
    assert (old.supersedes, new.supersedes) == (None, old.id)
    assert new.assurance is Assurance.COLLECTED


def test_two_copies_of_one_artifact_do_not_supersede_each_other(tmp_path: Path) -> None:
    """The same bytes in two places are two facts about the machine."""
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).write_bytes(sample_gguf())
    rig = Rig()
    rig.run(tmp_path)
    assert rig.run(tmp_path).unchanged == 2
    assert all(entry.supersedes is None for entry in rig.recorder.of_kind("model.artifact"))


def test_an_empty_look_is_recorded(tmp_path: Path) -> None:
    """Absence of a record would not be evidence of absence."""
    rig = Rig()
    rig.run(tmp_path)
    [entry] = rig.recorder.of_kind("collection.run")
    assert (entry.subject, entry.body["found"], entry.body["skipped_total"]) == ("model_store.folder", 0, 1)
    assert str(tmp_path) in entry.body["query"]
    assert entry.body["started"] <= entry.body["ended"]


def test_an_unreachable_source_is_recorded_as_such() -> None:
    """'Could not look' is a result, not an exception that leaves no trace."""
    rig = Rig()
    summary = run_collector(Scripted(error=SourceUnavailable("store is gone")), rig.context)
    assert summary.unavailable == "store is gone"
    [entry] = rig.recorder.of_kind("collection.run")
    assert [item["code"] for item in entry.body["skipped"]] == ["source_unavailable"]


def test_many_skips_are_counted_and_the_first_are_listed() -> None:
    """The run's entry has a size; the count stays honest."""
    rig = Rig()
    skips = tuple(Skipped.because("orphan_blob", "d" * 5000, "p" * 5000) for _ in range(500))
    run_collector(Scripted(items=skips), rig.context)
    [entry] = rig.recorder.of_kind("collection.run")
    assert entry.body["skipped_total"] == 500
    assert len(rig.recorder.raw[0]) < MAX_ENTRY_BYTES


def test_a_huge_model_fits_one_entry_and_says_what_is_not_shown(tmp_path: Path) -> None:
    """Hundreds of shards with long names must not make the entry refusable."""
    for number in range(1, 301):
        name = f"a-model-with-a-long-name-{number:05}-of-00300.safetensors"
        (tmp_path / name).write_bytes(safetensors_bytes({f"t{number}": b"12"}))
    rig = Rig()
    rig.run(tmp_path)
    [entry] = rig.recorder.of_kind("model.artifact")
    assert entry.body["files_total"] == 300
    assert 50 < len(entry.body["files"]) < 300
    assert any(f"{len(entry.body['files'])} of 300 are shown" in item for item in entry.body["unknowns"])
    assert rig.run(tmp_path).unchanged == 1


def test_a_recorder_that_fails_is_not_swallowed(tmp_path: Path) -> None:
    """A look whose result cannot be kept must not look like a look."""
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    rig = Rig()
    rig.recorder.fail_with = StoreUnavailable("disk is full")
    with pytest.raises(StoreUnavailable):
        run_collector(GgufFiles((tmp_path / "m.gguf",), bench()), rig.context)
    assert NoHistory().latest("x", Place("h", "s", "l")) is None
