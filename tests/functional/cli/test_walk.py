"""The walk of somebody who meets the program: each test is one thing an operator or an auditor does, on a home with real traffic."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.command_line import Place, copy_place, environment, find_pythons

pytestmark = pytest.mark.real
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
ENGAGEMENT = ("--engagement", "sample")


@pytest.fixture
def place(copied: Place) -> Place:
    """A used home with an engagement of a known name."""
    text = copied.settings.read_text("utf-8")
    copied.settings.write_text(re.sub(r'id = "fy\d{4}"', 'id = "sample"', text), "utf-8")
    return copied


def test_init_proposes_the_engine_that_listens(tmp_path: Path, engine: str) -> None:
    """Nobody should have to look up where the engine is; what is proposed is said and stands in the settings."""
    place = Place(tmp_path)
    found = place.run("--json", "init", "--entity", "Sample Organisation", "--fence", "fence").json
    assert engine in found["engines"]
    text = place.settings.read_text("utf-8")
    assert f'base_url = "{engine}"\nproduct = "llama.cpp"' in text
    checked = place.run("config", "check", "--json").json
    assert any(engine in each for each in checked["engines"])
    assert checked["verifier key"] == found["verifier key"]
    again = place.try_run("init", "--entity", "Sample Organisation", "--fence", "fence")
    assert (again.code, "is not empty" in again.err) == (2, True)


def test_status_names_what_is_in_the_book(used: Place) -> None:
    """Size, signed size, sources, kinds; moments in UTC."""
    found = used.run("--json", "book", "status").json
    assert found["entries"] == found["signed_size"]
    assert found["kinds"]["exchange.response"] == 2
    assert INSTANT.fullmatch(found["signed_at"])
    assert {each["source"] for each in found["sources"]} >= {"book", "cli", "gateway:main"}
    lines = used.run("book", "status").out.splitlines()
    assert any(line.endswith("exchange.response: 2") for line in lines)
    assert not any("{" in line for line in lines)


def test_second_collection_records_nothing_and_changes_are_seen_both_ways(place: Place) -> None:
    """Unchanged files are not news; changed bytes are, and so are the old ones when they come back."""
    model = next((place.folder / "models").iterdir())

    def collected() -> tuple[int, int]:
        done = place.run("--json", "collect", "model_store", "models").json
        return done["found"], done["recorded"]

    before = model.read_bytes()
    assert collected() == (1, 1)
    assert collected() == (1, 0)
    model.write_bytes(before + b"x")
    assert collected() == (1, 1)
    model.write_bytes(before)
    assert collected() == (1, 1)
    assert collected() == (1, 0)
    nested = place.run("collect", "model_store", "models", "models")
    assert nested.out.splitlines()[-1] == "2 artifacts in 2 places; 0 new or changed and recorded; 0 skipped"


def test_collect_without_a_name_runs_all(place: Place) -> None:
    """The documents say `proofbook collect`; without a store it says what to do."""
    done = place.run("collect")
    assert "0 artifacts in 0 places" in done.out
    assert "set models.paths" in done.err


def test_discovery_ties_the_engine_to_a_record_once_there_is_one(place: Place) -> None:
    """Before collecting, the served weights are without a record; afterwards that difference is gone."""
    port = place.engine.rpartition(":")[2]

    def without_record() -> list[str]:
        found = place.run("--json", "discover").json
        assert INSTANT.fullmatch(found["started"])
        wanted = "served_model_without_record"
        return [each["detail"] for each in found["differences"] if each["code"] == wanted and f"port {port} " in each["detail"]]

    assert len(without_record()) == 1
    served = json.loads(place.run("--json", "discover").out)["engines"]
    path = next(each["models"].partition(" ")[2] for each in served if each["address"].endswith(f":{port}"))
    place.run("collect", "model_store", path)
    assert without_record() == []


def test_proof_is_the_same_printed_and_written(place: Place) -> None:
    """A proof is handed on as a file; it covers an exchange by its id, an entry by index."""
    exchange = _exchanges(place)[0]["exchange"]
    printed = place.run("book", "prove", exchange)
    assert printed.out.startswith("c2sp.org/tlog-proof@v1\nindex ")
    assert place.run("book", "prove", exchange, "--out", "proof").err.startswith("proof of entry ")
    assert (place.folder / "proof").read_text("utf-8") == printed.out
    found = place.run("--json", "book", "prove", exchange).json
    assert found["proof"] == printed.out
    assert json.loads(found["entry"])["subject"] == exchange


def test_inspection_opens_content_and_extends_a_held_checkpoint(place: Place) -> None:
    """What an operator runs before handing anything over."""
    place.run("export", *ENGAGEMENT, "--out", "room")
    held = "room/10_IPE_and_tool_assurance/book/checkpoint"
    found = place.run("--json", "book", "fsck", "--content", "--checkpoint", held).json
    assert (found["damages_total"], found["held_checkpoints"], found["held_checkpoints_extended"]) == (0, 1, 1)
    assert found["content"] == {"present": 4, "shredded": 0}
    assert "4 opened and compared, 0 shredded on record" in place.run("book", "fsck", "--content").out


def test_hold_beats_erasure_and_erasure_leaves_proofs(place: Place) -> None:
    """Held: refused with exit 4. Released: erased, gone, on record, and the room says so and still verifies."""
    exchange = _exchanges(place)[0]["exchange"]
    exact = place.run("content", "show", exchange, "--unredacted", "--purpose", "complaint")
    answer = json.loads(exact.out)["choices"][0]["message"]["content"]
    assert answer.strip() in place.run("content", "show", exchange, "--purpose", "complaint").out
    asked = place.run("--json", "content", "show", exchange, "--slot", "request", "--purpose", "complaint").json
    assert "Where is the Sample Organisation?" in asked["content"]
    held = place.run("--json", "content", "hold", exchange, "--reason", "matter 12").json
    erase = ("content", "erase", exchange, "--reason", "request", "--policy", "ticket 1")
    refused = place.try_run(*erase)
    assert (refused.code, "fix: release the hold first" in refused.err) == (4, True)
    place.run("content", "release", held["conversation"], "--reason", "matter 12 closed")
    assert place.run("--json", *erase).json["conversation"] == held["conversation"]
    gone = place.try_run("content", "show", exchange, "--purpose", "complaint")
    assert gone.code == 4
    assert "was shredded; its commitment stays in the book" in gone.err
    assert place.run("--json", "book", "fsck", "--content").json["content"] == {"present": 2, "shredded": 2}
    place.run("export", *ENGAGEMENT, "--out", "room")
    assert "erased content: the room says 1" in place.run("verify", "room").out
    assert place.run("--json", "content", "retain").json["erased"] == 0


def test_population_holds_the_exchanges_and_not_their_words(place: Place) -> None:
    """The table an auditor samples from; content never."""
    done = place.run("--json", "population", "POP-15", *ENGAGEMENT, "--out", "pop").json
    rows = _rows(place.folder / "pop")
    assert len(rows) == 2
    assert done["rows"] >= 2
    assert {row["principal"] for row in rows} == {"sample-person"}
    assert not any(b"Where is the Sample" in path.read_bytes() for path in (place.folder / "pop").iterdir())
    assert place.try_run("population", "POP-15", *ENGAGEMENT, "--out", "pop").code == 4


def test_room_verifies_by_itself_with_plain_python(place: Place) -> None:
    """What the auditor has is a folder, some Python of some age, and a key they know."""
    room = place.run("--json", "export", *ENGAGEMENT, "--out", "room").json
    assert INSTANT.search(room["checkpoint"])
    key = place.run("--json", "book", "status").json["verifier_key"]
    script = place.folder / "room" / "00_README_and_index" / "verify.py"
    for python in find_pythons():
        command = [python, "-I", str(script), "--key", key]
        done = subprocess.run(command, cwd="/", env=environment(place.folder), capture_output=True, text=True, check=False)
        assert done.returncode == 0, (python, done.stdout, done.stderr)
    assert place.run("--json", "verify", "room", "--key", key).json["exit_code"] == 0
    data = place.folder / "room" / "04_Populations" / "POP-15_ai-interactions" / "interactions.csv"
    data.write_bytes(data.read_bytes().replace(b"sample-person", b"simple-person"))
    damaged = place.try_run("verify", "room", "--json")
    assert (damaged.code, damaged.json["exit_code"]) == (5, 5)


def test_changed_key_signs_the_next_room_and_old_rooms_still_verify(place: Place) -> None:
    """Evidence handed over before the change stays good; the new room names both keys and verifies with the new one."""
    place.run("export", *ENGAGEMENT, "--out", "before")
    keys = place.run("--json", "book", "rotate-key", "--reason", "yearly").json
    place.run("export", *ENGAGEMENT, "--out", "after")
    assert place.run("verify", "before", "--key", keys["old_verifier_key"]).code == 0
    assert place.run("verify", "after", "--key", keys["new_verifier_key"]).code == 0
    held = "before/10_IPE_and_tool_assurance/book/checkpoint"
    assert place.run("verify", "after", "--key", keys["new_verifier_key"], "--checkpoint", held).code == 0
    assert place.run("book", "fsck", "--content", "--checkpoint", held).code == 0
    assert place.run("--json", "book", "status").json["keys_in_history"] == 2
    place.run("population", "POP-07", *ENGAGEMENT, "--out", "pop")


def test_everything_but_changing_the_key_works_while_the_gateway_runs(place: Place) -> None:
    """An operator does not stop traffic to look, to collect, or to hand over.

    The writer holds the key in memory; the refusal to change it says what to stop.
    """
    exchange = _exchanges(place)[0]["exchange"]
    with place.up():
        done = place.try_run("book", "rotate-key", "--reason", "yearly")
        assert (done.code, "fix: stop `proofbook up` first" in done.err) == (6, True)
        place.run("collect", "model_store", "models")
        place.run("discover")
        place.run("content", "hold", exchange, "--reason", "matter 12")
        place.run("content", "release", exchange, "--reason", "closed")
        place.run("content", "show", exchange, "--purpose", "complaint")
        place.run("content", "retain")
        place.run("population", "POP-07", *ENGAGEMENT, "--out", "pop2")
        place.run("export", *ENGAGEMENT, "--out", "room")
        place.run("book", "prove", "0")
        assert place.run("--json", "book", "fsck", "--content").json["damages_total"] == 0
    assert place.run("verify", "room").code == 0


def test_copy_of_a_home_is_a_home(used: Place, tmp_path: Path) -> None:
    """Nothing in a home says where it lies; these tests rest on that."""
    moved = copy_place(used, tmp_path / "elsewhere")
    assert moved.run("--json", "book", "status").json["entries"] == used.run("--json", "book", "status").json["entries"]


def _exchanges(place: Place) -> list[dict[str, str]]:
    place.run("population", "POP-15", *ENGAGEMENT, "--out", "listing")
    rows = _rows(place.folder / "listing")
    shutil.rmtree(place.folder / "listing")
    return rows


def _rows(population: Path) -> list[dict[str, str]]:
    with (population / "interactions.csv").open(encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))
