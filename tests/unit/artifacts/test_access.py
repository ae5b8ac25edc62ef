"""ART-02: the matrix, what the gateway enforces, and what changed."""

from __future__ import annotations

from typing import Any

from proofbook.artifacts.page import Standing
from support.artifact_pages import column, page_of, table
from support.facts_builder import FactsBuilder, at


def grant(builder: FactsBuilder, name: str, person: str, when: str = "2026-01-12", **fields: Any) -> FactsBuilder:
    """A grant to use the desk."""
    given = {"subject_id": person, "subject_kind": "person", "system": "desk", "role": "use", "approved_by": "sample-person-4"}
    return builder.add("access.grant", name, happened=when, **(given | fields))


def test_without_grants_the_matrix_says_so_in_words() -> None:
    """An empty table is a count, not a picture of nothing."""
    page = page_of("ART-02", FactsBuilder().build())
    assert table(page, "Matrix").rows == ()
    assert "No grant" in table(page, "Matrix").empty
    assert "No access review" in table(page, "Reviews").empty


def test_self_approval_and_shared_identities_are_marked() -> None:
    """The two failures an auditor looks for first."""
    builder = grant(FactsBuilder(), "own", "sample-person-2", approved_by="sample-person-2")
    grant(builder, "shared", "sample-team", subject_kind="shared")
    grant(builder, "sound", "sample-person-3", requested_by="sample-person-3")
    page = page_of("ART-02", builder.build())
    approvers = dict(
        zip([each.text for each in column(page, "Matrix", "Who")], column(page, "Matrix", "Approved by"), strict=True)
    )
    assert approvers["sample-person-2"].standing is Standing.DIFFERS
    assert approvers["sample-person-3"].standing is Standing.STATED
    who = {each.text: each.standing for each in column(page, "Matrix", "Who")}
    assert who["sample-team"] is Standing.DIFFERS


def test_a_grant_ends_by_revocation_or_by_its_last_day() -> None:
    """What is over is not in force at the end of the period, and stays among the changes."""
    builder = grant(FactsBuilder(), "g1", "sample-person-2")
    grant(builder, "g2", "sample-person-3", expires_on="2026-06-30")
    grant(builder, "g3", "sample-person-5")
    builder.add(
        "access.revocation",
        "e1",
        happened="2026-05-01",
        grant="g1",
        subject_id="sample-person-2",
        system="desk",
        reason="leaver",
        revoked_by="p",
    )
    page = page_of("ART-02", builder.build())
    assert [each.text for each in column(page, "Matrix", "Who")] == ["sample-person-5"]
    changes = [each.text for each in column(page, "Changes", "What")]
    assert changes == ["granted", "granted", "granted", "ended"]
    assert "3 granted, 1 ended" in table(page, "Changes").note


def test_a_key_for_whom_no_grant_is_recorded_is_marked() -> None:
    """What the gateway enforces is held against what was approved."""
    builder = grant(FactsBuilder(), "g1", "sample-person-2")
    builder.key("k_2", "sample-person-2", "desk", "2026-01-13").key("k_9", "sample-person-9", "desk", "2026-01-13")
    cells = column(page_of("ART-02", builder.build()), "Gateway keys", "Bound to")
    assert {each.text: each.standing for each in cells} == {
        "sample-person-2": Standing.STATED,
        "sample-person-9": Standing.DIFFERS,
    }


def test_never_used_is_unknown_and_not_a_date() -> None:
    """Recorded traffic does not see what was used in another way."""
    cells = column(page_of("ART-02", grant(FactsBuilder(), "g1", "sample-person-2").build()), "Matrix", "Last used")
    assert cells[0].standing is Standing.UNKNOWN


def test_as_of_leaves_out_what_was_granted_later() -> None:
    """The matrix of a past moment is that moment's."""
    builder = grant(FactsBuilder(), "g1", "sample-person-2")
    grant(builder, "g2", "sample-person-3", when="2026-08-01")
    assert len(table(page_of("ART-02", builder.build(as_of="2026-05-01")), "Matrix").rows) == 1
    assert len(table(page_of("ART-02", builder.build()), "Matrix").rows) == 2


