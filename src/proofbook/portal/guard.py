"""What stands before every page: headers on every answer, the Host check, methods, the key.

Promises: every answer of the application, errors included, carries the headers; a request for another host name is refused before
anything is read (DNS rebinding); only GET and HEAD come through; without a session only the style sheet and the mark are served.
The key and the session are in no log and in no address but the first. Does not: speak TLS; it is meant for this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofbook.portal.access import Access, Refusal

HEADERS: Final = (
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
OPEN_PATHS: Final = frozenset({"/style.css", "/mark.svg"})
"""Shown before anybody is known, because the page that explains how to get in uses them. They say nothing about the book."""
_METHODS: Final = frozenset({"GET", "HEAD"})
_MAX_KEY: Final = 200

Explain = Callable[[int, str], Response]
"""Status and reason (`host`, `method`, `key`, `many`) -> a page that explains."""


class Guard:
    """ASGI middleware. `hosts` are the exact Host values that are answered."""

    def __init__(self, app: ASGIApp, *, access: Access, hosts: frozenset[str], cookie: str, explain: Explain) -> None:
        self._app = app
        self._access = access
        self._hosts = hosts
        self._cookie = cookie
        self._explain = explain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS:
                    headers[name] = value
            await send(message)

        answer = self._refusal(scope) or self._app
        await answer(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return self._explain(421, "host")
        if scope["method"] not in _METHODS:
            refused = self._explain(405, "method")
            refused.headers["allow"] = ", ".join(sorted(_METHODS))
            return refused
        if scope["path"] in OPEN_PATHS:
            return None
        given = _given_key(scope)
        if given is not None:
            return self._let_in(given)
        return None if self._access.knows(self._session(headers)) else self._explain(403, "key")

    def _let_in(self, given: str) -> Response:
        session = self._access.admit(given)
        match session:
            case Refusal.WRONG_KEY:
                return self._explain(403, "key")
            case Refusal.TOO_MANY:
                return self._explain(429, "many")
            case str():
                answer = RedirectResponse("/", status_code=303)
                answer.set_cookie(self._cookie, session, path="/", httponly=True, samesite="strict")
                return answer

    def _session(self, headers: Headers) -> str | None:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return None
        return None if found is None else found.value


def _given_key(scope: Scope) -> str | None:
    """The key in the address of the first visit; only the first page takes one."""
    if scope["path"] != "/" or not scope["query_string"]:
        return None
    try:
        keys = parse_qs(scope["query_string"].decode("ascii"), max_num_fields=8).get("key")
    except ValueError:
        return ""
    return None if keys is None else keys[-1][:_MAX_KEY]


def allowed_hosts(host: str, port: int) -> frozenset[str]:
    """The Host values of a listener: its own name and the names of this machine to itself."""
    names = {"localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host.lower()} - {"0.0.0.0", "[::]"}  # noqa: S104 - taken out, not bound
    return frozenset({f"{name}:{port}" for name in names} | (names if port == 80 else set()))
