"""Which weights stand behind an engine, asked of the engine itself and of the files it names, away from the requests.

Promises: a binding says when it was resolved and by what method, or `unknown` and why; a wrong or silent engine gives `unknown`,
never an old answer kept beyond `binding_seconds` twice. llama.cpp states the path it loaded (`GET /props`), whose hash the
injected `ArtifactDigests` knows, if it is a whole path and the engine sees this machine's files; Ollama states a manifest digest
per name (`GET /api/tags`), which it reads in any case and with or without registry and tag, and whether a model is served
remotely (gateways.md finding 9). Does not: trust a model name; see the
engine's memory, only the file it says it read. Engine replies are bounded and only read for strings.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal, Protocol, TypeAlias

from proofbook.errors import UpstreamUnavailable
from proofbook.gateway.wire.text import bounded_text
from proofbook.primitives.digest import Digest
from proofbook.primitives.verdict import Unknown

Product: TypeAlias = Literal["llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio", "unknown"]

_HEX_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")
_NAMES = 512
"""Models of one engine that are looked at."""


class ArtifactDigests(Protocol):
    """Knows the digests of model files."""

    def digest_of(self, path: str) -> tuple[Digest, str] | Unknown:
        """The digest of the file at `path` and how it was found, or why it is not known. Called in a thread: may take long."""


class OtherFiles:
    """Implements `ArtifactDigests` for an engine that sees other files than we do: a like path here would be another file."""

    def digest_of(self, path: str) -> tuple[Digest, str] | Unknown:
        """Nothing can be known of it from here."""
        del path
        return Unknown(("the engine reads files of another machine or container, which cannot be hashed from here",))


class EngineProbe(Protocol):
    """Asks an engine about itself."""

    async def fetch_json(self, path: str) -> dict[str, Any]:
        """The JSON object at `path`. Raises UpstreamUnavailable when there is none."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What is known of one model's weights."""

    artifact: Digest | None
    method: str
    reason: str | None
    remote_host: str | None = None
    """Host to which the engine forwards requests for it, as far as it states one."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What an engine was seen to be at one instant. `any_name` holds for whatever model is asked for; `by_name` otherwise."""

    product: Product
    build: str
    any_name: Weights | None
    by_name: Mapping[str, Weights] = field(default_factory=dict)
    resolved_at: str | None = None
    by_spelling: Mapping[str, Weights] = field(default_factory=dict)
    """Of an Ollama, the same by the whole name in lower case: it takes every spelling of one name for the same."""

    def engine(self, upstream: str) -> dict[str, Any]:
        """The engine, as `records.exchange.Engine` has it."""
        return {"upstream": upstream, "product": self.product, "build": self.build}

    def binding(self, asked: str | None) -> dict[str, Any]:
        """The binding of a request for the model `asked`, as `records.exchange.ModelBinding` has it."""
        weights = self.weights(asked)
        known = weights.artifact is not None
        return {
            "asked": asked,
            "artifact": weights.artifact,
            "status": "resolved" if known else "unknown",
            "method": weights.method,
            "reason": weights.reason,
            "resolved_at": self.resolved_at if known else None,
            "remote_host": weights.remote_host,
        }

    def weights(self, asked: str | None) -> Weights:
        """What is known of the weights behind the model `asked`."""
        if self.any_name is not None:
            return self.any_name
        if asked is None:
            return Weights(None, "none", "the request names no model")
        found = self.by_name.get(asked) or self.by_name.get(f"{asked}:latest")
        if found is None and self.product == "ollama":
            return self.by_spelling.get(_plain(asked)) or _unlisted(asked)
        return found or _NOT_LISTED


_NOT_LISTED = Weights(None, "none", "the engine does not list the model that was asked for")


def _unlisted(asked: str) -> Weights:
    """What is known of a name that an Ollama does not list: by its tag it may mean one that is answered elsewhere."""
    tag = _plain(asked).rpartition(":")[2]
    if tag == "cloud" or tag.endswith("-cloud"):
        return Weights(None, "none", "the engine does not list the model that was asked for, and may forward it", "unknown")
    return _NOT_LISTED


def _plain(asked: str) -> str:
    """A name as Ollama completes it: `registry.ollama.ai/library/name:latest`, in lower case."""
    *leading, last = asked.lower().rpartition("://")[2].split("/")
    name, _, tag = last.partition(":")
    whole = ["registry.ollama.ai", "library"][: max(0, 2 - len(leading))] + leading
    return f"{'/'.join(whole)}/{name}:{tag or 'latest'}"


def unseen(reason: str) -> Sighting:
    """An engine of which nothing is known."""
    return Sighting("unknown", "unknown", Weights(None, "none", reason))


