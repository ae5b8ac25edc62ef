"""Work that waits, over HTTP: a decision on an output, a spot check, an access review, an incident's timeline, an exercise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.portal.staff.queues.decisions import RequestDecision, ask_for_decision
from proofbook.portal.staff.queues.tabletop import read_injects
from proofbook.portal.surroundings import Desk, PortalSources
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.projection import ReadOnlyProjection
from proofbook.wiring.filing import open_documents
from proofbook.wiring.home import Home, open_home
from support.command_line import wait_until
from support.sample_accounts import sample_visitor
from support.staffed_portal import Staffed, staffed

SYSTEM = "sample-handbook-search"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample year."""
    folder: Path = tmp_path_factory.mktemp("queues") / "home"
    write_kit(folder)
    return open_home(folder)


@pytest.fixture(scope="module")
def portal(home: Home) -> Iterator[Staffed]:
    """Its portal with people who prepare, review and lead."""
    with staffed(home) as found:
        found.add("preparer", Role.PREPARER)
        found.add("reviewer", Role.REVIEWER)
        found.add("lead", Role.LEAD)
        yield found


def newest(home: Home, kind: str, name: str) -> dict[str, Any]:
    """What a record says now."""
    with open_documents(home) as documents:
        found = documents.current(kind, name)
    assert found is not None
    return dict(found.body)


def wait_for(sources: PortalSources, decision: str, requested_by: str) -> str:
    """Let an output wait, as an application does."""
    with sources.open_book() as book, ReadOnlyProjection(sources.projection) as projection:
        visitor = sample_visitor(Role.SERVICE)
        desk = Desk(book, projection.reader, projection.position, sources.clock.now(), sources, visitor)
        order = RequestDecision(decision=decision, system=SYSTEM, title=f"Sample {decision}", requested_by=requested_by)
        return str(ask_for_decision(desk, order).values["id"])


def test_an_output_is_decided_on_by_somebody_who_did_not_ask_for_it(portal: Staffed, home: Home) -> None:
    """Opened, decided, by whom and why; a second decision comes too late (soc2.md 6.3)."""
    reviewer, lead = portal.browser("reviewer"), portal.browser("lead")
    lead.get("/queues")
    name = wait_for(portal.sources, "refund-4711", "lead")
    page = f"/queues/decisions/{name}"
    wait_until(lambda: "Sample refund-4711" in reviewer.get("/queues/decisions").words, "the request")
    opened = {"opened_at": opened_of(lead.get(page).text)}
    own = lead.post(page, {**opened, "outcome": "accepted"}, page=page)
    assert (own.status, "you asked for this output yourself" in own.words) == (422, True)
    plain = reviewer.post(page, {**opened, "outcome": "rejected"}, page=page)
    assert (plain.status, "say why" in plain.words) == (422, True)
    assert reviewer.post(page, {**opened, "outcome": "rejected", "reason_code": "wrong sum"}, page=page).status == 303
    assert reviewer.post(page, {**opened, "outcome": "accepted"}, page=page).status == 422
    body = newest(home, "decision.review", name)
    assert (body["reviewer"], body["outcome"], body["reason_code"]) == ("reviewer", "rejected", "wrong sum")
    assert body["opened_at"] < body["decided_at"]
    assert "Sample refund-4711" not in reviewer.get("/queues/decisions").words


def test_a_spot_check_draws_by_its_seed_and_leaves_nothing_unjudged(portal: Staffed, home: Home) -> None:
    """The same seed draws the same outputs; the first outcome is not shown; each needs a verdict."""
    reviewer = portal.browser("reviewer")
    asked = "system=sample-ticket-triage&covers_from=2024-07-01&covers_until=2025-06-30&count=4&seed=5eed"
    page = f"/queues/spot-checks?{asked}"
    names = re.findall(r'name="verdict\.([^"]+)"', reviewer.get(page).text)
    assert len(names) == 4
    assert names == re.findall(r'name="verdict\.([^"]+)"', portal.browser("lead").get(page).text)
    typed = dict(part.split("=") for part in asked.split("&"))
    half = reviewer.post("/queues/spot-checks", {**typed, f"verdict.{names[0]}": "right"}, page=page)
    assert (half.status, "3 items are not judged yet" in half.words) == (422, True)
    whole = reviewer.post("/queues/spot-checks", {**typed, **{f"verdict.{name}": "right" for name in names}}, page=page)
    assert whole.status == 303
    body = newest(home, "spot_check", whole.headers["location"].rpartition("/")[2])
    assert (body["blind"], body["seed"], body["checker"]) == ("yes", "5eed", "reviewer")
    assert [each["review"] for each in body["items"]] == names
    assert body["population"] >= 4


