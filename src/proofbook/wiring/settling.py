"""Finishing what was cut off: a key rotation or a reopening that a crash left half done, before anyone writes again.

Both change several files, and each is arranged so that one write decides: before it, what was begun is discarded; after it, the
rest can be repeated until it is done. `settle` runs under the writer's lock, before the book is opened for writing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from proofbook.book.durable import sync_folder, write_durably
from proofbook.book.reader import BookReader
from proofbook.errors import ConfigurationError, InputError, IntegrityError, MalformedRecord, StoreUnavailable
from proofbook.journal.store import Store, open_store
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical
from proofbook.primitives.instants import format_instant
from proofbook.signing.keys import file_uri, open_log_signer
from proofbook.tlog.note import Ed25519Signer
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.home import Home, write_identity
from proofbook.wiring.system import CLOCK, DRAWN

PLAN_NAME: Final = "reopening.json"
_PLAN_FORMAT: Final = "proofbook-reopening/1"
_PLAN_KEYS: Final = {"format", "origin", "token"}


def settle(home: Home) -> None:
    """Finish or discard what a crash left half done. Call with the writer's lock held.

    Raises:
        ConfigurationError, StoreUnavailable, IntegrityError: it can neither be finished nor discarded; names the file.
    """
    try:
        _settle_reopening(home)
        _settle_rotation(home)
    except OSError as error:
        raise StoreUnavailable(f"{error.filename or home.path}: cannot be changed: {error.strerror}") from error


def open_home_store(home: Home, signer: Ed25519Signer | None = None) -> Store:
    """The home's book and vault, opened for writing with the home's key, or with `signer` to finish a rotation.

    Raises:
        IntegrityError: the book has announced another key than the home's. Whatever `open_store` raises.
    """
    chosen = home.signer() if signer is None else signer
    fence = home.fence(home.identity().origin)
    store = open_store(home.book, signer=chosen, fence=fence, vault_key=home.vault_key(), entropy=DRAWN)
    if signer is None and store.book.hands_over:
        store.connection.close()
        raise IntegrityError(
            f"{home.log_key}: the book has announced another key to follow this one",
            hint="restore the keys folder that belongs to this book",
            place="log_key",
        )
    return store


def next_key(home: Home) -> Path:
    """Where the incoming log key waits during a rotation."""
    return home.log_key.with_name(f"{home.log_key.name}.next")


def take_over(home: Home, incoming: Ed25519Signer) -> None:
    """Pin the incoming key and put it in the outgoing one's place, which destroys that. Repeatable."""
    write_identity(home, incoming)
    next_key(home).replace(home.log_key)
    sync_folder(home.log_key.parent)


def new_book_path(home: Home, token: str) -> Path:
    """Where the book that is to follow is made."""
    return home.book.with_name(f"reopening-{token}.sqlite")


def decide_reopening(home: Home, origin: str, token: str) -> None:
    """The write that decides: from here on the new book takes the old one's place, whatever happens. Then it does."""
    plan: JsonValue = {"format": _PLAN_FORMAT, "origin": origin, "token": token}
    sync_folder(home.book.parent)
    write_durably(home.book.with_name(PLAN_NAME), canonical_bytes(plan))
    settle(home)


def _settle_rotation(home: Home) -> None:
    waiting = next_key(home)
    if not waiting.exists():
        return
    origin = home.identity().origin
    with BookReader(home.book) as book:
        newest = book.keys()[-1].vkey
    outgoing = open_log_signer(file_uri(home.log_key), origin)
    if newest == format_vkey(outgoing.key):  # never announced
        waiting.unlink()
        return
    incoming = open_log_signer(file_uri(waiting), origin)
    if newest != format_vkey(incoming.key):
        raise ConfigurationError(
            f"{waiting}: is not the key that the book announces", hint="restore the keys folder that belongs to this book"
        )
    store = open_home_store(home, outgoing)
    try:
        store.book.sign_checkpoint(format_instant(CLOCK.now()))
    finally:
        store.connection.close()
    take_over(home, incoming)


def _settle_reopening(home: Home) -> None:
    plan = home.book.with_name(PLAN_NAME)
    if not plan.exists():
        for leftover in home.book.parent.glob("reopening-*.sqlite*"):
            leftover.unlink()
        return
    origin, token = _read_plan(plan)
    made = new_book_path(home, token)
    if made.exists():
        retired = home.book.with_name(f"retired-{token}.sqlite")
        for suffix in ("-wal", "-shm", ""):  # the database last: without it there is nothing left to move
            part = Path(f"{home.book}{suffix}")
            if part.exists():
                part.replace(f"{retired}{suffix}")
        sync_folder(home.book.parent)
        made.replace(home.book)
        sync_folder(home.book.parent)
    write_identity(home, open_log_signer(file_uri(home.log_key), origin))
    plan.unlink()
    sync_folder(home.book.parent)


def _read_plan(path: Path) -> tuple[str, str]:
    try:
        value = parse_canonical(path.read_bytes())
        if not isinstance(value, dict) or value.keys() != _PLAN_KEYS or value["format"] != _PLAN_FORMAT:
            raise MalformedRecord("unexpected keys or format")
    except InputError as error:
        raise ConfigurationError(f"{path}: is damaged: {error}", hint="restore it from a backup") from error
    return str(value["origin"]), str(value["token"])
