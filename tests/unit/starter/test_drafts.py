"""What holds for every shipped draft: it is a record, it is not finished, and it promises no more than controls carry out."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import pytest
import yaml

from check_words import CONCLUSIONS
from proofbook.cli.main import main
from proofbook.controls.control import load_controls
from proofbook.controls.criteria import check_criterion
from proofbook.primitives.canonical import canonical_bytes
from proofbook.records.flows import FlowDiagram
from proofbook.records.governance import Policy
from proofbook.records.inventory import AiSystem
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS, check_body
from proofbook.records.record import Record, find_blanks, find_references
from proofbook.records.vendors import Vendor
from proofbook.starter.texts import read_draft, starter_ids
from reference_commands import walk

ENTRY_ROOM = 40 * 1024
"""Bytes a body may take of the 48 KiB of an entry, so that a draft can still grow."""
CONTROL = re.compile(r"\bLC-\d\d\b")
SHIPPED = {each.id for each in load_controls().controls}
OTHER_CLAIMS = re.compile(
    r"SOC 2 (?:certif|complian|approved|ready)|no exceptions|fully (?:secure|covered)|guarantee", re.IGNORECASE
)


@cache
def _document(draft: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read_draft(draft))
    return found


@cache
def _record(draft: str) -> Record:
    found = _document(draft)
    return KEPT[found["kind"]].model_validate(found["record"])


def _drafts(kind: str) -> list[str]:
    return [each for each in starter_ids() if _document(each)["kind"] == kind]


def _policy(draft: str) -> Policy:
    record = _record(draft)
    assert isinstance(record, Policy)
    return record


POLICIES = _drafts("policy")
WORKING = [each for each in POLICIES if _policy(each).type != "scenario"]
SCENARIOS = [each for each in POLICIES if _policy(each).type == "scenario"]


def test_there_is_what_was_promised() -> None:
    """A parametrised test over nothing would hold."""
    assert len(POLICIES) == 12
    assert len(SCENARIOS) == 3
    counts = {kind: len(_drafts(kind)) for kind in ("vendor", "risk", "ai_system", "data_flow")}
    assert counts == {"vendor": 4, "risk": 8, "ai_system": 1, "data_flow": 1}


@pytest.mark.parametrize("draft", starter_ids())
def test_draft_is_a_record_of_its_kind(draft: str) -> None:
    """It has exactly the keys of a record's file, and its body is one the book takes."""
    document = _document(draft)
    assert list(document) == ["kind", "id", "record"]
    assert document["id"] == draft
    body = _record(draft).to_body()
    check_body(document["kind"], body)
    assert len(canonical_bytes(body)) < ENTRY_ROOM


@pytest.mark.parametrize("draft", starter_ids())
def test_draft_is_not_finished_and_claims_nothing(draft: str) -> None:
    """Blanks are open, no moment is stated, nobody decided or approved anything."""
    body = _record(draft).to_body()
    assert find_blanks(body)
    assert "because" in find_blanks(body)
    assert all(value is None for name, value in body.items() if name.endswith("_at"))
    assert body.get("status", "draft") in {"draft", "proposed"}
    assert body.get("diligence_decision", "undecided") == body.get("treatment", "undecided") == "undecided"


@pytest.mark.parametrize("draft", starter_ids())
def test_no_blank_is_torn_open(draft: str) -> None:
    """A blank that lost a bracket would not be listed, and would be approved as text."""
    for text in _texts(_record(draft).to_body()):
        rest = re.sub(r"\[\[[^\[\]]{3,400}\]\]", "", text)
        assert "[" not in rest, text
        assert "]" not in rest, text


@pytest.mark.parametrize("draft", starter_ids())
def test_draft_draws_no_conclusion(draft: str) -> None:
    """Words of verdict belong to auditors; `effective_on` is the name of a field."""
    text = read_draft(draft).decode()
    assert CONCLUSIONS.findall(text) == []
    assert OTHER_CLAIMS.findall(text) == []
    assert "approved" not in re.findall(r"^ *status: (\S+)", text, re.MULTILINE)


@pytest.mark.parametrize("draft", starter_ids())
def test_controls_criteria_and_records_named_exist(draft: str) -> None:
    """A reader follows every id."""
    assert set(CONTROL.findall(read_draft(draft).decode())) <= SHIPPED
    record = _record(draft)
    for _, kind, wanted in find_references(record):
        if kind == "control":
            assert wanted in SHIPPED
        elif kind == "ai_system":
            assert wanted in starter_ids()
    if isinstance(record, Policy):
        for criterion in record.criteria:
            check_criterion(criterion)
        assert set(record.records_produced or ()) <= set(KINDS)


