"""Bodies whose form is not known: only the model they name is read, and never two ways."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.generic import parse_generic
from proofbook.gateway.wire.multipart import read_fields
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
    for body in (
        b"",
        b"\xff\xfe",
        b" \r\n",
        b"--",
        b"--x\r\n",
        b"--x\r\n\r\nmodel=m\r\n--x--",
        b"Content-Disposition: attachment",
    ):
        assert parse_generic("generic.other", body, sample_fingerprint).model is None


@pytest.mark.parametrize(
    "body",
    [
        b' \n\t{"model":"hidden"}',
        b'\xef\xbb\xbf{"model":"hidden"}',
        '{"model":"hidden"}'.encode("utf-16"),
        '{"model":"hidden"}'.encode("utf-16-be"),
        '{"model":"hidden"}'.encode("utf-32-be"),
    ],
    ids=["blanks", "mark", "utf-16", "utf-16 unmarked", "utf-32 unmarked"],
)
def test_json_does_not_hide_behind_what_engines_pass_over(body: bytes) -> None:
    """Python's own reader takes every one of these; a model that is not seen is not held against any rule."""
    assert json.loads(body) == {"model": "hidden"}
    try:
        assert parse_generic("generic.rerank", body, sample_fingerprint).model == "hidden"
    except MalformedRecord:
        return


_HIDDEN = form(('name="model"', b"hidden"))
HIDING = {
    "line end before it": b"\r\n" + _HIDDEN,
    "preamble": b"hello\r\n" + _HIDDEN,
    "encoded name": form(("name*=utf-8''model", b"hidden")),
    "name in pieces": form(("name*0=mo; name*1=del", b"hidden")),
    "escaped name": form(('name="mo\\del"', b"hidden")),
    "two names": form(('name="x"; name="model"', b"hidden")),
    "two dispositions": form(('name="x"\r\nContent-Disposition: form-data; name="model"', b"hidden")),
    "folded line": form(('\r\n name="model"', b"hidden")),
    "long head": form(("name=model\r\nx: " + "y" * 5000, b"hidden")),
    "many parts": form(*[('name="x"', b"")] * 300, ('name="model"', b"hidden")),
    "after the end": form(('name="x"', b"")) + _HIDDEN,
    "other boundary within": form(
        ('name="model"', b"shown"), ('name="x"', b"\r\n" + form(('name="model"', b"hidden"), boundary="b"))
    ),
    "no end": _HIDDEN[:-4],
}


@pytest.mark.parametrize("body", HIDING.values(), ids=HIDING)
def test_form_does_not_hide_its_model(body: bytes) -> None:
    """Some engine's reader finds the field in each of these, another one does not: none of them is passed on."""
    with pytest.raises(MalformedRecord):
        parse_generic("generic.audio", body, sample_fingerprint)


def test_forms_of_usual_clients_are_read() -> None:
    """Names of files are written in many ways; boundaries hold more than letters."""
    for file in (
        'name="file"; filename="a \\"b\\".wav"',
        "name=file; filename*=utf-8''%C3%A4.wav",
        'name="file"; filename="ä;b=c.wav"',
    ):
        body = form((file + "\r\nContent-Type: audio/wav", b"\0\xff"), ('name="model"', b"m"), boundary="----WebKit'()+_,-./:=?#")
        assert read_fields(body, b"model") == ("m",)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_in_a_file_leave_the_field_as_it_is(before: bytes, after: bytes) -> None:
    """A file holds whatever its sender likes, but not the boundary its sender chose."""
    mark = b"\r\n--sample-boundary"
    if mark in b"\r\n" + before + b"\r\n" or mark in b"\r\n" + after + b"\r\n":
        return
    body = form(('name="file"', before), ('name="model"', b"m"), ('name="rest"', after))
    assert read_fields(body, b"model") == ("m",)


@given(st.binary(max_size=400))
def test_hostile_forms_are_read_or_refused(tail: bytes) -> None:
    """No bytes cause anything else."""
    try:
        read_fields(b"--x\r\n" + tail, b"model")
    except MalformedRecord:
        return


@pytest.mark.parametrize(
    "head",
    [
        "name=model\r\nContent-Type: text/plain; charset=utf-7",
        'name=model\r\nContent-Type: text/plain; charset="utf-16"',
        "name=model\r\nContent-Transfer-Encoding: base64",
        "name=model\r\nContent-Encoding: deflate",
        "name=_charset_",
    ],
)
def test_a_field_that_is_not_the_bytes_that_stand_there_is_refused(head: str) -> None:
    """Some servers decode a part as its head says; the record would have another name than the engine."""
    with pytest.raises(MalformedRecord, match="two programs could read differently"):
        read_fields(form((head, b"bW9kZWw="), ("name=other", b"x")), b"model")


def test_a_field_that_says_it_is_utf8_is_read() -> None:
    """Careful clients say so, and files beside it may be of any kind."""
    body = form(
        ("name=model\r\nContent-Type: text/plain; charset=UTF-8", b"whisper"),
        ('name=file; filename="notes.txt"\r\nContent-Type: text/plain; charset=iso-8859-1', b"caf\xe9"),
    )
    assert read_fields(body, b"model") == ("whisper",)


@pytest.mark.parametrize(
    "body", [b"model=whisper&stream=true", b"a=1&%6Dodel=whis%70er&stream=TRUE", b"x&=&stream=true&model=whisper"]
)
def test_fields_in_one_line_are_read_where_the_head_says_so(body: bytes) -> None:
    """Frameworks read them as they read forms; a model named so must not be on record as unknown."""
    facts = parse_generic("generic.audio", body, sample_fingerprint, urlencoded=True)
    assert (facts.model, facts.stream) == ("whisper", True)
    assert parse_generic("generic.audio", body, sample_fingerprint).model is None


def test_fields_in_one_line_that_name_the_model_twice_are_refused() -> None:
    """However one of them is spelled."""
    with pytest.raises(MalformedRecord, match="names a field twice"):
        parse_generic("generic.other", b"model=a&%6d%6f%64%65%6c=b", sample_fingerprint, urlencoded=True)


def test_json_is_read_as_json_whatever_the_head_says() -> None:
    """Clients such as curl call everything a form unless told otherwise."""
    facts = parse_generic("generic.rerank", b'{"model":"m&model=x","query":"q"}', sample_fingerprint, urlencoded=True)
    assert facts.model == "m&model=x"
