"""The bodies that the hot path builds by hand, held against their published models."""

from __future__ import annotations

import pytest

from proofbook.gateway.admission import ADMITTED
from proofbook.gateway.drafts import (
    Ending,
    Opening,
    Served,
    derive_actor,
    draft_recorder_gap,
    draft_refusal,
    draft_request,
    draft_response,
)
from proofbook.gateway.engines.binding import unseen
from proofbook.gateway.refusal import KEY_MISSING
from proofbook.gateway.wire.facts import NOTHING, ClaimedName, ReplyFacts, RequestFacts, TokenUsage, bare_request
from proofbook.journal.receipt import Content, Submission
from proofbook.records.exchange import State
from proofbook.records.kinds import KINDS
from support.running_gateway import KEY

NOW = "2026-06-01T00:00:00.000000Z"
KNOWN = Opening("x_1", "gateway:main", NOW, "POST", "/v1/models", KEY.caller, derive_actor(KEY.caller))
NOBODY = KNOWN._replace(caller=None, actor=derive_actor(None))
FACTS = RequestFacts(
    "openai.chat", "m", True, {"temperature": "0.7", "seed": 1, "echo": False}, 2, 0, "none", ClaimedName("u", "header")
)
SERVED = Served(
    "support-desk",
    "c_1",
    ClaimedName("u", "header"),
    unseen("not yet").binding("m"),
    unseen("not yet").engine("e"),
    "unknown",
    ADMITTED,
)
REPLY = ReplyFacts("m", "id", "fp", ("stop",), TokenUsage(1, 2, 0), 3, True, False)
ENDED = Ending(State.COMPLETE, None, 200, NOW, NOW, NOW)
NEVER = Ending(State.UPSTREAM_ERROR, "engine cannot be reached", None, None, None, None)

DRAFTS = [
    draft_request(KNOWN, FACTS, SERVED, b"{}"),
    draft_request(KNOWN, bare_request("openai.models"), SERVED._replace(claimed=None), b""),
    draft_response(KNOWN, REPLY, ENDED, NOW, Content("response", b"x", "c_1")),
    draft_response(KNOWN, NOTHING, NEVER, NOW, None),
    draft_refusal(KNOWN, KEY_MISSING, 5),
    draft_refusal(NOBODY, KEY_MISSING, None),
    draft_recorder_gap("x_1", "gateway:main", NOW, "the recorder ended before this exchange did"),
]


@pytest.mark.parametrize("submission", DRAFTS)
def test_body_is_exactly_what_its_model_would_write(submission: Submission) -> None:
    """A field added to a model must not go missing here."""
    body = dict(submission.draft.body)
    model = KINDS[submission.draft.kind]
    assert model.model_validate(body, strict=False).to_body() == body
    assert body.keys() == {field.alias or name for name, field in model.model_fields.items()}


def test_content_goes_beside_the_entry_never_into_it() -> None:
    """Entries are for ever, content is erasable."""
    submission = draft_request(KNOWN, FACTS, SERVED, b'{"secret":1}')
    assert "secret" not in repr(submission.draft.body)
    assert submission.contents == (Content("request", b'{"secret":1}', "c_1"),)


def test_unverified_caller_acts_as_nobody() -> None:
    """A claimed key id is not an identity."""
    assert (NOBODY.actor.id, NOBODY.principal["key"]) == ("unknown", None)
    assert (KNOWN.actor.id, KNOWN.actor.method) == ("sample-service", "api_key")
