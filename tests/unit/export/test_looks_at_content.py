"""What data goes to the models has figures in the population of interactions: looks at content, and what each counted."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofbook.tlog.vkey import format_vkey
from proofbook.verify.program import verify_room
from support.memory_book import sample_signer
from support.sample_room import SAMPLE_ENGAGEMENT, make_room, start_book

POP15 = "04_Populations/POP-15_ai-interactions"
FOUND: dict[str, Any] = {"state": "examined", "bytes": 90, "counts": {"iban": 1, "payment_card": 2}, "not_examined": []}
PARTLY: dict[str, Any] = {"state": "partly", "bytes": 9, "counts": {}, "not_examined": [{"reason": "not_text", "parts": 1}]}


@pytest.mark.parametrize(("systems", "listed"), [((), 3), (("support-assistant",), 2), (("other",), 1)])
def test_each_look_is_a_row_that_the_verifier_derives_again(tmp_path: Path, systems: tuple[str, ...], listed: int) -> None:
    """Classes and counts, what was not examined, which exchange and whose; a later look points at the one it replaces."""
    book = start_book()
    book.entries.beat()
    exchanges = book.entries.exchange(), book.entries.exchange(system="other")
    for exchange, system in (*zip(exchanges, ("support-assistant", "other"), strict=True), (exchanges[0], "support-assistant")):
        book.entries.wait(seconds=1)
        body: dict[str, Any] = {
            "exchange": exchange, "system": system, "rule_set": "sha256:" + "1" * 64, "looked_for": ["iban", "payment_card"],
            "by": "gateway", "request": FOUND, "response": PARTLY,
        }  # fmt: skip
        book.entries.add("exchange.classified", exchange, body, source="classifier:main")
    book.sign()
    room = tmp_path / "room"
    make_room(book, room, replace(SAMPLE_ENGAGEMENT, systems=systems))
    with (room / POP15 / "looks.csv").open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    header = json.loads((room / POP15 / "header.json").read_bytes())
    assert len(rows) == header["row_counts"]["looks"] == listed
    assert {each["principal"] for each in rows} == {"sample-service"}
    assert json.loads(rows[0]["request_counts"]) == {"iban": 1, "payment_card": 2}
    assert json.loads(rows[0]["response_not_examined"]) == [{"parts": 1, "reason": "not_text"}]
    assert {each["result"] for each in header["checks"] if each["id"] == "count_tie_out"} == {"agree"}
    report = verify_room(str(room), keys=[format_vkey(sample_signer().key)])
    assert [each.what for each in report.problems if "POP-15" in each.place] == []
