"""Doing independent pieces of work on all cores when that is worth it, and on one whenever it is not possible.

Promises: results come in the order of the tasks, a bounded number at a time; the answer does not depend on the number of cores.
Processes are forked, so nothing has to be importable; where forking is not available everything runs here.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Any, Callable, Deque, Iterable, Iterator, TypeVar

PARALLEL_FROM = 50_000
"""Entries below which starting processes costs more than it saves."""

MAX_WORKERS = 16

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def worker_count(entries: int) -> int:
    """How many processes to use for a book of that size: 1 means none besides this one."""
    if entries < PARALLEL_FROM:
        return 1
    usable = getattr(os, "sched_getaffinity", None)
    return min(MAX_WORKERS, len(usable(0)) if usable else os.cpu_count() or 1)


def in_order(work: Callable[[_Task], _Result], tasks: Iterable[_Task], workers: int) -> Iterator[_Result]:
    """`work(task)` for each task, in order. `work` must not raise for hostile input."""
    pool = _pool(workers) if workers > 1 else None
    if pool is None:
        for task in tasks:
            yield work(task)
        return
    waiting: Deque[Any] = deque()
    try:
        for task in tasks:
            waiting.append((task, _submit(pool, work, task)))
            if len(waiting) > 2 * workers:
                yield _result(work, *waiting.popleft())
        while waiting:
            yield _result(work, *waiting.popleft())
    finally:
        pool.shutdown(wait=False)


def _pool(workers: int) -> Any:
    try:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        return ProcessPoolExecutor(workers, mp_context=get_context("fork"))
    except (ImportError, OSError, ValueError, NotImplementedError):
        return None


def _submit(pool: Any, work: Callable[[_Task], _Result], task: _Task) -> Any:
    try:
        return pool.submit(work, task)
    except (OSError, RuntimeError):  # a process could not be started, or one died: do the task here
        return None


def _result(work: Callable[[_Task], _Result], task: _Task, future: Any) -> _Result:
    if future is not None:
        try:
            result: _Result = future.result()
        except Exception:  # noqa: BLE001  # the pool broke, or pickling failed: the work itself does not raise, so do it here
            return work(task)
        return result
    return work(task)
