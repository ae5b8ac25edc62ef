"""A reply read by its form says what the same reply says that is read value by value."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from proofbook.gateway.wire.openai_form import read_form
from proofbook.gateway.wire.openai_reply import parse_reply

COUNTS: st.SearchStrategy[Any] = st.sampled_from([None, 0, 1, 7, -1, 1.0, 2.5, True, 2**53, 2**64, 2**70, "3", [], {}])
WORDS: st.SearchStrategy[Any] = st.sampled_from([None, "", "stop", "x" * 600, "\u00e9" * 40, "\ud800", 4, {}, ["stop"]])
CHOICES = st.lists(st.fixed_dictionaries({}, optional={"index": COUNTS, "finish_reason": WORDS, "message": WORDS}), max_size=3)
DETAILS = st.one_of(COUNTS, st.fixed_dictionaries({}, optional={"cached_tokens": COUNTS}))
USAGE = st.fixed_dictionaries(
    {}, optional={"prompt_tokens": COUNTS, "completion_tokens": COUNTS, "prompt_tokens_details": DETAILS}
)
FIELDS = st.one_of(
    st.tuples(st.sampled_from(["id", "model", "system_fingerprint", "error", "other"]), WORDS),
    st.tuples(st.just("choices"), st.one_of(CHOICES, WORDS)),
    st.tuples(st.just("usage"), st.one_of(USAGE, COUNTS)),
)
REPLY = b'{"id":"r","model":"m","choices":[{"index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}'


def _spell(pairs: list[tuple[str, object]], *, escaped: bool) -> bytes:
    """An object whose end is left off; names may stand in it twice."""
    inside = ",".join(f"{json.dumps(name)}:{json.dumps(value, ensure_ascii=escaped)}" for name, value in pairs)
    return ("{" + inside).encode("utf-8", "surrogatepass")


@settings(max_examples=800)
@given(
    pairs=st.lists(FIELDS, max_size=6),
    escaped=st.booleans(),
    damage=st.tuples(st.integers(0, 400), st.binary(max_size=2)) | st.none(),
)
@example(pairs=[("model", "m"), ("other", "text")], escaped=False, damage=(21, b"\xff"))  # no UTF-8 where no name is read
@example(pairs=[("usage", {"prompt_tokens_details": {"cached_tokens": 3}})], escaped=True, damage=None)
def test_the_form_says_what_reading_everything_says(
    *, pairs: list[tuple[str, object]], escaped: bool, damage: tuple[int, bytes] | None
) -> None:
    """An empty `timings` changes no fact and has no form, so the same reply with it is read value by value."""
    open_end = _spell(pairs, escaped=escaped)
    if damage is not None:
        open_end = open_end[: damage[0]] + damage[1] + open_end[damage[0] + 1 :]
    long_way = open_end + (b"," if len(open_end) > 1 else b"") + b'"timings":{}}'
    assert read_form(long_way) is None
    assert parse_reply(open_end + b"}", streamed=False) == parse_reply(long_way, streamed=False)


def test_a_usual_reply_has_a_form() -> None:
    """Otherwise all of this would be for nothing."""
    found = read_form(REPLY + b"}")
    assert found is not None
    assert (found.model, found.finish, found.usage.completion) == ("m", ("stop",), 2)
