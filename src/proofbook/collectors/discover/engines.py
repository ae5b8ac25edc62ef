"""Inference engines that answer on this machine's loopback address, asked a few harmless questions.

Promises: only GET, only to loopback, only to ports that were named; at most 2 seconds and 1 MiB per question and 6 questions per
port; no redirect is followed, no proxy is used, no key is sent. What an engine says is hostile: it is parsed strictly and made
plain. An engine that wants a key is reported as such. Does not decide whether an engine may be there.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from proofbook.collectors.wording import plain

KNOWN_PORTS = (11434, 8000, 8080, 1234, 30000, 3000)
"""Ollama, vLLM, llama.cpp, LM Studio, SGLang, TGI: asked even when their sockets cannot be seen."""
SECONDS = 2.0
MAX_ANSWER = 1024 * 1024
MAX_MODELS = 32

Product: TypeAlias = Literal["llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio", "unknown"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question: status, and the body's JSON value where it is JSON, and its first bytes."""

    status: int
    value: Any
    head: bytes


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model an engine says it serves: its name, a file path and a digest where the engine states them."""

    name: str
    path: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class FoundEngine:
    """An engine that answered. `build` is its own word or `unknown`; `metrics` whether its counters can be read."""

    address: str
    port: int
    product: Product
    build: str
    models: tuple[ServedModel, ...]
    metrics: Literal["yes", "no", "unknown"]
    key: Literal["required", "not_required", "unknown"]


def ask_engine(port: int, *, address: str = "127.0.0.1", seconds: float = SECONDS) -> FoundEngine | None:
    """The engine on a loopback port; None when nothing there answers as one."""
    props = _get(address, port, "/props", seconds)
    if props is None:
        return None
    models = _get(address, port, "/v1/models", seconds)
    version = _get(address, port, "/api/version", seconds)
    running = _get(address, port, "/api/ps", seconds) if _text(version, "version") else None
    plain_version = _get(address, port, "/version", seconds)
    metrics = _get(address, port, "/metrics", seconds)
    product, build = _identify(props, models, version, plain_version)
    if product == "unknown" and not _is_model_list(models) and not _wants_key(models):
        return None
    return FoundEngine(
        address=address,
        port=port,
        product=product,
        build=plain(build, 120),
        models=_models(product, props, models, running),
        metrics=_metrics(metrics),
        key="required" if _wants_key(models) or _wants_key(props) else "not_required" if _is_model_list(models) else "unknown",
    )


def ask_engines(ports: Sequence[int], *, seconds: float = SECONDS) -> tuple[FoundEngine, ...]:
    """Every engine among the ports, in order."""
    found = (ask_engine(port, seconds=seconds) for port in ports)
    return tuple(engine for engine in found if engine is not None)


def _get(address: str, port: int, path: str, seconds: float) -> Answer | None:
    """One question with one deadline over connect, headers and body; None when there is no HTTP answer."""
    connection = http.client.HTTPConnection(address, port, timeout=seconds)
    deadline: threading.Timer | None = None
    try:
        connection.connect()
        # Held here: the connection forgets its socket while the answer is still being read.
        deadline = threading.Timer(seconds, _cut, [connection.sock])
        deadline.daemon = True
        deadline.start()
        connection.request("GET", path, headers={"Accept": "application/json, text/plain", "Connection": "close"})
        response = connection.getresponse()
        body = response.read(MAX_ANSWER + 1)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        if deadline is not None:
            deadline.cancel()
        connection.close()
    value: Any = None
    if len(body) <= MAX_ANSWER:
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(body)
    return Answer(response.status, value, body[:65_536])


def _cut(held: socket.socket) -> None:
    with contextlib.suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)


def _identify(props: Answer, models: Answer | None, version: Answer | None, plain_version: Answer | None) -> tuple[Product, str]:
    settings = _object(props)
    if "default_generation_settings" in settings or "build_info" in settings:
        return "llama.cpp", _text(props, "build_info") or "unknown"
    owners = {str(row.get("owned_by", "")).lower() for row in _rows(models, "data")}
    stated = _text(plain_version, "version") or "unknown"
    for owner, product in _OWNERS:
        if owner in owners:
            return product, stated
    if _text(version, "version"):
        return "ollama", _text(version, "version") or "unknown"
    return "unknown", stated


_OWNERS: tuple[tuple[str, Product], ...] = (
    ("vllm", "vllm"),
    ("sglang", "sglang"),
    ("llamacpp", "llama.cpp"),
    ("organization_owner", "lmstudio"),
)


def _models(product: Product, props: Answer, models: Answer | None, running: Answer | None) -> tuple[ServedModel, ...]:
    if product == "llama.cpp" and _text(props, "model_path"):
        alias = next((str(row.get("id", "")) for row in _rows(models, "data")), "") or "unknown"
        return (ServedModel(plain(alias, 200), plain(_text(props, "model_path") or "", 400)),)
    if product == "ollama":
        rows = _rows(running, "models")[:MAX_MODELS]
        return tuple(ServedModel(_name(row, "name"), None, _digest(row.get("digest"))) for row in rows)
    rows = _rows(models, "data")[:MAX_MODELS]
    return tuple(ServedModel(_name(row, "id"), _name(row, "root") if isinstance(row.get("root"), str) else None) for row in rows)


def _name(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return plain(value, 200) if isinstance(value, str) and value else "unknown"


def _digest(value: object) -> str | None:
    text = value.removeprefix("sha256:") if isinstance(value, str) else ""
    return f"sha256:{text}" if len(text) == 64 and all(mark in "0123456789abcdef" for mark in text) else None


def _metrics(answer: Answer | None) -> Literal["yes", "no", "unknown"]:
    if answer is None:
        return "unknown"
    return "yes" if answer.status == 200 and b"# TYPE" in answer.head else "no"


def _wants_key(answer: Answer | None) -> bool:
    return answer is not None and answer.status in {401, 403}


def _is_model_list(answer: Answer | None) -> bool:
    return answer is not None and answer.status == 200 and isinstance(_object(answer).get("data"), list)


def _object(answer: Answer | None) -> Mapping[str, Any]:
    return answer.value if answer is not None and answer.status == 200 and isinstance(answer.value, dict) else {}


def _text(answer: Answer | None, key: str) -> str | None:
    value = _object(answer).get(key)
    return value if isinstance(value, str) and value else None


def _rows(answer: Answer | None, key: str) -> list[Mapping[str, Any]]:
    value = _object(answer).get(key)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
