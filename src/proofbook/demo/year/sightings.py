"""What the gateway saw the sample engine to have loaded: one name for each system, changed when the system's model was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.cast import SYSTEMS, SampleModel, live_systems, model_of
from proofbook.demo.year.counters import ADDRESS, UPSTREAM
from proofbook.demo.year.plan import Step, observe
from proofbook.demo.year.traffic import GATEWAY
from proofbook.primitives.instants import format_instant

_METHOD: Final = "stated by the generator of sample data"
_HOUR: Final = 23
"""After a change of the day was released."""


def plan_sightings(year: Year) -> Iterator[Step]:
    """A first look, and one more on each day on which something else was loaded."""
    known: dict[str, SampleModel] = {}
    for place in range((year.last - year.first).days + 1):
        day = year.day(place)
        found = {each.id: model_of(each.id, place) for each in live_systems(year, day)}
        if found != known:
            yield sighting(year.at(day, _HOUR), {name: model.digest for name, model in found.items()}, first=not known)
            known = found


def sighting(seen: datetime, loaded: dict[str, str], *, first: bool = False) -> Step:
    """One look: what stood behind each name."""
    models: list[dict[str, Any]] = [
        {"name": name, "artifact": digest, "method": _METHOD, "reason": None, "remote_host": None}
        for name, digest in sorted(loaded.items())
    ]
    changes = [{"what": "weights", "name": name, "before": None, "after": loaded[name]} for name in sorted(loaded) if not first]
    return observe(
        "engine.sighting", UPSTREAM, GATEWAY, seen,
        upstream=UPSTREAM, address=ADDRESS, seen_at=format_instant(seen), cause="first_look" if first else "changed",
        product="llama.cpp", build="b1-sample", models=models, models_total=len(models), changes=changes,
    )  # fmt: skip


def loaded_on(year: Year, place: int) -> dict[str, str]:
    """What stood behind each name on a day."""
    live = {each.id for each in live_systems(year, year.day(place))}
    return {each.id: model_of(each.id, place).digest for each in SYSTEMS if each.id in live}
