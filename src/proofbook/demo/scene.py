"""What the demonstration sets up: a home for the sample organisation, its gateway, its callers' keys.

Everything is the product itself, started as an operator would start it; only the organisation is made up. Processes end with
the `with` block.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from proofbook.demo.engine import free_port
from proofbook.demo.organisation import CALLERS, ENGAGEMENT, ENTITY, LEAVER, SYSTEMS, UPSTREAM
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.kit import write_sample_home
from proofbook.errors import UnavailableError
from proofbook.journal.receipt import Submission
from proofbook.wiring.access import issue_key, revoke_key
from proofbook.wiring.home import Home
from proofbook.wiring.parts import Part, start_part, stop_parts
from proofbook.wiring.recording import open_door
from proofbook.wiring.starting import Proposal, Start
from proofbook.wiring.system import CLOCK, MONOTONIC

YEAR_SEED: Final = 1
_READY_SECONDS: Final = 30.0
_SAID: Final = 400
_KEYS_KNOWN_SECONDS: Final = 1.2
"""A running gateway notices new keys within half a second; this is twice that."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where things listen on loopback."""

    engine: int
    gateway: int
    portal: int


@dataclass(frozen=True, slots=True)
class Keys:
    """Tokens by principal, and one that was revoked."""

    tokens: dict[str, str]
    revoked: str


def choose_ports() -> Ports:
    """Three free ports."""
    return Ports(free_port(), free_port(), free_port())


def models_folder() -> Path:
    """Where the sample models are."""
    return Path(str(files("proofbook.demo").joinpath("models")))


def choose_year() -> Year:
    """The twelve months up to yesterday."""
    return Year(CLOCK.now().date() - DAY, YEAR_SEED, "UTC")


def make_home(path: Path, ports: Ports, year: Year) -> Home:
    """A home for the sample organisation, with its generated year in the book. Traffic of today has an engagement of its own.

    Its fence lies inside it, which a real one should not.
    """
    today = (year.last + DAY).isoformat()
    start = Start(
        entity=ENTITY,
        fence=path.absolute() / "fence",
        proposals=(
            Proposal(
                UPSTREAM, f"http://127.0.0.1:{ports.engine}", "auto", tuple((each.id, each.name) for each in SYSTEMS), "sample"
            ),
        ),
        gateway_port=ports.gateway,
        portal_port=ports.portal,
        models=(str(models_folder()),),
        well_known=False,
        engagement=(ENGAGEMENT, today, today),
    )
    return write_sample_home(path, start, year)


@contextmanager
def running_parts(home: Home) -> Iterator[tuple[str, str]]:
    """Gateway and page for the length of a `with` block; their addresses. Raises UnavailableError when one does not start."""
    parts: list[Part] = []
    try:
        for name in ("gateway", "portal"):
            parts.append(start_part(home.path, name))  # noqa: PERF401 - the first is known when the second cannot be started
        gateway, page = (_await_address(part) for part in parts)
        yield gateway, page
    finally:
        stop_parts(parts)


def _await_address(part: Part) -> str:
    deadline = MONOTONIC() + _READY_SECONDS
    while MONOTONIC() < deadline and not part.ended:
        found = part.address()
        if found is not None:
            return found
        time.sleep(0.05)
    said = " ".join(" ".join(part.news()).split())[-_SAID:]
    raise UnavailableError(f"the {part.name} did not start: {said or 'it said nothing'}", hint=f"its log is {part.log}")


def issue_keys(home: Home, records: Iterable[Submission]) -> Keys:
    """Records of what the callers may do, a key for each of them, and one that is revoked at once."""
    with open_door(home) as door:
        door.recorder.submit(tuple(records)).result()
        tokens = {
            each.principal: issue_key(
                home,
                door.recorder,
                principal=each.principal,
                kind=each.kind,
                system=each.system,
                expires=None,
                note="demonstration",
            ).secret
            for each in CALLERS
        }
        left = issue_key(
            home,
            door.recorder,
            principal=LEAVER,
            kind="person",
            system=SYSTEMS[0].id,
            expires=None,
            note="demonstration",
        )
        revoke_key(home, door.recorder, key=left.id, reason="sample leaver: access ended")
    time.sleep(_KEYS_KNOWN_SECONDS)
    return Keys(tokens, left.secret)
