"""What crosses the gateway in heads."""

from __future__ import annotations

from proofbook.gateway.http.head import (
    ReplyHead,
    RequestHead,
    format_engine_lines,
    format_forwarded_head,
    format_returned_head,
)
from proofbook.gateway.http.reply_writer import ReplyWriter

HEADERS = (
    (b"host", b"gateway"), (b"authorization", b"Bearer secret"), (b"x-api-key", b"secret"), (b"cookie", b"a"), (b"te", b"trailers"),
    (b"connection", b"keep-alive, X-Named"), (b"x-named", b"1"), (b"transfer-encoding", b"chunked"), (b"accept-encoding", b"gzip"),
    (b"content-type", b"application/json"), (b"x-openwebui-user-id", b"u"),
)  # fmt: skip
HEAD = RequestHead("POST", "/v1/completions", HEADERS, modern=True, keep_alive=True, length=None)


def test_credentials_and_hop_by_hop_headers_stay_here() -> None:
    """The engine learns neither keys nor the framing of another connection."""
    lines = format_forwarded_head(HEAD, engine_lines=format_engine_lines("engine:1", None), body_bytes=7).split(b"\r\n")
    assert lines == [
        b"POST /v1/completions HTTP/1.1", b"host: engine:1", b"accept-encoding: identity", b"content-length: 7",
        b"content-type: application/json", b"", b"",
    ]  # fmt: skip


def test_nothing_crosses_that_is_not_recorded() -> None:
    """A header could carry a prompt, steer an engine, or make it read the recorded body as something else."""
    odd = (
        (b"x-prompt", b"hidden words"),
        (b"content-encoding", b"gzip"),
        (b"x-http-method-override", b"DELETE"),
        (b"x-adapter", b"other"),
    )
    head = format_forwarded_head(HEAD._replace(headers=(*HEADERS, *odd)), engine_lines=b"host: e\r\n", body_bytes=7)
    assert not any(name in head for name, _ in odd)


def test_engines_own_key_is_sent_instead() -> None:
    """From its file, never from the caller."""
    head = format_forwarded_head(HEAD, engine_lines=format_engine_lines("e", "engine-key"), body_bytes=0)
    assert head.count(b"authorization: Bearer engine-key\r\n") == 1
    assert b"secret" not in head


def test_returned_head_names_the_exchange_and_not_the_engines_framing() -> None:
    """So that a caller can cite the record; an engine cannot forge it."""
    headers = ((b"content-length", b"9"), (b"x-proofbook-exchange", b"forged"), (b"x-kept", b"1"), (b"keep-alive", b"x"))
    head = format_returned_head(429, headers, framing=b"content-length: 2\r\n", exchange="x_1", close=True)
    assert head == (
        b"HTTP/1.1 429 Too Many Requests\r\nx-kept: 1\r\ncontent-length: 2\r\nx-proofbook-exchange: x_1\r\nconnection: close\r\n\r\n"
    )


def test_status_without_a_name_is_passed_on() -> None:
    """Engines invent statuses."""
    assert format_returned_head(599, (), framing=b"", exchange="x", close=False).startswith(b"HTTP/1.1 599 \r\n")


def _writer(status: int, *, modern: bool) -> ReplyWriter:
    writer = ReplyWriter("x_1", modern=modern)
    writer.reply = ReplyHead(status, (), None, until_close=False, bodiless=status == 204)
    return writer


def test_unknown_length_is_chunked_or_ended_by_closing() -> None:
    """By what the client understands."""
    modern, old = _writer(200, modern=True), _writer(200, modern=False)
    assert b"transfer-encoding: chunked\r\n" in modern.head(None, close=False)
    assert (modern.piece(b"ab"), modern.last(b"")) == ((b"2\r\nab\r\n",), (b"0\r\n\r\n",))
    assert b"".join(modern.piece(b"a" * 70_000)) == b"11170\r\n" + b"a" * 70_000 + b"\r\n"
    assert b"connection: close\r\n" in old.head(None, close=False)
    assert (old.piece(b"ab"), old.last(b"c"), old.last(b"")) == ((b"ab",), (b"c",), ())


def test_bodiless_status_has_no_framing() -> None:
    """RFC 9110 8.6: no Content-Length with 204."""
    assert b"content-length" not in _writer(204, modern=True).head(0, close=False)
