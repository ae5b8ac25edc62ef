"""What an engine may have counted for an exchange: exact where the reply came whole and said so, a range elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.reconciliation.facts import Amount, Served
from proofbook.reconciliation.published import COMPARED, Measure
from proofbook.reconciliation.serving import Told, derive_served

REQUESTED, FORWARDED, LAST, ENDED = (f"2026-03-01T10:00:0{second}.000000Z" for second in range(4))
WHOLE = Told(
    upstream="engine", protocol="openai.chat", state="complete", requested=REQUESTED, forwarded_at=FORWARDED, last_byte_at=LAST,
    ended=ENDED, http_status=200, prompt_tokens=12, completion_tokens=8, cached_tokens=11, choices=1, most_tokens=None,
)  # fmt: skip


def served(**changes: Any) -> Served:
    """The exchange with other values; it was served."""
    found = derive_served(WHOLE._replace(**changes))
    assert found is not None
    return found


def amounts(**changes: Any) -> dict[Measure, Amount]:
    """By measure."""
    return dict(zip(COMPARED, served(**changes).amounts, strict=True))


def test_whole_reply_with_usage_is_exact() -> None:
    """Prompt tokens that were reused from a cache are told from those that were not."""
    assert amounts() == {
        Measure.HTTP_REQUESTS: (1, 1),
        Measure.REQUESTS: (1, 1),
        Measure.PROMPT_TOKENS: (12, 12),
        Measure.PROMPT_PROCESSED: (1, 1),
        Measure.COMPLETION_TOKENS: (8, 8),
    }
    assert (served().start, served().end) == (FORWARDED, LAST)


@pytest.mark.parametrize(
    ("changes", "measure", "amount"),
    [
        ({"cached_tokens": None}, Measure.PROMPT_PROCESSED, (0, 12)),
        ({"prompt_tokens": None, "cached_tokens": None}, Measure.PROMPT_TOKENS, (0, None)),
        ({"completion_tokens": None}, Measure.COMPLETION_TOKENS, (0, None)),
        ({"completion_tokens": None, "most_tokens": 48}, Measure.COMPLETION_TOKENS, (0, 48)),
        ({"choices": 3}, Measure.REQUESTS, (1, 3)),
        ({"choices": 3}, Measure.PROMPT_TOKENS, (12, 36)),
        ({"protocol": "openai.responses"}, Measure.REQUESTS, (1, None)),
        ({"protocol": "openai.embeddings", "completion_tokens": None}, Measure.COMPLETION_TOKENS, (0, 0)),
        ({"protocol": "openai.embeddings"}, Measure.REQUESTS, (1, None)),
        ({"protocol": "generic.rerank", "completion_tokens": None}, Measure.COMPLETION_TOKENS, (0, 0)),
        ({"protocol": "generic.other"}, Measure.HTTP_REQUESTS, (0, 1)),
        ({"protocol": "generic.audio"}, Measure.COMPLETION_TOKENS, (0, None)),
        ({"http_status": 400, "state": "upstream_error"}, Measure.PROMPT_TOKENS, (0, 0)),
        ({"http_status": 422, "state": "upstream_error"}, Measure.HTTP_REQUESTS, (1, 1)),
        ({"http_status": 500, "state": "upstream_error"}, Measure.HTTP_REQUESTS, (0, 1)),
        ({"state": "client_aborted", "completion_tokens": None}, Measure.COMPLETION_TOKENS, (0, None)),
        ({"state": "client_aborted", "completion_tokens": None, "most_tokens": 9}, Measure.COMPLETION_TOKENS, (0, 9)),
        ({"state": "client_aborted"}, Measure.REQUESTS, (0, 1)),
        ({"state": "upstream_timeout", "prompt_tokens": None}, Measure.PROMPT_TOKENS, (0, None)),
    ],
)
def test_what_was_not_stated_or_broken_off_is_a_range(changes: dict[str, Any], measure: Measure, amount: Amount) -> None:
    """Never less certain than it is, never more."""
    assert amounts(**changes)[measure] == amount


def test_one_that_broke_off_may_be_counted_a_while_after() -> None:
    """An engine notices late that nobody reads any more."""
    assert served(state="client_aborted").end == "2026-03-01T10:00:33.000000Z"


def test_open_exchange_has_no_end_and_begins_when_it_was_recorded() -> None:
    """Nothing is known of it but that it was let through."""
    told = served(state="open", forwarded_at=None, last_byte_at=None, ended=None, http_status=None)
    assert (told.start, told.end) == (REQUESTED, None)


@pytest.mark.parametrize(
    "changes",
    [{"protocol": "openai.models"}, {"protocol": "anthropic.count_tokens"}, {"state": "upstream_error", "forwarded_at": None}],
)
def test_what_never_made_a_model_work_is_left_out(changes: dict[str, Any]) -> None:
    """Lists of models and requests that reached no engine are in no counter."""
    assert derive_served(WHOLE._replace(**changes)) is None
