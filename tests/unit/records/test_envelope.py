"""The envelope: what is written is read back, and nothing else is read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from proofbook.errors import LimitExceeded, MalformedRecord
from proofbook.primitives.canonical import canonical_bytes
from proofbook.records.envelope import MAX_ENTRY_BYTES, UNKNOWN_ACTOR, ActorKind, Assurance, Draft, format_entry, parse_entry
from support.draft_builder import OCCURRED, beat

ENTRY_ID = "e_" + "0" * 26


def _format(draft: Draft, seq: int = 1) -> bytes:
    return format_entry(draft, entry_id=ENTRY_ID, recorded=OCCURRED, seq=seq)


def _changed(**changes: Any) -> bytes:
    fields = json.loads(_format(beat())) | changes
    return canonical_bytes({key: value for key, value in fields.items() if value != "drop me"})


def test_an_entry_says_what_its_draft_said() -> None:
    """Numbered and dated, otherwise unchanged."""
    entry = parse_entry(_format(replace(beat(3), supersedes=ENTRY_ID), seq=9))
    assert (entry.id, entry.recorded, entry.seq, entry.supersedes) == (ENTRY_ID, OCCURRED, 9, ENTRY_ID)
    assert (entry.kind, entry.source, entry.assurance) == ("source.heartbeat", "gateway:sample", Assurance.INLINE)
    assert entry.actor.kind is ActorKind.SYSTEM
    assert entry.body["exchanges"] == 3


def test_an_unknown_actor_is_a_value() -> None:
    """Not knowing who is written down, not left out."""
    assert parse_entry(_format(replace(beat(), actor=UNKNOWN_ACTOR))).actor == UNKNOWN_ACTOR


def test_an_entry_never_outgrows_a_bundle() -> None:
    """Tiles carry 16-bit lengths: the cap holds for writing and for reading."""
    large = replace(beat(), body={"text": "x" * MAX_ENTRY_BYTES})
    with pytest.raises(LimitExceeded, match=r"source\.heartbeat"):
        _format(large)
    with pytest.raises(LimitExceeded, match="the cap is"):
        parse_entry(b" " * (MAX_ENTRY_BYTES + 1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"occurred": "yesterday"}, "is not an instant"),
        ({"occurred": None}, "entry.occurred has type NoneType"),
        ({"subject": 7}, "entry.subject has type int"),
        ({"body": [1]}, "entry.body has type list"),
        ({"schema": "1"}, "entry.schema has type str"),
        ({"body": {"x": 1.5}}, "float has no canonical form"),
    ],
)
def test_a_draft_that_could_not_be_read_back_is_not_written(changes: dict[str, Any], words: str) -> None:
    """An entry that nobody can parse would stay damaged for ever."""
    with pytest.raises(MalformedRecord, match=words):
        _format(replace(beat(), **changes))


@pytest.mark.parametrize("seq", [0, -1])
def test_sources_count_from_one(seq: int) -> None:
    """Zero would make the first entry look like a gap."""
    with pytest.raises(MalformedRecord, match="below 1"):
        _format(beat(), seq)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"v": 2}, "envelope version 2"),
        ({"v": True}, "entry.v has type bool"),
        ({"surprise": 1}, "'surprise'"),
        ({"subject": "drop me"}, "'subject'"),
        ({"actor": {"id": "a", "kind": "robot", "method": "m"}}, "robot"),
        ({"actor": {"id": "a", "kind": "system"}}, "entry.actor: keys missing or foreign: 'method'"),
        ({"actor": "nobody"}, "entry.actor has type str"),
        ({"source": {"id": "s", "seq": True, "assurance": "inline"}}, "entry.source.seq has type bool"),
        ({"source": {"id": "s", "seq": 0, "assurance": "inline"}}, "below 1"),
        ({"source": {"id": "s", "seq": 1, "assurance": "hearsay"}}, "hearsay"),
        ({"recorded": "2026-01-01"}, "is not an instant"),
        ({"body": None}, "entry.body has type NoneType"),
    ],
)
def test_other_envelopes_are_refused_naming_the_field(changes: dict[str, Any], words: str) -> None:
    """Version, keys, types and words are all closed."""
    with pytest.raises(MalformedRecord, match=words):
        parse_entry(_changed(**changes))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b"\xff", _format(beat()) + b"\n"])
def test_other_bytes_are_refused(data: bytes) -> None:
    """Not an object, not canonical, not text: our error each time."""
    with pytest.raises(MalformedRecord):
        parse_entry(data)
