"""Bodies and queries that nobody well-meaning sends: each is refused in words, none reaches a function or leaves a traceback."""

from __future__ import annotations

import json

import pytest

from support.api_caller import Callers

DEEP = b'{"decision":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BODIES = {
    "nothing": b"",
    "no object": b"[]",
    "cut off": b'{"decision": "x"',
    "two values": b"{} {}",
    "NaN": b'{"decision": NaN}',
    "infinity": b'{"decision": -Infinity}',
    "a float": b'{"number": 1.5}',
    "a long number": b'{"number": ' + b"9" * 6000 + b"}",
    "a large number": b'{"number": 9007199254740993}',
    "a key twice": b'{"decision": "a", "decision": "b"}',
    "a lone surrogate": b'{"decision": "\\ud800", "system": "x", "title": "x"}',
    "a surrogate as a key": b'{"\\ud800": 1}',
    "not UTF-8": b'{"decision": "\xff"}',
    "deep": DEEP,
    "nested records": json.dumps({"record": {"a": [[[[[[{}]]]]]]}}).encode(),
    "UTF-16": '{"decision": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "another type": b'{"decision": {"$ref": "x"}, "system": 1, "title": null}',
    "foreign fields": b'{"decision": "x", "system": "x", "title": "x", "__proto__": {"admin": true}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("path", ["/decisions", "/push/change/hostile", "/reviewed-decisions"])
def test_a_hostile_body_is_refused_in_words(callers: Callers, path: str, body: bytes) -> None:
    """A problem document with one of the statuses the document names, and nothing of what was sent."""
    told = callers.pipeline.post(path, body)
    assert told.status in {400, 413, 422}, told.body[:300]
    assert told.code
    assert "Traceback" not in told.body.decode()


def test_a_body_beyond_the_cap_is_not_read(callers: Callers) -> None:
    """Neither by its stated length nor, without one, by what arrives."""
    large = b'{"decision": "' + b"x" * (1024 * 1024) + b'"}'
    told = callers.pipeline.post("/decisions", large)
    assert (told.status, told.code) == (413, "limit_exceeded")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=9999",
        "before=-1",
        "foreign=1",
        "limit=1&limit=2",
        "words=%ff",
        "words=%00",
        "words=" + "x" * 9000,
    ],
)
def test_a_hostile_query_is_refused_with_its_field(callers: Callers, query: str) -> None:
    """Nothing is guessed."""
    told = callers.lead.get(f"/records/vendor?{query}")
    assert told.status in {400, 413, 422}, told.body[:300]


@pytest.mark.parametrize("part", ["%00", "..%2f..", "%0d%0aX-Evil:1", "x" * 2000, "%ff", "'%20OR%201=1--"])
def test_a_hostile_part_of_a_path_is_not_there(callers: Callers, part: str) -> None:
    """Ids are looked up, never followed."""
    told = callers.lead.get(f"/records/vendor/{part}")
    assert told.status in {404, 405}, told.body[:300]
    assert "x-evil" not in told.headers


def test_an_error_quotes_no_secret(callers: Callers) -> None:
    """What was sent in a field that is refused does not come back."""
    told = callers.pipeline.post("/decisions", {"decision": ["sample secret words"], "system": "x", "title": "x"})
    assert told.status == 422
    assert b"sample secret words" not in told.body
    assert {each["field"] for each in told.value["mistakes"]} == {"decision"}
