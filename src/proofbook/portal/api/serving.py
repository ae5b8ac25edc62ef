"""The API as routes: who asks, how often, in what form; then one function at a desk, and its value as JSON.

Promises: only a token in the Authorization header opens anything, cookies are not looked at; a resource is reached by whom it
admits and by nobody else; every answer but a file is JSON, a refusal a problem document; what an auditor's token reads is an
entry before it is answered. HEAD is answered as GET without its body, OPTIONS with the methods there are.
Hostile input: any request is answered with a status that the OpenAPI document names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from proofbook.errors import InputError, ProofbookError
from proofbook.people.visitor import Visitor
from proofbook.portal.acts import NotThere, Order
from proofbook.portal.api.answers import Outcome, written
from proofbook.portal.api.once import HEADER, Kept, do_once, read_key
from proofbook.portal.api.pace import Pace
from proofbook.portal.api.problems import answer_problem
from proofbook.portal.api.refusals import NotAdmitted, NotKnown, Stale, WrongMethod
from proofbook.portal.api.resource import ROOT, Doing, Reading, Resource, Tagged, admits, parts_of
from proofbook.portal.api.sending import JSON, PROBLEM, check_accepts, parse_body, read_body, read_query
from proofbook.portal.desks import Desks, witness
from proofbook.portal.places import Reach
from proofbook.portal.posting import FormMistakes, read_typed
from proofbook.portal.surroundings import Attachment, Delivery, Desk, PortalSources

_FAILED: Final = "It could not be done. The log names the place."
_LONGEST_PART: Final = 400

Ask = Callable[[Request], Awaitable[Response]]


class ApiRoom:
    """All resources, and what they share."""

    def __init__(self, sources: PortalSources, desks: Desks, resources: tuple[Resource, ...]) -> None:
        self._sources = sources
        self._desks = desks
        self._resources = resources
        self._pace = Pace(sources.api_requests_a_minute, sources.monotonic)

    def routes(self) -> list[Route]:
        """One for each address, and one for all that is none."""
        by_path: dict[str, dict[str, Resource]] = {}
        for each in self._resources:
            by_path.setdefault(each.path, {})[each.method] = each
        known = [Route(f"{ROOT}{path}", _Address(partial(self._answer, there))) for path, there in by_path.items()]
        return [*known, Route("/api/{rest:path}", _Address(partial(self._answer, {})))]

    async def _answer(self, there: Mapping[str, Resource], request: Request) -> Response:
        """One request, whatever comes of it."""
        try:
            visitor = self._known(request)
            if not there:
                raise NotThere("this address is none of the API's", hint=f"{ROOT}/openapi.json names them all")
            method = "GET" if request.method == "HEAD" else request.method
            if method == "OPTIONS":
                return Response(status_code=204, headers={"allow": _allow(there)})
            resource = there.get(method)
            if resource is None:
                raise WrongMethod(_allow(there))
            _check_admitted(resource, visitor)
            _check_parts(request.path_params)
            if isinstance(resource, Reading):
                return await self._read(resource, request)
            return await self._do(resource, request, visitor)
        except ProofbookError as error:
            return answer_problem(error)

    def _known(self, request: Request) -> Visitor:
        visitor: Visitor | None = request.state.visitor
        if visitor is None:
            raise NotKnown("no token was sent, or one that opens nothing", hint="send `Authorization: Bearer pbt_…`")
        self._pace.check(visitor.session)
        return visitor

    async def _read(self, resource: Reading, request: Request) -> Response:
        check_accepts(request, (resource.media, PROBLEM))
        query = read_query(request)
        asked = read_typed(resource.asks, query)
        parts = dict(request.path_params)

        def made(desk: Desk) -> Response:
            page = f"{ROOT}{resource.path}"
            subjects = (*map(str, parts.values()), *(f"{name}={value}" for name, value in query.items()))
            try:
                found = resource.find(desk, asked, **parts)
            except ProofbookError as error:
                witness(desk, page, subjects, error.http_status, always=resource.witnessed)
                raise
            witness(desk, page, subjects, 404 if found is None else 200, always=resource.witnessed)
            return _show(resource, found)

        return await self._desks.at(request, made, assesses=resource.assesses, failed=_FAILED)

    async def _do(self, resource: Doing, request: Request, visitor: Visitor) -> Response:
        check_accepts(request, (JSON, PROBLEM))
        key = read_key(request.headers.get(HEADER))
        if request.query_params:
            raise InputError("this address takes no query")
        data, match = await read_body(request, resource.most), request.headers.get("if-match")
        order, spelling = await asyncio.to_thread(_order, resource, data, request, match)

        def made(desk: Desk) -> Response:
            people = desk.sources.people
            done = do_once(
                None if people is None else people.done_once,
                visitor,
                key,
                spelling,
                lambda: _done(resource, desk, order, match),
                keep=resource.keeps,
            )
            if resource.witnessed:
                witness(desk, f"{ROOT}{resource.path}", tuple(map(str, request.path_params.values())), done.status, always=False)
            return Response(done.body, done.status, done.headers, JSON)

        return await self._desks.at(request, made, assesses=resource.assesses, failed=_FAILED)


class _Address:
    """An endpoint for every method of one address."""

    def __init__(self, answer: Ask) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)


def _check_admitted(resource: Resource, visitor: Visitor) -> None:
    if not admits(resource, visitor) and not isinstance(resource.need, Reach):
        raise NotAdmitted(
            f"this token does not carry the permission `{resource.need.value}`",
            hint="whoever administers tokens issues one with it, to somebody who has it",
        )


def _check_parts(parts: Mapping[str, str]) -> None:
    if any(len(each) > _LONGEST_PART or not each.isprintable() for each in parts.values()):
        raise NotThere("there is no such thing")


def _order(resource: Doing, data: bytes, request: Request, match: str | None) -> tuple[Order, bytes]:
    """What is asked for, and the bytes by which the same request is known again. Slow for files, so not on the event loop."""
    fields, spelt = parse_body(data)
    order = read_typed(resource.act.takes, _merged(resource, fields, request.path_params, match))
    return order, b"\0".join((request.url.path.encode(), (match or "").encode("utf-8", "replace"), spelt))


def _merged(resource: Doing, fields: Mapping[str, Any], parts: Mapping[str, str], match: str | None) -> dict[str, Any]:
    """The order: what was sent, the parts of the path, and the version that `If-Match` names."""
    twice = fields.keys() & set(parts_of(resource.path))
    if twice:
        raise FormMistakes({min(twice): "stands in the address, and is not sent"})
    values = {**fields, **parts}
    if match is None:
        return values
    tag = match.strip().removeprefix("W/").strip('"')
    if resource.tag is None:
        raise InputError("nothing is replaced here", hint="leave If-Match out")
    if values.get(resource.tag, tag) != tag:
        raise FormMistakes({resource.tag: "is another version than If-Match names"})
    return {**values, resource.tag: tag}


def _done(resource: Doing, desk: Desk, order: Order, match: str | None) -> Kept:
    try:
        done = resource.act.do(desk, order)
    except ProofbookError as error:
        if match is not None and error.code in {"newer_version", "conflict"}:
            raise Stale(error.message, hint=error.hint) from error
        raise
    values = resource.form.validate_python(dict(done.values))
    outcome = Outcome[Any](said=done.said, subject=done.subject, entries=written(done.receipts), values=values)
    status = 200 if resource.status == 201 and not done.receipts else resource.status
    headers = {"location": f"{ROOT}/works/{done.values['work']}"} if resource.status == 202 else {}
    return Kept(status, outcome.model_dump_json(), headers)


def _show(resource: Reading, found: Any) -> Response:
    match found:
        case None:
            raise NotThere("there is no such thing")
        case Attachment():
            headers = {"content-disposition": f'attachment; filename="{found.name}"'}
            return Response(found.data, headers=headers, media_type=found.media_type)
        case Delivery():
            return FileResponse(found.path, media_type=found.media_type, filename=found.name)
        case Tagged():
            return Response(_json(resource, found.value), headers={"etag": f'"{found.tag}"'}, media_type=JSON)
    return Response(_json(resource, found), media_type=JSON)


def _json(resource: Reading, value: Any) -> bytes:
    form = resource.form
    return form.dump_json(form.validate_python(value, from_attributes=True), warnings="error")


def _allow(there: Mapping[str, Resource]) -> str:
    return ", ".join(sorted({*there, *(["HEAD"] if "GET" in there else []), "OPTIONS"}))
