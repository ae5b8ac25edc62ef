"""The commands that tell which sensitive data went to the AI, as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.wiring.recording import open_door
from support.command_line import Place
from support.draft_builder import answered, asked
from support.home_builder import make_home

ASKED = b'{"messages": [{"role": "user", "content": "Pay with 4111 1111 1111 1111"}]}'
ANSWERED = b'data: {"choices": [{"index": 0, "delta": {"content": "Noted, ada@example.org"}}]}\n\n'


@pytest.fixture
def classified(tmp_path: Path) -> Place:
    """A home with an exchange that was classified later."""
    home = make_home(tmp_path)
    with open_door(home) as door:
        door.recorder.submit([asked("x_1", ASKED, "c_1"), answered("x_1", ANSWERED, "c_1")]).result()
    place = Place(tmp_path)
    assert place.run("content", "classify", "--json").json["classified"] == 1
    return place


def test_figures_are_shown_by_system_class_and_side(classified: Place) -> None:
    """What goes in and what comes out, and what was looked for."""
    found = classified.run("content", "classes", "--json").json
    assert {(each["kind"], each["side"], each["spans"]) for each in found["found"]} == {
        ("payment_card", "request", 1),
        ("email", "response", 1),
    }
    assert [(each["request"], each["response"], each["exchanges"]) for each in found["examined"]] == [("examined", "examined", 1)]
    lines = classified.run("content", "classes", "--from", "2026-01-01", "--to", "2026-12-31").out
    assert "payment_card" in lines
    assert "What was examined" in lines
    assert "No exchange" in classified.run("content", "classes", "--from", "2025-01-01", "--to", "2025-12-31").out
    assert classified.try_run("content", "classes", "--from", "2025-01-01").code == 3


def test_classes_are_explained_with_what_they_miss(classified: Place) -> None:
    """A figure without its limits is half a figure."""
    said = classified.run("content", "classes", "--explain").out
    assert "misses:" in said
    assert "rule set" in said
    assert set(classified.run("content", "classes", "--explain", "--json").json["classes"]) >= {"secret", "iban"}


def test_content_is_redacted_unless_asked_otherwise(classified: Place) -> None:
    """The default shows what is needed to understand, not what was confided."""
    shown = classified.run("content", "show", "x_1", "--slot", "request", "--purpose", "sample")
    assert "[card number]" in shown.out
    assert "4111" not in shown.out
    assert "redacted: replaced 1 payment_card" in shown.err
    exact = classified.run("content", "show", "x_1", "--slot", "request", "--purpose", "sample", "--unredacted")
    assert exact.out.strip() == ASKED.decode()
