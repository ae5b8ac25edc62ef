"""A small engine that speaks the whole of Ollama's published interface for asking models: chat, generate, embed, and the lists.

It answers with words of its own, deterministically, in Ollama's framing: chunked JSON lines unless `"stream": false`. A model that
ends in `:cloud` is served remotely; a question with the word FAIL breaks in the middle, as a runner that crashes does.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from support.fault_engine import STREAM_END, Seen, chunk, read_request, whole

DIGEST = "ab" * 32
VERSION = "0.31.0"
MODEL = "sample:latest"
REMOTE = "far:cloud"
_DETAILS = {"parent_model": "", "format": "gguf", "family": "sample", "families": ["sample"], "parameter_size": "1M"}
_LINES_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
_AT = "2026-11-21T03:12:28.123456789Z"
_TIMES = {"total_duration": 900, "load_duration": 100, "prompt_eval_duration": 300, "eval_duration": 500}
_FAR = {"remote_model": "far", "remote_host": "https://far.example:443"}


@dataclass(slots=True)
class OllamaEngine:
    """What was asked of it."""

    port: int = 0
    requests: list[Seen] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.tasks.add(task)
        try:
            while (seen := await read_request(reader)) is not None:
                if "connection" not in seen.headers:
                    self.requests.append(seen)
                for piece in _answer(seen):
                    writer.write(piece)
                    await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def running_ollama() -> AsyncIterator[OllamaEngine]:
    """The engine on a free port of the loopback address."""
    engine = OllamaEngine()
    server = await asyncio.start_server(engine.serve, "127.0.0.1", 0)
    engine.port = server.sockets[0].getsockname()[1]
    try:
        yield engine
    finally:
        server.close()
        for task in tuple(engine.tasks):
            task.cancel()
        await asyncio.gather(*engine.tasks, return_exceptions=True)


def _answer(seen: Seen) -> Iterator[bytes]:
    if seen.method == "GET":
        yield _json(*_lists(seen.target))
        return
    try:
        asked = json.loads(seen.body)
    except ValueError:
        yield _json({"error": "invalid character"}, 400)
        return
    if asked.get("model") not in {MODEL, "sample", REMOTE}:
        yield _json({"error": f"model '{asked.get('model')}' not found"}, 404)
        return
    match seen.target:
        case "/api/chat" | "/api/generate":
            yield from _talk(asked, chat=seen.target == "/api/chat")
        case "/api/embed":
            texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
            vectors = [[len(text) / 7, 0.25] for text in texts]
            yield _json({"model": asked["model"], "embeddings": vectors, **_TIMES, "prompt_eval_count": len(texts)}, 200)
        case "/api/embeddings":
            yield _json({"embedding": [len(asked["prompt"]) / 7, 0.25]}, 200)
        case "/api/show":
            far = _FAR if asked["model"] == REMOTE else {}
            yield _json(
                {
                    "template": "{{ .Prompt }}",
                    "details": _DETAILS,
                    "capabilities": ["completion"],
                    "modified_at": _AT,
                    "model_info": {"general.architecture": "sample"},
                }
                | far,
                200,
            )
        case _:
            yield whole(b"404 page not found", status=404, content_type="text/plain")


def _lists(target: str) -> tuple[dict[str, Any], int]:
    local = {"name": MODEL, "model": MODEL, "size": 5, "digest": DIGEST, "details": _DETAILS}
    far = {"name": REMOTE, "model": REMOTE, "size": 0, "digest": "cd" * 32, "details": _DETAILS, **_FAR}
    match target:
        case "/api/version":
            return {"version": VERSION}, 200
        case "/api/tags":
            return {"models": [local | {"modified_at": _AT}, far | {"modified_at": _AT}]}, 200
        case "/api/ps":
            return {"models": [local | {"expires_at": _AT, "size_vram": 0, "context_length": 512}]}, 200
        case _:
            return {"error": "not found"}, 404


def _talk(asked: dict[str, Any], *, chat: bool) -> Iterator[bytes]:
    question = json.dumps(asked.get("messages") if chat else asked.get("prompt", ""))
    words = [f"word{number} " for number in range(4)]
    limit = asked.get("options", {}).get("num_predict", len(words))
    said: list[dict[str, Any]] = [{"content": word} for word in words[:limit]]
    if asked.get("think"):
        said.insert(0, {"content": "", "thinking": "hm"})
    if asked.get("tools"):
        call = {"function": {"name": "close_ticket", "arguments": {"done": True, "number": 7}}}
        said.append({"content": "", "tool_calls": [call]})
    base = {"model": asked["model"], "created_at": _AT} | (_FAR if asked["model"] == REMOTE else {})
    end = {"done": True, "done_reason": "length" if limit < len(words) else "stop"} | _TIMES
    end |= {"prompt_eval_count": len(question.split()), "eval_count": len(said)}
    if asked.get("stream", True) is False:
        text = "".join(part["content"] for part in said)
        extra = {key: value for part in said for key, value in part.items() if key != "content"}
        yield _json(base | _part({"content": text} | extra, chat=chat) | end, 200)
        return
    yield _LINES_HEAD
    for number, part in enumerate(said):
        if number and "FAIL" in question:
            yield _line({"error": "the runner stopped"}) + STREAM_END
            return
        yield _line(base | _part(part, chat=chat) | {"done": False})
    yield _line(base | _part({"content": ""}, chat=chat) | end) + STREAM_END


def _part(part: dict[str, Any], *, chat: bool) -> dict[str, Any]:
    if chat:
        return {"message": {"role": "assistant"} | part}
    return {("response" if key == "content" else key): value for key, value in part.items()}


def _line(document: dict[str, Any]) -> bytes:
    return chunk(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def _json(document: dict[str, Any], status: int) -> bytes:
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return whole(body, status=status, content_type="application/json; charset=utf-8")
