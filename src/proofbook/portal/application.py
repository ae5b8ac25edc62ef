"""The pages as one ASGI application, and the one table from errors to answers.

Promises: reading happens in worker threads, each request with a book and a projection of its own; one that takes too long is
answered with 503. Assessments have one thread of their own: they wait for each other, and nothing else waits for them. Every
error is put into words; one of ours carries its hint, any other is logged by name and place only.
Does not: write, fetch, or run anything for a visitor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import files
from typing import Any, Final

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from proofbook.errors import ProofbookError, StoreUnavailable, UnavailableError
from proofbook.portal.access import Access
from proofbook.portal.answer_pages import show_answer, show_answers
from proofbook.portal.artifact_pages import ARTIFACT_STYLE, show_artifact, show_artifacts, show_shelf
from proofbook.portal.assessing import Assessor
from proofbook.portal.coverage_pages import show_control, show_coverage
from proofbook.portal.due_page import show_due
from proofbook.portal.following import Follower
from proofbook.portal.gap_page import show_gaps
from proofbook.portal.guard import Guard
from proofbook.portal.listing import show_exchanges
from proofbook.portal.model_pages import show_model, show_models
from proofbook.portal.one_exchange import save_entry, save_proof, show_exchange
from proofbook.portal.overview import show_book
from proofbook.portal.reconciliation_page import show_reconciliation
from proofbook.portal.rendering import Pages
from proofbook.portal.surroundings import Answer, Attachment, Desk, PortalSources, Query
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.projection import ReadOnlyProjection

PAGE_FAILED: Final = "portal.page_failed"
LOG = structlog.get_logger()

_SECTIONS: Final = (
    ("/", "Book"),
    ("/exchanges", "Exchanges"),
    ("/models", "Models"),
    ("/gaps", "Gaps"),
    ("/reconciliation", "Two sources"),
    ("/due", "Due"),
    ("/coverage", "Coverage"),
    ("/answers", "Answers"),
    ("/artifacts", "Artifacts"),
)
_OF_ENGAGEMENTS: Final = frozenset({"/due", "/coverage", "/answers", "/artifacts"})
_CSS: Final = "text/css; charset=utf-8"
_STATIC: Final = {"/style.css": _CSS, "/rooms.css": _CSS, "/mark.svg": "image/svg+xml"}


def create_application(sources: PortalSources, access: Access, *, hosts: frozenset[str], cookie: str) -> ASGIApp:
    """The whole portal behind its guard."""
    room = _Room(sources)
    return Guard(room.starlette(), access=access, hosts=hosts, cookie=cookie, explain=room.explain)


class _Room:
    """Handlers and what they share."""

    def __init__(self, sources: PortalSources) -> None:
        self._sources = sources
        self._follower = Follower(sources)
        self._assessor = Assessor(sources.monotonic)
        self._assessing = ThreadPoolExecutor(1, "assessing")
        standing = {"entity": sources.entity, "version": sources.version, "sections": _SECTIONS, "gateway_url": sources.gateway}
        self._pages = Pages(standing | {"of_engagements": _OF_ENGAGEMENTS, "carried": ""})

    def starlette(self) -> Starlette:
        """Routes and error handlers."""
        routes = [
            Route("/", partial(self._page, show_book)),
            Route("/exchanges", partial(self._page, show_exchanges)),
            Route("/exchanges/{id}", partial(self._thing, show_exchange)),
            Route("/exchanges/{id}/{part}.tlog-proof", partial(self._thing, save_proof)),
            Route("/exchanges/{id}/{part}.entry.json", partial(self._thing, save_entry)),
            Route("/models", partial(self._page, show_models)),
            Route("/models/{digest}", partial(self._thing, show_model)),
            Route("/gaps", partial(self._page, show_gaps)),
            Route("/reconciliation", partial(self._page, show_reconciliation)),
            Route("/due", partial(self._engaged, show_due)),
            Route("/coverage", partial(self._engaged, show_coverage)),
            Route("/coverage/{control}", partial(self._engaged, show_control)),
            Route("/answers", partial(self._engaged, show_answers)),
            Route("/answers/{number}", partial(self._engaged, show_answer)),
            Route("/artifacts", partial(self._engaged, show_artifacts)),
            Route("/artifacts/{artifact}", partial(self._engaged, show_shelf)),
            Route("/artifacts/{artifact}/{name}", partial(self._engaged, show_artifact)),
            *(Route(path, _static(_read_static(path), media)) for path, media in _STATIC.items()),
            Route("/artifact.css", _static(ARTIFACT_STYLE, _CSS)),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan, exception_handlers={HTTPException: self._missing})

    def explain(self, status: int, reason: str) -> Response:
        """A page for somebody who is not let in."""
        return HTMLResponse(self._pages.render("refused.html", {"reason": reason, "here": ""}), status)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        del app
        yield
        self._assessing.shutdown(wait=False, cancel_futures=True)
        await self._follower.stop()

    async def _page(self, show: Callable[[Desk, Query], Answer], request: Request) -> Response:
        query = dict(request.query_params)
        return await self._answer(request, lambda desk: show(desk, query))

    async def _thing(self, show: Callable[..., Answer], request: Request) -> Response:
        return await self._answer(request, lambda desk: show(desk, *request.path_params.values()))

    async def _engaged(self, show: Callable[..., Answer], request: Request) -> Response:
        """A page that assesses an engagement, in the thread that does nothing else."""
        query = dict(request.query_params)
        return await self._answer(request, lambda desk: show(self._assessor, desk, query, **request.path_params), self._assessing)

    async def _answer(self, request: Request, show: Callable[[Desk], Answer], threads: Executor | None = None) -> Response:
        try:
            async with asyncio.timeout(self._sources.patience_seconds):
                await self._follower.follow()
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(threads, self._made, request.url.path, show)
        except TimeoutError:
            error: ProofbookError = UnavailableError(
                "The book or its projection did not answer in time.", hint="another process may be using it; try again"
            )
        except ProofbookError as raised:
            error = raised
        except Exception as raised:  # noqa: BLE001 - the boundary: a traceback may quote what no log may hold
            _log_place(raised)
            error = ProofbookError("This page could not be made. The log names the place.")
        return self._error(error.http_status, error, request.url.path)

    def _made(self, path: str, show: Callable[[Desk], Answer]) -> Response:
        """One request's reading and rendering, in a worker thread."""
        sources, now = self._sources, self._sources.clock.now()
        with sources.open_book() as book, ReadOnlyProjection(sources.projection) as projection:
            desk = Desk(book, projection.reader, projection.position, now, sources)
            answer = show(desk)
            if answer is None:
                return self._not_there(path)
            if isinstance(answer, Attachment):
                headers = {"content-disposition": f'attachment; filename="{answer.name}"'}
                return Response(answer.data, media_type=answer.media_type, headers=headers)
            values: Mapping[str, Any] = {
                **answer.values,
                "here": path,
                "now": format_instant(now),
                "moment": now,
                "position": desk.position,
                "behind": max(book.size() - desk.position, 0),
                "trouble_following": self._follower.trouble,
            }
            return HTMLResponse(self._pages.render(answer.template, values), answer.status)

    def _not_there(self, path: str) -> Response:
        return HTMLResponse(self._pages.render("missing.html", {"here": path}), 404)

    def _error(self, status: int, error: ProofbookError, path: str) -> Response:
        values = {"status": status, "message": error.message, "hint": error.hint, "here": path}
        values["unavailable"] = isinstance(error, StoreUnavailable | UnavailableError)
        headers = {"retry-after": "5"} if status == 503 else None
        return HTMLResponse(self._pages.render("failed.html", values), status, headers)

    async def _missing(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        page = self._not_there(request.url.path)
        page.status_code = status
        return page


def _log_place(error: Exception) -> None:
    """The name and place of a mistake of ours, never its message."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = "unknown" if frame is None else f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
    LOG.error(PAGE_FAILED, error=type(error).__name__, place=place)


def _read_static(path: str) -> bytes:
    return files("proofbook.portal").joinpath("static", path[1:]).read_bytes()


def _static(content: bytes, media: str) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        del request
        return Response(content, media_type=media)

    return answer
