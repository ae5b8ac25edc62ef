"""The witness over HTTP: `POST /add-checkpoint`, and `GET /<hex SHA-256 of an origin>/checkpoint` to read back.

Promises: the answers of tlog-witness, byte for byte; a body is bounded in bytes and time; disks are waited for in threads.
A disk that fails is answered 503, never with a cosignature. Of a request only a watched log's origin and sizes are logged.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from proofbook.errors import ConfigurationError, ProofbookError
from proofbook.tlog.witness import ADD_CHECKPOINT_PATH, MAX_REQUEST_BYTES, TEXT_CONTENT_TYPE, Cosigned
from proofbook.witness.deciding import Witness

LOG = structlog.get_logger(__name__)
UNANSWERED: Final = "witness.cannot_answer"
_BODY_SECONDS: Final = 10.0
_CONNECTIONS: Final = 128
_STOP_SECONDS: Final = 5


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
        certfile, keyfile = certificate or (None, None)
        server = uvicorn.Server(
            uvicorn.Config(
                create_application(witness),
                ssl_certfile=certfile,
                ssl_keyfile=keyfile,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=_CONNECTIONS,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=_STOP_SECONDS,
                lifespan="off",
                ws="none",
            )
        )
        try:
            server.config.load()
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"certificate_file {certfile}, certificate_key_file {keyfile}: cannot be used: {error}",
                hint="give the PEM files of a certificate and of its key",
            ) from error
        bound = int(listener.getsockname()[1])
        shown = f"[{host}]" if ":" in host else host
        ready(f"{'http' if certificate is None else 'https'}://{shown}:{bound}/")
        with _stopping_on_signals(server):
            server.run(sockets=[listener])


@contextmanager
def _stopping_on_signals(server: uvicorn.Server) -> Iterator[None]:
    """A signal is a normal end: the server raises it anew once it has stopped, and that must not kill the process."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigurationError."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        raise ConfigurationError(
            f"{host}:{port} cannot be listened on: {error}", hint="choose another port; 0 takes a free one"
        ) from error
    return made
