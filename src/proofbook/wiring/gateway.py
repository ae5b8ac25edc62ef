"""Putting the gateway together for a home: the door in, live keys, weights, history; and running it until it is told to stop.

The gateway's process is the book's writer unless another one is. Logs are structured lines on standard error and hold no content.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import hmac
import signal
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Final

import uvloop

from proofbook import __version__
from proofbook.gateway.running.lifecycle import PreviousRun
from proofbook.gateway.running.listening import is_exposed
from proofbook.gateway.running.renewal import Renewal, prepare
from proofbook.gateway.running.server import serve
from proofbook.gateway.running.tracing import tracing
from proofbook.gateway.settings import GatewaySettings
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import exchanges, sources
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import ConfigLoaded
from proofbook.vault.sealing import derive_fingerprint_key
from proofbook.wiring.access import operator
from proofbook.wiring.admission import describe_policies
from proofbook.wiring.assembling import Assembly, Lasting, gateway_of
from proofbook.wiring.beside import anchored, describe_outside
from proofbook.wiring.classifier import classifying, describe_classification
from proofbook.wiring.counting import counting
from proofbook.wiring.home import Home
from proofbook.wiring.identities import check_identities, describe_identities
from proofbook.wiring.orphans import settling
from proofbook.wiring.posts import Post
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.screening import screening
from proofbook.wiring.system import CLOCK

PROGRAM: Final = "proofbook gateway"
_COLLECT_AFTER: Final = (20_000, 20, 20)
"""Objects made, and passes over younger ones, after which cycles are looked for: exchanges leave none behind."""
_FINGERPRINT_HEX: Final = 32
"""128 bits: enough to compare prompts, short enough to read."""


class BookHistory:
    """Implements the gateway's `SourceHistory` from the book."""

    def __init__(self, home: Home, source: str) -> None:
        self._home = home
        self._source = source

    def previous(self) -> PreviousRun:
        """The last run of this source, its end and what it left open."""
        with open_projection(self._home) as (_, projection):
            source = sources.one(projection.reader, self._source)
            return PreviousRun(
                last_recorded=None if source is None else source.last_recorded,
                ended_cleanly=sources.previous_end(projection.reader, self._source) == "clean",
                open_exchanges=tuple(each.exchange for each in exchanges.open_of(projection.reader, self._source)),
            )


def make_fingerprint(vault_key: bytes) -> Callable[[bytes], str]:
    """The keyed fingerprint of prompts: equal texts compare equal inside this book, and tell nothing outside it."""
    key = derive_fingerprint_key(vault_key)

    def fingerprint(text: bytes) -> str:
        return "hmac-sha256:" + hmac.new(key, text, hashlib.sha256).hexdigest()[:_FINGERPRINT_HEX]

    return fingerprint


def run_gateway(home: Home, *, ready: Callable[[tuple[str, int]], None] | None = None, worker: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; take new settings at SIGHUP. `worker`: another process leads, and writes the book.

    Raises:
        ConfigurationError: nothing to serve is configured. Whatever opening the book or listening raises.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something that new settings could be given to
    settings = check_gateway(home)
    classification = home.settings.classification
    with (
        closing(Post(home.run, settings.name)) as post,
        open_door(home) as door,
        classifying(classification, door.recorder, CLOCK, settings.name) as recorder,
        screening(classification) as screen,
        tracing(settings.otel, version=__version__, source=post.source) as tracer,
    ):
        if not worker:
            record_settings(home, door.recorder, PROGRAM)
        fingerprint = make_fingerprint(home.vault_key())
        lasting = Lasting(recorder, post, BookHistory(home, post.source), fingerprint, screen, tracer)
        with closing(Assembly(home, lasting)) as assembly, ExitStack() as beside:
            followers: list[Callable[[Home], None]] = []

            def taken(new: Home) -> None:
                if not worker:
                    record_settings(new, door.recorder, PROGRAM)
                for follow in followers:
                    follow(new)

            def renew() -> Renewal:
                return assembly.read_renewal(taken)

            def listening(address: tuple[str, int]) -> None:
                spare_collections()
                if not worker:
                    followers.append(beside.enter_context(counting(home, door.recorder)))
                    beside.enter_context(settling(home, door.recorder, settings.name))
                    beside.enter_context(anchored(home, door.recorder.record))
                if ready is not None:
                    ready(address)

            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(serve(settings, assembly.surroundings(), ready=listening, renew=renew))


def spare_collections() -> None:
    """Leave alone what exists when the gateway begins to serve, for it lasts as long as the gateway does.

    Looking for garbage among it again and again cost a tenth of the time and held up every request for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def check_gateway(home: Home) -> GatewaySettings:
    """The gateway's settings, with every file read that they name. Raises ConfigurationError.

    What would stop the gateway anyhow must not look like a run that broke off, so this comes before anything is recorded.
    """
    settings = gateway_of(home)
    check_identities(settings)
    prepare(settings, CLOCK.now())
    return settings


def describe_tls(settings: GatewaySettings) -> str:
    """How clients are spoken to, in words for the record: whether plain HTTP can be read on a network is a finding."""
    if settings.tls is None:
        return "plain HTTP beyond this machine" if is_exposed(settings.host) else "plain HTTP on this machine only"
    asked = "not asked for" if settings.tls.client_ca_file is None else settings.tls.client_certificates
    return f"TLS 1.2 or newer, client certificates {asked}"


def _serving(models: tuple[str, ...]) -> str:
    return f" models:{','.join(models)}" if models else ""


def record_settings(home: Home, recorder: Recorder, program: str) -> None:
    """Record the settings in force; secrets stand there as paths only."""
    gateway = home.settings.gateway
    settings: dict[str, str | int | bool | list[str] | None] = {"entity": home.settings.entity, "fence": home.settings.book.fence}
    if gateway is not None:
        settings["gateway.listen"] = f"{gateway.host}:{gateway.port}"
        settings["gateway.tls"] = describe_tls(gateway)
        settings["gateway.workers"] = gateway.workers
        settings["gateway.upstreams"] = [
            f"{each.name} {each.base_url} {each.product} files:{each.same_files}{_serving(each.models)}"
            for each in gateway.upstreams
        ]
        settings["gateway.systems"] = [f"{each.id} {each.environment} {','.join(each.engines)}" for each in gateway.systems]
        settings["gateway.recording_policy"] = [f"{each.id} {each.recording}" for each in gateway.systems]
        settings |= describe_policies(home.settings)
        settings |= describe_identities(gateway)
        settings |= describe_classification(home.settings.classification)
    settings |= describe_outside(home.settings)
    settings["retention.default_days"] = home.settings.retention.default_days
    body = ConfigLoaded(digest=home.config_digest, program=program, settings=settings)
    recorder.record(
        Draft(
            "config.loaded", home.config_digest, format_instant(CLOCK.now()), operator(), "cli", Assurance.INLINE, body.to_body()
        )
    )
