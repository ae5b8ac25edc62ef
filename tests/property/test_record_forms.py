"""Any valid record goes through its form and comes back the same, to the last character, as a browser sends it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from proofbook.filing.mistakes import FilingMistakes
from proofbook.filing.values import read_values
from proofbook.portal import typed_times
from proofbook.portal.rendering import make_environment
from proofbook.portal.staff.records import form_texts, word_difference
from proofbook.portal.staff.records.form import flatten, make_form
from proofbook.portal.staff.records.form_reading import change_rows, read_form
from proofbook.portal.wording import exact
from proofbook.primitives.instants import format_instant
from proofbook.records.kept import KEPT
from proofbook.records.record import MAX_TEXT
from support.form_fields import sent_fields
from support.record_bodies import Bodies

ZONES = ("Europe/Berlin", "America/St_Johns", "UTC", "Pacific/Apia")
PAGE = (
    "{% from 'records/form_parts.html' import field %}<form action='/x'>"
    "{% for title, nodes in parts %}{% for node in nodes %}{{ field(node, w) }}{% endfor %}{% endfor %}</form>"
)
HOSTILE = st.sampled_from(
    (
        " a",
        "a ",
        "\n",
        "\na",
        "a\n",
        "a\n\n",
        "\r",
        "a\r\nb",
        "\t",
        "\x00",
        "\x1b[31m",
        "\u202eabc",
        "\u200b",
        "\ufeff",
        "\xa0",
        "\\",
        "\\u202e",
        "\\\\u0041\\",
        "\x85",
        "\u2028",
        "<b>&amp;\"'",
        "</textarea>",
        "{{ 7*7 }}",
        "none",
        "yes",
        "[[x]]",
        "1",
        "\U000e0041",
    )
)
TEXTS = st.one_of(
    HOSTILE,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.lists(HOSTILE, min_size=1, max_size=3).map("".join),
).filter(lambda text: len(text) <= MAX_TEXT)
MOMENTS = st.integers(0, 2**33 * 10**6).map(
    lambda micros: format_instant(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros))
)
BODIES = Bodies(TEXTS, MOMENTS)


@pytest.fixture(scope="module")
def environment() -> Environment:
    """The portal's own templates."""
    return make_environment()


def through_a_browser(environment: Environment, kind: str, body: dict[str, Any], zone: ZoneInfo) -> dict[str, tuple[str, ...]]:
    """What arrives when the form of a body is shown, and sent without a change."""
    parts = [(each.title, each.nodes) for each in make_form(kind, body, zone)]
    w = {"raw": exact, "mistakes": {}, "helps": {}, "focus": None, "suggestions": {}, "action": "/x", "zone": zone.key}
    html = environment.from_string(PAGE).render(parts=parts, w=w)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(urlencode(sent_fields(html, "/x")), keep_blank_values=True):
        found[name] = (*found.get(name, ()), value.replace("\r\n", "\n"))
    return found


@pytest.mark.parametrize("kind", sorted(KEPT))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), zone=st.sampled_from(ZONES).map(ZoneInfo))
def test_any_record_survives_its_form(environment: Environment, kind: str, data: st.DataObject, zone: ZoneInfo) -> None:
    """Whoever opens a form and sends it has changed nothing: not a blank, not a microsecond, not an unseen character."""
    body = data.draw(BODIES.of(kind))
    read = read_form(kind, through_a_browser(environment, kind, body, zone), zone)
    assert read.mistakes == {}
    stated = {**read.stated, "because": body["because"]}
    assert read_values(kind, "r-1", stated).body == body


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["data_flow", "evaluation.run", "ai_system"]),
    st.dictionaries(
        st.sampled_from(
            ["r.flows", "r.flows.0.id", "r.flows.0.crosses", "r.flows.0", "r.sampling", "r.sampling.0.name", "r.models"]
        )
        | st.sampled_from(
            ["r.models:form", "r.users:said", "r.users", "r.started_at", "r.title:form", "r.title", "r.results", "r"]
        ),
        st.lists(
            st.sampled_from(["rows", "lines escaped", "ticks", "0", "1", "99999999", "none", "\\ud800", "2026-03-29T02:30"])
            | st.text(max_size=9)
        ).map(tuple),
    ),
    st.sampled_from(["add", "remove"]),
    st.sampled_from(
        ["r.flows", "r.flows.0.crosses", "r.sampling", "r.models", "r.title", "r.nothing", "x", "r.flows.7.controls"]
    ),
    st.text("0123456789-x", max_size=3),
)
def test_no_fields_do_more_than_make_mistakes(
    kind: str, sent: dict[str, tuple[str, ...]], doing: str, name: str, place: str
) -> None:
    """Names and values come from whoever sends them."""
    zone = ZoneInfo("Europe/Berlin")
    for keep in (False, True):
        read = read_form(kind, sent, zone, keep_empty=keep)
        change_rows(kind, read.stated, name, doing, place)
        shown = [pair for section in make_form(kind, read.stated, zone) for pair in flatten(section.nodes)]
        assert all(isinstance(each, str) for pair in shown for each in pair)
        with suppress(FilingMistakes):
            read_values(kind, "r-1", read.stated)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_texts_and_lines_survive_a_field(items: list[str]) -> None:
    """One by one and many in one field."""
    for text in items:
        shown, escaped = form_texts.write_text(text)
        assert form_texts.read_text(shown, escaped=escaped) == text
    shown, escaped = form_texts.write_lines(items)
    assert form_texts.read_lines(shown, escaped=escaped) == items


@settings(max_examples=300, deadline=None)
@given(MOMENTS, st.sampled_from(ZONES).map(ZoneInfo))
def test_an_instant_survives_its_zone(instant: str, zone: ZoneInfo) -> None:
    """Also in the hour that the clocks show twice, and with parts of a second."""
    local = typed_times.write_local(instant, zone)
    assert typed_times.read_moment(local if local is not None else typed_times.write_offset(instant, zone), zone) == instant


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_pieces_put_together_are_both_texts(before: str, after: str) -> None:
    """A difference that loses a word would hide a change."""
    pieces = word_difference.compare(before, after)
    assert "".join(each.text for each in pieces if each.how != "came") == before
    assert "".join(each.text for each in pieces if each.how != "went") == after
