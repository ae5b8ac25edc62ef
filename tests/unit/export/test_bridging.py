"""Inputs of a bridge letter and subsequent events: drawn from what is on record after the period, with blanks for the rest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from proofbook.export.pack import WHOLE, Pack, bridge
from proofbook.export.parts.afterwards import days_after
from proofbook.export.room import ExportedRoom, ExportFrom, export_room
from proofbook.verify.program import verify_room
from support.fieldwork_desk import SCOPE, STAFF, FieldworkDesk, fieldwork_desk
from support.kept_bodies import body
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_PERIOD, SAMPLE_RUN, sound_book

FOLDER = "01_Scope_and_description"
IN, AFTER = "2026-01-02T10:00:00.000000Z", "2026-01-05T10:00:00.000000Z"


@dataclass(frozen=True)
class Bridged:
    """A pack some days after the period, and the room of the period beside it."""

    folder: Path
    room: ExportedRoom

    def page(self, name: str, where: str = "pack") -> Any:
        """A page's own content."""
        return json.loads((self.folder / where / FOLDER / f"{name}.json").read_bytes())["content"]

    def listing(self, name: str) -> list[dict[str, str]]:
        """One of the lists."""
        data = (self.folder / "pack" / FOLDER / "since-period-end" / f"{name}.csv").read_bytes()
        return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def make(desk: FieldworkDesk, out: Path, *, pack: Pack, **changes: Any) -> ExportedRoom:
    """A room or pack as of the newest checkpoint."""
    desk.take_in()
    newest = desk.book.latest_checkpoint()
    assert newest is not None
    days = days_after(SAMPLE_PERIOD, newest.signed_at) if pack is not WHOLE else None
    scope = SCOPE if days is None else replace(SCOPE, period=days)
    engagement = SAMPLE_ENGAGEMENT if days is None else replace(SAMPLE_ENGAGEMENT, period=days)
    origin = ExportFrom(
        desk.book, desk.projection, desk.book.signer, desk.recorder, desk.clock, STAFF, SAMPLE_RUN, scope=scope
    )  # fmt: skip
    populations = changes.pop("populations", ("POP-08", "POP-19", "POP-30"))
    return export_room(out, origin, engagement, as_of_size=newest.size, populations=populations, pack=pack)


@pytest.fixture(scope="module")
def bridged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridged]:
    """Three days of January are over; then a change, an incident, and one that is told late."""
    folder = tmp_path_factory.mktemp("bridged")
    with fieldwork_desk(folder, sound_book(3)) as desk:
        desk.kept("incident.real", "inc-old", body("incident.real", title="Open before", detected_at=IN, closed_at=None))
        room = make(desk, folder / "room", pack=WHOLE)
        desk.clock.advance(timedelta(days=2))
        desk.kept("change", "ch-1", body("change", title="Sample change", what="prompt", released_at=AFTER, emergency=True))
        desk.kept("incident.real", "inc-1", body("incident.real", title="After it", detected_at=AFTER, severity="high"))
        desk.kept("change", "ch-late", body("change", title="Told late", what="model", released_at=IN))
        make(desk, folder / "pack", pack=bridge(SCOPE))
        yield Bridged(folder, room)


def test_the_pack_verifies_and_every_list_has_the_digest_its_statement_states(bridged: Bridged) -> None:
    """A statement is worth as much as the list anybody can open behind it."""
    report = verify_room(str(bridged.folder / "pack"))
    assert report.exit_code == 0, report.lines()
    statements = bridged.page("bridge-letter-draft")["statements"]
    assert len(statements) == 7
    for each in statements:
        data = (bridged.folder / "pack" / FOLDER / "since-period-end" / each["List"]).read_bytes()
        assert (sha256(data).hexdigest(), len(data.splitlines()) - 1) == (each["SHA-256"], each["Count"])
        assert each["Query"]
    parameters = bridged.page("bridge-letter-draft")["parameters"]
    assert parameters["from"] == "2026-01-04T00:00:00.000000Z"


