"""The entry for engines' own servers: `vllm serve ... --middleware proofbook.asgi.RecordExchanges`, or `app.add_middleware(...)`.

This is a door of the program like its command line, and the only other place that reads the environment: `PROOFBOOK_HOME` names
the home folder when nothing else does, since vLLM passes a middleware nothing but the application. What is recorded, and how, is
set in the home's proofbook.toml under `[[capture.servers]]`; nothing a client sends changes it. See docs/operate/side-capture.md.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from proofbook.capture.asgi.middleware import RecordingMiddleware

if TYPE_CHECKING:
    from proofbook.capture.asgi.post import Surroundings
    from proofbook.capture.asgi.scope import App
    from proofbook.capture.settings import ServerCapture


class RecordExchanges(RecordingMiddleware):
    """Records every exchange of the application it wraps, before the application sees it and before its reply is complete.

    `home` is the home folder, `server` the name of one of its `[[capture.servers]]`; both may be arguments, or class attributes
    of a subclass where a server takes a class only. Without a home: `PROOFBOOK_HOME`, else `./proofbook-home`. Without a server:
    the only one that is configured. Neither is looked at before the server starts.
    """

    home: ClassVar[str | Path | None] = None
    server: ClassVar[str | None] = None

    def __init__(self, app: App, home: str | Path | None = None, server: str | None = None) -> None:
        path = Path(home or self.home or os.environ.get("PROOFBOOK_HOME") or "proofbook-home")
        name = server or self.server

        def opener() -> tuple[ServerCapture, Surroundings]:
            from proofbook.wiring.capturing import open_server_capture

            return open_server_capture(path, name)

        super().__init__(app, opener)
