"""Properties of strict reading and of the tree: against other implementations, and for any bytes at all."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from proofbook.verify.definitions import parse_definition
from proofbook.verify.encoding import Damage, canonical_text, parse_canonical, safe_text
from proofbook.verify.entries import read_entry, split_bundle
from proofbook.verify.merkle import Frontier, leaf_hash
from proofbook.verify.notes import parse_checkpoint, parse_note, parse_vkey
from proofbook.verify.room import parse_manifest, unsafe_path
from proofbook.verify.tables import format_cell
from support.sample_ledger import tree_root

SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
KEYS = st.text(st.characters(max_codepoint=127))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@given(VALUES)
def test_canonical_text_is_what_rfc_8785_asks_for(value: Any) -> None:
    """In the subset; the oracle is a full implementation of the RFC."""
    data = rfc8785.dumps(value)
    assert canonical_text(value).encode() == data
    assert parse_canonical(data, "place") == value


@given(VALUES, st.data())
def test_a_mutation_is_refused_or_has_its_own_canonical_bytes(value: Any, data: st.DataObject) -> None:
    """No two byte strings read as one value."""
    raw = bytearray(rfc8785.dumps(value))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(Damage):
        assert rfc8785.dumps(parse_canonical(bytes(raw), "place")) == bytes(raw)


@given(st.binary(max_size=400))
def test_every_parser_answers_any_bytes_with_damage_or_a_value(data: bytes) -> None:
    """Nothing else may escape: a traceback in an auditor's hands is a defect."""
    text = data.decode("latin-1")
    parsers = (
        lambda: parse_canonical(data, "x"),
        lambda: read_entry(data, "x"),
        lambda: split_bundle(data, 3, "x"),
        lambda: parse_note(data, "x"),
        lambda: parse_checkpoint(data, "x"),
        lambda: parse_vkey(text, "x"),
        lambda: parse_manifest(data),
        lambda: parse_definition(data, "x", "", ""),
        lambda: unsafe_path(text),
    )
    for parse in parsers:
        with contextlib.suppress(Damage):
            parse()


@given(
    st.dictionaries(st.sampled_from(["format", "tables", "files", "period", "checkpoint", "id", "version", "population"]), VALUES)
)
def test_documents_of_the_right_names_and_wrong_values_are_damage(value: dict[str, Any]) -> None:
    """Closer to the real thing than random bytes: the names fit, the values do not."""
    for form in ("proofbook-room/1", "proofbook-definition/1"):
        data = rfc8785.dumps({**value, "format": form}) + b"\n"
        with contextlib.suppress(Damage):
            parse_manifest(data)
        with contextlib.suppress(Damage):
            parse_definition(data, "x", "", "")


@given(st.lists(st.binary(max_size=8), max_size=70), st.integers(0, 70))
def test_roots_follow_the_recursive_definition_at_every_size(entries: list[bytes], cut: int) -> None:
    """Also the root an earlier checkpoint spoke of."""
    frontier = Frontier()
    leaves = [leaf_hash(entry) for entry in entries]
    for leaf in leaves[:cut]:
        frontier.append(leaf)
    assert frontier.root() == tree_root(leaves[:cut])


@given(st.text())
def test_a_text_cell_reads_back_and_starts_no_formula(text: str) -> None:
    """Through a foreign CSV reader; the guard is the only change."""
    [[read]] = list(csv.reader(io.StringIO(format_cell(text) + "\r\n", newline=""))) or [[""]]
    assert read in (text, "'" + text)
    assert not read.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text())
def test_lines_for_people_hold_no_control_characters(text: str) -> None:
    """Whatever a room calls its files."""
    assert safe_text(text).isprintable()
    assert json.loads(json.dumps(safe_text(text))) == safe_text(text)
