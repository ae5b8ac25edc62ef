"""What stands before every page: headers on every answer, the Host check, methods, where a form came from, who is there.

Promises: every answer of the application, errors included, carries the headers; a request for another host name is refused before
anything is read (DNS rebinding); only GET, HEAD and POST come through to pages, and a POST of a browser only when it came from a
page of this very address; nobody unknown gets further than what is open to anybody. What goes to the API is answered there: it
takes tokens and no cookies, so where a request came from does not matter to it. The key and the session are in no log and in no
address but the first. Does not: speak TLS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, quote

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofbook.errors import ProofbookError
from proofbook.portal.access import Refusal
from proofbook.portal.posting import make_token
from proofbook.portal.visiting import API_PATH, Doorkeeper

HEADERS: Final = (
    (
        "content-security-policy",
        (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_MAX_KEY: Final = 200
_FROM_HERE: Final = frozenset({"same-origin", "none"})
FAILED: Final = "portal.answer_failed"
LOG = structlog.get_logger()
SIGN_IN: Final = "/sign-in"

Explain = Callable[[int, str], Response]
"""Status and reason (`host`, `method`, `origin`, `key`, `many`, `unavailable`, `failed`) -> a page that explains."""


class Guard:
    """ASGI middleware. `hosts` are the exact Host values that are answered; `opened` are places open to anybody.

    `welcome` is told of each session that the key opened, before it is given; what it raises keeps the door shut.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        doorkeeper: Doorkeeper,
        hosts: frozenset[str],
        opened: Callable[[str], bool],
        explain: Explain,
        explain_to_programs: Explain,
        welcome: Callable[[str], None],
    ) -> None:
        self._app = app
        self._doorkeeper = doorkeeper
        self._hosts = hosts
        self._origins = frozenset(f"{scheme}://{host}" for host in hosts for scheme in ("http", "https"))
        self._opened = opened
        self._to_people = explain
        self._to_programs = explain_to_programs
        self._welcome = welcome

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS:
                    headers[name] = value
            await send(message)

        answer = self._refusal(scope) or await self._with_key(scope) or await self._unknown(scope) or self._app
        try:
            await answer(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - the boundary: the server would log the message, which may quote anything
            LOG.error(FAILED, error=type(error).__name__)  # noqa: TRY400 - as above
            if not started:
                await self._explain(scope, 500, "failed")(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return self._explain(scope, 421, "host")
        if _is_for_programs(scope):
            return None
        if scope["method"] not in _METHODS:
            refused = self._explain(scope, 405, "method")
            refused.headers["allow"] = ", ".join(sorted(_METHODS))
            return refused
        if scope["method"] == "POST" and not self._sent_from_here(headers):
            return self._explain(scope, 403, "origin")
        return None

    def _explain(self, scope: Scope, status: int, reason: str) -> Response:
        return (self._to_programs if _is_for_programs(scope) else self._to_people)(status, reason)

    def _sent_from_here(self, headers: Headers) -> bool:
        """Browsers state where a form came from; a program that states nothing has no cookie of a browser to misuse."""
        if headers.get("sec-fetch-site", "none") not in _FROM_HERE:
            return False
        origin = headers.get("origin")
        return origin is None or origin in self._origins

    async def _unknown(self, scope: Scope) -> ASGIApp | None:
        """Find out who is there; None when the request may go on."""
        headers = Headers(scope=scope)
        opened = self._opened(scope["path"])
        try:
            visitor = await asyncio.to_thread(self._doorkeeper.find, scope["path"], headers)
        except ProofbookError:
            visitor = None
            if not opened:
                return self._explain(scope, 503, "unavailable")
        carried = self._doorkeeper.carried(headers)
        scope.setdefault("state", {}).update(visitor=visitor, carried=carried, token=carried and make_token(carried))
        if visitor is not None or opened or _is_for_programs(scope):
            return None
        if not await asyncio.to_thread(self._has_accounts):
            return self._explain(scope, 403, "key")
        return RedirectResponse(_sign_in(scope), status_code=303)

    def _has_accounts(self) -> bool:
        try:
            return self._doorkeeper.has_accounts()
        except ProofbookError:
            return False

    async def _with_key(self, scope: Scope) -> ASGIApp | None:
        """The first visit with the key printed at start; None for every other request."""
        given = _given_key(scope)
        if given is None:
            return None
        session = self._doorkeeper.access.admit(given)
        match session:
            case Refusal.WRONG_KEY:
                return self._to_people(403, "key")
            case Refusal.TOO_MANY:
                return self._to_people(429, "many")
            case str():
                return await self._let_in(session)

    async def _let_in(self, session: str) -> ASGIApp:
        try:
            await asyncio.to_thread(self._welcome, session)
        except ProofbookError:
            return self._to_people(503, "unavailable")
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(self._doorkeeper.cookie, session, path="/", httponly=True, samesite="strict")
        return answer


def _is_for_programs(scope: Scope) -> bool:
    return str(scope["path"]).startswith(API_PATH)


def _sign_in(scope: Scope) -> str:
    """Where to sign in, and where to go on from there: a path of ours and nothing else."""
    if scope["method"] == "POST" or scope["path"] == "/":
        return SIGN_IN
    query = scope["query_string"].decode("latin-1")
    return f"{SIGN_IN}?next={quote(scope['path'] + ('?' + query if query else ''), safe='')}"


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
