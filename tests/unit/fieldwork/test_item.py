"""A drawn item's folder: record, history, what it leads to, proof, and what is missing by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.drawing import Listed, Order, draw
from proofbook.fieldwork.exported import read_exported, read_rows
from proofbook.fieldwork.item import ItemFolder, missing_folder, open_item
from proofbook.fieldwork.samples import SampleItem, read_sample, release_content
from proofbook.journal.receipt import Submission
from proofbook.records.content import ContentErased
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.proof_file import check_proof_file, parse_proof_file
from support.fieldwork_desk import ENGAGEMENT, FieldworkDesk, fieldwork_desk
from support.kept_bodies import body
from support.sample_entries import SAMPLE_ARTIFACT, request_body
from support.sample_room import SampleBook, fill_sound, start_book

OTHER = "sha256:" + "9" * 64


@pytest.fixture(scope="module")
def odd_book() -> SampleBook:
    """Exchanges of which one has no response, one no weights, one weights without a record."""
    made = start_book()
    entries = made.entries
    entries.wait(hours=1)
    known = entries.new_id("x")
    entries.request(known)
    other = entries.new_id("x")
    entries.request(other, model={**request_body(other)["model"], "artifact": OTHER})
    entries.response(other)
    fill_sound(made, 1, 2)
    return made


def open_it(desk: FieldworkDesk, item: str, folder: Path, table: str = "interactions") -> ItemFolder:
    """Draw one item of an exported table by its id, and open its folder."""
    origin = desk.draw_from(folder, table)
    made = draw(origin, desk.act(Side.AUDITOR), Order(ENGAGEMENT, Listed((item,)), None, "sample"), desk.ids)
    desk.record(made.submissions)
    sample = read_sample(desk.reader, made.sample)
    assert sample.items, sample.missing
    row = next((each for each in read_rows(origin.exported) if each.item == item), None)
    cells = None if row is None else origin.exported.named(row)
    return open_item(desk.reader, desk.book, desk.pinned, sample, sample.items[0], cells)


def rows_of(desk: FieldworkDesk, folder: Path, table: str = "interactions") -> Iterator[str]:
    """Ids of a table."""
    return (row.item for row in read_rows(read_exported(desk.reader, folder, table)))


def test_an_exchange_has_both_entries_with_proofs_that_stand_alone(desk: FieldworkDesk) -> None:
    """Request and response, each with a C2SP proof that the log's key verifies."""
    folder = desk.export()
    found = open_it(desk, next(rows_of(desk, folder)), folder)
    assert [each.name for each in found.parts] == ["request", "response"]
    verifier = Ed25519Verifier(desk.book.signer.key)
    for part in found.parts:
        assert part.proof.tone == "holds"
        data = found.proof_file(desk.book, part)
        assert data is not None
        leaf = leaf_hash(desk.book.entry(part.index))
        check_proof_file(parse_proof_file(data), leaf=leaf, origin=desk.book.origin, verifiers=[verifier])
    assert found.row is not None
    assert found.row["exchange"] == found.item.item


def test_lineage_goes_to_weights_provenance_and_approval(desk: FieldworkDesk) -> None:
    """What is on record is linked, and an approval nobody gave is missing by name."""
    folder = desk.export()
    item = next(rows_of(desk, folder))
    before = open_it(desk, item, folder)
    assert [(each.relation, each.found) for each in before.links if each.kind == "model.artifact"] == [
        ("weights and their provenance", True)
    ]
    assert "no approval of these weights is on record" in [each.why for each in before.missing]

    approval = body("model.approval", artifact_digest=SAMPLE_ARTIFACT, decision="approved", title="Sample approval")
    desk.kept("model.approval", "sample-approval", approval)
    after = open_it(desk, item, folder)
    assert ("approval of these weights", "model.approval", "sample-approval", True) in [
        (each.relation, each.kind, each.id, each.found) for each in after.links
    ]
    assert not any("approval" in each.why for each in after.missing)


def test_what_is_missing_is_named(odd_book: SampleBook, tmp_path: Path) -> None:
    """No response, no provenance record: said, not left out."""
    with fieldwork_desk(tmp_path, odd_book) as desk:
        folder = desk.export()
        first, second = list(rows_of(desk, folder))[:2]
        without = open_it(desk, first, folder)
        assert [each.name for each in without.parts] == ["request"]
        assert "response" in [each.what for each in without.missing]
        unrecorded = open_it(desk, second, folder)
        assert ("weights and their provenance", "no provenance record names these weights") in [
            (each.what, each.why) for each in unrecorded.missing
        ]