@pytest.mark.parametrize("draft", POLICIES)
def test_policy_has_its_control_block(draft: str) -> None:
    """The role is stated, the people are blanks, author and approver are asked for apart, days are open."""
    policy = _policy(draft)
    assert policy.owner_role
    assert "[[" not in policy.owner_role
    assert {"owner", "author", "approver", "applies_to"} <= set(find_blanks(policy.to_body()))
    assert policy.author != policy.approver
    assert (policy.approved_at, policy.effective_on, policy.next_review) == (None, None, None)
    assert (policy.status, policy.starter) == ("draft", f"{draft}/1")
    assert policy.criteria
    assert policy.records_produced


@pytest.mark.parametrize("draft", POLICIES)
def test_no_section_promises_what_no_control_carries_out(draft: str) -> None:
    """Each section ends with its controls, or says that it only explains; together they are those the document lists."""
    policy = _policy(draft)
    cited: set[str] = set()
    for section in policy.sections:
        last = section.text.splitlines()[-1]
        assert re.fullmatch(r"Controls: (?:LC-\d\d(?:, LC-\d\d)*|none; this section explains words)\.", last), section.heading
        cited |= set(CONTROL.findall(last))
        words = len(section.text.split())
        assert 60 <= words <= 200, (section.heading, words)
    assert cited == set(policy.controls)


@pytest.mark.parametrize("draft", POLICIES)
def test_every_document_asks_for_facts_of_the_organisation(draft: str) -> None:
    """A text that fits anybody is nobody's."""
    sections = _policy(draft).sections
    assert sum("[[" in each.text for each in sections) >= len(sections) / 3


@pytest.mark.parametrize("draft", WORKING)
def test_sections_are_numbered_without_gaps(draft: str) -> None:
    """Sections are referred to by number."""
    numbers = [int(each.heading.split(".")[0]) for each in _policy(draft).sections]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("draft", SCENARIOS)
def test_exercise_is_marked_everywhere(draft: str) -> None:
    """An exercise must never be taken for an incident, whichever page is lying open."""
    policy = _policy(draft)
    assert policy.title.startswith("EXERCISE: ")
    assert all(each.heading.startswith("EXERCISE: ") for each in policy.sections)
    assert policy.records_produced == ["incident.exercise"]
    assert "# EXERCISE." in read_draft(draft).decode().splitlines()[0]


def test_flows_of_the_example_hang_together() -> None:
    """Every flow joins elements that are there and names exactly the boundaries between them."""
    flows = _record("assistant-flows")
    assert isinstance(flows, FlowDiagram)
    around = {each.id: each.inside for each in flows.boundaries}
    place = {each.id: each.boundary for each in flows.elements}
    assert len(place) == len(flows.elements)
    assert len({each.id for each in flows.flows}) == len(flows.flows)

    def enclosing(element: str) -> set[str]:
        found, boundary = set[str](), place[element]
        while boundary is not None:
            found.add(boundary)
            boundary = around[boundary]
        return found

    for flow in flows.flows:
        assert set(flow.crosses) == enclosing(flow.source) ^ enclosing(flow.target), flow.id
        assert flow.controls, flow.id
    assert {each.id for each in flows.elements} == {end for each in flows.flows for end in (each.source, each.target)}


def test_day_of_the_example_cannot_be_taken_for_a_real_one() -> None:
    """The type does not let it be blank, so it is one at which every reader stumbles."""
    flows = _record("assistant-flows")
    assert isinstance(flows, FlowDiagram)
    assert flows.as_of == "2000-01-01"
    assert "notes" in find_blanks(flows.to_body())
    assert flows.differences_found is None
    assert {each.personal_data for each in flows.flows} == {"unknown"}


def test_page_of_the_example_names_the_risks_that_are_there() -> None:
    """Ids that lead nowhere would teach people to ignore them."""
    page = _record("assistant")
    assert isinstance(page, AiSystem)
    assert sorted(page.risks or ()) == _drafts("risk")
    assert page.controls is None
    assert (page.personal_data, page.risk_tier, page.hosting, page.scope_decision) == ("unknown",) * 4


@pytest.mark.parametrize("draft", _drafts("vendor"))
def test_upstream_is_judged_by_nobody_yet(draft: str) -> None:
    """Not looked for is null, never "none found"."""
    vendor = _record(draft)
    assert isinstance(vendor, Vendor)
    assert vendor.known_incidents is None
    assert (vendor.tier, vendor.holds_our_data, vendor.operates_for_us, vendor.relationship) == ("unknown",) * 4


@pytest.mark.parametrize("draft", starter_ids())
def test_commands_shown_exist(draft: str) -> None:
    """A command that does not exist is the first thing a reader stumbles over."""
    program = {path[1:] for path, _ in walk(main, ("proofbook",))}
    for call in re.findall(r"`proofbook ([^`]+)`", read_draft(draft).decode()):
        assert tuple(shlex.split(call)) in program, call


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _texts(each)]
