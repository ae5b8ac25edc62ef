"""The protocol over real HTTP: status, content type and body as the specification has them."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from proofbook.tlog.note import Ed25519Signer
from proofbook.tlog.witness import MAX_REQUEST_BYTES, format_add_checkpoint, monitoring_path
from support.witness_at_work import COSIGNER, ORIGIN, make_witness, serving, signed, step


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A running witness."""
    with serving(make_witness(tmp_path / "state")) as url:
        yield url


def ask(address: str, method: str, path: str, body: bytes | None = None) -> tuple[int, str, bytes]:
    """One request: status, content type, body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-type", ""), answer.read()
    finally:
        connection.close()


def test_one_conversation_as_the_protocol_has_it(address: str) -> None:
    """Every status of the specification, in the order in which a log would meet them."""
    add = "/add-checkpoint"
    status, kind, line = ask(address, "POST", add, step(0, 3))
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert line.startswith(f"— {COSIGNER.key.name} ".encode())
    assert ask(address, "POST", add, step(0, 9)) == (409, "text/x.tlog.size", b"3\n")
    assert ask(address, "POST", add, format_add_checkpoint(3, (), signed(9)))[0] == 422
    assert ask(address, "POST", add, format_add_checkpoint(3, (), signed(3, root=b"\x01" * 32)))[0] == 422
    thief = Ed25519Signer.from_seed(ORIGIN, b"\x05" * 32)
    assert ask(address, "POST", add, format_add_checkpoint(3, (), signed(9, signer=thief)))[0] == 403
    stranger = Ed25519Signer.from_seed("nobody.example/book", b"\x05" * 32)
    assert ask(address, "POST", add, format_add_checkpoint(0, (), signed(3, signer=stranger)))[0] == 404
    assert ask(address, "POST", add, format_add_checkpoint(9, (), signed(3)))[0] == 400
    assert ask(address, "POST", add, b"\xff\x00")[0] == 400
    assert ask(address, "POST", add, step(3, 9))[0] == 200
    status, kind, note = ask(address, "GET", f"/{monitoring_path(ORIGIN)}")
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert note.startswith(f"{ORIGIN}\n9\n".encode())


def test_what_is_not_of_the_protocol_is_not_there(address: str) -> None:
    """Nothing else listens, and no origin is named to who does not know it."""
    assert ask(address, "GET", "/")[0] == 404
    assert ask(address, "GET", f"/{monitoring_path('nobody.example/book')}")[0] == 404
    assert ask(address, "GET", "/..%2f..%2forigins/checkpoint")[0] == 404
    assert ask(address, "GET", "/add-checkpoint")[0] == 405


def test_an_endless_body_is_cut_off(address: str) -> None:
    """Memory stays bounded whatever is sent."""
    try:
        status = ask(address, "POST", "/add-checkpoint", b"old 0\n\n" + b"x" * (4 * MAX_REQUEST_BYTES))[0]
    except (BrokenPipeError, ConnectionResetError):
        return  # answered and closed before it was sent whole
    assert status == 400


def test_a_failing_disk_is_503_and_never_a_cosignature(tmp_path: Path) -> None:
    """The log may come back later; the witness must not sign what it cannot remember."""
    with serving(make_witness(tmp_path / "state")) as url:
        (tmp_path / "state").rmdir()
        status, _, body = ask(url, "POST", "/add-checkpoint", step(0, 3))
    assert status == 503
    assert "—".encode() not in body
