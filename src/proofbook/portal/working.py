"""Long work that somebody asked for: one after the other in a thread of its own, with its progress for a page to show.

Promises: whoever asked, and nobody else, sees how far it is and how it ended; an error is told in words, one of ours with its
hint; the newest works are remembered, older ones forgotten (what they made is in the book). Does not: survive the process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, Literal

import structlog

from proofbook.errors import ProofbookError, RefusedError

WORK_FAILED: Final = "portal.work_failed"
LOG = structlog.get_logger()
_REMEMBERED: Final = 200
_WAITING: Final = 20
_EACH: Final = 4
"""Of one owner: nobody keeps all others waiting."""
_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Work:
    """How far one work is. `done` of `of` parts of the present step; `path`: where its outcome is shown."""

    id: str
    owner: str
    title: str
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    step: str = ""
    steps: tuple[str, ...] = ()
    """Every step so far, in order; of very many the newest."""
    done: int = 0
    of: int = 0
    path: str = ""
    said: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"done", "failed"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the outcome of a work is shown, and one sentence about it."""

    path: str
    said: str


Tell = Callable[[str, int, int], None]
"""Step, how many parts of it are done, of how many (0: not known)."""


class Works:
    """Used by many threads."""

    def __init__(self, new_id: Callable[[str], str]) -> None:
        self._new_id = new_id
        self._threads = ThreadPoolExecutor(1, "working")
        self._works: OrderedDict[str, Work] = OrderedDict()
        self._lock = Lock()

    def start(self, owner: str, title: str, do: Callable[[Tell], Outcome]) -> Work:
        """Begin a work, or line it up behind those under way; one of the same owner and title that is not over is the same.

        Raises RefusedError when too many wait, of this owner or altogether.
        """
        work = Work(self._new_id("w"), owner, title)
        with self._lock:
            under_way = [each for each in self._works.values() if not each.over]
            same = next((each for each in under_way if (each.owner, each.title) == (owner, title)), None)
            if same is not None:
                return same
            if len(under_way) >= _WAITING or sum(each.owner == owner for each in under_way) >= _EACH:
                raise RefusedError("too much is under way already", hint="wait until some of it is done")
            self._works[work.id] = work
            while len(self._works) > _REMEMBERED:
                self._works.popitem(last=False)
        self._threads.submit(self._run, work.id, do)
        return work

    def find(self, work: str, owner: str) -> Work | None:
        """One's own work by its id."""
        with self._lock:
            found = self._works.get(work)
        return found if found is not None and found.owner == owner else None

    def close(self) -> None:
        """Let the present one end, drop those that wait."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, work: str, do: Callable[[Tell], Outcome]) -> None:
        self._change(work, state="running")
        try:
            outcome = do(lambda step, done, of: self._tell(work, step, done, of))
        except ProofbookError as error:
            self._change(work, state="failed", said=f"{error.message}; {error.hint}" if error.hint else error.message)
        except Exception as error:  # noqa: BLE001 - the boundary of a thread; its message may quote what no page may show
            LOG.error(WORK_FAILED, error=type(error).__name__)  # noqa: TRY400 - as above
            self._change(work, state="failed", said="It could not be done. The log names the kind of mistake.")
        else:
            self._change(work, state="done", path=outcome.path, said=outcome.said)

    def _tell(self, work: str, step: str, done: int, of: int) -> None:
        with self._lock:
            found = self._works.get(work)
            if found is not None:
                steps = found.steps if found.step == step else (*found.steps, step)[-_STEPS:]
                self._works[work] = replace(found, step=step, steps=steps, done=done, of=of)

    def _change(self, work: str, **changes: object) -> None:
        with self._lock:
            if work in self._works:
                self._works[work] = replace(self._works[work], **changes)  # type: ignore[arg-type]  # fields of Work
