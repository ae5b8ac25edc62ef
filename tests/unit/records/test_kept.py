"""The table of kept kinds: every kind takes a record that says little and one that says all, and nothing it does not know."""

from __future__ import annotations

import pytest

from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import canonical_bytes
from proofbook.records.envelope import MAX_ENTRY_BYTES
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS, check_body
from proofbook.records.record import Record, find_references
from support.kept_bodies import body, least, whole

OF_THE_AUDIT = {"audit_request", "audit_comment"}
"""Talk about evidence is not evidence: it belongs to no artifact."""
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KEPT))


def test_kept_kinds_are_record_kinds() -> None:
    """What people keep goes through the same door as everything else."""
    assert KEPT.items() <= KINDS.items()


@EVERY_KIND
def test_a_record_that_says_little_has_every_field(kind: str) -> None:
    """What was not stated stands there as null, unknown or an empty list: a reader sees that nobody said it."""
    found = body(kind)
    assert found.keys() == KEPT[kind].model_fields.keys()
    assert check_body(kind, found).to_body() == found


@EVERY_KIND
def test_a_record_that_says_all_is_written_back_unchanged(kind: str) -> None:
    """No field is lost, gained or respelled, and it fits an entry."""
    stated = whole(kind)
    assert check_body(kind, stated).to_body() == stated
    assert len(canonical_bytes(stated)) < MAX_ENTRY_BYTES // 2


@EVERY_KIND
def test_a_field_the_kind_does_not_know_is_refused(kind: str) -> None:
    """A misspelt field must not vanish."""
    with pytest.raises(MalformedRecord, match="surprise"):
        check_body(kind, {**body(kind), "surprise": "1"})


@EVERY_KIND
def test_what_must_be_stated_is_missed(kind: str) -> None:
    """A record without it says nothing an auditor could use."""
    stated = least(kind)
    for name in stated:
        with pytest.raises(MalformedRecord, match=f"field '{name}'"):
            check_body(kind, {key: value for key, value in stated.items() if key != name})


@EVERY_KIND
def test_it_says_where_it_belongs_and_when_it_happened(kind: str) -> None:
    """Reports find records by artifact; the envelope's time comes from the field that is named."""
    model = KEPT[kind]
    assert issubclass(model, Record)
    assert model.artifact.startswith(("ART-", "SUP-")) or kind in OF_THE_AUDIT
    assert model.happened is None or model.happened in model.model_fields
    assert f"Body of `{kind}`:" in (model.__doc__ or "")


@EVERY_KIND
def test_references_point_to_kinds_that_exist(kind: str) -> None:
    """A reference to a kind nobody can record could never be followed."""
    record = KEPT[kind].model_validate(whole(kind))
    assert {to for _, to, _ in find_references(record)} <= KINDS.keys() | {"entry"}
