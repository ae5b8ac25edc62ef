"""`proofbook due` and `proofbook exceptions` as a compliance lead meets them."""

from __future__ import annotations

import re

import pytest

from support.command_line import run_on_terminal
from support.dated_home import ENGAGEMENT, DatedHome, occurrences_of, squares_of

ENGAGED = ("--engagement", ENGAGEMENT)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_list_names_record_owner_and_what_fixes_it(written: DatedHome) -> None:
    """A list nobody can act on is only bad news."""
    (found,) = [each for each in written.due()["findings"] if (each["check"], each["control"]) == ("occurrence_missed", "LC-02")]
    assert (found["kind"], found["id"]) == ("occurrence", "LC-02/sample-desk/2026-Q2")
    assert found["owner"] == "sample-person-1"
    assert "proofbook record template" in found["fix"]
    assert "CC2.1" in found["criteria"]
    shown = written.run("due", *ENGAGED, "--all").out
    assert found["id"] in shown
    assert "owner: sample-person-1" in shown


def test_list_is_ordered_by_consequence(written: DatedHome) -> None:
    """The gravest first: nobody reads to the end."""
    order = ["breaks_the_trail", "exception", "not_shown", "late", "coming"]
    listed = [order.index(each["consequence"]) for each in written.due()["findings"]]
    assert listed == sorted(listed)
    assert len(set(listed)) > 2


def test_late_records_and_open_blanks_stand_in_the_list(written: DatedHome) -> None:
    """What was written down a month later is not hidden by being on file; a template's blank is not text."""
    found = {each["check"]: each for each in written.due()["findings"] if each["id"] in {"sample-q3", "sample-policy"}}
    assert found["recorded_late"]["consequence"] == "late"
    assert found["blank_open"]["consequence"] == "coming"
    square = squares_of(written.grid(), "LC-02", "sample-desk")[8]
    assert (square["state"], square["late_recorded"]) == ("done", True)


def test_as_of_tells_what_was_known_then(written: DatedHome) -> None:
    """An auditor may ask how things stood on a day; what was recorded later must not change the answer."""
    before = occurrences_of(written.grid("--as-of", "2026-08-01"), "LC-02", "sample-desk")
    assert before == {"2026-Q1": "done", "2026-Q2": "missed", "2026-Q3": "not_due"}
    assert occurrences_of(written.grid(), "LC-02", "sample-desk")["2026-Q3"] == "done"


def test_exceptions_tell_those_on_record_from_those_nobody_recorded(written: DatedHome) -> None:
    """A missed quarter that an exception names needs no second one; the others need their first."""
    told = written.run("exceptions", *ENGAGED, "--json").json
    (known,) = told["exceptions"]
    assert (known["id"], known["status"], known["responses"]) == ("sample-known", "open", [])
    assert known["age_days"] > 180
    named = {each["id"] for each in told["unrecorded"]}
    assert named
    assert "LC-02/sample-desk/2026-Q2" not in named
    shown = written.run("exceptions", *ENGAGED).out
    assert "sample-known" in shown


@pytest.mark.parametrize("columns", [80, 60])
def test_grid_fits_a_narrow_terminal_and_does_not_need_colours(written: DatedHome, columns: int) -> None:
    """Eighty columns is what many have; who sees no colours, or prints, must read the same."""
    code, shown = run_on_terminal(written.place, "due", *ENGAGED, "--grid", columns=columns)
    assert code == 0
    lines = _COLOUR.sub("", shown).splitlines()
    assert max(map(len, lines)) <= columns
    plain = written.run("due", *ENGAGED, "--grid").out
    row = next(line for line in plain.splitlines() if line.startswith("  sample-desk, quarterly"))
    assert row.split()[2:] == ["-", "-", "D", "-", "-", "M", "-", "-", "D*"]
    assert all(word in plain for word in ("D done", "L late", "M missed", "U unknown", "n not applicable", "* recorded late"))


def test_quarters_are_the_same_occurrences_in_wider_columns(written: DatedHome) -> None:
    """The width of a column is a matter of reading; what was owed is not."""
    months, quarters = written.grid(), written.grid("--by", "quarter")
    assert [each["id"] for each in quarters["columns"]] == ["2026-Q1", "2026-Q2", "2026-Q3"]
    assert occurrences_of(months, "LC-02", "sample-desk") == occurrences_of(quarters, "LC-02", "sample-desk")
    assert months["counts"] == quarters["counts"]


def test_headings_stand_out_on_a_terminal_only(written: DatedHome) -> None:
    """Colour codes in a file or a mail are noise."""
    assert "\x1b[" not in written.run("due", *ENGAGED).out
    code, shown = run_on_terminal(written.place, "due", *ENGAGED)
    assert code == 0
    assert "\x1b[1m" in shown or "\x1b[31m" in shown


def test_recording_the_self_test_leaves_an_entry_and_not_a_conclusion(copied: DatedHome) -> None:
    """That the checks were run, on what, and what each said, is evidence itself."""
    done = copied.run("due", *ENGAGED, "--record", "--json")
    (line,) = copied.run("record", "list", "self_test", "--json").json["records"]
    assert (line["source"], line["assurance"]) == ("assessment:self", "collected")
    shown = copied.run("record", "get", "self_test", line["id"]).out
    assert "LC-02/occurrences: unmet" in shown
    assert f"findings: {len(done.json['findings'])}" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("due", "--engagement", "nobody"), 2, "known: sample-audit"),
        (("exceptions", "--engagement", "nobody"), 2, "known: sample-audit"),
        (("answer", "--engagement", "nobody"), 2, "known: sample-audit"),
        (("due", *ENGAGED, "--as-of", "yesterday"), 3, "is not a moment"),
        (("due", *ENGAGED, "--as-of", "2999-01-01"), 3, "still to come"),
        (("due", *ENGAGED, "--record", "--as-of", "2026-03-01"), 3, "--record goes with neither"),
        (("answer", "33", *ENGAGED), 3, "33"),
        (("answer", "Q7", *ENGAGED), 3, "Q7"),
        (("due",), 2, "--engagement"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_can(written: DatedHome, words: tuple[str, ...], code: int, said: str) -> None:
    """A list is no error, whatever it holds; a question that cannot be answered is one."""
    done = written.place.try_run(*words)
    assert (done.code, said in done.err) == (code, True), done


def test_population_and_room_take_the_recorded_engagement(copied: DatedHome) -> None:
    """The same engagement must mean the same everywhere: one that stands only in the records can be exported."""
    done = copied.run("population", "POP-15", *ENGAGED, "--out", "pop", "--json")
    assert done.json["population"] == "POP-15"
