"""Everything the gateway is given instead of finding it itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from proofbook.gateway.admission import Admission
from proofbook.gateway.classifying import Screening
from proofbook.gateway.engines.binding import ArtifactDigests
from proofbook.gateway.engines.loaded import StartOf
from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.running.figures import Tracer
from proofbook.gateway.running.lifecycle import SourceHistory
from proofbook.gateway.running.readiness import Readiness
from proofbook.journal.receipt import Recorder
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock


def _say_nothing(readiness: Readiness, refused: str) -> None:
    del readiness, refused


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The gateway's surroundings."""

    recorder: Recorder
    identities: Identities
    admission: Admission
    digests: ArtifactDigests
    start_of: StartOf
    """When the engine behind a port of this machine started."""
    history: SourceHistory
    clock: Clock
    ids: IdSource
    fingerprint: Callable[[bytes], str]
    """Keyed fingerprint of a system prompt: HMAC, as text."""
    version: str
    """Version of the program, for `source.started`."""
    config: str | None = None
    """Digest of the configuration in force."""
    screening: Screening | None = None
    """Looks at requests before they are forwarded; None when no system asks for that."""
    source: str | None = None
    """Source of the entries when it is not the one of the settings: a worker has its own."""
    fresh: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    """What identities and access rules rest on, by name: whether it is fresh enough to be relied on. Called on the event loop."""
    peers: Callable[[], Mapping[str, str]] = dict
    """How the other processes that share the port stand, by source, in the words of `Readiness.workers`. Same."""
    gauges: Mapping[str, tuple[str, Callable[[], float]]] = field(default_factory=dict)
    """Further figures by name, each with what it says. Called in any thread."""
    tracer: Tracer | None = None
    """Makes spans of exchanges; None when none are wanted."""
    number: int = 1
    """Which of the processes of the gateway this is, from 1 on."""
    tell: Callable[[Readiness, str], None] = _say_nothing
    """Told every second how this process stands, and why the last reload was refused (empty: it was not). Same."""
