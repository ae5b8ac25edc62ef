"""Running the endpoint that a LiteLLM proxy calls, for a home. Its process is the book's writer unless another one is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import uvloop

from proofbook import __version__
from proofbook.capture.litellm.server import Surroundings, read_secret, serve_guardrail
from proofbook.wiring.capturing import check_system, record_capture
from proofbook.wiring.classifier import classifying
from proofbook.wiring.gateway import BookHistory, make_fingerprint
from proofbook.wiring.home import Home
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK, IDS

PROGRAM = "proofbook guardrail"


def run_guardrail(home: Home, name: str | None, *, ready: Callable[[tuple[str, int]], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: no such proxy is configured. Whatever opening the book or listening raises.
    """
    settings = home.settings.capture.proxy(name)
    check_system(home, settings.system, f"capture.litellm[{settings.name}].system")
    read_secret(settings)  # what would stop it anyhow must not look like a run that broke off
    with (
        open_door(home) as door,
        classifying(home.settings.classification, door.recorder, CLOCK, settings.source) as recorder,
    ):
        record_capture(home, door.recorder, PROGRAM)
        around = Surroundings(
            recorder=recorder,
            history=BookHistory(home, settings.source),
            clock=CLOCK,
            ids=IDS,
            fingerprint=make_fingerprint(home.vault_key()),
            version=__version__,
            config=home.config_digest,
        )
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve_guardrail(settings, around, ready=ready))
