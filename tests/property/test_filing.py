"""Any body survives its way through a file, and no bytes make the reader do anything but tell mistakes."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.filing.mistakes import FilingMistakes, Mistakes
from proofbook.filing.sources import parse_file
from proofbook.filing.writing import format_file, format_json_file
from proofbook.filing.yaml_reading import parse_yaml
from proofbook.filing.yaml_writing import format_yaml
from proofbook.primitives.canonical import MAX_INTEGER, canonical_bytes
from proofbook.records.kept import KEPT
from proofbook.records.record import MAX_TEXT
from support.filing_room import plain
from support.record_bodies import Bodies

HOSTILE = (
    *(
        "\n",
        "\n\n",
        "a\nb",
        "a\nb\n",
        "a\nb\n\n",
        " a\nb",
        "a\n b",
        "a\n\n b",
        "a\nb ",
        "a\n\tb",
        "a\r\nb",
        "- x",
        "# c",
        "a # b",
    ),
    *("a: b", "a:", "yes", "NO", "null", "~", "1", "1.50", "0x1F", "1e3", "1:30", "2026-01-01", "'x'", '"x"', "\\", "\x00"),
    *("\x1b[31m", "\u202eabc", "\ufeff", "\ufffe", "\U0001f600", "\ud7ff", "\x85", "a\x85b", "\u2028", "[[x]]", "{a: b}", "*a"),
    *("&a", "!t", "|", "> x", "%YAML 1.1", "---", "...", "--- a\n...", "@x", "`x", "\t", "a\tb\nc", "x, y", "a:b", "=", "<<"),
)
hostile = st.sampled_from(HOSTILE)
texts = st.one_of(
    hostile,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    st.text("ab \n:#-'\"\t", min_size=1, max_size=15),
    st.lists(hostile, min_size=1, max_size=4).map("\n".join),
)
values = st.recursive(
    st.one_of(texts, st.just(""), st.integers(-MAX_INTEGER, MAX_INTEGER), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
BODIES = Bodies(texts.filter(lambda text: len(text) <= MAX_TEXT))


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(texts, values, min_size=1, max_size=4), st.sampled_from(["SafeLoader", "CSafeLoader"]))
def test_what_is_written_is_read_back_whatever_the_parser(value: dict[str, Any], name: str) -> None:
    """Ours, and the plain stream of both parsers there may be: character by character."""
    written = format_yaml(value)
    mistakes = Mistakes()
    found = parse_yaml(written, "f.yaml", mistakes)
    assert mistakes.told() == ()
    assert [plain(each) for each in found] == [value]
    events = yaml.parse(written, Loader=getattr(yaml, name, yaml.SafeLoader))
    assert _scalars(value) == [each.value for each in events if isinstance(each, yaml.ScalarEvent)]


def _scalars(value: Any) -> list[str]:
    """Every scalar as text, in the order of the file."""
    if isinstance(value, dict):
        return [text for name, each in value.items() for text in (name, *_scalars(each))]
    if isinstance(value, list):
        return [text for each in value for text in _scalars(each)]
    return [value if isinstance(value, str) else json.dumps(value)]


@pytest.mark.parametrize("kind", sorted(KEPT))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_any_body_survives_its_file(kind: str, data: st.DataObject) -> None:
    """Exported and applied again it is the same, to the last byte."""
    body = data.draw(BODIES.of(kind))
    for text, name in ((format_file(kind, "r-1", body), "f.yaml"), (format_json_file(kind, "r-1", body), "f.json")):
        mistakes = Mistakes()
        found = parse_file(text.encode(), name, mistakes)
        assert mistakes.told() == ()
        assert canonical_bytes(found[0].body) == canonical_bytes(body)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text("{}[]:,\"'-?&*!|>%@` \n\tabc01.#", max_size=80).map(str.encode),
        values.map(lambda value: json.dumps(value).encode()),
        st.dictionaries(st.sampled_from(["kind", "id", "occurred", "record", "x"]), values).map(
            lambda value: json.dumps({"kind": "risk", **value}).encode()
        ),
    ),
    st.sampled_from(["f.yaml", "f.json"]),
)
def test_no_bytes_do_more_than_make_mistakes(data: bytes, name: str) -> None:
    """A leaked error would be a defect, whatever somebody puts into the folder."""
    mistakes = Mistakes()
    found = parse_file(data, name, mistakes)
    assert found or mistakes.total
    with pytest.raises(FilingMistakes) if mistakes.total else nullcontext():
        mistakes.raise_mistakes()
