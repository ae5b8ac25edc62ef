"""Kept records as they stand now, however the entries were cut into batches: lists, links back, decisions, sealed files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from proofbook.readmodel import heads
from proofbook.readmodel.connection import make_schema, open_writing, question
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.heads import Narrowing
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from support.filing_room import Desk
from support.kept_bodies import body
from support.memory_book import MemoryBook

KINDS = ("ai_system", "policy", "vendor")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty book."""
    return Desk(tmp_path / "projection.sqlite")


def write(desk: Desk, kind: str, record_id: str, actor: str = "sample.writer", **stated: Any) -> str:
    """One version, entered as it is; its entry."""
    written = body(kind, **stated)
    who = Actor(actor, ActorKind.PERSON, "local_account")
    return desk.enter(Draft(kind, record_id, desk.now, who, "desk:records", Assurance.MANUAL, written))


def sign(desk: Desk, kind: str, record_id: str, entry: str, decision: str, *, own: str = "s-1", role: str = "approver") -> str:
    """A signature."""
    said = {"of_kind": kind, "of_id": record_id, "of_entry": entry, "decision": decision, "role": role}
    return write(desk, "sign_off", own, "sample.reviewer", **said)


def opened(desk: Desk, every: int) -> Projection:
    """A projection that was caught up after each `every` entries: cuts may make no difference."""
    made = None
    for size in [*range(every, len(desk.raw), every), len(desk.raw)]:
        if made is not None:
            made.close()
        made = Projection(desk.path, MemoryBook(desk.raw[:size]))
        made.catch_up()
    assert made is not None
    return made


@pytest.mark.parametrize("every", [1, 2, 100])
def test_links_back_are_those_of_newest_versions(desk: Desk, every: int) -> None:
    """A system that a record no longer names must not be shown as named."""
    write(desk, "ai_system", "help-desk", upstreams=["hub"])
    write(desk, "vendor", "hub", systems=["help-desk"])
    write(desk, "vendor", "hub", systems=["other"])
    write(desk, "vendor", "other-hub", systems=["help-desk"])
    write(desk, "incident.real", "i-1", systems=["help-desk"], exchanges=["x_1"])
    with opened(desk, every) as made:
        found = dict(heads.pointing_to(made.reader, "ai_system", "help-desk", 10))
        assert {kind: [each.head.id for each in rows] for kind, rows in found.items()} == {
            "incident.real": ["i-1"],
            "vendor": ["other-hub"],
        }
        assert [row[0] for row in heads.pointing_to(made.reader, "vendor", "hub", 10)] == ["ai_system"]
        assert [row[0] for row in heads.pointing_to(made.reader, "exchange", "x_1", 10)] == ["incident.real"]
        assert heads.counts(made.reader) == {"ai_system": 1, "incident.real": 1, "vendor": 2}


@pytest.mark.parametrize("every", [1, 3, 100])
def test_a_decision_counts_for_the_version_it_was_signed_about(desk: Desk, every: int) -> None:
    """A signature under an older text is none under the newer one, and whoever only looked on decides nothing."""
    first = write(desk, "policy", "use", status="draft")
    sign(desk, "policy", "use", first, "approved")
    second = write(desk, "policy", "use", status="draft", version="2")
    sign(desk, "policy", "use", second, "approved", own="s-2", role="observer")
    third = write(desk, "vendor", "hub")
    sign(desk, "vendor", "hub", third, "changes_requested", own="s-3")
    write(desk, "ai_system", "help-desk")
    with opened(desk, every) as made:
        ask = made.reader
        assert {each.id: each.decision for kind in KINDS for each in heads.page(ask, kind, Narrowing(), limit=9)} == {
            "help-desk": None,
            "use": None,
            "hub": "changes_requested",
        }
        assert [each.id for each in heads.waiting(ask, KINDS, limit=9)] == ["help-desk", "use"]
        assert [each.id for each in heads.waiting(ask, KINDS, limit=1)] == ["help-desk"]
        assert [each.id for each in Documents(ask).sign_offs("policy", "use")] == ["s-1", "s-2"]


