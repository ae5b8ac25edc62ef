"""People of a home: the roll as the book has it at each moment, the store and its key, the door in.

Promises: the roll is made of the entries themselves; the projection only says where the older ones stand. A look that finds
nothing new costs two small questions to the book, so a disabled account or a revoked token counts with the next request, in
whatever process it was recorded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from proofbook.book.reader import BookReader
from proofbook.config.settings import PortalSettings
from proofbook.errors import ConfigurationError
from proofbook.journal.receipt import Recorder
from proofbook.openid.fetching import make_send
from proofbook.people.passwords import Passwords
from proofbook.people.people import People
from proofbook.people.provider import Client
from proofbook.people.recording import Record
from proofbook.people.roll import KINDS, Roll, read_on
from proofbook.people.settings import ProviderSettings
from proofbook.people.store import Store
from proofbook.people.surroundings import Surroundings
from proofbook.readmodel.people import roll_positions
from proofbook.records.envelope import Entry, parse_entry
from proofbook.signing.keys import file_uri, make_people_key, read_people_key
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK, ENTROPY, IDS, MONOTONIC

_MARKS: Final = tuple(f'"kind":"{kind}"'.encode("ascii") for kind in KINDS)
_Seen: TypeAlias = "tuple[tuple[int, int], ...]"


class BookRoll:
    """Implements `RollSource` over a home's book. Safe to use from several threads, which take turns."""

    def __init__(self, home: Home) -> None:
        """Takes in everything up to now. Raises what reading book and projection raises."""
        with open_projection(home) as (book, projection):
            positions = roll_positions(projection.reader)
            self._roll = read_on(Roll(), ((index, parse_entry(book.entry(index))) for index in positions))
            self._position = projection.position
        self._seen: _Seen | None = None
        self._guard = threading.Lock()
        self._book = BookReader(home.book)

    def close(self) -> None:
        """Let go of the book."""
        self._book.close()

    def current(self) -> Roll:
        """See `RollSource`."""
        with self._guard:
            size, seen = self._book.size(), self._look()
            if seen != self._seen:
                self._roll = read_on(self._roll, self._fresh(seen, size))
            self._position, self._seen = max(size, *(newest + 1 for newest, _ in seen)), seen
            return self._roll

    def _look(self) -> _Seen:
        """For each kind, its newest position and how many there are."""
        kinds = self._book.kinds()
        return tuple(kinds.get(kind, (-1, 0)) for kind in KINDS)

    def _fresh(self, seen: _Seen, size: int) -> Iterable[tuple[int, Entry]]:
        """The entries that came since the last look. One of a kind is found by its position; more are looked for."""
        before = self._seen
        if before is not None and all(now[1] - then[1] <= 1 for now, then in zip(seen, before, strict=True)):
            indexes = sorted(now[0] for now, then in zip(seen, before, strict=True) if now != then)
            return [(index, parse_entry(self._book.entry(index))) for index in indexes]
        stop = max(size, *(newest + 1 for newest, _ in seen))
        found = self._book.entries(self._position, stop)
        parsed = [(index, parse_entry(data)) for index, data in found if any(mark in data for mark in _MARKS)]
        return [(index, entry) for index, entry in parsed if entry.kind in KINDS]


def record_with(recorder: Recorder) -> Record:
    """What the room is given to record with."""
    return lambda submissions: recorder.submit(submissions).result()


@contextmanager
def open_people(home: Home, record: Record, *, source: str, passwords: Passwords | None = None) -> Iterator[People]:
    """People for the length of a block; `source` numbers their entries (`portal`, `cli`).

    Raises:
        ConfigurationError: the key cannot be read. StoreUnavailable: book, projection or store cannot.
    """
    store = Store(home.people)
    try:
        roll = BookRoll(home)
        try:
            people = People(
                Surroundings(
                    record=record,
                    roll=roll,
                    store=store,
                    key=_read_key(home, store),
                    clock=CLOCK,
                    monotonic=MONOTONIC,
                    entropy=ENTROPY,
                    ids=IDS,
                    source=source,
                    settings=home.settings.portal.sign_in,
                    clients=_clients(home),
                    passwords=passwords,
                )
            )
            yield people
            people.close()
        finally:
            roll.close()
    finally:
        store.close()


def check_providers(settings: PortalSettings) -> None:
    """Reads every file that the settings name for providers. Raises ConfigurationError."""
    for each in settings.providers:
        _client(each)


def _clients(home: Home) -> tuple[Client, ...]:
    return tuple(map(_client, home.settings.portal.providers))


def _client(settings: ProviderSettings) -> Client:
    where = f"portal.providers[{settings.name}]"
    return Client(settings, _read_secret(settings, where), make_send(settings.ca_file, setting=f"{where}.ca_file"))


def _read_secret(settings: ProviderSettings, where: str) -> str | None:
    if settings.client_secret_file is None:
        return None
    try:
        text = Path(settings.client_secret_file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{where}.client_secret_file: the file cannot be read as ASCII text", hint="check the path and its permissions"
        ) from error
    if not text or not text.isprintable():
        raise ConfigurationError(f"{where}.client_secret_file: the file does not hold one line", hint="write the secret into it")
    return text


def _read_key(home: Home, store: Store) -> bytes:
    """The key, made now in a home that is older than it."""
    with store.turn():
        if not home.people_key.exists():
            make_people_key(home.people_key, ENTROPY)
        return read_people_key(file_uri(home.people_key))
