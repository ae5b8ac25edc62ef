"""Which paths are served and by which API; and which API's shape an answer to any other path takes.

A path belongs to an API by its beginning: whoever asks for one that is not served is told so in words that its client shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from proofbook.gateway.refusal import Refusal, path_not_served
from proofbook.gateway.wire import anthropic, ollama, openai
from proofbook.gateway.wire.dialect import Dialect

_APIS = (openai.API, ollama.API, anthropic.API)

ROUTES: Mapping[tuple[str, str], Dialect] = MappingProxyType(
    {served: dialect for api in _APIS for served, dialect in api.routes.items()}
)
"""Everything that is served: method and path."""


class Route(NamedTuple):
    """Where a request leads. `dialect` also says the refusal, if there is one."""

    dialect: Dialect
    refusal: Refusal | None


_NOT_SERVED = path_not_served(ROUTES)
_SERVED = {served: Route(dialect, None) for served, dialect in ROUTES.items()}
_ELSEWHERE = Route(openai.API.voice, _NOT_SERVED)


def find_route(method: str, path: str) -> Route:
    """The route of a request. Never fails: what is not served has a route that refuses."""
    return _SERVED.get((method, path)) or _find_refusal(path)


def _find_refusal(path: str) -> Route:
    for api in _APIS:
        if path.startswith(api.begins):
            return Route(api.voice, api.find_barred(path) or _NOT_SERVED)
    return _ELSEWHERE
