"""An ASGI scope as the gateway's request head, and the scope the engine gets.

Promises: the engine is asked for what is recorded and nothing else: no query, no coding of the body that would make it read other
bytes than were recorded, no reply in a coding that cannot be read, no extension by which a reply would pass unseen. All other
headers cross, the engine's own credentials among them. What an HTTP server puts into a scope is taken as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.peer import Peer

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_DROPPED: Final = frozenset((b"content-encoding", b"accept-encoding"))
_SEEN_EXTENSIONS: Final = frozenset(("tls",))


def read_head(scope: Scope) -> RequestHead:
    """The request head of an HTTP scope. The path is the one the engine's router sees."""
    headers = tuple((bytes(name).lower(), bytes(value)) for name, value in scope["headers"])
    lengths = [value for name, value in headers if name == b"content-length"]
    return RequestHead(
        method=scope["method"].upper(),
        path=engine_path(scope),
        headers=headers,
        modern=scope.get("http_version", "1.1") != "1.0",
        keep_alive=True,
        length=int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() else None,
    )


def engine_path(scope: Scope) -> str:
    """The path without the prefix under which the engine is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", "")).rstrip("/")
    return path[len(root) :] if root and path.startswith(root + "/") else path


def read_scope_peer(scope: Scope) -> Peer:
    """Who is at the other end, as far as the server says."""
    client = scope.get("client")
    return Peer(str(client[0]) if client else None, None)


def derive_engine_scope(scope: Scope) -> Scope:
    """The scope of the same request as the engine gets it."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _DROPPED]
    headers.append((b"accept-encoding", b"identity"))
    given = scope.get("extensions") or {}
    return {
        **scope,
        "headers": headers,
        "query_string": b"",
        "extensions": {name: value for name, value in given.items() if name in _SEEN_EXTENSIONS},
    }
