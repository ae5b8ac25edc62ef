"""How an engine cuts its text into pieces must not change what is counted in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.gateway.wire.facts import ProtocolName
from proofbook.gateway.wire.routes import ROUTES
from proofbook.gateway.wire.texts import texts_of_reply, texts_of_request
from support.recorded_streams import STREAMS

PROTOCOLS = sorted({dialect.protocol for dialect in ROUTES.values()})


def _sse(payload: Any) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def _chat(piece: str) -> bytes:
    return _sse({"choices": [{"index": 0, "delta": {"content": piece}}]})


def _anthropic(piece: str) -> bytes:
    return _sse({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})


def _responses(piece: str) -> bytes:
    return _sse({"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": piece})


def _ollama(piece: str) -> bytes:
    return json.dumps({"message": {"role": "assistant", "content": piece}, "done": False}).encode() + b"\n"


MAKERS: tuple[tuple[ProtocolName, Callable[[str], bytes]], ...] = (
    ("openai.chat", _chat),
    ("anthropic.messages", _anthropic),
    ("openai.responses", _responses),
    ("ollama.chat", _ollama),
)


def _cut(text: str, places: Sequence[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise([0, *places, len(text)])]


@pytest.mark.parametrize(("protocol", "make"), MAKERS, ids=[protocol for protocol, _ in MAKERS])
@given(text=st.text(min_size=1, max_size=60), data=st.data())
def test_text_cut_anywhere_is_the_same_text(
    protocol: ProtocolName, make: Callable[[str], bytes], text: str, data: st.DataObject
) -> None:
    """A card number split over many deltas is one number."""
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)))
    stream = b"".join(make(piece) for piece in _cut(text, places))
    assert texts_of_reply(protocol, stream, streamed=True) == texts_of_reply(protocol, make(text), streamed=True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(junk=st.one_of(st.binary(max_size=300), st.sampled_from(STREAMS).map(lambda stream: stream.data)), streamed=st.booleans())
def test_no_bytes_make_reading_texts_fail(protocol: ProtocolName, junk: bytes, streamed: bool) -> None:  # noqa: FBT001  # drawn
    """Engines and clients may say anything, in any API's name."""
    for found in (texts_of_reply(protocol, junk, streamed=streamed), texts_of_request(protocol, junk)):
        assert found.media >= 0
        assert all(isinstance(text, str) for text in found.texts)
