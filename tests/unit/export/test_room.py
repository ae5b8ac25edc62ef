"""Whole rooms: made, read back, verified by the program that lies in them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proofbook.bundle import layout
from proofbook.bundle.manifest import parse_manifest
from proofbook.errors import ConfigurationError, EntryDamaged, RefusedError, StoreUnavailable, UnavailableError
from proofbook.export import document
from proofbook.primitives.instants import FixedClock, Period
from support.memory_book import sample_signer
from support.memory_recorder import MemoryRecorder
from support.sample_entries import WRITER, request_body
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_RUN, make_room, sound_book, start_book, with_period

POP15 = "04_Populations/POP-15_ai-interactions"


def header(room: Path, population: str = POP15) -> dict[str, Any]:
    """A population's header."""
    value: dict[str, Any] = json.loads((room / population / "header.json").read_bytes())
    return value


def rows(room: Path, table: str = "interactions") -> list[dict[str, str]]:
    """A table of POP-15."""
    return list(csv.DictReader(io.StringIO((room / POP15 / f"{table}.csv").read_bytes().decode(), newline="")))


def checks(room: Path, population: str = POP15) -> dict[str, str]:
    """Result of each check; of two with one id, the worse-sounding."""
    found: dict[str, str] = {}
    for each in header(room, population)["checks"]:
        if found.get(each["id"], "agree") == "agree":
            found[each["id"]] = each["result"]
    return found


def files_of(room: Path) -> dict[str, bytes]:
    """Every file."""
    return {each.relative_to(room).as_posix(): each.read_bytes() for each in sorted(room.rglob("*")) if each.is_file()}


def nothing_left(folder: Path) -> bool:
    """Nothing but the projections of the test."""
    return [each.name for each in folder.iterdir() if "readmodel" not in each.name] == []