def test_what_happened_since_stands_in_its_statement_and_what_was_told_late_apart(bridged: Bridged) -> None:
    """An event of the period that was recorded after it is no event since; an auditor asks for both."""
    said = " ".join(bridged.page("bridge-letter-draft")["paragraphs"])
    assert "1 change is on record as released in this time: 1 of prompt; 1 by the emergency path [1]" in said
    assert "1 incident is on record as detected in this time: 1 of severity high [3]" in said
    assert [row["id"] for row in bridged.listing("told-late")] == ["inc-old", "ch-late"]
    assert [row["id"] for row in bridged.listing("incidents-open")] == ["inc-old"]
    assert [row["id"] for row in bridged.listing("events")] == ["ch-1", "inc-1"]


def test_nothing_is_called_material_or_none_of_itself(bridged: Bridged) -> None:
    """A letter that says "no material changes" because a program counted none would be worth nothing."""
    page = (bridged.folder / "pack" / FOLDER / "bridge-letter-draft.html").read_text()
    content = bridged.page("bridge-letter-draft")
    assert "no material" not in page.lower()
    assert any("material" in each for each in content["blanks"])
    assert any(each.startswith("Name and office of the officer") for each in content["blanks"])
    assert any("auditor" in each for each in content["blanks"]), "the settings name no firm"
    none = next(each["words"] for each in content["statements"] if each["Count"] == 0)
    assert "⟦none, or which" in none


def test_time_without_a_recorder_is_unknown_on_the_first_line(bridged: Bridged) -> None:
    """The gateway's last heartbeat lies days before the checkpoint: what passed since, nobody saw."""
    content = bridged.page("bridge-letter-draft")
    assert {each["Recorders at work"] for each in content["statements"]} == {"unknown in 1 stretch"}
    assert "what happened in them is unknown" in " ".join(content["paragraphs"])
    assert bridged.listing("not-seen")[0]["why"]


def test_populations_of_the_same_days_stand_in_the_draft_with_their_digests(bridged: Bridged) -> None:
    """What the letter counts can be held against lists that the verifier derives again."""
    (table,) = (bridged.folder / "pack").glob("04_Populations/POP-19_*/incidents.csv")
    page = (bridged.folder / "pack" / FOLDER / "bridge-letter-draft.html").read_text().replace("<wbr>", "")
    assert sha256(table.read_bytes()).hexdigest()[:16] in page


def test_the_room_has_the_same_pages_as_of_its_own_checkpoint(bridged: Bridged) -> None:
    """In the room over the period they speak of the time from its end to the room's checkpoint, and name its days."""
    content = bridged.page("bridge-letter-draft", "room")
    assert content["parameters"]["to"].startswith("2026-01-04T00:0")
    assert (bridged.folder / "room" / FOLDER / "nil-certificates.html").is_file()


def test_a_room_of_a_period_that_is_not_over_says_why_there_is_none(tmp_path: Path) -> None:
    """Nothing can follow what has not ended."""
    with fieldwork_desk(tmp_path) as desk:
        room = make(desk, tmp_path / "room", pack=WHOLE)
    assert "subsequent events and bridge letter inputs" in {each.what for each in room.omissions}
    assert not (tmp_path / "room" / FOLDER / "bridge-letter-draft.json").exists()


@pytest.mark.parametrize(
    ("signed", "days"),
    [
        ("2026-01-03T23:59:59.999999Z", None),
        ("2026-01-04T00:00:00.000000Z", ("2026-01-04", "2026-01-04")),
        ("2026-02-01T12:00:00.000000Z", ("2026-01-04", "2026-02-01")),
    ],
)
def test_days_after_a_period_begin_with_the_next_one(signed: str, days: tuple[str, str] | None) -> None:
    """No day is in both the report and the letter, and none in neither."""
    found = days_after(SAMPLE_PERIOD, signed)
    assert (None if found is None else (found.first.isoformat(), found.last.isoformat())) == days