def test_content_is_withheld_until_it_is_released_and_gone_when_it_was_erased(desk: FieldworkDesk) -> None:
    """Three states, each in words; the bytes are in none of them."""
    folder = desk.export()
    item = next(rows_of(desk, folder))
    found = open_it(desk, item, folder)
    assert {each.state for each in found.slots} == {"withheld"}
    assert [each.name for each in found.slots] == ["request", "response"]
    desk.record(release_content(desk.reader, desk.act(), found.sample, item, view="redacted", because="asked"))
    sample = read_sample(desk.reader, found.sample)
    released = open_item(desk.reader, desk.book, desk.pinned, sample, sample.items[0])
    assert {(each.state, each.view) for each in released.slots} == {("released", "redacted")}
    assert released.row is None

    conversation = found.parts[0].said("conversation")
    gone = ContentErased(
        conversation=conversation,
        reason="sample request",
        policy="sample",
        trigger="request",
        blobs=2,
        commits=[],
        commits_total=2,
    )
    desk.record([Submission(desk.act().draft("content.erased", conversation, gone.to_body()))])
    erased = open_item(desk.reader, desk.book, desk.pinned, sample, sample.items[0])
    assert {each.state for each in erased.slots} == {"shredded"}
    assert "content" in [each.what for each in erased.missing]


def test_a_kept_record_has_its_versions_sign_offs_and_references(desk: FieldworkDesk) -> None:
    """The version that was drawn is told from those that came later."""
    system = desk.kept("ai_system", "help-desk", body("ai_system", title="Sample help desk"))
    stated = {
        "system": "help-desk",
        "performed_at": "2026-01-01T10:00:00.000000Z",
        "reviewer": "B Person",
        "outcome": "no_change",
    }
    first = desk.kept("inventory.review", "review-1", body("inventory.review", **stated))
    folder = desk.export("reviews", "POP-02")
    assert system.index < first.index
    desk.kept("inventory.review", "review-1", body("inventory.review", **stated, notes="later"))
    signed = {"of_kind": "inventory.review", "of_id": "review-1", "of_entry": first.entry_id, "decision": "approved"}
    desk.kept("sign_off", "sign-1", body("sign_off", **signed))
    found = open_it(desk, "review-1", folder, "performed")
    assert [(each.kind, "after the one drawn" in each.what) for each in found.history] == [
        ("inventory.review", False), ("inventory.review", True), ("sign_off", False),
    ]  # fmt: skip
    assert [(each.kind, each.id, each.found) for each in found.links] == [("ai_system", "help-desk", True)]
    assert found.missing == ()


def test_what_was_due_and_missed_is_missing(desk: FieldworkDesk) -> None:
    """A sample of occurrences that were owed includes those that nobody performed, and what called for them."""
    folder = desk.export()
    made = draw(desk.draw_from(folder), desk.act(), Order(ENGAGEMENT, Listed((next(rows_of(desk, folder)),))), desk.ids)
    desk.record(made.submissions)
    sample = read_sample(desk.reader, made.sample)
    event = desk.kept("upstream.event", "event-1", body("upstream.event", title="Sample release"))
    row = {"occurrence": "LC-15/event-1", "state": "missed", "reason": "nothing is on file", "called_by": event.entry_id}
    found = open_item(desk.reader, desk.book, desk.pinned, sample, SampleItem("LC-15/event-1", 1, None, None, 1), row)
    assert found.parts == ()
    assert [each.what for each in found.missing] == ["record", "performance"]
    assert found.missing[1].why == "missed: nothing is on file"
    assert [(each.relation, each.id, each.found) for each in found.links] == [("called for by", "event-1", True)]

    on_file = {**row, "state": "done", "performed": event.entry_id}
    done = open_item(
        desk.reader, desk.book, desk.pinned, sample, SampleItem("LC-15/event-1", 1, event.entry_id, None, 1), on_file
    )
    assert [(each.name, each.index, each.proof.tone) for each in done.parts] == [("record", event.index, "holds")]


def test_a_damaged_entry_is_shown_as_damaged(desk: FieldworkDesk) -> None:
    """The folder is where an auditor looks; damage must be seen there."""
    folder = desk.export()
    item = next(rows_of(desk, folder))
    found = open_it(desk, item, folder)
    index = found.parts[0].index
    desk.book.raw[index] = desk.book.raw[index].replace(b'"id":"e_', b'"id":"f_', 1)
    sample = read_sample(desk.reader, found.sample)
    after = open_item(desk.reader, desk.book, desk.pinned, sample, sample.items[0])
    assert "proof of the request" in [each.what for each in after.missing] or "proof of the record" in [
        each.what for each in after.missing
    ]


def test_an_id_that_is_not_in_the_population_is_said_to_be_missing(desk: FieldworkDesk) -> None:
    """Twenty-five ids give twenty-five answers."""
    folder = desk.export()
    made = draw(desk.draw_from(folder), desk.act(), Order(ENGAGEMENT, Listed(("x_none", next(rows_of(desk, folder))))), desk.ids)
    desk.record(made.submissions)
    sample = read_sample(desk.reader, made.sample)
    assert missing_folder(sample, sample.missing[0]).why.startswith("is not in POP-15")
