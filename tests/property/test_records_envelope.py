"""Random entries go through the envelope and come back; random damage never gets through unnoticed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.primitives.canonical import MAX_INTEGER
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft, format_entry, parse_entry

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones()).map(format_instant)  # noqa: DTZ001  # bounds are naive by hypothesis' rule
BODIES: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    KEYS,
    st.one_of(st.none(), st.booleans(), st.integers(-MAX_INTEGER, MAX_INTEGER), TEXTS, st.lists(TEXTS, max_size=3)),
    max_size=5,
)
DRAFTS = st.builds(
    Draft,
    kind=TEXTS,
    subject=TEXTS,
    occurred=INSTANTS,
    actor=st.builds(Actor, id=TEXTS, kind=st.sampled_from(ActorKind), method=TEXTS),
    source=TEXTS,
    assurance=st.sampled_from(Assurance),
    body=BODIES,
    supersedes=st.one_of(st.none(), TEXTS),
    schema=st.integers(1, 9),
)


@given(DRAFTS, TEXTS, INSTANTS, st.integers(1, MAX_INTEGER))
def test_format_and_parse_are_inverse(draft: Draft, entry_id: str, recorded: str, seq: int) -> None:
    """Every field of the draft and every field of the writer comes back."""
    data = format_entry(draft, entry_id=entry_id, recorded=recorded, seq=seq)
    entry = parse_entry(data)
    assert {name: getattr(entry, name) for name in Draft.__slots__} == {name: getattr(draft, name) for name in Draft.__slots__}
    assert (entry.id, entry.recorded, entry.seq) == (entry_id, recorded, seq)
    again = Draft(**{name: getattr(entry, name) for name in Draft.__slots__})
    assert format_entry(again, entry_id=entry.id, recorded=entry.recorded, seq=entry.seq) == data


@settings(max_examples=300)
@given(DRAFTS, INSTANTS, st.data())
def test_a_changed_byte_is_another_entry_or_none(draft: Draft, recorded: str, data: st.DataObject) -> None:
    """No two spellings of one entry exist, so a changed byte always shows in the hash or in the parser."""
    original = format_entry(draft, entry_id="e_1", recorded=recorded, seq=1)
    place = data.draw(st.integers(0, len(original) - 1))
    changed = original[:place] + bytes([original[place] ^ data.draw(st.integers(1, 255))]) + original[place + 1 :]
    try:
        entry = parse_entry(changed)
    except InputError:
        return
    assert entry != parse_entry(original)
