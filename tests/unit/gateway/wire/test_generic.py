"""Bodies whose form is not known: only the model they name is read, and never two ways."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.generic import parse_generic
from proofbook.gateway.wire.multipart import read_field
from support.running_gateway import sample_fingerprint


def form(*fields: tuple[str, bytes], boundary: str = "sample-boundary") -> bytes:
    """A multipart form as clients write it."""
    parts = [
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n" for head, value in fields
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def test_json_is_read_for_its_model_and_its_user() -> None:
    """A reranker names both."""
    body = json.dumps({"model": "m", "query": "q", "documents": ["a"], "user": "u"}).encode()
    facts = parse_generic("generic.rerank", body, sample_fingerprint)
    assert (facts.model, facts.stream, facts.messages, facts.system_prompt) == ("m", False, None, "unknown")
    assert facts.claimed is not None
    assert facts.claimed.value == "u"


def test_form_is_read_for_its_model_beside_the_file() -> None:
    """A transcription sends a recording."""
    body = form(('name="file"; filename="a.wav"', b"RIFF\0\r\n\r\n--x"), ('name="model"', b"whisper"), ("name=stream", b"true"))
    facts = parse_generic("generic.audio", body, sample_fingerprint)
    assert (facts.model, facts.stream) == ("whisper", True)


def test_model_named_twice_is_refused() -> None:
    """Two programs could load two models."""
    with pytest.raises(MalformedRecord):
        parse_generic("generic.audio", form(('name="model"', b"a"), ('name="model"', b"b")), sample_fingerprint)
    with pytest.raises(MalformedRecord):
        parse_generic("generic.rerank", b'{"model":"a","model":"b"}', sample_fingerprint)


def test_other_bytes_say_nothing() -> None:
    """Unknown, not guessed."""
    for body in (b"", b"\xff\xfe", b"--", b"--x\r\n", b"--x\r\ncontent-disposition: form-data; name=model\r\n\r\nm"):
        assert parse_generic("generic.other", body, sample_fingerprint).model is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_in_a_file_leave_the_field_as_it_is(before: bytes, after: bytes) -> None:
    """A file holds whatever its sender likes, but not the boundary its sender chose."""
    mark = b"\r\n--sample-boundary"
    if mark in b"\r\n" + before + b"\r\n" or mark in b"\r\n" + after + b"\r\n":
        return
    body = form(('name="file"', before), ('name="model"', b"m"), ('name="rest"', after))
    assert read_field(body, b"model") == "m"


@given(st.binary(max_size=400))
def test_hostile_forms_are_read_or_refused(tail: bytes) -> None:
    """No bytes cause anything else."""
    try:
        read_field(b"--x\r\n" + tail, b"model")
    except MalformedRecord:
        return
