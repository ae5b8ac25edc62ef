"""One witness at work: a request comes in, the remembered state decides, the new state is stored, the cosignature goes out.

Promises: requests for one witness are decided one after the other, each against what is on disk; nothing is sent that was not
stored first; a checkpoint that contradicts a cosigned one of its size is kept as evidence. The decisions are `tlog.witness`.
Hostile input: any bytes; they end as a refusal. A disk that fails raises StoreUnavailable, a damaged state EntryDamaged.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from proofbook.errors import ProofbookError
from proofbook.primitives.instants import Clock
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.note import Verifier
from proofbook.tlog.witness import Answer, Cosigned, Refusal, WitnessState, derive_answer, parse_add_checkpoint
from proofbook.witness.memory import WitnessMemory

LOG = structlog.get_logger(__name__)
COSIGNED: Final = "witness.cosigned"
REFUSED: Final = "witness.refused"
FORK: Final = "witness.fork_seen"


@dataclass(frozen=True, slots=True)
class LogStanding:
    """How a watched log stands. `size` and `seconds` are None before its first cosignature; `forks` counts contradictions."""

    origin: str
    size: int | None
    root: bytes | None
    seconds: int | None
    forks: int


class Witness:
    """Safe to call from several threads."""

    def __init__(
        self, cosigner: Cosigner, verifiers: Mapping[str, tuple[Verifier, ...]], memory: WitnessMemory, clock: Clock
    ) -> None:
        """`verifiers`: origin -> keys of the logs that are watched."""
        self._cosigner: Final = cosigner
        self._verifiers: Final = verifiers
        self._memory: Final = memory
        self._clock: Final = clock
        self._turn: Final = threading.Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one `add-checkpoint` request. Raises StoreUnavailable or EntryDamaged: then nothing may be answered but that."""
        with self._turn:
            answer = derive_answer(self._find, body, cosigner=self._cosigner, time_seconds=int(self._clock.now().timestamp()))
            if isinstance(answer, Cosigned):
                self._memory.keep(answer.state.origin, answer.checkpoint)
                LOG.info(COSIGNED, origin=answer.state.origin, size=answer.state.size)
            elif answer.status in {403, 409, 422}:
                self._note_refusal(answer, body)
            return answer

    def last_cosigned(self, hashed_origin: str) -> bytes | None:
        """The checkpoint to be read back under the hex SHA-256 of an origin. Raises as `add_checkpoint`."""
        return self._memory.read_hashed(hashed_origin)

    def standings(self) -> tuple[LogStanding, ...]:
        """Every watched log. Raises as `add_checkpoint`."""
        return tuple(map(self._standing, sorted(self._verifiers)))

    def _standing(self, origin: str) -> LogStanding:
        found, forks = self._memory.read(origin), len(self._memory.forks(origin))
        if found is None:
            return LogStanding(origin, None, None, None, forks)
        return LogStanding(origin, found.checkpoint.size, found.checkpoint.root, found.seconds, forks)

    def _find(self, origin: str) -> WitnessState | None:
        verifiers = self._verifiers.get(origin)
        if verifiers is None:
            return None
        found = self._memory.read(origin)
        if found is None:
            return WitnessState.before_first(origin, verifiers)
        return WitnessState(origin, found.checkpoint.size, found.checkpoint.root, verifiers)

    def _note_refusal(self, refusal: Refusal, body: bytes) -> None:
        """A 422 comes after the log's signature was checked, so another root at the same size is the log's own contradiction."""
        try:
            request = parse_add_checkpoint(body)
        except ProofbookError:
            return
        asked = request.checkpoint
        LOG.warning(REFUSED, origin=asked.origin, status=refusal.status, size=asked.size)
        held = self._memory.read(asked.origin)
        if refusal.status != 422 or held is None or asked.size != held.checkpoint.size or asked.root == held.checkpoint.root:
            return
        if self._memory.keep_fork(body.partition(b"\n\n")[2], asked):
            LOG.error(FORK, origin=asked.origin, size=asked.size)
