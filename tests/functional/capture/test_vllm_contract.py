"""How vLLM and SGLang take a middleware, played by the rules their own code follows, under uvicorn and with a real book.

vLLM (`build_app`): the part before the last dot is imported, the part after it looked up; a class goes to `app.add_middleware(cls)`,
a coroutine function to `app.middleware("http")(function)`, anything else is an error. The engines themselves need their hardware.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import openai
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from proofbook.asgi import RecordExchanges
from proofbook.book.reader import BookReader
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.reading import open_vault
from proofbook.wiring.recording import open_door
from support.asgi_engine import AsgiCaller, ToldEngine, living
from support.fast_engine import derive_pieces
from support.home_builder import make_home

SECTION = '\n[[capture.servers]]\nsystem = "support-desk"\nproduct = "vllm"\n'
DOTTED = "proofbook.asgi.RecordExchanges"


async def _chat(request: Request) -> Response:
    pieces = derive_pieces(await request.body())
    if len(pieces) == 1:
        return Response(pieces[0], media_type="application/json")

    async def events() -> AsyncIterator[bytes]:
        for piece in pieces:
            await asyncio.sleep(0)
            yield piece

    return StreamingResponse(events(), media_type="text/event-stream")


async def _models(request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "sample-fast", "object": "model", "owned_by": "vllm"}]})


def build_engine() -> Starlette:
    """An engine's application as vLLM builds one: routes, and room for middlewares."""
    return Starlette(routes=[Route("/v1/chat/completions", _chat, methods=["POST"]), Route("/v1/models", _models)])


def load_middleware(app: Starlette, dotted: str) -> None:
    """What vLLM does with each `--middleware`."""
    module_path, name = dotted.rsplit(".", 1)
    imported = getattr(importlib.import_module(module_path), name)
    if inspect.isclass(imported):
        app.add_middleware(cast("Any", imported))
    elif inspect.iscoroutinefunction(imported):
        app.middleware("http")(imported)  # type: ignore[attr-defined]
    else:
        raise ValueError(f"Invalid middleware {dotted}. Must be a function or a class.")


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve with uvicorn, as both engines do; its base URL."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="auto"))

    def run() -> None:
        with suppress(SystemExit):  # how it ends when its start failed
            server.run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        if not server.started:
            raise RuntimeError("the server did not start")
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one engine that records by itself."""
    made = make_home(tmp_path)
    with (made.path / "proofbook.toml").open("a", encoding="utf-8") as config:
        config.write(SECTION)
    return open_home(made.path)


def entries_of(home: Home) -> list[Entry]:
    """Every entry of the book."""
    with BookReader(home.book) as book:
        return [parse_entry(data) for _, data in book.entries(0, book.size())]


def test_a_server_that_loads_it_by_its_dotted_path_records_unchanged_sdk_calls(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an operator of vLLM types, and what lands in the book."""
    monkeypatch.setenv("PROOFBOOK_HOME", str(home.path))
    app = build_engine()
    load_middleware(app, DOTTED)
    with open_door(home, must_write=True), serving(app) as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0)
        whole = client.chat.completions.with_raw_response.create(
            model="sample-fast", messages=[{"role": "user", "content": "hello"}], user="u-1"
        )
        chunks = list(
            client.chat.completions.create(model="sample-fast", messages=[{"role": "user", "content": "hi"}], stream=True)
        )
        assert client.models.list().data[0].id == "sample-fast"
        with pytest.raises(openai.NotFoundError, match="not served"):
            client.get("/internal", cast_to=object)
        client.close()
    entries = entries_of(home)
    mine = [entry for entry in entries if entry.source == "asgi:main"]
    assert [entry.seq for entry in mine] == list(range(1, len(mine) + 1))
    assert (mine[0].kind, mine[-1].kind) == ("source.started", "source.stopped")
    requests = [entry for entry in mine if entry.kind == "exchange.request"]
    responses = {entry.body["exchange"]: entry for entry in mine if entry.kind == "exchange.response"}
    assert [entry.body["protocol"] for entry in requests] == ["openai.chat", "openai.chat", "openai.models"]
    assert requests[0].body["claimed_user"] == {"value": "u-1", "method": "body.user"}
    assert {entry.body["state"] for entry in responses.values()} == {"complete"}
    first, second = (responses[entry.body["exchange"]] for entry in requests[:2])
    assert whole.headers["x-proofbook-exchange"] == first.body["exchange"]
    with open_vault(home) as vault:
        position = next(index for index, entry in enumerate(entries) if entry.id == first.id)
        sealed = vault.content(position, "response", bytes.fromhex(first.body["content"]["response"]["commit"]))
    assert sealed == whole.content
    assert second.body["chunks"] == len(chunks)
    assert [entry.body["reason"] for entry in mine if entry.kind == "exchange.refused"] == ["path_not_served"]


def test_sglang_adds_it_with_its_home(home: Home) -> None:
    """`app.add_middleware(RecordExchanges, home=...)`: no environment is needed; two servers of one home record apart."""
    apps = [build_engine(), build_engine()]
    for app in apps:
        app.add_middleware(RecordExchanges, home=home.path)
    with open_door(home, must_write=True), serving(apps[0]) as one, serving(apps[1]) as other:
        for url in (one, other):
            client = openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0)
            client.chat.completions.create(model="sample-fast", messages=[{"role": "user", "content": "hello"}])
            client.close()
    asked = [entry.source for entry in entries_of(home) if entry.kind == "exchange.request"]
    assert sorted(asked) == ["asgi:main", "asgi:main/2"]


def test_a_subclass_says_which_home_where_a_server_takes_a_class_only(home: Home) -> None:
    """Several engines of one machine, without the environment."""
    recorded: Any = type("Recorded", (RecordExchanges,), {"home": str(home.path), "server": "main"})
    app = build_engine()
    app.add_middleware(recorded)
    with serving(app) as url:  # nobody writes the book
        reply = openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0)
        with pytest.raises(openai.InternalServerError, match="record store cannot be written"):
            reply.chat.completions.create(model="sample-fast", messages=[{"role": "user", "content": "hello"}])
        reply.close()


def test_a_home_without_such_a_server_stops_the_engine(tmp_path: Path) -> None:
    """`uvicorn` prints the sentence and ends."""
    app = build_engine()
    app.add_middleware(RecordExchanges, home=make_home(tmp_path).path)
    with pytest.raises(RuntimeError, match="did not start"), serving(app):
        pass


def test_the_writer_may_be_restarted_under_a_running_engine(home: Home) -> None:
    """`proofbook up` is stopped and started again: in between nothing is served, afterwards all is recorded again."""
    app = RecordExchanges(told := ToldEngine(), home=home.path)

    async def work() -> None:
        with open_door(home, must_write=True):
            life = living(app)
            await life.__aenter__()
            assert (await AsgiCaller().call(app)).complete
        assert (await AsgiCaller().call(app)).status == 503
        assert len(told.asked) == 1
        with open_door(home, must_write=True):
            while (await AsgiCaller().call(app)).status != 200:  # noqa: ASYNC110 - connections are made anew by the next call
                await asyncio.sleep(0.02)
            await life.__aexit__(None, None, None)

    asyncio.run(work())
    kinds = [entry.kind for entry in entries_of(home) if entry.source == "asgi:main"]
    assert kinds.count("exchange.request") == kinds.count("exchange.response") == 2
    assert {"source.gap", "exchange.refused"} <= set(kinds)
    assert kinds[-1] == "source.stopped"
