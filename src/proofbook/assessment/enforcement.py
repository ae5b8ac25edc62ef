"""Which admission policy was in force for each system, and since when: as the gateway itself said when it loaded its settings.

Promises: pure; one stretch for each policy, however often the same was loaded. Before the gateway first said anything, and where
it said nothing of admission (older programs), the policy is unknown, never `off`. Settings hold from when they were loaded until
others are: a gateway cannot serve by settings it has not loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.readmodel.traffic import Loaded

UNKNOWN: Final = "unknown"
_GATEWAY: Final = "proofbook gateway"
_SAID: Final = "gateway.admission"
_HOURS: Final = "hours"


@dataclass(frozen=True, slots=True)
class PolicyStretch:
    """What held for one system from `since` until before `until`; `until` None: still does."""

    system: str
    since: str
    until: str | None
    settings: Mapping[str, str]
    """By question or limit, e.g. `grant` -> `refuse`; a limit that is not set is missing."""
    entry: str

    def stance(self, question: str) -> str:
        """What became of a lack: `refuse`, `flag`, `off` or `unknown`."""
        return self.settings.get(question, UNKNOWN)


def derive_stretches(facts: Facts) -> tuple[PolicyStretch, ...]:
    """Every policy of every system in scope that was in force at some time of the period, by system and time."""
    now = facts.as_of.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    end = min(facts.scope.until, now)
    found: dict[str, list[PolicyStretch]] = {}
    for loaded in facts.configs:
        if loaded.program == _GATEWAY:
            _take(found, loaded)
    return tuple(
        each
        for system in sorted(found)
        if facts.covers(system)
        for each in found[system]
        if each.since < end and (each.until is None or each.until > facts.scope.since)
    )


def stance_at_end(stretches: tuple[PolicyStretch, ...], system: str | None, question: str) -> str:
    """What became of a lack at the end of the period; of a grant for all systems, when they all do the same."""
    last = {each.system: each.stance(question) for each in stretches if system in {None, each.system}}
    words = set(last.values())
    return words.pop() if len(words) == 1 else UNKNOWN if not words else "differs by system"


def _take(found: dict[str, list[PolicyStretch]], loaded: Loaded) -> None:
    said = dict(_policies(loaded))
    for system in {*found, *said}:
        stretches = found.setdefault(system, [])
        settings = said.get(system)
        last = stretches[-1] if stretches and stretches[-1].until is None else None
        if last is not None and settings == last.settings:
            continue
        if last is not None:
            stretches[-1] = replace(last, until=loaded.recorded)
        if settings is not None:
            stretches.append(PolicyStretch(system, loaded.recorded, None, settings, loaded.entry))


def _policies(loaded: Loaded) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Systems and their settings; the hours, which hold spaces, stand last in a line."""
    lines = loaded.settings.get(_SAID)
    for line in lines if isinstance(lines, list) else ():
        head, _, hours = str(line).partition(f" {_HOURS}:")
        system, *words = head.split()
        settings = {name: value for name, _, value in (word.partition(":") for word in words)}
        yield system, settings | ({_HOURS: hours} if hours else {})
