"""What all kept records share: moments, days, decimals, blanks, references."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from proofbook.records.evaluation import Result
from proofbook.records.flows import FlowDiagram
from proofbook.records.inventory import AiSystem, InventoryReview
from proofbook.records.record import Action, find_blanks, find_references
from support.kept_bodies import body, least


@pytest.mark.parametrize(
    "moment", ["2026-03-28", "2026-03-28T09:00:00Z", "2026-03-28T09:00:00.000000+01:00", "2026-02-30T00:00:00.000000Z"]
)
def test_a_moment_has_one_form(moment: str) -> None:
    """Text order must be time order, in every record."""
    with pytest.raises(ValidationError):
        InventoryReview.model_validate(least("inventory.review", performed_at=moment))


@pytest.mark.parametrize("day", ["2026-02-30", "2026-3-1", "28.03.2026", "2026-W09", ""])
def test_a_day_is_one_of_the_calendar(day: str) -> None:
    """A duty that is due on a day that does not exist is never due."""
    with pytest.raises(ValidationError):
        Action.model_validate({"what": "sample", "owner": "sample-person-1", "due": day})


@pytest.mark.parametrize("value", ["0,93", "1e-3", ".5", "5.", "NaN", "+1", "1.0000000000"])
def test_a_decimal_is_digits_with_a_point(value: str) -> None:
    """Two programs must read the same number from it."""
    with pytest.raises(ValidationError):
        Result.model_validate({"metric": "sample", "value": value, "n": 1, "outcome": "met"})


@pytest.mark.parametrize("record_id", ["", "Help-Desk", "-a", ".a", "a/b", "a" * 81, "ä", "a\n"])
def test_an_id_is_a_short_word(record_id: str) -> None:
    """Ids become file names and addresses of pages."""
    with pytest.raises(ValidationError):
        InventoryReview.model_validate(least("inventory.review", system=record_id))


def test_nothing_said_is_not_something_said() -> None:
    """An empty text would look like a statement."""
    with pytest.raises(ValidationError):
        AiSystem.model_validate(least("ai_system", notes=""))


def test_blanks_are_found_wherever_they_stand() -> None:
    """A blank that is overlooked ends up in an approved policy."""
    sections = [{"heading": "sample", "text": "no blank"}, {"heading": "[[heading]]", "text": "who: [[name\nthe role]], when"}]
    found = find_blanks(body("policy", owner="[[owner]]", sections=sections))
    assert found == ("owner", "sections[1].heading", "sections[1].text")


@pytest.mark.parametrize("text", ["[one]", "[[]]", "a[0][1]", "]] [["])
def test_brackets_that_hold_nothing_are_no_blank(text: str) -> None:
    """Text may have brackets."""
    assert find_blanks({"notes": text}) == ()


def test_references_are_found_at_any_depth() -> None:
    """A reference inside a row of a table counts like one at the top."""
    flow = {"id": "F-1", "source": "P-1", "target": "D-1", "data": "sample", "classification": "internal", "controls": ["LC-07"]}
    record = FlowDiagram.model_validate(least("data_flow", system="help-desk", flows=[flow]))
    assert find_references(record) == (("system", "ai_system", "help-desk"), ("flows[0].controls[0]", "control", "LC-07"))


def test_a_reference_that_is_not_stated_is_none() -> None:
    """Null refers to nothing."""
    assert find_references(AiSystem.model_validate(least("ai_system"))) == ()
