"""Access reviews, incidents, exercises and the calendar by program: what their pages show and do, step by step."""

from __future__ import annotations

from typing import Any

from proofbook.people.roles import Permission
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.projection import ReadOnlyProjection
from support.api_caller import Callers, Program, give_token, refused

SYSTEM = "sample-handbook-search"
SCRIPT = "tabletop-a-index-leak"


def record(callers: Callers, told: Any, kind: str) -> dict[str, Any]:
    """The record that an act wrote."""
    assert told.status == 201, told.body
    found = callers.lead.get(f"/records/{kind}/{told.value['values']['id']}").value["record"]["body"]
    assert isinstance(found, dict)
    return found


def test_an_access_review_decides_every_row_of_the_list_that_was_seen(callers: Callers) -> None:
    """Nothing is kept by being left out, and a list that changed is seen again first."""
    path = f"/access-reviews/{SYSTEM}"
    found = callers.lead.get(path).value
    assert found["size"] == len(found["rows"]) > 1
    seen = {"list_as_of": found["list_as_of"], "size": found["size"]}
    kept = [{"grant": each["id"], "decision": "keep", "reason": "still needed"} for each in found["rows"]]
    missing = callers.lead.post(path, {**seen, "rows": kept[1:]})
    assert refused(missing, 422, "form_mistakes")
    assert [each["field"] for each in missing.value["mistakes"]] == [f"decision.{kept[0]['grant']}"]
    foreign = [*kept[1:], {**kept[0], "grant": "sample-nothing"}]
    assert refused(callers.lead.post(path, {**seen, "rows": foreign}), 409, "conflict")
    assert refused(callers.lead.post(path, {**seen, "size": 1, "rows": kept}), 409, "conflict")
    body = record(callers, callers.lead.post(path, {**seen, "rows": kept, "roster": True}), "access.review")
    assert (body["reviewer"], body["roster_reconciled"], len(body["rows"])) == ("lead", "yes", found["size"])
    newest = next(each for each in callers.lead.get("/access-reviews").value["items"] if each["system"] == SYSTEM)
    assert newest["completed_at"] == body["completed_at"]
    assert refused(callers.reviewer.post(path, {**seen, "rows": kept}), 403, "not_admitted")
    assert refused(callers.lead.post("/access-reviews/sample-nothing", {**seen, "rows": kept}), 404, "not_there")


def test_a_line_is_added_to_an_incident_with_the_name_of_the_token(callers: Callers) -> None:
    """The timeline is read and goes on; each line is a version."""
    with ReadOnlyProjection(callers.portal.sources.projection) as projection:
        incident = next(iter(Documents(projection.reader).listed("incident.real")))
    path = f"/incidents/incident.real/{incident.id}"
    before = callers.reviewer.get(path).value
    told = callers.lead.post(f"{path}/steps", {"sort": "containment", "what": "route <b>taken</b> off"})
    assert told.status == 201, told.body
    after = callers.reviewer.get(path).value
    assert len(after["timeline"]) == len(before["timeline"]) + 1
    assert "done to contain it: route <b>taken</b> off (lead)" in [each["words"] for each in after["timeline"]]
    assert after["record"]["version"] == before["record"]["version"] + 1
    assert refused(callers.lead.post(f"{path}/steps", {"sort": "elsewhere", "what": "x"}), 422, "form_mistakes")
    assert refused(callers.lead.post("/incidents/vendor/x/steps", {"sort": "containment", "what": "x"}), 404, "not_there")
    assert refused(callers.reviewer.post(f"{path}/steps", {"sort": "containment", "what": "x"}), 403, "not_admitted")


