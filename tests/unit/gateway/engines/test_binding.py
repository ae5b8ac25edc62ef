"""What engines say about the weights they have loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from proofbook.errors import UpstreamUnavailable
from proofbook.gateway.engines.binding import OtherFiles, Sighting, fetch_sighting, unseen
from proofbook.gateway.settings import UpstreamSettings
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.instants import FixedClock
from proofbook.records.exchange import Engine, ModelBinding
from proofbook.weights.hash_cache import CachedDigests, HashCache
from support.running_gateway import KnownDigests, run

NOW = "2026-06-01T00:00:00.000000Z"
HEX = "a" * 64


@dataclass
class ScriptedProbe:
    """Answers from a table."""

    answers: dict[str, dict[str, Any]]

    async def fetch_json(self, path: str) -> dict[str, Any]:
        if path not in self.answers:
            raise UpstreamUnavailable(path)
        return self.answers[path]


def _see(answers: dict[str, dict[str, Any]], hint: str = "auto", **known: bytes) -> Sighting:
    digests = KnownDigests({"/" + name: data for name, data in known.items()})
    return run(fetch_sighting(ScriptedProbe(answers), hint, digests, NOW))


def _bound(seen: Sighting, asked: str | None) -> ModelBinding:
    return ModelBinding.model_validate(seen.binding(asked))


def _engine(seen: Sighting) -> Engine:
    return Engine.model_validate(seen.engine("e"))


def test_llama_is_bound_by_the_hash_of_the_file_it_names() -> None:
    """The name a client asks for means nothing there."""
    seen = _see({"/props": {"model_path": "/weights", "build_info": "b7-x"}}, weights=b"w")
    bound = _bound(seen, "anything")
    assert (bound.asked, bound.artifact, bound.status, bound.resolved_at) == ("anything", sha256_digest(b"w"), "resolved", NOW)
    assert bound.method == "llama.cpp /props model_path, full hash"
    assert (_engine(seen).product, _engine(seen).build) == ("llama.cpp", "b7-x")


@pytest.mark.parametrize(
    "props", [{"build_info": 5}, {"build_info": "b", "model_path": ""}, {"build_info": "b", "model_path": ["x"]}]
)
def test_llama_that_names_no_file_is_unknown(props: dict[str, Any]) -> None:
    """Unknown with a reason."""
    bound = _bound(_see({"/props": props}), "m")
    assert (bound.status, bound.reason) == ("unknown", "the engine does not state which file it loaded")


def test_file_whose_digest_is_not_known_is_unknown() -> None:
    """The path alone proves nothing."""
    bound = _bound(_see({"/props": {"model_path": "/elsewhere", "build_info": "b"}}), "m")
    assert (bound.status, bound.artifact, bound.reason, bound.resolved_at) == ("unknown", None, "the file was not hashed", None)


def test_ollama_is_bound_by_name_and_remote_models_are_not() -> None:
    """Local is not always local."""
    tags = {"models": [
        {"name": "a:latest", "model": "a:latest", "digest": HEX}, {"name": "b:7b", "digest": "sha256:" + HEX}, {"name": "c", "digest": "odd"},
        {"name": "cloud", "digest": HEX, "remote_host": "https://remote.example", "remote_model": "big"}, "odd", {"name": 5},
    ]}  # fmt: skip
    seen = _see({"/api/tags": tags, "/api/version": {"version": "0.9"}})
    assert _engine(seen).build == "0.9"
    assert [_bound(seen, name).artifact for name in ("a", "a:latest", "b:7b")] == ["sha256:" + HEX] * 3
    assert [_bound(seen, name).status for name in ("c", "cloud", "other", None)] == ["unknown"] * 4
    assert _bound(seen, "cloud").reason == "served remotely at https://remote.example"


@pytest.mark.parametrize(
    "spelling",
    ["CLOUDY", "Cloudy:Latest", "library/cloudy", "registry.ollama.ai/library/cloudy:latest", "https://Registry.Ollama.ai/library/cloudy",
     "unlisted:cloud", "library/unlisted:7b-Cloud"],
)  # fmt: skip
def test_no_spelling_makes_a_remote_model_of_ollama_a_local_one(spelling: str) -> None:
    """It takes names in any case, with or without registry and tag: a rule against remote models must hold for all of them."""
    tags = {
        "models": [
            {"name": "cloudy:latest", "digest": HEX, "remote_host": "https://remote.example"},
            {"name": "a:7b", "digest": HEX},
        ]
    }
    seen = _see({"/api/tags": tags})
    assert (_bound(seen, spelling).remote_host is not None, _bound(seen, spelling).artifact) == (True, None)
    assert (_bound(seen, "A:7B").artifact, _bound(seen, "A:7B").remote_host) == ("sha256:" + HEX, None)
    assert [_bound(seen, name).artifact for name in ("a", "other/a:7b", "other.example/library/a:7b", "a:7b@x")] == [None] * 4


def test_vllm_is_bound_by_the_path_it_states() -> None:
    """A repository name is no path and proves nothing."""
    models = {
        "data": [{"id": "m", "owned_by": "vllm", "root": "/weights"}, {"id": "hub", "owned_by": "vllm", "root": "org/name"}]
    }
    seen = _see({"/v1/models": models, "/version": {"version": "0.11"}}, weights=b"w")
    assert (seen.product, seen.build) == ("vllm", "0.11")
    assert (_bound(seen, "m").artifact, _bound(seen, "hub").status) == (sha256_digest(b"w"), "unknown")


@pytest.mark.parametrize(("hint", "product"), [("auto", "unknown"), ("lmstudio", "lmstudio")])
def test_engine_of_no_known_make_is_what_the_hint_says(hint: str, product: str) -> None:
    """Detected, hinted or unknown; never guessed."""
    seen = _see({"/v1/models": {"data": "odd"}}, hint)
    assert (seen.product, _bound(seen, "m").status) == (product, "unknown")


def test_engine_that_answers_nothing_is_unavailable() -> None:
    """The caller decides what that means."""
    with pytest.raises(UpstreamUnavailable):
        _see({})


def test_unseen_engine_is_unknown_with_its_reason() -> None:
    """Before the first look, too."""
    assert _bound(unseen("not yet"), "m").reason == "not yet"


@pytest.mark.parametrize("path", ["weights", "./weights", "models/weights"])
def test_path_that_is_not_whole_is_unknown(path: str) -> None:
    """The engine's folder is not ours: a file of that name below ours is another one, and would be named as what answered."""
    digests = KnownDigests({path: b"another file of that name"})
    probe = ScriptedProbe({"/props": {"model_path": path, "build_info": "b"}})
    bound = _bound(run(fetch_sighting(probe, "auto", digests, NOW)), "m")
    assert (bound.artifact, bound.status) == (None, "unknown")
    assert bound.reason == "the engine states a path relative to a folder that it does not state"


