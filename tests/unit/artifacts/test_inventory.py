"""ART-01: what an inventory page shows of a system, of what served under its name, and of systems nobody registered."""

from __future__ import annotations

from proofbook.artifacts.catalogue import derive_pages
from proofbook.artifacts.page import Standing
from support.artifact_pages import column, markup_of, page_of, read_sample_body, table, value
from support.facts_builder import FactsBuilder, digest

A, B = digest("a"), digest("b")


def test_a_field_shows_how_it_stands() -> None:
    """Missing, unknown and unfilled are three things to an auditor, and none of them is an empty line."""
    facts = FactsBuilder().system("desk", technical_owner="[[name the person]]", location="Room 3").build()
    page = page_of("ART-01", facts)
    assert value(page, "Location").text == "Room 3"
    assert value(page, "Hosting provider").standing is Standing.NOT_STATED
    assert value(page, "Hosting").standing is Standing.UNKNOWN
    assert value(page, "Technical owner").standing is Standing.BLANK
    assert "⟦name the person⟧" in value(page, "Technical owner").text
    assert "1 blank open" in [each.text for each in page.marks]


def test_what_is_stated_to_be_none_differs_from_what_is_not_stated() -> None:
    """`[]` is somebody's word, null is nobody's."""
    page = page_of("ART-01", FactsBuilder().system("desk", tools=[]).build())
    assert (value(page, "Tools").text, value(page, "Tools").standing) == ("stated to be none", Standing.STATED)
    assert value(page, "Adapters").standing is Standing.NOT_STATED


def test_choices_are_written_as_people_write_them() -> None:
    """`approve_before_effect` is a word of files, not of pages."""
    page = page_of("ART-01", FactsBuilder().system("desk", oversight="approve_before_effect", hosting="own_building").build())
    assert value(page, "Oversight").text == "approve before effect"
    assert value(page, "Hosting").text == "own building"


def test_an_artifact_that_served_and_is_not_on_the_page_is_marked() -> None:
    """The page is a claim; recorded traffic is what it is held against."""
    builder = FactsBuilder().system("desk", models=[A])
    facts = builder.served("desk", A, "2026-02-01", "2026-03-01", 7).served("desk", B, "2026-03-02", "2026-03-03", 2).build()
    cells = column(page_of("ART-01", facts), "What served", "Artifact")
    assert [each.standing for each in cells] == [Standing.STATED, Standing.DIFFERS]
    facts = FactsBuilder().system("desk").served("desk", None, "2026-02-01", "2026-02-02", binding=None).build()
    assert column(page_of("ART-01", facts), "What served", "Artifact")[0].standing is Standing.UNKNOWN


def test_a_system_that_served_without_a_page_gets_one_that_says_so() -> None:
    """The typical failure of an inventory is what is not in it."""
    builder = FactsBuilder().system("desk").served("shadow", B, "2026-05-01", "2026-05-02", 12)
    page = page_of("ART-01", builder.build(), "without-a-page")
    assert [each.text for each in column(page, "Traffic without", "System")] == ["shadow"]
    assert page.marks[0].standing is Standing.DIFFERS
    names = [each.name for each in derive_pages("ART-01", FactsBuilder().system("desk").build(), read_sample_body)]
    assert names == ["desk"]


def test_two_systems_have_two_pages_and_each_shows_its_own_evidence() -> None:
    """Evidence of one system must not stand in for that of another."""
    builder = FactsBuilder().system("desk").system("triage")
    builder.add("inventory.review", "r1", happened="2026-03-28", system="desk", reviewer="p", outcome="no_change")
    facts = builder.build()
    desk, triage = page_of("ART-01", facts, "desk"), page_of("ART-01", facts, "triage")
    assert "(r1)" in column(desk, "Evidence", "Newest")[0].text
    assert column(triage, "Evidence", "Newest")[0].standing is Standing.NOT_STATED


def test_systems_outside_the_scope_and_of_other_entities_have_no_page() -> None:
    """An engagement about one system says nothing about its neighbours."""
    builder = FactsBuilder(systems=("desk",)).system("desk").system("other")
    names = [each.name for each in derive_pages("ART-01", builder.build(), read_sample_body)]
    assert names == ["desk"]
    builder = FactsBuilder().system("desk").system("theirs", entity="Another Sample Company")
    builder.served("theirs", A, "2026-02-01", "2026-02-02", 3)
    names = [each.name for each in derive_pages("ART-01", builder.build(), read_sample_body)]
    assert names == ["desk"]


def test_as_of_shows_the_version_that_was_the_newest_then() -> None:
    """A page of a past moment must not know what was recorded later."""
    builder = FactsBuilder().system("desk", location="Room 1")
    builder.add("ai_system", "desk", recorded="2026-06-01", purpose="sample", status="retired", location="Room 2")
    early = page_of("ART-01", builder.build(as_of="2026-05-01"))
    late = page_of("ART-01", builder.build(as_of="2026-07-01"))
    assert (value(early, "Location").text, len(early.history)) == ("Room 1", 1)
    assert (value(late, "Location").text, len(late.history)) == ("Room 2", 2)
    assert early.head.evidence_id != late.head.evidence_id


def test_a_review_recorded_late_says_so_beside_its_date() -> None:
    """Backdating is visible where the date is shown."""
    builder = FactsBuilder().system("desk")
    builder.add(
        "inventory.review", "r1", happened="2026-03-28", recorded="2026-06-01", system="desk", reviewer="p", outcome="no_change"
    )
    cell = column(page_of("ART-01", builder.build()), "Evidence", "When")[0]
    assert cell.standing is Standing.LATE
    assert "recorded 2026-06-01" in cell.text


def test_no_scan_and_a_scan_of_another_host_are_told_apart() -> None:
    """Without discovery the inventory is a claim about itself."""
    assert value(page_of("ART-01", FactsBuilder().system("desk").build()), "Last scan").standing is Standing.UNKNOWN
    seen = page_of("ART-01", FactsBuilder().system("desk", hosts=["elsewhere"]).discovery("2026-05-01", engines=2).build())
    assert "not one of its hosts" in value(seen, "Last scan").text


def test_signatures_of_older_versions_say_that_they_are() -> None:
    """A signature is of the version that was signed, and of no later one."""
    builder = FactsBuilder()
    entry = builder.next_entry()
    builder.system("desk")
    signed = {"of_kind": "ai_system", "of_id": "desk", "of_entry": entry, "role": "owner", "decision": "approved"}
    builder.add("sign_off", "s1", happened="2026-01-10", signer="sample-person-1", statement="sample statement", **signed)
    assert page_of("ART-01", builder.build()).signatures[0][-1].text == "version 1"
    builder.add("ai_system", "desk", recorded="2026-06-01", purpose="sample", status="production")
    last = page_of("ART-01", builder.build()).signatures[0][-1]
    assert (last.text, last.standing) == ("version 1, not the newest", Standing.LATE)


def test_what_is_not_stated_is_named_once_at_the_end_of_its_group() -> None:
    """Forty lines of "not stated" hide the ten that say something; none of them may be lost."""
    seen = markup_of(page_of("ART-01", FactsBuilder().system("desk", location="Room 3").build()))
    assert "Hosting provider" in seen.text
    assert "Room 3" in seen.text
    assert seen.text.count("not stated") < 20
    assert table(page_of("ART-01", FactsBuilder().system("desk").build()), "What served").rows == ()
