"""A home without an engine, and files of records beside it: the command line as a compliance lead meets it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from proofbook.filing.yaml_writing import format_yaml
from proofbook.primitives.instants import format_instant
from support.command_line import Done, Place
from support.kept_bodies import document


@dataclass(frozen=True, slots=True)
class RecordDesk:
    """A place with records."""

    place: Place

    @property
    def folder(self) -> Path:
        """Where commands run and files lie."""
        return self.place.folder

    def write(self, name: str, *documents: Mapping[str, Any]) -> Path:
        """A file of records."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\n".join(format_yaml(each) for each in documents), "utf-8")
        return path

    def file(self, *documents: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Apply records; the entries written."""
        entries: list[dict[str, Any]] = self.apply(*documents, words=("--yes", "--json")).json["entries"]
        return entries

    def apply(self, *documents: Mapping[str, Any], words: tuple[str, ...] = ("--yes",)) -> Done:
        """Try to apply records, however that ends."""
        self.write("run.yaml", *documents)
        return self.place.try_run("record", "apply", "run.yaml", *words)

    def refused(self, *documents: Mapping[str, Any]) -> str:
        """What is said of records that a rule does not let in; nothing may be recorded."""
        before = self.size()
        done = self.apply(*documents)
        assert done.code == 4, done
        assert self.size() == before
        return done.err

    def history(self, kind: str, record_id: str) -> list[dict[str, Any]]:
        """Every version of a record."""
        versions: list[dict[str, Any]] = self.place.run("record", "history", kind, record_id, "--json").json["versions"]
        return versions

    def size(self) -> int:
        """Entries in the book."""
        return int(self.place.run("book", "status", "--json").json["entries"])


def make_desk(folder: Path) -> RecordDesk:
    """A new home."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(folder)
    place.run("init", "--entity", "Sample Organisation", "--fence", "fence", "--upstream", "http://127.0.0.1:9")
    text = place.settings.read_text("utf-8").replace(f'fence = "{folder}/fence"', 'fence = "../fence"')
    place.settings.write_text(text, "utf-8")
    return RecordDesk(place)


def copy_desk(desk: RecordDesk, folder: Path) -> RecordDesk:
    """The same once more, to be changed at will."""
    shutil.copytree(desk.folder, folder, ignore=shutil.ignore_patterns("run"))
    return RecordDesk(Place(folder))


def days_ago(days: float) -> str:
    """A moment some days before now, as a person abroad would write it."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")


def instant_ago(days: float) -> str:
    """The same as the book writes it."""
    return format_instant((datetime.now(UTC) - timedelta(days=days)).replace(microsecond=0))


def review(record_id: str = "help-desk-2026q1", *, days: float = 1, **stated: Any) -> dict[str, Any]:
    """A review of an inventory page, performed some days ago."""
    return document("inventory.review", record_id, system="help-desk", performed_at=days_ago(days), **stated)


SYSTEM = document("ai_system", "help-desk", title="Sample help desk")
