"""Which paths are served and by which API; and which API's shape an answer to any other path takes.

A path belongs to an API by its beginning: whoever asks for one that is not served is told so in words that its client shows.
Where the policy is to record what no API knows, such paths are served and read generically; engines' administration never is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from proofbook.gateway.refusal import Refusal, path_not_served
from proofbook.gateway.wire import anthropic, generic, ollama, openai
from proofbook.gateway.wire.dialect import Dialect

_PLAIN = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~@:+,=-]+)+")
_APIS = (openai.API, ollama.API, anthropic.API, generic.API)
_PASSABLE = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))

ROUTES: Mapping[tuple[str, str], Dialect] = MappingProxyType(
    {served: dialect for api in _APIS for served, dialect in api.routes.items()}
)
"""Everything that is served: method and path."""


class Route(NamedTuple):
    """Where a request leads. `dialect` also says the refusal, if there is one."""

    dialect: Dialect
    refusal: Refusal | None


_NOT_SERVED = path_not_served(served for api in _APIS if api is not generic.API for served in api.routes)
_SERVED = {served: Route(dialect, None) for served, dialect in ROUTES.items()}
_ELSEWHERE = Route(openai.API.voice, _NOT_SERVED)
_PASSED = Route(generic.OTHER, None)


def find_route(method: str, path: str, *, record_unknown: bool = False) -> Route:
    """The route of a request. Never fails: what is not served has a route that refuses.

    `record_unknown`: paths that no API knows are passed and recorded.
    """
    return _SERVED.get((method, path)) or _find_other(method, path, record_unknown=record_unknown)


def _find_other(method: str, path: str, *, record_unknown: bool) -> Route:
    for api in _APIS:
        if path.startswith(api.begins):
            barred = api.find_barred(path)
            if barred is None and record_unknown and method in _PASSABLE and is_plain(path):
                return _PASSED
            if barred is not None or api.voice is not generic.OTHER:
                return Route(api.voice, barred or _NOT_SERVED)
    return _ELSEWHERE


def is_plain(path: str) -> bool:
    """Whether every program reads the path alike: no barred path hides behind `..`, doubled slashes or escapes."""
    return _PLAIN.fullmatch(path) is not None
