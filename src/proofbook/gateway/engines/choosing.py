"""Which of a system's engines gets a request: one that can be reached, serves the model, and has the same weights as its peers.

Promises: an engine that is known not to be reachable is not asked, so that a request is refused at once instead of waiting;
engines that have other weights loaded than the first reachable one whose weights are known get nothing while that one can be
reached: one name must not mean two models. Among equals the one with the fewest connections in use is taken, in turn when they
tie. Does not: connect, retry, or judge whether weights are approved. Nothing a client sends is used but the model's name, which
is only compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Generic, Protocol, TypeVar

from proofbook.gateway.engines.binding import Sighting
from proofbook.gateway.refusal import MODEL_NOT_SERVED, UPSTREAM_UNAVAILABLE, Refusal
from proofbook.primitives.digest import Digest


class Candidate(Protocol):
    """What must be known of an engine to choose it."""

    @property
    def name(self) -> str:
        """Its name in the settings."""

    @property
    def may_be_asked(self) -> bool:
        """Whether a request sent now would most likely reach it."""

    @property
    def busy(self) -> int:
        """Connections in use and requests that wait for one."""

    @property
    def sighting(self) -> Sighting:
        """What it was last seen to be."""

    def serves(self, model: str | None) -> bool:
        """Whether it is set to serve this model."""


T = TypeVar("T", bound=Candidate)


class Engines(Generic[T]):
    """The engines of one system, in the order of the settings; at least one."""

    def __init__(self, engines: Sequence[T]) -> None:
        self.members = tuple(engines)
        self._turn = 0

    def choose(self, model: str | None, tried: Collection[T] = ()) -> T | Refusal:
        """The engine to ask for `model`, leaving out those that were `tried`; or why there is none."""
        if len(self.members) == 1 and not tried:  # the usual case, kept short
            only = self.members[0]
            if not only.serves(model):
                return MODEL_NOT_SERVED
            return only if only.may_be_asked else UPSTREAM_UNAVAILABLE
        able = [each for each in self.members if each.serves(model)]
        if not able:
            return MODEL_NOT_SERVED
        live = [each for each in able if each.may_be_asked and each not in tried]
        if not live:
            return UPSTREAM_UNAVAILABLE
        alike = _alike(live, model)
        self._turn += 1
        start = self._turn % len(alike)
        return min(alike[start:] + alike[:start], key=lambda each: each.busy)

    def disagreement(self) -> tuple[tuple[str, str | None, Digest], ...]:
        """Reachable engines that have different weights loaded for one name: engine, model (None: whatever is asked), digest.

        Empty when those that are known agree. What is not known cannot disagree.
        """
        live = [each for each in self.members if each.may_be_asked]
        names: set[str | None] = {name for each in live for name in each.sighting.by_name if each.serves(name)}
        found: list[tuple[str, str | None, Digest]] = []
        for model in [*sorted(filter(None, names)), None]:
            known = [(each.name, model, digest) for each in live if (digest := each.sighting.weights(model).artifact) is not None]
            if len({digest for _, _, digest in known}) > 1:
                found += known
        return tuple(found)


def _alike(live: list[T], model: str | None) -> list[T]:
    """Those with the weights of the first one whose weights are known; all, when nothing is known of any."""
    if len(live) == 1:
        return live
    loaded = [each.sighting.weights(model).artifact for each in live]
    first = next((digest for digest in loaded if digest is not None), None)
    return live if first is None else [each for each, digest in zip(live, loaded, strict=True) if digest == first]
