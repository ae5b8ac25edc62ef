"""No self-test ever raises, whatever part of the records is there and however valid records contradict one another."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.assessment.finding import Outcome
from proofbook.assessment.selftests.table import CHECKS, EVERYWHERE
from proofbook.primitives.verdict import Met
from proofbook.records.kept import KEPT
from support.facts_builder import FactsBuilder
from support.sound_records import RECORDS, add_traffic

MOMENTS = [f"{day}T23:59:59.999999Z" for day in ("0001-01-01", "2025-12-31", "2026-06-15", "2026-12-31", "9999-12-31")]
DAYS = ["1900-01-01", "2026-06-15", "2026-12-31", "9000-12-31"]
ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"]
TEXTS = ["unknown", "sample-person-1", "sample-person-2", "sample-desk", "[[blank]]", "exercise \u202e\x00", "at least -0 x" * 99]
ACTION = {"what": "x", "owner": "y", "due": "1900-01-01", "done_at": MOMENTS[-1]}


def values_of(schema: dict[str, Any]) -> list[Any]:
    """Values a field may have by its published schema; none for what only one value fits."""
    if "anyOf" in schema:
        return [value for part in schema["anyOf"] for value in values_of(part)]
    if "enum" in schema:
        return list(schema["enum"])
    match schema.get("type"), schema.get("format"):
        case "null", _:
            return [None]
        case "string", "date-time":
            return MOMENTS
        case "string", "date":
            return DAYS
        case "string", _:
            return [] if "pattern" in schema or "const" in schema else TEXTS
        case "integer", _:
            return [max(0, schema.get("minimum", 0)), 1, 10**12]
        case "boolean", _:
            return [True, False]
        case "array", _:
            return [] if schema.get("minItems") else [[]]
    return []


@cache
def other_fields(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Other values for some fields of a record."""
    properties = KEPT[kind].model_json_schema()["properties"]
    choices = {name: values_of(schema) for name, schema in properties.items() if name not in {"title", "entity"}}
    if "actions" in choices:
        choices["actions"] = [[ACTION], []]
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(each) for name, each in choices.items() if each})


@st.composite
def builders(draw: st.DrawFn) -> FactsBuilder:
    """Some of the records, some of them with other values, some with a second version."""
    systems = draw(st.sampled_from([(), ("sample-desk",), ("sample-other",)]))
    builder = FactsBuilder(zone=draw(st.sampled_from(ZONES)), systems=systems)
    for kind, name, fields in draw(st.lists(st.sampled_from(RECORDS), min_size=15, max_size=70)):
        more = draw(st.one_of(st.just({}), other_fields(kind)))
        builder.add(kind, name, **{**fields, "recorded": "2026-06-20", **more})
    if draw(st.booleans()):
        add_traffic(builder)
    if draw(st.booleans()):
        builder.gap("2026-03-01", "2026-03-02").run("2026-03-02", previous_end="unclean")
    return builder


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(builder=builders(), as_of=st.sampled_from(["2026-06-21", "2027-02-01", "2027-01-01 00:00"]))
def test_any_valid_records_give_an_outcome(builder: FactsBuilder, as_of: str) -> None:
    """One record that is odd may not take the page of all others away; and what was not looked at is never Met by itself."""
    facts = builder.build(as_of)
    for name, check in CHECKS.items():
        outcome = check(facts, "LC-99")
        assert isinstance(outcome, Outcome)
        assert outcome.check == name
        if isinstance(outcome.verdict, Met):
            assert outcome.examined or any("attested to be empty" in reason for reason in outcome.verdict.reasons)
        else:
            assert outcome.verdict.reasons
        keys = [(each.kind, each.id, each.scope) for each in outcome.findings]
        assert len(keys) == len(set(keys))
        assert all(each.what.isprintable() and len(each.what) < 8000 for each in outcome.findings)
    for everywhere in EVERYWHERE.values():
        everywhere(facts)