async def fetch_sighting(probe: EngineProbe, hint: str, digests: ArtifactDigests, now: str) -> Sighting:
    """Ask the engine. `hint` is a product or `auto`; `now` the instant the answer is good for.

    Raises:
        UpstreamUnavailable: the engine does not answer at all.
    """
    if hint in {"auto", "llama.cpp"} and (props := await _try(probe, "/props")) is not None and _is_llama(props):
        return await _llama(props, digests, now)
    if (
        hint in {"auto", "ollama"}
        and (tags := await _try(probe, "/api/tags")) is not None
        and isinstance(tags.get("models"), list)
    ):
        return _ollama(tags, await _try(probe, "/api/version") or {}, now)
    models = await _try(probe, "/v1/models")
    if models is None:
        raise UpstreamUnavailable("the engine answers none of the questions about itself")
    return await _listed(models, await _try(probe, "/version") or {}, hint, digests, now)


async def _try(probe: EngineProbe, path: str) -> dict[str, Any] | None:
    try:
        return await probe.fetch_json(path)
    except UpstreamUnavailable:
        return None


def _is_llama(props: Mapping[str, Any]) -> bool:
    return "build_info" in props or "default_generation_settings" in props


async def _llama(props: Mapping[str, Any], digests: ArtifactDigests, now: str) -> Sighting:
    build = bounded_text(props.get("build_info"), 128) or "unknown"
    weights = await _hash_path(props.get("model_path"), "llama.cpp /props model_path", digests)
    return Sighting("llama.cpp", build, weights, resolved_at=now)


async def _hash_path(path: object, stated_by: str, digests: ArtifactDigests) -> Weights:
    if not isinstance(path, str) or not path:
        return Weights(None, stated_by, "the engine does not state which file it loaded")
    if not PurePath(path).is_absolute():  # a like name below our own folder would be another file
        return Weights(None, stated_by, "the engine states a path relative to a folder that it does not state")
    found = await asyncio.get_running_loop().run_in_executor(None, digests.digest_of, path)
    if isinstance(found, Unknown):
        return Weights(None, stated_by, bounded_text("; ".join(found.reasons), 256) or "the file's digest is not known")
    digest, method = found
    return Weights(digest, f"{stated_by}, {method}", None)


def _ollama(tags: Mapping[str, Any], version: Mapping[str, Any], now: str) -> Sighting:
    by_name: dict[str, Weights] = {}
    for model in tags["models"][:_NAMES]:
        if isinstance(model, dict):
            weights = _ollama_weights(model)
            by_name |= {name: weights for name in (model.get("name"), model.get("model")) if isinstance(name, str)}
    by_spelling = {
        _plain(name): weights for name, weights in sorted(by_name.items(), key=lambda each: each[1].remote_host is not None)
    }
    return Sighting("ollama", bounded_text(version.get("version"), 128) or "unknown", None, by_name, now, by_spelling)


def _ollama_weights(model: Mapping[str, Any]) -> Weights:
    if model.get("remote_host") or model.get("remote_model"):
        host = bounded_text(model.get("remote_host"), 128)
        reason = f"served remotely at {host or 'a host it does not state'}"
        return Weights(None, "ollama /api/tags", reason, host or "unknown")
    digest = model.get("digest")
    matched = _HEX_DIGEST.match(digest) if isinstance(digest, str) else None
    if matched is None:
        return Weights(None, "ollama /api/tags", "the engine states no digest for this model")
    return Weights(Digest("sha256:" + matched[1]), "ollama /api/tags manifest digest", None)


async def _listed(
    models: Mapping[str, Any], version: Mapping[str, Any], hint: str, digests: ArtifactDigests, now: str
) -> Sighting:
    """An engine that is known by its list of models only; vLLM states the path it loaded as `root`."""
    rows = models.get("data")
    listed = [model for model in rows[:_NAMES] if isinstance(model, dict)] if isinstance(rows, list) else []
    owners = {owner for model in listed if isinstance(owner := model.get("owned_by"), str)}
    product: Product = "vllm" if "vllm" in owners else "sglang" if "sglang" in owners else _hinted(hint)
    by_name: dict[str, Weights] = {}
    for model in listed:
        name, root = model.get("id"), model.get("root")
        if isinstance(name, str):
            local = isinstance(root, str) and root.startswith("/")
            by_name[name] = await _hash_path(root if local else None, "/v1/models root", digests)
    return Sighting(product, bounded_text(version.get("version"), 128) or "unknown", None, by_name, now)


def _hinted(hint: str) -> Product:
    match hint:
        case "llama.cpp" | "ollama" | "vllm" | "sglang" | "tgi" | "lmstudio":
            return hint
        case _:
            return "unknown"
