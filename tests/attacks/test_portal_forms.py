"""What strangers send: forms that are too large or too many, bodies that break off, and text that must come back as it was."""

from __future__ import annotations

import re
import socket
from html import unescape

import pytest

from attacks.conftest import Besieged
from support.sample_portal import Reply, Visitor

HOSTILE = "first line\nsecond\u00a0line\u200c \u202egnp.exe </textarea><img src=x onerror=alert(1)> {{7*7}} %{{7}}"
BOUNDARY = "multipart/form-data; boundary=x"


def send(besieged: Besieged, body: bytes, media: str) -> Reply:
    """To the only form that anybody may send, without having seen it."""
    outside = Visitor(besieged.portal.port, "")
    return outside.ask("/sign-in", method="POST", headers={"Content-Type": media}, body=body)


def test_nobody_unknown_sends_files(besieged: Besieged) -> None:
    """A form of names and passwords once took 32 MiB from anybody."""
    part = b'--x\r\nContent-Disposition: form-data; name="account"; filename="a"\r\n\r\n' + b"a" * 100_000 + b"\r\n--x--\r\n"
    assert send(besieged, part, BOUNDARY).status == 400
    assert send(besieged, b"account=" + b"a" * 100_000, "application/x-www-form-urlencoded").status == 413


def test_a_body_that_breaks_off_is_nobodys_mistake(besieged: Besieged, capfd: pytest.CaptureFixture[str]) -> None:
    """It was once logged with everything around it."""
    head = "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\n"
    with socket.create_connection(("127.0.0.1", besieged.portal.port)) as broken:
        broken.sendall(head.format(besieged.portal.port).encode() + b"account=")
    assert besieged.lead.get("/records").status == 200
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("fields", [b"a=1&" * 9_000, b"&" * 900_000, b"a=" + b"%" * 900_000])
def test_many_fields_cost_little(besieged: Besieged, fields: bytes) -> None:
    """Answered, and refused before anything is done."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    cookie = "; ".join(f"{name}={value}" for name, value in besieged.lead.cookies.items())
    reply = Visitor(besieged.portal.port, "", cookie).ask("/people", method="POST", headers=headers, body=fields)
    assert reply.status in {400, 403}


def test_a_form_that_is_shown_anew_holds_what_was_typed(besieged: Besieged) -> None:
    """Line breaks and blanks that do not break once came back as escapes, and were recorded so the second time."""
    page = "/room/request"
    reply = besieged.auditor.post("/room/requests", {"number": "R-1", "description": HOSTILE}, page=page)
    assert reply.status == 422
    found = re.search(r'<textarea id="f-description"[^>]*>\n(.*?)</textarea>', reply.text, re.DOTALL)
    assert found is not None
    assert unescape(found[1]) == HOSTILE
    assert "<img src=x" not in reply.text
    assert "\u202e" not in reply.text


def test_addresses_with_a_slash_too_many_lead_nowhere(besieged: Besieged) -> None:
    """A redirect to the address without it was absolute and named the scheme of the wrong side of a proxy."""
    assert besieged.lead.get("/book/").status == 404
