"""Desks for requests: a book and a projection of its own for each, in a worker thread, as up to date as a moment allows.

Promises: reading happens in worker threads; a request that takes too long is answered with 503; assessments have one thread of
their own, so that they wait for each other and nothing else waits for them. What goes wrong is one of our errors; any other is
logged by its name and place only. Pages and the API get their desks here. Used by one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Final, TypeVar

import structlog
from starlette.requests import Request

from proofbook.errors import ProofbookError, UnavailableError
from proofbook.people.visitor import Visitor
from proofbook.portal.assessing import Assessor
from proofbook.portal.following import Follower
from proofbook.portal.surroundings import Desk, PortalSources
from proofbook.readmodel.projection import ReadOnlyProjection

PAGE_FAILED: Final = "portal.page_failed"
LOG = structlog.get_logger()
_LONGEST_SUBJECT: Final = 200

T = TypeVar("T")


class Desks:
    """Gives desks."""

    def __init__(self, sources: PortalSources) -> None:
        self._sources = sources
        self._follower = Follower(sources)
        self._assessor = Assessor(sources.monotonic)
        self._assessing = ThreadPoolExecutor(1, "assessing")

    @property
    def trouble(self) -> str | None:
        """Why the projection cannot keep up, if it cannot."""
        return self._follower.trouble

    async def at(self, request: Request, work: Callable[[Desk], T], *, assesses: bool, failed: str) -> T:
        """What `work` makes of a desk.

        Raises:
            ProofbookError: what `work` raised, UnavailableError when it took too long, or `failed` for a mistake of ours. Work
            that took too long goes on in its thread.
        """
        threads: Executor | None = self._assessing if assesses else None
        writes = request.method == "POST"
        try:
            async with asyncio.timeout(self._sources.patience_seconds):
                await self._follower.follow(at_once=writes)
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(threads, self._work, request, work, assesses)
        except TimeoutError:
            raise UnavailableError(
                "The book or its projection did not answer in time.", hint="another process may be using it; try again"
            ) from None
        except ProofbookError:
            raise
        except Exception as raised:  # noqa: BLE001 - the boundary: a traceback may quote what no log may hold
            _log_place(raised)
            raise ProofbookError(failed) from None
        if writes:
            self._follower.hurry()
        return answer

    async def close(self) -> None:
        """No more desks; a catch-up under way ends after its batch."""
        self._assessing.shutdown(wait=False, cancel_futures=True)
        await self._follower.stop()

    def _work(self, request: Request, work: Callable[[Desk], T], assesses: bool) -> T:  # noqa: FBT001 - handed to a thread
        sources, now = self._sources, self._sources.clock.now()
        visitor: Visitor | None = request.state.visitor
        with sources.open_book() as book, ReadOnlyProjection(sources.projection) as projection:
            return work(
                Desk(
                    book,
                    projection.reader,
                    projection.position,
                    now,
                    sources,
                    visitor,
                    self._assessor if assesses else None,
                    request.state.carried,
                    None if request.client is None else request.client.host,
                    _origin(request, secure=sources.secure),
                )
            )


def witness(desk: Desk, page: str, subjects: tuple[str, ...], status: int, *, always: bool) -> None:
    """Keep account of a look before it is answered: of every auditor's, and of everybody's with `always`."""
    visitor, keeper = desk.visitor, desk.sources.witness
    if visitor is None or keeper is None or not (always or visitor.engagement is not None):
        return
    keeper.viewed(visitor, page, tuple(each[:_LONGEST_SUBJECT] for each in subjects), status)


def _origin(request: Request, *, secure: bool) -> str:
    scheme = "https" if secure else request.url.scheme
    return f"{scheme}://{request.headers['host']}"


def _log_place(error: Exception) -> None:
    """The name and place of a mistake of ours, never its message."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = "unknown" if frame is None else f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
    LOG.error(PAGE_FAILED, error=type(error).__name__, place=place)