def test_file_of_another_machine_is_unknown() -> None:
    """A file here may have the path that an engine elsewhere states."""
    probe = ScriptedProbe({"/props": {"model_path": "/weights", "build_info": "b"}})
    bound = _bound(run(fetch_sighting(probe, "auto", OtherFiles(), NOW)), "m")
    assert (bound.artifact, bound.status) == (None, "unknown")
    assert "another machine" in str(bound.reason)


@pytest.mark.parametrize(
    ("url", "chosen", "ours"),
    [
        ("http://127.0.0.1:8080", "auto", True),
        ("http://localhost:8080", "auto", True),
        ("http://[::1]:8080", "auto", True),
        ("http://10.0.0.5:8080", "auto", False),
        ("http://gpu-host:8080", "auto", False),
        ("http://127.0.0.1:8080", "no", False),
        ("http://gpu-host:8080", "yes", True),
    ],
)
def test_only_an_engine_on_this_machine_sees_our_files_unless_it_is_said(url: str, chosen: Any, ours: bool) -> None:  # noqa: FBT001 - a table's column
    """Binding by path is a claim about one file system."""
    assert UpstreamSettings("e", url, same_files=chosen).sees_our_files is ours


@pytest.mark.parametrize(
    "answers",
    [
        {"/v1/models": {"data": 5}},
        {"/v1/models": {"data": {"a": 1}}},
        {"/v1/models": {"data": [{"id": "m", "owned_by": []}, {"id": ["m"]}, 7]}},
        {"/api/tags": {"models": [{"name": ["x"], "digest": 5}, None]}},
        {"/props": {"build_info": "\ud800", "model_path": "/\ud800"}},
    ],
)
def test_odd_answers_are_unknown_and_fit_for_an_entry(answers: dict[str, Any]) -> None:
    """What an engine says of itself may neither stop the looks nor make every request impossible to record."""
    probe = ScriptedProbe(answers)
    seen = run(fetch_sighting(probe, "auto", CachedDigests(HashCache(), FixedClock(datetime(2026, 6, 1, tzinfo=UTC))), NOW))
    assert _bound(seen, "m").status == "unknown"
    assert canonical_bytes({"model": seen.binding("m"), "engine": seen.engine("e")})
