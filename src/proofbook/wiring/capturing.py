"""Recording outside the gateway's process, for a home: which settings, which source, which lines to the writer.

Promises: an engine's process never becomes the book's writer and keeps no key: the vault key is read once, for the fingerprint of
system prompts, and forgotten. Each process records as a source of its own, so that no two number their entries together.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from proofbook import __version__
from proofbook.book.reader import BookReader
from proofbook.capture.asgi.post import PROGRAM, Surroundings
from proofbook.capture.lines import Lines
from proofbook.capture.settings import ServerCapture
from proofbook.errors import ConfigurationError, StoreUnavailable
from proofbook.gateway.engines.binding import ArtifactDigests
from proofbook.gateway.engines.fleet import read_engine_key
from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.identity.keys import KeyIdentities
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import ConfigLoaded
from proofbook.weights.hash_cache import CachedDigests, read_cache
from proofbook.wiring.access import LiveKeys, operator
from proofbook.wiring.classifier import classifying, describe_classification
from proofbook.wiring.gateway import BookHistory, make_fingerprint
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.system import CLOCK, IDS

_MOST_PROCESSES: Final = 64


def open_server_capture(path: Path, name: str | None) -> tuple[ServerCapture, Surroundings]:
    """What the middleware of one engine's process needs.

    Raises:
        ConfigurationError: no home, or no such engine in it. StoreUnavailable: no process writes the book.
    """
    home = open_home(path)
    settings = home.settings.capture.server(name)
    check_system(home, settings.system, f"capture.servers[{settings.name}].system")
    with ExitStack() as opened:
        source = opened.enter_context(_Seat(home, settings.source)).source
        lines = Lines(home.run, settings.lines)
        opened.callback(lines.close)
        record_capture(home, lines, PROGRAM)
        recorder = opened.enter_context(classifying(home.settings.classification, lines, CLOCK, source))
        identities, forget = _identities(home, settings)
        opened.callback(forget)
        key_file, field = settings.engine_key_file, f"capture.servers[{settings.name}].engine_key_file"
        around = Surroundings(
            recorder=recorder,
            source=source,
            history=BookHistory(home, source),
            identities=identities,
            digests=_digests(home),
            clock=CLOCK,
            ids=IDS,
            fingerprint=make_fingerprint(home.vault_key()),
            version=__version__,
            config=home.config_digest,
            engine_key=None if key_file is None else read_engine_key(key_file, field),
            close=opened.pop_all().close,
        )
    return settings, around


def check_system(home: Home, system: str, field: str) -> None:
    """Systems are named in one place, the gateway's settings, when there are any. Raises ConfigurationError."""
    gateway = home.settings.gateway
    known = [each.id for each in gateway.systems] if gateway is not None else []
    if known and system not in known:
        raise ConfigurationError(f"{field} {system!r} is not configured", hint=f"known systems: {', '.join(known)}")


def record_capture(home: Home, recorder: Recorder, program: str) -> None:
    """Record the settings in force; secrets stand there as paths only."""
    capture = home.settings.capture
    settings: dict[str, str | int | bool | list[str] | None] = {
        "entity": home.settings.entity,
        "capture.servers": [
            f"{each.name} system:{each.system} identities:{each.identities} unknown_paths:{each.unknown_paths} "
            f"websockets:{each.websockets} unrecorded:{' '.join(each.unrecorded_paths)}"
            for each in capture.servers
        ],
        "capture.litellm": [f"{each.name} system:{each.system} {each.host}:{each.port}" for each in capture.litellm],
        "capture.recording_policy": "fail_closed",
        **describe_classification(home.settings.classification),
    }
    body, now = ConfigLoaded(digest=home.config_digest, program=program, settings=settings), format_instant(CLOCK.now())
    recorder.record(Draft("config.loaded", home.config_digest, now, operator(), "cli", Assurance.INLINE, body.to_body()))


def _identities(home: Home, settings: ServerCapture) -> tuple[Identities | None, Callable[[], None]]:
    if settings.identities == "none":
        return None, lambda: None
    keys = LiveKeys(home, BookReader(home.book))
    return KeyIdentities(keys), keys.close


def _digests(home: Home) -> ArtifactDigests:
    return CachedDigests(read_cache(home.hash_cache), CLOCK)


class _Seat:
    """A source of its own for this process: the first that no other process holds, by a lock that ends with the process."""

    def __init__(self, home: Home, source: str) -> None:
        try:
            self.source, self._descriptor = _take(home.run, source)
        except OSError as error:
            raise StoreUnavailable(f"{home.run}: cannot be used: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        os.close(self._descriptor)


def _take(run: Path, source: str) -> tuple[str, int]:
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(1, _MOST_PROCESSES + 1):
        name = source if number == 1 else f"{source}/{number}"
        lock = run / f"source-{name.replace(':', '-').replace('/', '-')}.lock"
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        return name, descriptor
    raise StoreUnavailable(f"{source}: {_MOST_PROCESSES} processes record as it already", hint="give each engine its own name")
