"""The witness over HTTP: `POST /add-checkpoint`, and `GET /<hex SHA-256 of an origin>/checkpoint` to read back.

Promises: the answers of tlog-witness, byte for byte; a body is bounded in bytes and time; disks are waited for in threads.
A disk that fails is answered 503, never with a cosignature. Of a request only a watched log's origin and sizes are logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from proofbook.errors import ProofbookError
from proofbook.serving.server import Certificate, listen, make_server, serve_until_stopped, shown_host
from proofbook.tlog.witness import ADD_CHECKPOINT_PATH, MAX_REQUEST_BYTES, TEXT_CONTENT_TYPE, Cosigned
from proofbook.witness.deciding import Witness

LOG = structlog.get_logger(__name__)
UNANSWERED: Final = "witness.cannot_answer"
_BODY_SECONDS: Final = 10.0
_CONNECTIONS: Final = 128


def create_application(witness: Witness) -> Starlette:
    """The application over one witness."""

    async def add(request: Request) -> Response:
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _read_body(request)
        except TimeoutError:
            return _plain(b"the body took too long\n", TEXT_CONTENT_TYPE, 408)
        except ClientDisconnect:
            return Response(status_code=400)
        return await _answered(lambda: _add(witness, body))

    async def read_back(request: Request) -> Response:
        return await _answered(lambda: _read_back(witness, request.path_params["name"]))

    return Starlette(
        routes=[
            Route(f"/{ADD_CHECKPOINT_PATH}", add, methods=["POST"]),
            Route("/{name}/checkpoint", read_back, methods=["GET"]),
        ]
    )


async def _read_body(request: Request) -> bytes:
    """As much as a request may have and one byte more: a longer one is refused by its length."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_REQUEST_BYTES:
            break
    return bytes(body[: MAX_REQUEST_BYTES + 1])


async def _answered(answer: Callable[[], Response]) -> Response:
    try:
        return await run_in_threadpool(answer)
    except ProofbookError as error:
        LOG.error(UNANSWERED, code=error.code)  # noqa: TRY400 - the error says it all; a trace would name nothing more
        return _plain(b"this witness cannot answer now\n", TEXT_CONTENT_TYPE, 503)


def _add(witness: Witness, body: bytes) -> Response:
    answer = witness.add_checkpoint(body)
    if isinstance(answer, Cosigned):
        return _plain(answer.body, TEXT_CONTENT_TYPE)
    return _plain(answer.body, answer.content_type, answer.status)


def _read_back(witness: Witness, name: str) -> Response:
    note = witness.last_cosigned(name)
    if note is None:
        return _plain(b"nothing was cosigned of that log\n", TEXT_CONTENT_TYPE, 404)
    return _plain(note, TEXT_CONTENT_TYPE)


def _plain(body: bytes, content_type: str, status: int = 200) -> Response:
    """Without a character set added to types that have none."""
    return Response(body, status, headers={"content-type": content_type, "cache-control": "no-store"})


def serve(witness: Witness, host: str, port: int, *, certificate: tuple[Path, Path] | None, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` gets the address. Raises ConfigurationError."""
    with listen(host, port) as listener:
        files = None if certificate is None else Certificate(*certificate, fields=("certificate_file", "certificate_key_file"))
        server = make_server(
            create_application(witness), files, limit_concurrency=_CONNECTIONS, timeout_keep_alive=15, lifespan="off"
        )
        bound = int(listener.getsockname()[1])
        ready(f"{'http' if certificate is None else 'https'}://{shown_host(host)}:{bound}/")
        serve_until_stopped(server, listener)
