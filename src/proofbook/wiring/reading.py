"""Opening what can be read of a home: the book, the projection caught up with it, the vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from proofbook.book.reader import BookReader
from proofbook.readmodel.projection import Projection
from proofbook.vault.reader import VaultReader
from proofbook.wiring.home import Home


@contextmanager
def open_book(home: Home) -> Iterator[BookReader]:
    """The book, read-only."""
    with BookReader(home.book) as book:
        yield book


@contextmanager
def open_projection(home: Home, progress: Callable[[int], None] | None = None) -> Iterator[tuple[BookReader, Projection]]:
    """The book and its projection, caught up with it."""
    with BookReader(home.book) as book, Projection(home.readmodel, book) as projection:
        projection.catch_up(progress)
        yield book, projection


@contextmanager
def open_vault(home: Home) -> Iterator[VaultReader]:
    """The vault, read-only."""
    with VaultReader(home.book, home.vault_key()) as vault:
        yield vault
