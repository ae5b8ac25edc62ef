"""From a file's words to a record: what is converted, and how every mistake is told."""

from __future__ import annotations

import pytest

from support.filing_room import parsed, told

REVIEW = """kind: inventory.review
id: help-desk-2026q1
record:
  title: Sample review
  system: help-desk
  performed_at: 2026-03-28T09:00:00+01:00
  reviewer: sample-person-1
  outcome: no_change
"""


def test_a_record_is_read() -> None:
    """The example of the documents."""
    (found,), mistakes = parsed(REVIEW)
    assert mistakes == ()
    assert (found.kind, found.id, found.occurred) == ("inventory.review", "help-desk-2026q1", "2026-03-28T08:00:00.000000Z")
    assert found.body["performed_at"] == "2026-03-28T08:00:00.000000Z"
    assert found.body["notes"] is None
    assert str(found.place_of("outcome")) == "sample.yaml:8:12"


def test_a_number_in_a_text_field_is_the_text_it_was_written_as() -> None:
    """Versions and results look like numbers."""
    text = "kind: evaluation.suite\nid: s\nrecord: {title: 2026, version: 1.10, dataset_sha256: %s, cases: 12}\n" % ("0" * 64)
    (found,), _ = parsed(text)
    assert (found.body["title"], found.body["version"], found.body["cases"]) == ("2026", "1.10", 12)


def test_only_moments_are_converted() -> None:
    """A time inside a sentence field is the words of whoever wrote it."""
    (found,), _ = parsed(REVIEW + "  changes: 2026-03-28T09:00:00+01:00\n")
    assert found.body["changes"] == "2026-03-28T09:00:00+01:00"


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            "reviewer:",
            "reviewr:",
            "sample.yaml:7:3: field record.reviewr: is not a field of inventory.review; did you mean 'reviewer'?",
        ),
        (
            "  reviewer: sample-person-1\n",
            "",
            "sample.yaml:4:3: field record.reviewer: is missing; state it (who reviewed): text",
        ),
        (
            "no_change",
            "no-change",
            "field record.outcome: is 'no-change'; did you mean 'no_change'? It is one of: no_change, changed,",
        ),
        ("no_change", "7", "field record.outcome: is a number; write one of: no_change"),
        (
            "no_change",
            '"[[outcome]]"',
            "field record.outcome: is still a blank; put one of: no_change, changed, changes_open, unknown in its place",
        ),
        (
            "2026-03-28T09:00:00+01:00",
            "2026-03-28 09:00",
            "field record.performed_at: '2026-03-28 09:00' is not a time with its offset",
        ),
        ("help-desk\n", "Help Desk\n", "sample.yaml:5:11: field record.system: is 'Help Desk'; write the id of a record"),
        ("sample-person-1", "[one, two]", "field record.reviewer: is a list; write text"),
        ("sample-person-1", "{name: x}", "field record.reviewer: is names and values; write text"),
        ("sample-person-1", "true", "field record.reviewer: is true or false; write text"),
        ("sample-person-1", "", "field record.reviewer: is null; write text"),
        ("sample-person-1", '""', "field record.reviewer: is empty; state it"),
        ("  title:", '  changes: ""\n  title:', "field record.changes: is empty; write null, or leave it out"),
        ("  title:", "  actions: none\n  title:", "field record.actions: is 'none'; write a list"),
        (
            "  title:",
            "  actions:\n  - what: x\n    owner: y\n    due: 2026-02-30\n  title:",
            "sample.yaml:7:10: field record.actions[0].due: '2026-02-30' is not a day of the calendar",
        ),
        (
            "  title:",
            "  actions:\n  - what: x\n    owner: y\n    due: 2026-02-03\n    own: z\n  title:",
            "sample.yaml:8:5: field record.actions[0].own: is not a field of this part; did you mean 'owner'?",
        ),
        (
            "  title:",
            "  attachments: [{name: x, sha256: abc, bytes: 1}]\n  title:",
            "record.attachments[0].sha256: is 'abc'; write it in the form of a SHA-256: 64 hexadecimal digits",
        ),
        (
            "  title:",
            "  attachments: [{name: x, sha256: abc, bytes: -1}]\n  title:",
            "record.attachments[0].bytes: is -1; write a whole number from 0 up",
        ),
        (
            "  title:",
            "  attachments: [{name: x, sha256: abc, bytes: 1.5}]\n  title:",
            "record.attachments[0].bytes: is '1.5'; write a whole number from 0 up",
        ),
        (
            "kind: inventory.review",
            "kind: inventory.reviw",
            "sample.yaml:1:7: field kind: is 'inventory.reviw', which is not known; did you mean 'inventory.review'?",
        ),
        ("kind: inventory.review", "kind: zzz", "which is not known; `proofbook record schema` lists the kinds"),
        ("kind: inventory.review", "kind: exchange.request", "which only the program itself records"),
        ("kind: inventory.review\n", "", "field kind: is missing"),
        ("id: help-desk-2026q1", "id: Help/Desk", "field id: is 'Help/Desk'; write 1 to 80 small letters"),
        ("id: help-desk-2026q1", 'id: "[[id]]"', "field id: is still a blank"),
        ("id: help-desk-2026q1", "id: [a]", "field id: is not a word"),
        ("id: help-desk-2026q1", "id: a\nwhy: x", "field why: is not a key of a record's file"),
        (
            "id: help-desk-2026q1",
            "id: a\nnotes: x",
            "field notes: is not a key of a record's file; it is a field of the record: put it below `record:`",
        ),
        (
            "id: help-desk-2026q1",
            "id: a\noccurred: 2026-01-01T00:00:00Z",
            "field occurred: may not be stated for inventory.review; record.performed_at already says when",
        ),
    ],
)
def test_mistake_names_place_field_and_fix(old: str, new: str, mistake: str) -> None:
    """The operator needs neither the source nor a search engine."""
    assert REVIEW.count(old) >= 1
    mistakes = told(REVIEW.replace(old, new, 1))
    assert any(mistake in each for each in mistakes), mistakes


def test_half_a_character_is_told() -> None:
    """JSON can escape what no text can hold."""
    text = '{"kind": "risk", "id": "r", "record": {"title": "x\\ud800", "description": "d"}}'
    assert "field record.title: holds half of a character" in told(text, "sample.json")[0]


def test_occurred_of_a_document_is_a_time() -> None:
    """A document says itself since when it is true."""
    risk = "kind: risk\nid: r\noccurred: %s\nrecord: {title: sample, description: sample}\n"
    assert parsed(risk % "2026-03-28T09:00:00+01:00")[0][0].occurred == "2026-03-28T08:00:00.000000Z"
    assert parsed(risk % "null")[0][0].occurred is None
    assert "field occurred: is not a time with its offset" in told(risk % "yesterday")[0]


def test_mistakes_are_told_in_the_order_of_lines() -> None:
    """People mend a file from the top."""
    lines = [each.place.line for each in parsed(REVIEW.replace("outcome", "x").replace("system", "y").replace("title", "z"))[1]]
    assert lines == sorted(lines)
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("value", "mistake"),
    [("1", "is not a record"), ("- 1\n- 2\n", "is not a record"), ("record: {}\n", "field kind: is missing")],
)
def test_what_is_no_record_is_told(value: str, mistake: str) -> None:
    """A file of something else landed in the folder."""
    assert any(mistake in each for each in told(value))
