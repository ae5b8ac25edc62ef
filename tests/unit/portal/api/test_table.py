"""The table of resources against the table of places: what pages show and do, programs can have, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from proofbook.people.roles import Permission, Role
from proofbook.portal.acts import ByForm
from proofbook.portal.api.alone import PAGES_ALONE
from proofbook.portal.api.pushing import PUSH_RECORD, PUSHED
from proofbook.portal.api.resource import Doing, Reading, admits, check_resources
from proofbook.portal.api.table import RESOURCES, document
from proofbook.portal.auditing.places import AUDITING_ACTS
from proofbook.portal.entrance.places import ENTRANCE_ACTS
from proofbook.portal.places import Place, Reach
from proofbook.portal.revealing import REVEAL
from proofbook.portal.site import PLACES
from proofbook.portal.staff.answering.writing import ANSWER_ACTS
from proofbook.portal.staff.handing_over.places import DELIVERY_ACTS
from proofbook.portal.staff.queues.places import QUEUE_ACTS
from proofbook.portal.staff.records.kinds import WRITTEN_ELSEWHERE
from proofbook.portal.staff.records.places import RECORD_ACTS
from proofbook.portal.staff.requests.places import REQUEST_ACTS
from support.sample_accounts import sample_visitor

ACTS = (
    *ENTRANCE_ACTS,
    *RECORD_ACTS,
    *ANSWER_ACTS,
    *REQUEST_ACTS,
    *DELIVERY_ACTS,
    *QUEUE_ACTS,
    *AUDITING_ACTS,
    REVEAL,
    PUSH_RECORD,
)
READINGS = [each for each in RESOURCES if isinstance(each, Reading)]
DOINGS = [each for each in RESOURCES if isinstance(each, Doing)]


def acts_of(place: Place) -> tuple[str, ...]:
    """Names of the acts that the forms of a place do."""
    return (place.act.act.name,) if isinstance(place.act, ByForm) else place.does


@pytest.mark.parametrize("place", [each for each in PLACES if each.show is not None], ids=lambda each: each.path)
def test_what_a_page_shows_a_program_can_have(place: Place) -> None:
    """A page without a resource is one that nobody thought of, or one with a reason that is written down."""
    known = {path for each in READINGS for path in each.pages}
    assert (place.path in known) != (place.path in PAGES_ALONE)


@pytest.mark.parametrize("place", [each for each in PLACES if each.act is not None], ids=lambda each: each.path)
def test_what_a_form_does_a_program_can_do(place: Place) -> None:
    """Page and program go through the same act."""
    names = {each.act.name for each in DOINGS}
    assert set(acts_of(place)) <= names
    assert acts_of(place) or place.path in PAGES_ALONE


@pytest.mark.parametrize("act", ACTS, ids=lambda each: each.name)
def test_an_act_is_reached_by_a_form_and_by_a_program(act: Any) -> None:
    """Acts that programs alone do carry the permission that only programs have."""
    forms = {name for place in PLACES for name in acts_of(place)}
    assert act in [each.act for each in DOINGS]
    assert act.name in forms or act.permission is Permission.PUSH


def test_no_resource_does_an_act_that_no_list_names() -> None:
    """Each sub-room's list of acts is whole."""
    assert {each.act.name for each in DOINGS} == {each.name for each in ACTS}


def test_reasons_and_pages_name_places_that_there_are() -> None:
    """A place that went leaves no reason behind."""
    paths = {each.path for each in PLACES}
    assert PAGES_ALONE.keys() <= paths
    assert {path for each in READINGS for path in each.pages} <= paths


@pytest.mark.parametrize("resource", [each for each in READINGS if each.pages], ids=lambda each: each.name)
def test_reading_takes_no_less_than_its_pages(resource: Reading) -> None:
    """A resource that asked for less than its pages would be a way around them."""
    places = {each.path: each for each in PLACES}
    for role in Role:
        visitor = sample_visitor(role, engagement="e" if role is Role.AUDITOR else None)
        if isinstance(resource.need, Permission) and admits(resource, visitor):
            assert any(places[path].admits(visitor, "GET") for path in resource.pages) or "/records/new/{kind}" in resource.pages


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_auditors_reach_their_room_and_nothing_of_the_company(resource: Reading | Doing) -> None:
    """The room is below one path, as it is for people."""
    admitted = admits(resource, sample_visitor(Role.AUDITOR, engagement="e"))
    assert admitted is (resource.path.startswith("/room") or isinstance(resource.need, Reach))


def test_only_administrators_reach_accounts_and_tokens() -> None:
    """And what administrators reach besides is what everybody of the staff reads."""
    named = ("accounts.", "tokens.")
    administering = {each.name for each in RESOURCES if each.name.startswith(named)}
    assert len(administering) == 12
    for role in Role:
        visitor = sample_visitor(role, engagement="e" if role is Role.AUDITOR else None)
        reached = {each.name for each in RESOURCES if admits(each, visitor)}
        assert reached & administering == (administering if role is Role.ADMINISTRATOR else set())


def test_what_is_shown_once_is_not_kept_for_a_second_answer() -> None:
    """Links, tokens and revealed content: an answer that is kept can be asked for again by whoever has the key."""
    secret = {each.name for each in DOINGS if {"secret", "path", "text"} & each.gives.model_fields.keys()}
    assert secret == {each.name for each in DOINGS if not each.keeps}
    assert {"accounts.link", "tokens.issue"} <= secret


def test_services_push_and_nothing_else() -> None:
    """A pipeline's token does not sign, decide or read content."""
    names = {each.name for each in RESOURCES if admits(each, sample_visitor(Role.SERVICE)) and not isinstance(each.need, Reach)}
    assert names == {"record.push", "decisions.request", "decisions.record"}


def test_programs_send_no_kind_that_people_decide() -> None:
    """Approvals, waivers and signatures are people's."""
    assert not {"sign_off", "waiver", "model.approval", "risk", "policy"} & set(PUSHED)
    assert not set(PUSHED) & WRITTEN_ELSEWHERE.keys()


def test_two_resources_at_one_address_cannot_be() -> None:
    """Which of them answers would be chance."""
    with pytest.raises(ValueError, match="twice"):
        check_resources([READINGS[0], READINGS[0]])


def test_every_answer_names_its_fields() -> None:
    """An answer that is just an object tells a reader nothing; records' own fields have schemas of their own."""
    free = {"body", "json_schema", "plain", "header", "row", "parameters", "record", "info", "paths", "components"}
    assert set(nameless(document()["components"]["schemas"])) <= free | {"security", "servers"}


def nameless(schemas: dict[str, Any]) -> Iterator[str]:
    """Fields that are objects of unknown fields."""
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            for each in (field, *field.get("anyOf", ()), field.get("items", {})):
                if each.get("type") == "object" and not each.get("properties"):
                    yield name


def test_every_field_says_what_it_is() -> None:
    """A field without a word is a field that people guess about."""
    lacking = [
        f"{name}.{field}"
        for name, schema in document()["components"]["schemas"].items()
        for field, each in schema.get("properties", {}).items()
        if not each.get("description") and "$ref" not in each
    ]
    assert not lacking
