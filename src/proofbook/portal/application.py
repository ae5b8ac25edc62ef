"""The pages as one ASGI application: routes made of places, and the one table from errors to answers.

Promises: a place is reached by whom it admits and by nobody else; what it shows and does happens at a desk of its own (`desks`).
What an auditor looks at is an entry before it is shown. Every error is put into words; one of ours carries its hint.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import as_file, files
from types import MappingProxyType
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from proofbook.errors import ProofbookError, RefusedError
from proofbook.people.visitor import Visitor
from proofbook.portal.access import Access
from proofbook.portal.answering import Answering
from proofbook.portal.api.problems import explain as explain_to_programs
from proofbook.portal.api.serving import ApiRoom
from proofbook.portal.api.table import RESOURCES
from proofbook.portal.desks import Desks, witness
from proofbook.portal.guard import Guard
from proofbook.portal.places import Place, Reach
from proofbook.portal.posting import check_token, read_given, read_query
from proofbook.portal.site import ARTIFACT_STYLE, PLACES, SECTIONS
from proofbook.portal.surroundings import Answer, Desk, PortalSources, Query, See
from proofbook.portal.visiting import KEY_METHOD, Doorkeeper, holder_of_the_key

_CSS: Final = "text/css; charset=utf-8"
_MEDIA: Final = {".css": _CSS, ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_NOTHING_ASKED: Final[Query] = MappingProxyType({})
_FAILED: Final = "This page could not be made. The log names the place."
OPEN_FILES: Final = frozenset({"/style.css", "/forms.css", "/mark.svg"})
"""Shown before anybody is known, because the pages that explain how to get in use them. They say nothing about the book."""


def create_application(
    sources: PortalSources,
    access: Access,
    *,
    hosts: frozenset[str],
    cookie: str,
    places: tuple[Place, ...] = PLACES,
) -> ASGIApp:
    """The whole portal behind its guard."""
    room = _Room(sources, places, cookie)
    doorkeeper = Doorkeeper(access, sources.accounts, cookie=cookie)
    return Guard(
        room.starlette(),
        doorkeeper=doorkeeper,
        hosts=hosts,
        opened=room.opened,
        explain=room.answering.explain,
        explain_to_programs=explain_to_programs,
        welcome=room.welcome,
    )


class _Room:
    """Handlers and what they share."""

    def __init__(self, sources: PortalSources, places: tuple[Place, ...], cookie: str) -> None:
        self._sources = sources
        self._places = places
        self._desks = Desks(sources)
        self._programs = ApiRoom(sources, self._desks, RESOURCES)
        self.answering = Answering(sources, SECTIONS, cookie, lambda: self._desks.trouble)
        self._open = [Route(place.path, _never) for place in places if Reach.ANYBODY in {place.need, place.acting}]

    def starlette(self) -> Starlette:
        """Routes and error handlers."""
        routes = [
            *(Route(place.path, partial(self._stand, place), methods=_methods(place)) for place in self._places),
            *(Route(path, _static(content, media)) for path, content, media in _find_static()),
            Route("/artifact.css", _static(ARTIFACT_STYLE, _CSS)),
            *self._programs.routes(),
        ]
        made = Starlette(routes=routes, lifespan=self._lifespan, exception_handlers={HTTPException: self._missing})
        made.router.redirect_slashes = False  # such a redirect would be absolute, and made of what the request says of itself
        return made

    def opened(self, path: str) -> bool:
        """Whether an address is open to anybody."""
        if path in OPEN_FILES:
            return True
        scope = {"type": "http", "path": path, "method": "GET", "root_path": ""}
        return any(route.matches(scope)[0] is not Match.NONE for route in self._open)

    def welcome(self, session: str) -> None:
        """Somebody came with the key printed at start."""
        if self._sources.witness is not None:
            self._sources.witness.viewed(holder_of_the_key(session), KEY_METHOD, (), 303)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        del app
        yield
        await self._desks.close()

    async def _stand(self, place: Place, request: Request) -> Response:
        """Somebody at a place: let in, asked what they want, answered."""
        visitor: Visitor | None = request.state.visitor
        if not place.admits(visitor, request.method):
            return self.answering.not_admitted(place.needed(request.method), visitor, request.url.path)
        parts = dict(request.path_params)
        if request.method == "POST":
            return await self._post(place, request, parts)
        show = place.show
        if show is None:
            raise HTTPException(405, headers={"allow": "POST"})
        try:
            query = read_query(request)
        except ProofbookError as error:
            return self.answering.error(error, visitor, request.url.path)
        return await self._answer(place, request, lambda desk: show(desk, query, **parts), query)

    async def _post(self, place: Place, request: Request, parts: Mapping[str, str]) -> Response:
        act = place.act
        if act is None:
            raise HTTPException(405)
        try:
            given = await read_given(request, by_anybody=place.needed("POST") is Reach.ANYBODY)
            if not check_token(given, request.state.token):
                raise RefusedError(
                    "this form was not shown to you here, or long ago", hint="load the page again and send it anew"
                )
        except ProofbookError as error:
            return self.answering.error(error, request.state.visitor, request.url.path)
        return await self._answer(place, request, lambda desk: act(desk, given, **parts))

    async def _answer(
        self, place: Place, request: Request, make: Callable[[Desk], Answer], query: Query = _NOTHING_ASKED
    ) -> Response:
        """One request's reading and rendering, in a worker thread."""

        def made(desk: Desk) -> Response:
            subjects = _subjects(place, request)
            try:
                answer = make(desk)
            except ProofbookError as error:
                witness(desk, place.path, subjects, error.http_status, always=place.witnessed)
                raise
            if not isinstance(answer, See):
                witness(desk, place.path, subjects, 404 if answer is None else 200, always=place.witnessed)
            return self.answering.answer(answer, desk, request.url.path, request.state.token, query)

        try:
            return await self._desks.at(request, made, assesses=place.assesses, failed=_FAILED)
        except ProofbookError as error:
            return self.answering.error(error, request.state.visitor, request.url.path)

    async def _missing(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        answer = self.answering.missing(request.state.visitor, request.url.path, status)
        if isinstance(error, HTTPException):
            answer.headers.update(error.headers or {})
        return answer


def _subjects(place: Place, request: Request) -> tuple[str, ...]:
    """What stands in the place of the parts of a path, and what was asked for.

    Of places that are open to anybody nothing: their addresses hold what lets people in, and entries stay.
    """
    if place.need is Reach.ANYBODY:
        return ()
    return (*map(str, request.path_params.values()), *(f"{name}={value}" for name, value in request.query_params.items()))


def _methods(place: Place) -> list[str]:
    return [method for method, there in (("GET", place.show), ("POST", place.act)) if there is not None]


def _find_static() -> Iterator[tuple[str, bytes, str]]:
    """The files of the package that browsers fetch: address, content, media type."""
    with as_file(files("proofbook.portal").joinpath("static")) as folder:
        for each in sorted(folder.rglob("*")):
            if each.suffix in _MEDIA:
                yield f"/{each.relative_to(folder).as_posix()}", each.read_bytes(), _MEDIA[each.suffix]


def _static(content: bytes, media: str) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        del request
        return Response(content, media_type=media)

    return answer


async def _never(request: Request) -> Response:
    """Stands for a place where only its path matters."""
    return HTMLResponse("", 404 if request else 500)