@pytest.mark.parametrize("every", [1, 100])
def test_a_signature_that_is_taken_back_decides_nothing_any_more(desk: Desk, every: int) -> None:
    """Its signer wrote a new version of it about something else."""
    first, other = write(desk, "vendor", "hub"), write(desk, "vendor", "mirror")
    sign(desk, "vendor", "hub", first, "approved")
    sign(desk, "vendor", "mirror", other, "approved")
    with opened(desk, every) as made:
        found = {each.id: (each.decision, each.decided_by) for each in heads.page(made.reader, "vendor", Narrowing(), limit=9)}
        assert found == {"hub": (None, None), "mirror": ("approved", "sample.reviewer")}


def test_a_list_is_narrowed_and_paged_by_what_changed_last(desk: Desk) -> None:
    """Nothing twice, nothing left out."""
    for number in range(7):
        write(desk, "risk", f"r-{number}", title=f"Sample Risk {number}", treatment_detail="[[how]]" if number % 2 else None)
    write(desk, "risk", "r-0", "somebody.else", title="Sample Risk 0, changed")
    with opened(desk, 100) as made:
        seen, before = [], None
        while rows := heads.page(made.reader, "risk", Narrowing(), before=before, limit=3):
            seen += [each.id for each in rows]
            before = rows[-1].index
        assert seen == ["r-0", "r-6", "r-5", "r-4", "r-3", "r-2", "r-1"]

        def ids(**narrowed: Any) -> list[str]:
            return [each.id for each in heads.page(made.reader, "risk", Narrowing(**narrowed), limit=9)]

        assert ids(words="RISK 3") == ["r-3"]
        assert ids(words="r-4") == ["r-4"]
        assert ids(words="%") == []
        assert ids(actor="somebody.else") == ["r-0"]
        assert ids(blanks=True) == ["r-5", "r-3", "r-1"]
        assert ids(decision="none", blanks=False) == ["r-0", "r-6", "r-4", "r-2"]
        assert [row[0] for row in heads.suggestions(made.reader, "risk", 2)] == ["r-0", "r-6"]


def test_sealed_files_are_found_by_their_record(desk: Desk) -> None:
    """Newest first; another record's are not among them."""
    content = {"file": {"alg": "salted-sha256/1", "commit": "9" * 64, "bytes": 3}}
    for of_id, name in (("hub", "a.pdf"), ("hub", "b.pdf"), ("other", "c.pdf")):
        said: dict[str, Any] = {"of_kind": "vendor", "of_id": of_id, "name": name, "sha256": "8" * 64, "bytes": 3}
        filed: dict[str, Any] = {**said, "conversation": f"records/vendor/{of_id}", "content": content}
        who = Actor("sample.writer", ActorKind.PERSON, "local_account")
        desk.enter(Draft("record.attached", f"vendor/{of_id}", desk.now, who, "desk:records", Assurance.MANUAL, filed))
    with opened(desk, 2) as made:
        assert [each.name for each in heads.files_of(made.reader, "vendor", "hub")] == ["b.pdf", "a.pdf"]


@pytest.mark.parametrize(
    "name",
    [
        "settle_decision",
        "add_reference",
        "drop_references",
        "set_document_head",
        "heads_page",
        "heads_waiting",
        "head_of",
        "kinds_pointing",
        "pointing_to",
        "record_files",
        "sign_offs_of",
        "heads_suggested",
    ],
)
def test_no_question_looks_through_everything(tmp_path: Path, name: str) -> None:
    """With a hundred thousand versions a look through all of them for each signature takes a minute and a half."""
    connection = open_writing(tmp_path / "plan.sqlite")
    make_schema(connection)
    text = question(name)
    names = dict.fromkeys(re.findall(r":([a-z_]+)", text))
    given = names or (None,) * max((int(each) for each in re.findall(r"\?(\d+)", text)), default=0)
    plan = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + text, given)]
    connection.close()
    assert not [each for each in plan if re.match(r"SCAN (document|record)", each)], plan