def test_a_reviewer_of_their_own_row_and_an_undecided_row_are_marked() -> None:
    """A review that nobody finished and one of oneself look like any other by their date."""
    rows = [
        {"subject_id": "sample-person-1", "decision": "keep", "role": "use"},
        {"subject_id": "sample-person-2", "decision": "undecided", "role": "use"},
    ]
    builder = FactsBuilder().add(
        "access.review", "q1", happened="2026-03-24", system="desk", reviewer="sample-person-1", rows=rows,
        list_as_of=at("2026-03-20"), list_source="sample list",
    )  # fmt: skip
    page = page_of("ART-02", builder.build())
    assert column(page, "Reviews", "Reviewer")[0].standing is Standing.DIFFERS
    assert column(page, "Reviews", "Undecided")[0].standing is Standing.DIFFERS


def test_granted_exercised_and_enforced_stand_side_by_side() -> None:
    """A matrix nobody enforces is a wish: each grant shows what the gateway makes of use without it."""
    builder = grant(FactsBuilder(), "g1", "sample-person-2")
    grant(builder, "g2", "sample-person-3", role="configure")
    grant(builder, "g3", "sample-person-5", system="notes")
    builder.config("2025-12-01", "desk grant:flag registered:off").config("2026-05-01", "desk grant:refuse registered:off")
    page = page_of("ART-02", builder.build())
    without = dict(zip([each.text for each in column(page, "Matrix", "Who")], column(page, "Matrix", "Without it"), strict=True))
    assert without["sample-person-2"].text == "refused"
    assert without["sample-person-3"].text == "not the gateway's"
    assert without["sample-person-5"].standing is Standing.UNKNOWN
    refused, silent = (column(page, "What the gateway enforces", each) for each in ("Refused", "Not asked"))
    assert [each.text for each in refused] == ["nothing", "no grant"]
    assert [(each.text, each.standing) for each in silent] == [("not registered", Standing.DIFFERS)] * 2


def test_use_without_a_grant_and_denials_are_listed_by_who() -> None:
    """What passed with a flag, and what did not pass: both with how often and when."""
    builder = FactsBuilder().flagged("grant_missing", "sample-person-9", "desk", "2026-03-01", "2026-03-02", 4)
    builder.denied("grant_missing", "sample-person-8", "desk", "2026-04-01", "2026-04-02", 41).denied(
        "key_unknown", "unknown", None, "2026-04-01", "2026-04-02"
    )
    page = page_of("ART-02", builder.build())
    assert [each.text for each in column(page, "Let pass", "Who")] == ["sample-person-9"]
    assert [each.text for each in column(page, "Denied", "Attempts")] == ["41", "1"]
    assert any("4 exchanges without a grant" in mark.text for mark in page.marks)
    empty = page_of("ART-02", FactsBuilder().build())
    assert "unknown" in table(empty, "What the gateway enforces").empty


def test_how_callers_were_verified_is_counted_and_keys_show_their_end_and_last_use() -> None:
    """A key that never ends is marked; a caller by token is no user of a key that happens to have the same id."""
    builder = FactsBuilder().key("k_1", "sample-person-2", "desk", "2026-01-10")
    builder.key("k_2", "sample-person-3", "desk", "2026-01-10", expires="2026-12-31")
    builder.caller("sample-person-2", "desk", "2026-02-01", "2026-03-01", 4)
    builder.caller("sample-person-3", "desk", "2026-02-01", "2026-05-01", 2, method="oidc", key="k_2")
    builder.caller("sample-service", "desk", "2026-02-01", "2026-04-01", 1, kind="service", method="mtls", key="sha256:aa")
    page = page_of("ART-02", builder.build())
    assert [each.standing is Standing.DIFFERS for each in column(page, "Gateway keys", "Ends")] == [True, False]
    used = [each.text for each in column(page, "Gateway keys", "Last use in the period")]
    assert used[0].startswith("2026-03-01")
    assert used[1] == "not seen in recorded traffic"
    seen = table(page, "How callers were verified").rows
    assert sorted((row[1].text, row[3].text, row[4].text) for row in seen) == [
        ("API key", "1", "4"),
        ("access token", "1", "2"),
        ("client certificate", "1", "1"),
    ]
