"""Having a home's book witnessed and time-stamped: beside the gateway and the page on a schedule, or once for a command.

Promises: traffic never waits for it: it runs in a thread of its own, over a read-only view of the book, and hands what it records
to the recorder like everybody else. Of several processes of one home only one asks at a time (a lock in `run/`). What goes wrong
is logged by name and tried again.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import structlog

from proofbook.anchoring.settings import derive_policy
from proofbook.anchoring.stamping import read_trusted
from proofbook.anchoring.timestamping import Authority, StampedCheckpoint, TimestampRounds
from proofbook.anchoring.witnessing import AskedWitness, Record, WitnessRounds
from proofbook.book.cosignatures import CosignatureStore
from proofbook.book.reader import BookReader
from proofbook.errors import ConfigurationError, ProofbookError, StoreUnavailable, UnavailableError
from proofbook.openid.fetching import make_send
from proofbook.records.outside import WitnessOutcome
from proofbook.tlog.policy import Policy
from proofbook.wiring.home import Home
from proofbook.wiring.system import CLOCK, MONOTONIC

T = TypeVar("T")
LOG = structlog.get_logger(__name__)
ROUND_FAILED: Final = "anchoring.round_failed"
NOT_COSIGNED: Final = "anchoring.not_cosigned"
DIVERGED: Final = "anchoring.history_diverged"
STAMPED: Final = "anchoring.timestamped"
MISSED: Final = "anchoring.timestamp_missed"
NOT_STARTED: Final = "anchoring.not_started"
_STAMP_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 60.0
"""How often is looked whether a time stamp is due, where no witness is asked more often."""
_STOP_SECONDS: Final = 10.0
_TURN_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Rounds:
    """Everybody outside that is asked about a home's book."""

    witnesses: WitnessRounds
    authorities: TimestampRounds

    def run(self, home: Home) -> None:
        """Ask whoever is due. Raises StoreUnavailable, or what a damaged book raises."""
        with BookReader(home.book) as book, closing(CosignatureStore(home.book)) as store:
            asked = self.witnesses.run(book, store) if home.settings.witnessing.every_seconds else ()
            stamped = self.authorities.run(book, store)
        for each in asked:
            if each.asked is not None and each.asked.outcome is not WitnessOutcome.COSIGNED:
                event = DIVERGED if each.asked.outcome is WitnessOutcome.DIVERGED else NOT_COSIGNED
                LOG.warning(event, witness=each.witness.name, outcome=each.asked.outcome.value, size=each.size)
        for one in stamped:
            LOG.info(STAMPED if one.stamp else MISSED, authority=one.authority.name, size=one.size)


def make_rounds(home: Home, record: Record) -> Rounds:
    """Rounds by the home's settings. Raises ConfigurationError when a certificate file cannot be used."""
    settings = home.settings
    seconds = settings.witnessing.answer_seconds
    asked = [
        (each, make_send(each.ca_file, setting=f"witnesses[{each.name}].ca_file", seconds=seconds)) for each in settings.witnesses
    ]
    authorities = [
        Authority(
            each,
            make_send(each.ca_file, setting=f"timestamps[{each.name}].ca_file", seconds=_STAMP_SECONDS),
            read_trusted(home.path / each.certificate_file),
        )
        for each in settings.timestamps
    ]
    every = settings.witnessing.every_seconds
    return Rounds(
        WitnessRounds(asked, record=record, clock=CLOCK, monotonic=MONOTONIC, every=every),
        TimestampRounds(authorities, record=record, clock=CLOCK, monotonic=MONOTONIC),
    )


@contextmanager
def anchoring(home: Home, record: Record) -> Iterator[None]:
    """Ask on the schedule of the settings for the length of a `with` block. Settings that cannot be used are logged."""
    settings = home.settings
    asks = bool(settings.witnesses and settings.witnessing.every_seconds) or any(each.every_hours for each in settings.timestamps)
    rounds = None
    if asks:
        try:
            rounds = make_rounds(home, record)
        except ConfigurationError as error:
            LOG.error(NOT_STARTED, code=error.code, reason=error.message)  # noqa: TRY400 - the message says it all
    if rounds is None:
        yield
        return
    stop = threading.Event()
    seconds = min(settings.witnessing.every_seconds or _LOOK_SECONDS, _LOOK_SECONDS)
    thread = threading.Thread(target=_go_round, args=(home, rounds, seconds, stop), name="anchoring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_SECONDS)


def _go_round(home: Home, rounds: Rounds, seconds: float, stop: threading.Event) -> None:
    while not stop.wait(min(seconds, _LOOK_SECONDS)):
        try:
            with _turn(home.run) as mine:
                if mine:
                    rounds.run(home)
        except ProofbookError as error:
            LOG.warning(ROUND_FAILED, code=error.code)
        except Exception as error:  # noqa: BLE001 - whatever somebody outside says, the next round must still take place
            LOG.warning(ROUND_FAILED, error=type(error).__name__)


def witness_now(home: Home, record: Record) -> tuple[AskedWitness, ...]:
    """Ask every witness about the newest checkpoint at once; each outcome is recorded.

    Raises:
        ConfigurationError: no witness is configured. UnavailableError: another process is asking, or nothing is signed yet.
    """
    if not home.settings.witnesses:
        raise ConfigurationError(f"{home.path}: no witness is configured", hint="add [[witnesses]] to proofbook.toml")
    return _ask_now(home, record, lambda rounds, book, store: rounds.witnesses.run(book, store, at_once=True))


def stamp_now(home: Home, record: Record, name: str | None) -> tuple[StampedCheckpoint, ...]:
    """Have the newest checkpoint stamped at once, by one authority or all. Raises as `witness_now`."""
    known = [each.name for each in home.settings.timestamps]
    if not known or (name is not None and name not in known):
        what = "no time-stamping authority is configured" if not known else f"no authority is named {name!r}"
        raise ConfigurationError(f"{home.path}: {what}", hint=f"known: {', '.join(known) or 'none; add [[timestamps]]'}")
    return _ask_now(home, record, lambda rounds, book, store: rounds.authorities.run(book, store, at_once=True, only=name))


def read_policy(home: Home) -> Policy:
    """The home's log keys, witnesses and quorum as a C2SP policy."""
    with BookReader(home.book) as book:
        history = book.keys()
        keys = tuple(each.vkey for each in history)
    return derive_policy(keys, home.settings.witnesses, home.settings.witnessing.quorum)


def _ask_now(home: Home, record: Record, ask: Callable[[Rounds, BookReader, CosignatureStore], tuple[T, ...]]) -> tuple[T, ...]:
    rounds = make_rounds(home, record)
    deadline = MONOTONIC() + _TURN_SECONDS
    while MONOTONIC() < deadline:
        with _turn(home.run) as mine:
            if mine:
                with BookReader(home.book) as book, closing(CosignatureStore(home.book)) as store:
                    return ask(rounds, book, store)
        threading.Event().wait(0.1)
    raise UnavailableError("another process of this home is asking right now", hint="try again in a moment")


@contextmanager
def _turn(run: Path) -> Iterator[bool]:
    """Whether it is this process's turn to ask."""
    try:
        run.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(run / "anchoring.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"{run}: cannot be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