def test_an_access_review_keeps_nothing_by_itself(portal: Staffed, home: Home) -> None:
    """Every row is decided; privileged ones say why; the count is that of the list which was shown."""
    preparer = portal.browser("preparer")
    page = f"/queues/access-reviews?system={SYSTEM}"
    text = preparer.get(page).text
    rows = re.findall(r'name="decision\.([^"]+)"', text)
    fields = {"system": SYSTEM, "list_as_of": value_of(text, "list_as_of"), "size": value_of(text, "size")}
    assert int(fields["size"]) == len(rows)
    none = preparer.post("/queues/access-reviews", fields, page=page)
    assert (none.status, "is not decided yet" in none.words) == (422, True)
    kept = {f"decision.{row}": "keep" for row in rows}
    unexplained = preparer.post("/queues/access-reviews", {**fields, **kept}, page=page)
    assert (unexplained.status, "is privileged; say why" in unexplained.words) == (422, True)
    reasons = {f"reason.{row}": "still needed" for row in rows}
    stale = preparer.post("/queues/access-reviews", {**fields, **kept, **reasons, "size": "1"}, page=page)
    assert (stale.status, "changed since it was shown" in stale.words) == (422, True)
    done = preparer.post("/queues/access-reviews", {**fields, **kept, **reasons, "roster": "yes"}, page=page)
    assert done.status == 303
    body = newest(home, "access.review", done.headers["location"].rpartition("/")[2])
    assert body["rows_in_source"] == len(body["rows"]) == len(rows)
    assert {each["decided_by"] for each in body["rows"]} == {"preparer"}


def test_a_line_added_to_an_incident_stands_in_its_order(portal: Staffed, home: Home) -> None:
    """A new version with the name of whoever added it."""
    with open_documents(home) as documents:
        incident = next(iter(documents.listed("incident.real")))
    preparer = portal.browser("preparer")
    page = f"/queues/incidents/incident.real/{incident.id}"
    step = {"sort": "containment", "what": "route <b>taken</b> off", "who": "", "at": ""}
    assert preparer.post(page, step, page=page).status == 303
    text = preparer.get(page).text
    assert "route &lt;b&gt;taken&lt;/b&gt; off (preparer)" in text
    assert newest(home, "incident.real", incident.id)["containment"][-1]["who"] == "preparer"


def test_an_exercise_is_walked_through_and_recorded_as_one(portal: Staffed, home: Home) -> None:
    """Injects with the times they were really told, decisions with theirs; and it is no incident (soc2.md 19.18)."""
    lead = portal.browser("lead")
    page = "/queues/exercises/tabletop-a-index-leak"
    nobody = lead.post(page, {"do": "begin", "participants": "", "observer": "Sample observer"}, page=page)
    assert (nobody.status, 'value="Sample observer"' in nobody.text) == (422, True)
    assert lead.post(page, {"do": "begin", "participants": "Sample lead\nSample owner"}, page=page).status == 303
    for _ in range(2):
        assert lead.post(page, {"do": "inject"}, page=page).status == 303
    assert lead.post(page, {"do": "note", "who": "Sample lead", "what": "declare it"}, page=page).status == 303
    assert "declare it" in lead.get(page).words
    done = lead.post(page, {"do": "end", "gaps": "who decides at night"}, page=page)
    body = newest(home, "incident.exercise", done.headers["location"].rpartition("/")[2])
    assert body["title"].startswith("EXERCISE")
    assert len(body["injects"]) == 2
    assert body["gaps"] == ["who decides at night"]
    assert "Sample owner" not in lead.get(page).words


def test_injects_are_read_from_the_script() -> None:
    """Minute and text; other sections are not read."""
    sections = (("EXERCISE: injects, first half", "**T+0** One\nline.\n\n**T+15** Two."), ("How to judge", "**T+9** no"))
    assert read_injects(sections) == ((0, "One line."), (15, "Two."))


def test_what_waits_is_counted_from_what_is_on_record(portal: Staffed, home: Home) -> None:
    """An advisory nobody decided on stands there, with the form that decides."""
    with open_documents(home) as documents:
        undecided = _undecided(documents)
    text = portal.browser("preparer").get("/queues").text
    for each in undecided:
        assert f"/records/new/upstream.decision?event={each}" in text


def _undecided(documents: Documents) -> list[str]:
    decided = {each.body["event"] for each in documents.listed("upstream.decision") if each.body["decision"] != "undecided"}
    return [each.id for each in documents.listed("upstream.event") if each.id not in decided]


def opened_of(text: str) -> str:
    """When a decision was opened, as its form says."""
    return value_of(text, "opened_at")


def value_of(text: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None
    return found[1]
