"""Asks the engine about itself from inside its own process: the same questions as over the network, put to the application.

Promises: bounded answers, and no longer than a few seconds each; an engine that does not answer is `UpstreamUnavailable`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from proofbook.capture.asgi.scope import App, Message, Scope
from proofbook.errors import UpstreamUnavailable

_SECONDS: Final = 5.0
_BYTES: Final = 4 * 1024 * 1024
_SHARED: Final = ("app", "state", "asgi")


class AsgiProbe:
    """Implements `EngineProbe`. `seen` is a scope of the same server, which says what all its scopes share."""

    def __init__(self, app: App, seen: Mapping[str, Any], key: str | None) -> None:
        self._app = app
        self._shared = {name: seen[name] for name in _SHARED if name in seen}
        self._key = key

    async def fetch_json(self, path: str) -> dict[str, Any]:
        """See `EngineProbe`."""
        answer = _Answer()
        try:
            async with asyncio.timeout(_SECONDS):
                await self._app(self._scope(path), answer.receive, answer.send)
            found = json.loads(b"".join(answer.pieces))
        except Exception as error:
            raise UpstreamUnavailable(f"no answer at {path}: {type(error).__name__}") from error
        if answer.status != 200 or not isinstance(found, dict):
            raise UpstreamUnavailable(f"no answer at {path}")
        return found

    def _scope(self, path: str) -> Scope:
        headers = [(b"host", b"in-process"), (b"accept-encoding", b"identity")]
        if self._key is not None:
            headers.append((b"authorization", b"Bearer " + self._key.encode("latin-1")))
        return {
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            **self._shared,
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("ascii"),
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "client": None,
            "server": None,
            "extensions": {},
        }


class _Answer:
    """Collects one bounded reply."""

    def __init__(self) -> None:
        self.status = 0
        self.pieces: list[bytes] = []
        self._size = 0
        self._asked = False

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()  # we never hang up; the time limit ends it
        raise RuntimeError("unreachable")

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.pieces.append(bytes(message.get("body", b"")))
            self._size += len(self.pieces[-1])
            if self._size > _BYTES:
                raise UpstreamUnavailable("the answer is too long")
