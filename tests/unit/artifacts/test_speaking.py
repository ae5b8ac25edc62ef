"""How values of records are told: what is missing, what is late, what is a mark and what is a word."""

from __future__ import annotations

import pytest

from proofbook.artifacts.page import Standing
from proofbook.artifacts.speaking import cell, counted, happened, local, meaning, parts, sentence_label, short
from support.facts_builder import FactsBuilder, digest


def test_each_way_of_saying_nothing_stays_its_own() -> None:
    """Null, unknown, none and blank are four answers."""
    assert cell(None).standing is Standing.NOT_STATED
    assert cell("unknown").standing is Standing.UNKNOWN
    assert (cell([]).text, cell([]).standing) == ("stated to be none", Standing.STATED)
    assert cell("[[who]]").standing is Standing.BLANK
    assert cell(["a", "[[who]]"]).standing is Standing.BLANK
    assert (cell(True).text, cell(False).text, cell(12345).text) == ("yes", "no", "12,345")


def test_items_that_hold_commas_are_told_apart() -> None:
    """`p-1, owner, p-2` could be three people."""
    assert cell(["p-1, owner", "p-2, user"]).text == "p-1, owner; p-2, user"
    assert cell(["a", "b"]).text == "a, b"


def test_moments_are_told_in_the_zone_with_their_offset() -> None:
    """An hour that happens twice in autumn is told apart by its offset."""
    assert local("2026-10-25T00:30:00.000000Z", "Europe/Berlin") == "2026-10-25 02:30 +02:00"
    assert local("2026-10-25T01:30:00.000000Z", "Europe/Berlin") == "2026-10-25 02:30 +01:00"
    assert local("2026-10-25T01:30:00.000000Z", "UTC") == "2026-10-25 01:30 UTC"


@pytest.mark.parametrize("text", ["sample version prompt-1", "sha256: the whole truth", "e_short", "f" * 63, ""])
def test_only_digests_and_entry_ids_are_shortened(text: str) -> None:
    """A shortened word tells nothing."""
    assert short(text) == text
    assert not cell(text).mono


def test_digests_and_entry_ids_are_set_apart() -> None:
    """They are compared letter by letter."""
    assert short(digest("a")) == "sha256:aaaaaaaaaaaa…"
    assert short("e_" + "0" * 26) == "e_0000000000…"
    assert cell(digest("a")).mono


def test_late_says_both_times() -> None:
    """The day something happened and the day somebody said so."""
    builder = FactsBuilder().system("desk")
    builder.add(
        "inventory.review",
        "r1",
        happened="2026-03-01",
        recorded="2026-03-08 12:00",
        system="desk",
        reviewer="p",
        outcome="no_change",
    )
    builder.add(
        "inventory.review",
        "r2",
        happened="2026-03-01",
        recorded="2026-03-08 12:01",
        system="desk",
        reviewer="p",
        outcome="no_change",
    )
    on_time, late = (happened(each, "UTC") for each in builder.build().of("inventory.review"))
    assert on_time.standing is Standing.STATED
    assert (late.standing, late.text) == (Standing.LATE, "2026-03-01 12:00 UTC (recorded 2026-03-08 12:01 UTC)")


def test_parts_are_in_their_model_s_order_without_empty_columns() -> None:
    """Alphabetical columns put the id in the middle."""
    rows = [{"at": "2026-03-01T12:00:00.000000Z", "what": "shut", "who": "p"}]
    assert parts("Steps", rows, "UTC").columns == ("At", "Who", "What")
    assert parts("Steps", [], "UTC").rows == ()


def test_meanings_do_not_repeat_names() -> None:
    """`People affected: people affected` is noise."""
    assert not meaning("people_affected", "people affected; null: unknown")
    assert meaning("closed_by", "who closed it") == "who closed it"
    assert sentence_label("eu_ai_act_note") == "EU AI Act note"
    assert (counted(1, "gap"), counted(0, "gap"), counted(2, "miss", "misses")) == ("1 gap", "0 gaps", "2 misses")
