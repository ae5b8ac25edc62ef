"""Asking a provider whether a token is active (RFC 7662): for tokens that say nothing by themselves, and for revoked ones.

Promises: the event loop never waits; who needs an answer is told when it is there. An answer holds `introspection_seconds` and
is asked for anew before that where the token is in use, so a revocation counts no later than that, and a busy caller waits once.
What a token is kept under is its SHA-256; tokens are sent to the provider and nowhere else, never logged or recorded. Hostile
callers can cause no more than `_MOST_ASKED` questions at once; a token that is not active is remembered as such.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple
from urllib.parse import quote_plus, urlencode

import structlog

from proofbook.errors import ProofbookError
from proofbook.gateway.identity.settings import OidcSettings
from proofbook.openid.fetching import Send

LOG = structlog.get_logger(__name__)
NOT_ASKED: Final = "gateway.introspection_failed"

_REMEMBERED: Final = 4096
_MOST_ASKED: Final = 256
_WORKERS: Final = 4
_FAILURE_SECONDS: Final = 1.0
"""How long a provider that did not answer is not asked about the same token again."""


class Answer(NamedTuple):
    """What the provider said. `payload`: of an active token; None for one that is not. `failed`: it said nothing."""

    payload: Mapping[str, Any] | None
    failed: bool = False


class Pending:
    """A question under way. Used by any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._told: list[Callable[[], None]] | None = []

    def add(self, told: Callable[[], None]) -> None:
        """Call this once there is an answer; at once when there is."""
        with self._guard:
            if self._told is not None:
                self._told.append(told)
                return
        told()

    def settle(self) -> None:
        """There is an answer."""
        with self._guard:
            told, self._told = self._told, None
        for each in told or ():
            each()


class _Known(NamedTuple):
    answer: Answer
    at: float


class Introspection:
    """One provider's answers. `close` asks nothing more."""

    def __init__(self, settings: OidcSettings, secret: bytes, send: Send, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._send = send
        self._monotonic = monotonic
        named = b":".join(quote_plus(part).encode() for part in (settings.introspection_client or "", secret.decode("ascii")))
        self._headers: Final = {"authorization": "Basic " + base64.b64encode(named).decode("ascii")}  # RFC 6749 2.3.1
        self._guard = threading.Lock()
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asked: dict[bytes, Pending] = {}
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="introspection")

    def look(self, name: bytes, token: bytes) -> Answer | Pending:
        """What is known of a token, or the question that will tell; `name` is its SHA-256."""
        with self._guard:
            known = self._known.get(name)
            age = 0.0 if known is None else self._monotonic() - known.at
            holds = _FAILURE_SECONDS if known is not None and known.answer.failed else self._settings.introspection_seconds
            if known is None or age > holds:
                return self._ask(name, token) or Answer(None, failed=True)
            if not known.answer.failed and age > holds / 2:
                self._ask(name, token)
            return known.answer

    def close(self) -> None:
        """Ask nothing more; what is under way is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, name: bytes, token: bytes) -> Pending | None:
        """The question about a token; None when too many are under way."""
        pending = self._asked.get(name)
        if pending is None and len(self._asked) < _MOST_ASKED:
            pending = self._asked[name] = Pending()
            self._pool.submit(self._fetch, name, token, pending)
        return pending

    def _fetch(self, name: bytes, token: bytes, pending: Pending) -> None:
        try:
            answer = self._read(token)
        except ProofbookError as error:
            LOG.warning(NOT_ASKED, issuer=self._settings.issuer, code=error.code)
            answer = Answer(None, failed=True)
        except Exception as error:  # noqa: BLE001 - whatever a provider sends, whoever waits must hear of it
            LOG.warning(NOT_ASKED, issuer=self._settings.issuer, code=type(error).__name__)
            answer = Answer(None, failed=True)
        with self._guard:
            del self._asked[name]
            if not (answer.failed and self._still_holds(name)):
                self._known[name] = _Known(answer, self._monotonic())
                self._known.move_to_end(name)
                if len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        pending.settle()

    def _still_holds(self, name: bytes) -> bool:
        """Whether there is an answer that a failure to ask again does not undo yet."""
        known = self._known.get(name)
        if known is None or known.answer.failed:
            return False
        return self._monotonic() - known.at <= self._settings.introspection_seconds

    def _read(self, token: bytes) -> Answer:
        form = urlencode({"token": token.decode("latin-1"), "token_type_hint": "access_token"}).encode("ascii")
        reply = self._send(self._settings.introspection_url or "", form=form, headers=self._headers)
        found = json.loads(reply.body) if reply.status == 200 else None
        if not isinstance(found, dict) or type(found.get("active")) is not bool:
            LOG.warning(NOT_ASKED, issuer=self._settings.issuer, code=f"status {reply.status}")
            return Answer(None, failed=True)
        return Answer(found if found["active"] else None)
