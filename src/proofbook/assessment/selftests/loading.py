"""Self-test of the weights that engines were seen to have loaded, whether or not anybody asked them for anything (LC-14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.reading import key_of
from proofbook.assessment.selftests.tally import Matter, Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, write_new
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.sightings import EngineSighting

KIND: Final = "engine.sighting"
SWAPS: Final = frozenset({"model", "adapter", "quantization"})
"""What a change that puts other weights in place says it is about."""


def loaded_weights_have_change(facts: Facts, control: str) -> Outcome:
    """Looks at what engines were seen to have loaded, one sighting after the other, and at changes of model or quantisation.

    Met: whenever other weights stood behind a name than before, a change to them had been released. Unmet: no change to them is
    on record, or it was released later. Unknown: no engine was seen, or the weights behind a name could not be told.
    """
    tally = Tally(facts, "loaded_weights_have_change", control)
    released = _released(facts)
    for upstream, seen in _by_upstream(facts).items():
        tally.examined += len(seen)
        tally.rest_on(*(each.entry for each in seen))
        _follow(tally, upstream, seen, released)
    return tally.outcome(
        sound="each change of what engines had loaded rests on a change record", empty="no engine was looked at by a recorder"
    )


def _by_upstream(facts: Facts) -> Mapping[str, list[EngineSighting]]:
    found: defaultdict[str, list[EngineSighting]] = defaultdict(list)
    for each in facts.sightings:
        found[each.upstream].append(each)
    return found


def _released(facts: Facts) -> Mapping[str, list[DocumentVersion]]:
    """Changes of weights by the digest they put in place."""
    found: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for change in facts.scoped("change"):
        if change.body.get("what") in SWAPS:
            found[key_of(str(change.body.get("after")))].append(change)
    return found


def _follow(tally: Tally, upstream: str, seen: list[EngineSighting], released: Mapping[str, list[DocumentVersion]]) -> None:
    loaded: dict[str | None, str] = {}
    began_with = {artifact for artifact in seen[0].models.values() if artifact is not None}
    for sighting in seen:
        for name, artifact in sighting.models.items():
            before = loaded.get(name)
            in_period = tally.since <= sighting.seen_at < tally.horizon
            if artifact is None:
                if in_period:
                    since = moment(sighting.seen_at)
                    tally.doubt(f"{_named(upstream, name)}: from {since} on the weights could not be told")
                continue
            loaded[name] = artifact
            if before is not None and before != artifact and in_period and artifact not in began_with:
                what = f"{_named(upstream, name)}: from {short(before)} to {short(artifact)}"
                _changed(tally, sighting, what, artifact, released)


def _changed(
    tally: Tally, sighting: EngineSighting, what: str, artifact: str, released: Mapping[str, list[DocumentVersion]]
) -> None:
    fitting = released.get(key_of(artifact), [])
    tally.rest_on(*(each.entry for each in fitting))
    if any(str(each.body.get("released_at")) <= sighting.seen_at for each in fitting):
        return
    matter = Matter(KIND, f"{sighting.upstream}@{sighting.seen_at}", entries=(sighting.entry,))
    when = moment(sighting.seen_at)
    if fitting:
        first = moment(min(str(each.body.get("released_at")) for each in fitting))
        told = f"weights changed, seen on {when}; {what}; the change to them ({short(fitting[0].id)}) was released on {first}"
    else:
        told = f"weights changed, seen on {when}; {what}; no change to them is on record"
    fix = f"{write_new('change', 'what was changed, by whom and why')}; {CANNOT_BE_UNDONE}"
    tally.fault(matter, Consequence.EXCEPTION, told, fix)


def _named(upstream: str, name: str | None) -> str:
    return short(upstream) if name is None else f"{short(name)} at {short(upstream)}"