def test_an_exercise_is_walked_through_step_by_step(callers: Callers) -> None:
    """Begun, told, noted, ended; somebody else's is not reached, and what is dropped leaves no record."""
    path = f"/exercises/{SCRIPT}"
    script = callers.lead.get(path).value
    assert script["began"] is None
    assert {each["told_at"] for each in script["injects"]} == {None}
    assert refused(callers.lead.post(f"{path}/inject", {}), 403, "refused")
    assert refused(callers.lead.post(f"{path}/begin", {"participants": [" "]}), 422, "form_mistakes")
    people = {"participants": ["Sample lead", "Sample owner"], "observer": "Sample observer"}
    begun = callers.lead.post(f"{path}/begin", people, key="begin sample")
    assert begun.value["values"] == {"given": 0, "decisions": 0}
    assert callers.lead.post(f"{path}/begin", people, key="begin sample").value == begun.value
    assert refused(callers.lead.post(f"{path}/begin", people), 403, "refused")
    for given in (1, 2):
        assert callers.lead.post(f"{path}/inject", {}).value["values"]["given"] == given
    noted = callers.lead.post(f"{path}/note", {"who": "Sample lead", "what": "declare it"})
    assert noted.value["values"] == {"given": 2, "decisions": 1}
    running = callers.lead.get(path).value
    assert [each["told_at"] is not None for each in running["injects"][:3]] == [True, True, False]
    assert callers.lead.get("/exercises").value["under_way"] == SCRIPT
    body = record(callers, callers.lead.post(f"{path}/end", {"gaps": ["who decides at night"]}), "incident.exercise")
    assert body["title"].startswith("EXERCISE")
    assert (len(body["injects"]), body["gaps"], body["facilitator"]) == (2, ["who decides at night"], "lead")
    assert callers.lead.post(f"{path}/begin", people).status == 200
    assert callers.lead.post(f"{path}/drop", {}).status == 200
    assert callers.lead.get(path).value["began"] is None
    assert refused(callers.lead.get("/exercises/nothing"), 404, "not_there")
    assert refused(callers.reviewer.get(path), 403, "not_admitted")


def test_a_page_goes_on_with_what_a_program_began(callers: Callers) -> None:
    """One exercise, whichever way it is led."""
    page = f"/queues/exercises/{SCRIPT}"
    assert callers.lead.post(f"/exercises/{SCRIPT}/begin", {"participants": ["Sample lead"]}).status == 200
    browser = callers.portal.browser("lead")
    assert "Sample lead" in browser.get(page).words
    assert browser.post(page, {"do": "drop"}, page=page).status == 303
    assert callers.lead.get("/exercises").value["under_way"] is None


def test_a_service_that_is_nobody_leads_no_exercise(callers: Callers) -> None:
    """What is under way is kept for an account."""
    program = give_token(callers.portal, service="sample reader of exercises", scopes=[Permission.READ])
    assert refused(program.get(f"/exercises/{SCRIPT}"), 403, "not_admitted")


def test_the_calendar_counts_no_day_of_which_nothing_is_known(callers: Callers) -> None:
    """The same squares as on the page."""
    found = callers.lead.get("/availability?engagement=sample-year").value
    assert found["items"]
    for each in found["items"]:
        assert sum(line["days"] for line in each["counts"]) == len(each["days"]) == 365
        assert {day["state"] for day in each["days"]} <= {line["state"] for line in each["counts"]}
    assert refused(callers.lead.get("/availability?engagement=nothing"), 404, "not_there")


def test_what_waits_is_what_the_page_counts(callers: Callers) -> None:
    """Each line leads to where it is dealt with."""
    found = callers.reviewer.get("/waiting").value
    page = callers.portal.browser("reviewer").get("/queues").text
    for name in ("upstream", "tools", "alerts", "incidents"):
        for each in found[name]:
            assert each["path"].partition("?")[0] in page


def test_only_who_prepares_does(callers: Callers) -> None:
    """A token that reads sees the list and records nothing."""
    reader: Program = give_token(callers.portal, "lead", scopes=[Permission.READ])
    assert reader.get(f"/access-reviews/{SYSTEM}").status == 200
    for path in (f"/access-reviews/{SYSTEM}", f"/exercises/{SCRIPT}/begin", "/incidents/incident.real/x/steps"):
        assert refused(reader.post(path, {}), 403, "not_admitted")
