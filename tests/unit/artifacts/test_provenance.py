"""ART-04: a record of bytes says how far they were verified, and never more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from proofbook.artifacts.catalogue import derive_pages
from proofbook.artifacts.page import Page, Standing
from proofbook.records.provenance import Rung, VerificationStatus
from support.artifact_pages import column, markup_of, read_sample_body, table, value
from support.facts_builder import FactsBuilder, digest
from support.kept_bodies import least

A, B = digest("a"), digest("b")
RUNGS = [each.value.replace("_", " ") for each in Rung]


def drawn(builder: FactsBuilder, **fields: Any) -> list[Page]:
    """Pages of the artifact, with other values in its record."""

    def read(index: int) -> Mapping[str, Any]:
        return {**read_sample_body(index), **fields}

    return list(derive_pages("ART-04", builder.build(), read))


@pytest.mark.parametrize("status", VerificationStatus)
@pytest.mark.parametrize("rung", Rung)
def test_the_ladder_is_reached_only_as_far_as_the_record_says(rung: Rung, status: VerificationStatus) -> None:
    """A hash recorded at first sight must never read as a publisher's signature."""
    page = drawn(FactsBuilder().artifact(A, "2026-01-05"), rung=rung, verification=status, signature="none_found")[0]
    here = [each.text for each in column(page, "Ladder", "Here")]
    reached = RUNGS.index(rung.value.replace("_", " ")) + 1
    assert here == ["reached"] * reached + ["not reached"] * (len(RUNGS) - reached)
    assert value(page, "Signature").text == "none found"
    assert value(page, "Verification").text == status.value.replace("_", " ")


def test_a_baseline_hash_is_never_called_a_signature() -> None:
    """Saying that a signature was good when a hash matched is the false claim auditors know best."""
    page = drawn(FactsBuilder().artifact(A, "2026-01-05"), rung="2_recomputed", verification="internal_baseline_only")[0]
    said = [each.text.lower() for each in page.marks] + [value(page, "Verification").text.lower()]
    assert not any("sign" in each for each in said)
    signed = [row for row in table(page, "Ladder").rows if "signed" in row[0].text]
    assert [row[1].text for row in signed] == ["not reached"]


@pytest.mark.parametrize(("status", "standing"), [("unverified", Standing.DIFFERS), ("mismatch", Standing.DIFFERS)])
def test_what_could_not_be_verified_is_marked(status: str, standing: Standing) -> None:
    """Weak provenance is shown where the eye falls first."""
    assert drawn(FactsBuilder().artifact(A, "2026-01-05"), verification=status)[0].marks[0].standing is standing


def test_bytes_without_a_decision_and_bytes_without_a_record_are_shown() -> None:
    """What served is held against what is recorded and approved."""
    builder = FactsBuilder().artifact(A, "2026-01-05").served("desk", B, "2026-02-01", "2026-02-02", 4)
    pages = drawn(builder)
    assert "Nobody has recorded a decision" in table(pages[0], "Approvals").empty
    assert pages[1].name == "served-without-record"
    assert column(pages[1], "Served without", "Digest")[0].text == B
    assert len(drawn(FactsBuilder().artifact(A, "2026-01-05").served("desk", A, "2026-02-01", "2026-02-02"))) == 1


def test_an_approval_is_shown_with_its_decision() -> None:
    """Approval is somebody's, with a day."""
    builder = FactsBuilder().artifact(A, "2026-01-05")
    builder.add("model.approval", "m1", **least("model.approval", artifact_digest=A, decision="refused", decided_by="p"))
    assert column(drawn(builder)[0], "Approvals", "Decision")[0].text == "refused"


def test_two_artifacts_of_one_name_have_two_files() -> None:
    """Names are chosen by others; a page must not overwrite another."""
    builder = FactsBuilder().artifact(A, "2026-01-05", name="../../etc/passwd").artifact(B, "2026-01-06", name="../../etc/passwd")
    names = [each.name for each in drawn(builder)]
    assert len(set(names)) == 2
    assert not any("/" in each or each.startswith(".") for each in names)


def test_open_questions_are_on_the_page() -> None:
    """What a record cannot answer is part of the record."""
    page = drawn(FactsBuilder().artifact(A, "2026-01-05"), unknowns=["what it was trained on"])[0]
    assert "what it was trained on" in markup_of(page).text
