"""Putting the gateway together for a home: the door in, live keys, weights, history; and running it until it is told to stop.

The gateway's process is the book's writer unless another one is. Logs are structured lines on standard error and hold no content.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import uvloop

from proofbook import __version__
from proofbook.book.reader import BookReader
from proofbook.errors import ConfigurationError, StoreUnavailable
from proofbook.gateway.fleet import read_plans
from proofbook.gateway.lifecycle import PreviousRun
from proofbook.gateway.server import Surroundings, serve
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import exchanges, sources
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import ConfigLoaded
from proofbook.vault.sealing import derive_fingerprint_key
from proofbook.weights.hash_cache import CachedDigests, read_cache, write_cache
from proofbook.wiring.access import LiveKeys, operator
from proofbook.wiring.admission import LiveRules, describe_policies, find_zone, make_enforcement
from proofbook.wiring.classifier import classifying, describe_classification
from proofbook.wiring.counting import counting
from proofbook.wiring.home import Home
from proofbook.wiring.identities import LiveIdentities, check_identities, describe_identities
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.screening import screening
from proofbook.wiring.system import CLOCK, IDS

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


def run_gateway(home: Home, *, ready: Callable[[tuple[str, int]], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: nothing to serve is configured. Whatever opening the book or listening raises.
    """
    settings = home.settings.gateway
    if settings is None:
        raise ConfigurationError(
            f"{home.path}: no [gateway] is configured", hint="add an upstream and a system to proofbook.toml"
        )
    check_identities(settings)
    read_plans(settings)  # what would stop the gateway anyhow must not look like a run that broke off
    classification = home.settings.classification
    with (
        open_door(home) as door,
        classifying(classification, door.recorder, CLOCK, settings.name) as recorder,
        screening(classification) as screen,
    ):
        record_settings(home, door.recorder, "proofbook gateway")
        cache = read_cache(home.hash_cache)
        keys = LiveKeys(home, BookReader(home.book))
        rules = LiveRules(home, BookReader(home.book), find_zone(home.settings))
        identities = LiveIdentities(settings, keys)
        around = Surroundings(
            recorder=recorder,
            identities=identities.door,
            admission=make_enforcement(home.settings, rules),
            digests=CachedDigests(cache, CLOCK),
            history=BookHistory(home, settings.source),
            clock=CLOCK,
            ids=IDS,
            fingerprint=make_fingerprint(home.vault_key()),
            version=__version__,
            config=home.config_digest,
            screening=screen,
        )
        try:
            with counting(home, door.recorder), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(serve(settings, around, ready=ready))
        finally:
            identities.close()
            keys.close()
            rules.close()
            with suppress(StoreUnavailable):  # what is forgotten is hashed again; why the gateway ends matters more
                write_cache(cache, home.hash_cache)


def record_settings(home: Home, recorder: Recorder, program: str) -> None:
    """Record the settings in force; secrets stand there as paths only."""
    gateway = home.settings.gateway
    settings: dict[str, str | int | bool | list[str] | None] = {"entity": home.settings.entity, "fence": home.settings.book.fence}
    if gateway is not None:
        settings["gateway.listen"] = f"{gateway.host}:{gateway.port}"
        settings["gateway.upstreams"] = [
            f"{each.name} {each.base_url} {each.product} files:{each.same_files}" for each in gateway.upstreams
        ]
        settings["gateway.systems"] = [f"{each.id} {each.environment} {','.join(each.engines)}" for each in gateway.systems]
        settings["gateway.recording_policy"] = [f"{each.id} {each.recording}" for each in gateway.systems]
        settings |= describe_policies(home.settings)
        settings |= describe_identities(gateway)
        settings |= describe_classification(home.settings.classification)
    settings["retention.default_days"] = home.settings.retention.default_days
    body = ConfigLoaded(digest=home.config_digest, program=program, settings=settings)
    recorder.record(
        Draft(
            "config.loaded", home.config_digest, format_instant(CLOCK.now()), operator(), "cli", Assurance.INLINE, body.to_body()
        )
    )
