"""`proofbook reconcile` in a home: what it says, what it records, and where a difference goes until somebody explains it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.dated_home import ENGAGEMENT, DatedHome, dated_home

DIFFERENCE = "local@2026-03-03"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> DatedHome:
    """Three days of an engine that answers 21 tokens with 34; on the second it also answered somebody who went around."""
    home = dated_home(tmp_path_factory.mktemp("reconciled") / "place", "2026-01-01").engagement(last="2026-04-30")
    home.system("sample-desk").recorder("2026-01-02", "2026-05-01")
    home.counted("2026-03-02 00:10", 100, 200).counted("2026-03-03 00:10", 121, 234)
    home.counted("2026-03-04 00:10", 192, 284).counted("2026-03-05 00:10", 213, 318)
    return home.served("sample-desk", "a", "2026-03-02 12:00", "2026-03-03 12:00", "2026-03-04 12:00").write()


@pytest.fixture
def copied(written: DatedHome, tmp_path: Path) -> DatedHome:
    """A copy to record in."""
    shutil.copytree(written.folder, tmp_path / "place", ignore=shutil.ignore_patterns("run"))
    settings = tmp_path / "place" / "home" / "proofbook.toml"
    settings.write_text(settings.read_text("utf-8").replace(str(written.folder), str(tmp_path / "place")), "utf-8")
    return DatedHome(tmp_path / "place", written.began, [])


def unrecorded(home: DatedHome) -> list[str]:
    """Differences that `proofbook exceptions` lists as recorded by nobody."""
    found = home.run("exceptions", "--engagement", ENGAGEMENT, "--json").json["unrecorded"]
    return [each["id"] for each in found if each["kind"] == "engine.counters"]


def test_each_day_is_told_with_both_figures(written: DatedHome) -> None:
    """What an engine counted, what the book accounts for, and by how much they differ."""
    told = written.run("reconcile", "--engagement", ENGAGEMENT)
    for words in (
        "local: llama.cpp at 127.0.0.1:8080",
        "4 looks at its counters are on record",
        "the engine counted 71 prompt tokens, the book accounts for 21: 50 more",
        "traffic that did not come through the gateway",
        "stretches that differ: 1 of 3",
        "concludes nothing about a control",
    ):
        assert words in told.out
    assert [line.split()[-1] for line in told.out.splitlines() if "prompt tokens" in line][:3] == ["agrees", "differs", "agrees"]


def test_document_has_every_stretch_and_its_names(written: DatedHome) -> None:
    """For programs: the same, with the name by which an exception names a difference."""
    made = written.run("reconcile", "--engagement", ENGAGEMENT, "--json").json
    assert (made["verdict"], made["differences_total"]) == ("differs", 1)
    assert [each["verdict"] for each in made["stretches"]] == ["agrees", "differs", "agrees"]
    assert made["differences"][0]["id"] == DIFFERENCE
    figures = {each["measure"]: each["difference"] for each in made["differences"][0]["figures"]}
    assert figures == {"prompt_tokens": 50, "completion_tokens": 16}


@pytest.mark.parametrize(
    ("words", "stretches"),
    [
        (("--from", "2026-03-04"), 1),
        (("--from", "2026-03-02", "--to", "2026-03-03"), 1),
        (("--to", "2026-03-01"), 0),
        (("--upstream", "local"), 3),
        (("--by", "look"), 3),
    ],
)
def test_days_and_engines_can_be_chosen(written: DatedHome, words: tuple[str, ...], stretches: int) -> None:
    """Looks of the days that were asked for, and no others."""
    assert len(written.run("reconcile", *words, "--json").json["stretches"]) == stretches


def test_recording_leaves_one_entry_with_its_differences(copied: DatedHome) -> None:
    """That somebody compared is itself on record; looking is not."""
    before = copied.run("book", "status", "--json").json["kinds"]
    copied.run("reconcile")
    assert copied.run("book", "status", "--json").json["kinds"] == before
    copied.run("reconcile", "--record")
    assert copied.run("book", "status", "--json").json["kinds"] == before | {"reconciliation.run": 1}


def test_difference_is_listed_until_an_exception_names_it(copied: DatedHome) -> None:
    """Then it is still said, as something that is not on record."""
    assert unrecorded(copied) == [DIFFERENCE]
    listed = [each for each in copied.due()["findings"] if each["kind"] == "engine.counters"]
    assert [(each["consequence"], each["control"]) for each in listed] == [("breaks_the_trail", "LC-20")]
    exception = copied.folder / "exception.yaml"
    exception.write_text(
        "kind: control.exception\nid: sample-bypass\nrecord:\n  title: Sample bypass\n  control: LC-20\n  facts: sample maintenance\n"
        f"  found_at: 2026-03-06T09:00:00Z\n  found_by: self\n  owner: sample-person-1\n  instances: [{DIFFERENCE}]\n",
        "utf-8",
    )
    copied.run("record", "apply", str(exception), "--yes")
    assert unrecorded(copied) == []
    listed = [each for each in copied.due()["findings"] if each["kind"] == "engine.counters"]
    assert [each["consequence"] for each in listed] == ["not_shown"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--upstream", "nobody"), "upstream 'nobody' is not known"),
        (("--engagement", "none-such"), "engagement 'none-such' is not known"),
        (("--engagement", ENGAGEMENT, "--from", "2026-03-01"), "--engagement goes with neither"),
        (("--from", "2026-03-09", "--to", "2026-03-01"), "--to 2026-03-01 lies before --from 2026-03-09"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(written: DatedHome, words: tuple[str, ...], says: str) -> None:
    """Each with what fixes it."""
    done = written.place.try_run("reconcile", *words)
    assert done.code in {2, 3}
    assert says in done.err
    assert "fix:" in done.err


def test_home_without_counters_says_how_to_get_them(tmp_path: Path) -> None:
    """Nothing to compare is not agreement."""
    home = dated_home(tmp_path).write()
    assert "nothing can be compared" in home.run("reconcile").out
    assert home.run("reconcile", "--json").json["verdict"] == "unknown"
