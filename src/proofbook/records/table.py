"""A closed table of kinds whose models are imported when they are asked for.

Promises: names are known at once, and a model is imported the first time somebody needs it: a process that records exchanges does
not hold the models of fifty kinds that people write. Every place in a table is tried by the tests. Nothing hostile can name a
module: places are constants of this room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from proofbook.records.exchange import Document

Model = TypeVar("Model", bound="Document")


class KindTable(Mapping[str, "type[Model]"]):
    """Kind -> model. `places`: kind -> `module:Class` in this room."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._models: dict[str, type[Model]] = {}

    def __getitem__(self, kind: str) -> type[Model]:
        model = self._models.get(kind)
        if model is None:
            module, _, name = self._places[kind].partition(":")
            found: type[Model] = getattr(import_module(f"{__package__}.{module}"), name)
            model = self._models[kind] = found
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, kind: object) -> bool:
        return kind in self._places