def test_a_sound_book_makes_a_room_that_checks_out_and_shows_its_completeness(tmp_path: Path) -> None:
    """The whole way: write, verify by its own verifier in a process of its own, read back."""
    made = make_room(sound_book(), tmp_path / "room")
    room = made.path
    done = subprocess.run(
        [sys.executable, "-I", str(room / layout.VERIFIER)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout
    assert "checks out" in done.stdout
    assert {each.population: (each.rows, each.completeness) for each in made.populations} == {
        "POP-07": (2, "demonstrated"),
        "POP-15": (15, "demonstrated"),
    }
    manifest = parse_manifest((room / layout.MANIFEST).read_bytes())
    assert {each.path for each in manifest.files} | layout.UNLISTED == set(files_of(room))
    assert checks(room)["engine_reconciliation"] == "unknown"
    assert header(room)["run"] == "see 00_README_and_index/run.json"


def test_no_content_and_no_conclusion_is_anywhere_in_a_room(tmp_path: Path) -> None:
    """The product's first and ninth rule."""
    make_room(sound_book(), tmp_path / "room")
    for path, data in files_of(tmp_path / "room").items():
        text = data.decode(errors="replace").lower()
        if path.endswith((".html", ".json", ".csv", ".md")) and "how-to-verify" not in path:
            for word in ("compliant", "certified", "effective", "passed audit"):
                assert word not in text, path


def test_two_exports_of_a_closed_period_differ_in_the_run_header_only(tmp_path: Path) -> None:
    """An auditor exports again and compares."""
    book = sound_book()
    make_room(book, tmp_path / "one")
    book.entries.beats(20)
    book.entries.exchange()
    book.sign()
    make_room(book, tmp_path / "two", run=replace(SAMPLE_RUN, run_by="another.person", host="other-host"))
    one, two = files_of(tmp_path / "one"), files_of(tmp_path / "two")
    assert {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)} == {layout.RUN, layout.RUN_SIGNATURE}


def test_surroundings_do_not_change_a_room(tmp_path: Path) -> None:
    """Hash seed, time zone and locale belong to the machine, not to the evidence."""
    program = (
        "import sys; from pathlib import Path; from support.sample_room import *; make_room(sound_book(2), Path(sys.argv[1]))"
    )
    rooms = []
    for number, (seed, zone, language) in enumerate([("0", "UTC", "C"), ("12345", "Asia/Kathmandu", "C.UTF-8")]):
        room = tmp_path / str(number)
        environment = {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": language,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PATH": "/usr/bin:/bin",
        }
        subprocess.run([sys.executable, "-c", program, str(room)], check=True, env=environment, timeout=120)
        rooms.append(files_of(room))
    assert rooms[0] == rooms[1]


def test_a_population_of_zero_has_its_whole_header(tmp_path: Path) -> None:
    """Nothing happened, and somebody was there to see it."""
    book = start_book()
    book.entries.beats(24 * 60 + 5)
    book.sign()
    make_room(book, tmp_path / "room", with_period(Period(date(2026, 1, 1), date(2026, 1, 1), "UTC")))
    found = header(tmp_path / "room")
    assert found["row_counts"] == {"interactions": 0, "refusals": 0, "looks": 0}
    assert found["control_totals"]["interactions"]["first_occurred"] is None
    assert found["completeness"] == "demonstrated"
    assert checks(tmp_path / "room")["temporal_coverage"] == "agree"
    assert (tmp_path / "room" / POP15 / "interactions.json").read_bytes() == b"[]\n"
    assert [each["result"] for each in found["checks"] if each["id"] == "empty_days"] == ["agree"]


def test_silence_makes_the_same_zero_undemonstrated(tmp_path: Path) -> None:
    """The same zero, nobody there to see it."""
    book = start_book()
    book.entries.wait(hours=25)
    book.entries.beat()
    book.sign()
    make_room(book, tmp_path / "room", with_period(Period(date(2026, 1, 1), date(2026, 1, 1), "UTC")))
    found = header(tmp_path / "room")
    assert found["row_counts"]["interactions"] == 0
    assert found["completeness"] == "not_demonstrated"
    assert checks(tmp_path / "room")["temporal_coverage"] == "gap_unexplained"
    assert "activity is unknown" in (tmp_path / "room" / layout.INDEX_HTML).read_text()


def test_the_edges_of_a_period_lie_in_its_own_time_zone(tmp_path: Path) -> None:
    """23:59:59.999999 of the last day is in, 00:00:00 of the next day is out, and the room says so."""
    book = start_book(datetime(2026, 3, 28, 12, tzinfo=UTC))
    moments = {
        "x_before": datetime(2026, 3, 28, 22, 59, 59, 999999, tzinfo=UTC),
        "x_first": datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        "x_last": datetime(2026, 3, 29, 21, 59, 59, 999999, tzinfo=UTC),
        "x_after": datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    }
    for exchange, moment in moments.items():
        book.entries.now = moment
        book.entries.request(exchange)
        book.entries.response(exchange)
    book.entries.wait(hours=2)
    book.sign()
    make_room(book, tmp_path / "room", with_period(Period(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin")))
    assert [each["exchange"] for each in rows(tmp_path / "room")] == ["x_first", "x_last"]
    found = header(tmp_path / "room")
    assert (found["period"]["start"], found["period"]["end"]) == ("2026-03-28T23:00:00.000000Z", "2026-03-29T22:00:00.000000Z")
    assert found["left_out"]["interactions"] == {"period": 2}
    (edges, *_) = [each for each in found["checks"] if each["id"] == "boundary"]
    assert len(edges["items"]) == 2


def test_ten_thousand_and_one_rows_are_not_truncated(tmp_path: Path) -> None:
    """Round numbers are a warning sign auditors know."""
    book = start_book()
    for number in range(10_001):
        book.entries.request(f"x_{number}")
        book.entries.response(f"x_{number}")
        book.entries.wait(seconds=1)
    book.sign()
    make_room(book, tmp_path / "room")
    assert len(rows(tmp_path / "room")) == 10_001
    assert checks(tmp_path / "room")["count_tie_out"] == "agree"
    assert header(tmp_path / "room")["control_totals"]["interactions"]["distinct_keys"] == 10_001


HOSTILE = '=cmd|\'/C calc\'!A1,"\n</script><script>alert(1)</script>\u202e\x00 {{ 7*7 }} #panic("x")'


def test_hostile_words_stay_words_in_every_form(tmp_path: Path) -> None:
    """Spreadsheet, browser, template and document each get their own chance to run it."""
    book = start_book()
    entries = book.entries
    entries.artifact(name=HOSTILE, location=HOSTILE, publisher=HOSTILE)
    unknown = {"artifact": None, "status": "unknown", "resolved_at": None, "remote_host": None}
    model = {"asked": HOSTILE, "method": HOSTILE, "reason": HOSTILE, **unknown}
    entries.exchange(system=HOSTILE, model=model, conversation=HOSTILE)
    entries.refused(detail=HOSTILE, path=HOSTILE)
    entries.add("source.heartbeat", HOSTILE, {"run": "r", "open_exchanges": 0, "refused": 0, "exchanges": 0}, source=HOSTILE)
    book.sign()
    make_room(book, tmp_path / "room")
    for path, data in files_of(tmp_path / "room").items():
        if path.endswith(".html"):
            assert b"<script" not in data, path
            assert "\u202e".encode() not in data, path
            assert b"\x00" not in data, path
            assert b"49" not in data or b"7*7" in data or b"{{" not in data, path
    (row,) = rows(tmp_path / "room")
    assert row["model_asked"] == "'" + HOSTILE
    assert json.loads((tmp_path / "room" / POP15 / "interactions.json").read_bytes())[0]["model_asked"] == HOSTILE
    (record,) = [path for path in files_of(tmp_path / "room") if path.startswith(layout.PROVENANCE_FOLDER)]
    assert record.endswith("_cmd-c-calc-a1-script-script-alert-1-script-7-7-panic-x.json")


def test_open_and_twice_answered_requests_are_listed(tmp_path: Path) -> None:
    """Neither hides in a count."""
    book = start_book()
    book.entries.request("x_old")
    twice = book.entries.exchange()
    book.entries.response(twice)
    book.entries.wait(hours=2)
    book.entries.request("x_new")
    book.sign()
    make_room(book, tmp_path / "room")
    found = header(tmp_path / "room")
    assert checks(tmp_path / "room")["responses"] == "gap_unexplained"
    assert checks(tmp_path / "room")["duplicate_responses"] == "differs"
    assert found["duplicates"]["interactions"] == [json.loads(book.book.raw[5])["id"]]
    assert [each["state"] for each in rows(tmp_path / "room")] == ["no_response_recorded", "complete", "no_response_recorded"]


def test_weights_that_served_without_a_record_are_named(tmp_path: Path) -> None:
    """A served hash that nobody recorded must not stay unseen."""
    book = start_book()
    stranger = "sha256:" + "9" * 64
    model = {**request_body("x")["model"], "artifact": stranger}
    book.entries.exchange(model=model)
    book.entries.collected()
    book.sign()
    make_room(book, tmp_path / "room")
    pop07 = header(tmp_path / "room", "04_Populations/POP-07_model-artifacts")
    assert pop07["completeness"] == "not_demonstrated"
    assert any(stranger in item for each in pop07["checks"] for item in each.get("items", []))
    assert checks(tmp_path / "room")["served_artifacts_recorded"] == "differs"


def test_an_engagement_of_one_system_says_so_and_keeps_what_nobody_can_place(tmp_path: Path) -> None:
    """Two systems never mix; a refusal without a system may be anybody's."""
    book = start_book()
    mine = book.entries.exchange(system="mine")
    book.entries.exchange(system="other")
    book.entries.refused()
    book.entries.refused(system="other")
    book.sign()
    make_room(book, tmp_path / "room", replace(SAMPLE_ENGAGEMENT, systems=("mine",)))
    assert [each["exchange"] for each in rows(tmp_path / "room")] == [mine]
    assert len(rows(tmp_path / "room", "refusals")) == 1
    found = header(tmp_path / "room")
    assert found["systems"] == ["mine"]
    assert found["left_out"]["interactions"] == {"filter": 1}
    assert any('body.system in ["mine"]' in each for each in found["filters"])
    assert checks(tmp_path / "room")["count_tie_out"] == "agree"


def test_a_period_that_is_not_over_is_said_not_to_be(tmp_path: Path) -> None:
    """A room made too early must not look finished."""
    make_room(sound_book(2), tmp_path / "room", with_period(Period(date(2026, 1, 1), date(2026, 12, 31), "UTC")))
    assert header(tmp_path / "room")["completeness"] == "not_demonstrated"
    assert checks(tmp_path / "room")["period_over"] == "unknown"
    assert "not over" in (tmp_path / "room" / layout.INDEX_HTML).read_text()


def test_what_is_exported_is_recorded_with_its_digests(tmp_path: Path) -> None:
    """Downloads of evidence are evidence."""
    recorder = MemoryRecorder(FixedClock(datetime(2026, 1, 9, tzinfo=UTC)))
    made = make_room(sound_book(), tmp_path / "room", recorder=recorder)
    assert [each.kind for each in recorder.entries] == ["population.exported", "population.exported", "room.exported"]
    body = recorder.entries[-1].body
    assert body["manifest"] == made.manifest
    assert body["checkpoint_size"] == made.checkpoint.size
    assert recorder.entries[1].body["files"]["interactions.csv"].startswith("sha256:")


def test_a_room_as_of_an_earlier_size_shows_the_book_as_it_was(tmp_path: Path) -> None:
    """Also after the book has grown."""
    book = sound_book(3)
    first = next(iter(book.book.checkpoints())).size
    made = make_room(book, tmp_path / "room", as_of_size=first)
    assert made.checkpoint.size == first
    assert len(rows(tmp_path / "room")) == 4
    with pytest.raises(UnavailableError, match="size 7"):
        make_room(book, tmp_path / "other", as_of_size=7)


def test_after_a_change_of_key_the_room_is_as_of_a_checkpoint_the_new_key_signed(tmp_path: Path) -> None:
    """Else a reader of the room alone could not tell whose room it is."""
    book = sound_book(3)
    old, size = book.book.keys()[0].vkey, book.book.size()
    book.book.rotate(sample_signer(seed="second key"))
    body: dict[str, Any] = {"old_vkey": old, "new_vkey": book.book.keys()[1].vkey, "size": size, "reason": "sample"}
    book.entries.add("log.key_rotated", book.book.origin, body, source=WRITER)
    with pytest.raises(UnavailableError, match="new log key"):
        make_room(book, tmp_path / "early")
    book.sign()
    made = make_room(book, tmp_path / "room")
    assert made.checkpoint.size == size + 1
    with pytest.raises(ConfigurationError, match="more than"):
        make_room(book, tmp_path / "old", as_of_size=next(iter(book.book.checkpoints())).size)
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == ["room"]


def test_a_place_that_is_taken_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Rooms are never overwritten."""
    taken = tmp_path / "room"
    taken.mkdir()
    (taken / "mine.txt").write_text("keep me")
    with pytest.raises(RefusedError):
        make_room(sound_book(1), taken)
    assert [each.name for each in taken.iterdir()] == ["mine.txt"]
    (taken / "mine.txt").unlink()
    make_room(sound_book(1), taken)
    assert (taken / layout.MANIFEST).exists()


def test_an_edited_entry_stops_the_export_with_its_place_and_leaves_nothing(tmp_path: Path) -> None:
    """A damaged book must not leave the house as evidence."""
    book = sound_book(1)
    place = next(index for index, data in enumerate(book.book.raw) if b"exchange.request" in data)
    book.book.raw[place] = book.book.raw[place].replace(b"sample-service", b"somebody-else!")
    with pytest.raises(EntryDamaged, match=f"entry {place} "):
        make_room(book, tmp_path / "room")
    assert nothing_left(tmp_path)


def test_a_recorder_that_cannot_record_leaves_no_room(tmp_path: Path) -> None:
    """An export nobody recorded must not exist."""
    recorder = MemoryRecorder(FixedClock(datetime(2026, 1, 9, tzinfo=UTC)))
    recorder.fail_with = StoreUnavailable("the disk is full")
    with pytest.raises(StoreUnavailable, match="disk is full"):
        make_room(sound_book(1), tmp_path / "room", recorder=recorder)
    assert nothing_left(tmp_path)


def test_a_failure_in_the_middle_of_writing_leaves_nothing(tmp_path: Path) -> None:
    """Whatever fails: here the one who watches the progress."""

    def fail(what: str, _done: int, _of: int) -> None:
        if what == "writing populations":
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreUnavailable, match="No space left"):
        make_room(sound_book(1), tmp_path / "room", progress=fail)
    assert nothing_left(tmp_path)


def test_a_book_without_a_checkpoint_makes_no_room(tmp_path: Path) -> None:
    """Nothing to prove against."""
    with pytest.raises(UnavailableError, match="checkpoint"):
        make_room(start_book(), tmp_path / "room")
    assert nothing_left(tmp_path)


def test_the_index_as_a_document_is_there_or_named_as_missing(tmp_path: Path) -> None:
    """Complete, or loudly partial."""
    made = make_room(sound_book(1), tmp_path / "room")
    there = (tmp_path / "room" / layout.INDEX_PDF).exists()
    assert there is document.is_available()
    assert there is (layout.INDEX_PDF not in {each.what for each in made.omissions})


def test_a_late_record_is_listed(tmp_path: Path) -> None:
    """Occurred and recorded are two times; a backdated entry shows both."""
    book = start_book(datetime(2026, 1, 2, 12, tzinfo=UTC))
    book.entries.exchange(occurred=book.entries.now - timedelta(hours=30))
    book.sign()
    make_room(book, tmp_path / "room")
    (late, *_) = [each for each in header(tmp_path / "room")["checks"] if each["id"] == "recorded_late"]
    assert late["result"] == "differs"
    assert "occurred 2026-01-01T06:00:00.000000Z, recorded 2026-01-02T12:00:00.000000Z" in late["items"][0]


def test_instructions_in_the_room_are_those_of_the_documentation() -> None:
    """One text, two places."""
    repository = Path(__file__).parents[3]
    shipped = repository / "src/proofbook/export/texts/how-to-verify.md"
    assert shipped.read_bytes() == (repository / "docs/audit/how-to-verify.md").read_bytes()
