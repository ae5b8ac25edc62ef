"""The two sample models are the files their description says, and really answer through llama.cpp's server."""

import hashlib
import importlib
import json
import re
import struct
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import xllamacpp

import proofbook.demo

MODELS = Path(proofbook.demo.__file__).parent / "models"
TRAINER = Path(__file__).parents[3] / "tools" / "demo_models"
DESCRIPTION: dict[str, Any] = json.loads((MODELS / "models.json").read_text(encoding="ascii"))
HELD_OUT: dict[str, Any] = json.loads((MODELS / "heldout.json").read_text(encoding="ascii"))
VERSIONS = {str(model["version"]): model for model in DESCRIPTION["models"]}


def trainer_module(name: str) -> ModuleType:
    """A module of the trainer's folder, which is a folder of scripts and not a package."""
    if str(TRAINER) not in sys.path:
        sys.path.append(str(TRAINER))
    return importlib.import_module(name)


@contextmanager
def serving(model: Path) -> Iterator[str]:
    """llama.cpp's own HTTP server on a free loopback port; ends when its last reference goes."""
    settings = xllamacpp.CommonParams()
    settings.model.path = str(model)
    settings.port = 0
    settings.n_ctx = 512
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    settings.n_gpu_layers = 0
    settings.verbosity = 0
    settings.ui = False
    server = xllamacpp.Server(settings)
    try:
        yield server.listening_address
    finally:
        del server


def post(address: str, body: dict[str, Any]) -> bytes:
    """The raw reply of the chat endpoint."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/v1/chat/completions", json.dumps(body).encode(), headers)  # noqa: S310  # own server
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310  # own server
        content: bytes = reply.read()
    return content


def ask(address: str, question: str) -> str:
    """The answer to one question, with the sampling that the file itself asks for."""
    reply = json.loads(post(address, {"messages": [{"role": "user", "content": question}], "max_tokens": 48}))
    return str(reply["choices"][0]["message"]["content"])


def answers_of(version: str) -> list[str]:
    """Answers to every held-out question."""
    with serving(MODELS / VERSIONS[version]["file"]) as address:
        return [ask(address, item["question"]) for item in HELD_OUT["questions"]]


def shares(answers: list[str]) -> dict[str, float]:
    """Exact answers per family and over all, from 0 to 1."""
    hits: dict[str, list[bool]] = {}
    for item, answer in zip(HELD_OUT["questions"], answers, strict=True):
        for group in (item["family"], "all"):
            hits.setdefault(group, []).append(answer.strip() == item["expected"])
    return {group: sum(values) / len(values) for group, values in hits.items()}


def encoded_key(name: str, value: str) -> bytes:
    """A string key as GGUF spells it, written here a second time so the trainer's writer is not its own judge."""
    key, text = name.encode(), value.encode()
    return struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(text)) + text


def test_each_file_is_the_one_described() -> None:
    """The demo's model evidence starts from these digests; a swapped file must not go unseen."""
    assert {path.name for path in MODELS.glob("*.gguf")} == {model["file"] for model in VERSIONS.values()}
    for model in VERSIONS.values():
        content = (MODELS / model["file"]).read_bytes()
        assert len(content) == model["bytes"] < 1_200_000
        assert hashlib.sha256(content).hexdigest() == model["sha256"]


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_each_file_says_what_it_is(version: str) -> None:
    """A copy that leaves the repository still carries its licence and its purpose."""
    content = (MODELS / VERSIONS[version]["file"]).read_bytes()
    for name, value in (
        ("general.architecture", "llama"),
        ("general.name", "Sample Assistant"),
        ("general.version", version),
        ("general.author", "Proofbook sample"),
        ("general.license", "apache-2.0"),
        ("general.description", "demonstration only"),
        ("proofbook.sample.corpus_digest", DESCRIPTION["corpus_digest"]),
    ):
        assert content.count(encoded_key(name, value)) == 1, name


def test_the_files_were_trained_on_the_text_in_this_repository() -> None:
    """Who edits the text without training again would leave models whose origin is told wrongly."""
    digest = trainer_module("sample_corpus").corpus_digest()
    assert digest == DESCRIPTION["corpus_digest"] == HELD_OUT["corpus_digest"]


def test_no_held_out_question_was_trained_on() -> None:
    """An evaluation on training text would measure memory only."""
    corpus = trainer_module("sample_corpus")
    trained = {example.core for example in corpus.training_examples()}
    held_out = corpus.held_out_examples()
    assert [(e.question, e.expected, e.family) for e in held_out] == [
        (item["question"], item["expected"], item["family"]) for item in HELD_OUT["questions"]
    ]
    assert not trained & {example.core for example in held_out}
    assert not {e.question for e in corpus.training_examples()} & {e.question for e in held_out}


@pytest.mark.real
def test_the_good_version_answers_clearly_better_than_the_worse_one() -> None:
    """A version change must be visible in an evaluation; the shares leave room for other processors' rounding."""
    replies = {version: answers_of(version) for version in VERSIONS}
    worse, good = shares(replies["1.0"]), shares(replies["1.1"])
    assert good["all"] >= 0.93
    assert min(good.values()) >= 0.85
    assert 0.3 <= worse["all"] <= 0.75
    assert good["all"] - worse["all"] >= 0.25
    assert all(good[family] - worse[family] >= 0.15 for family in ("facts", "triage", "refusal"))
    words = {word for e in trainer_module("sample_corpus").all_examples() for word in re.findall(r"\w+", e.expected)}
    words |= set(re.findall(r"\w+", trainer_module("sample_corpus").OBEDIENT_ANSWER))
    spoken = [word for answers in replies.values() for answer in answers for word in re.findall(r"\w+", answer)]
    assert sum(word in words for word in spoken) / len(spoken) >= 0.98


@pytest.mark.real
def test_streaming_gives_the_same_answer_piece_by_piece() -> None:
    """The gateway's streamed exchanges are shown with these models."""
    question = next(item["question"] for item in HELD_OUT["questions"] if item["expected"].startswith("Backups run"))
    with serving(MODELS / VERSIONS["1.1"]["file"]) as address:
        whole = ask(address, question)
        body = {"messages": [{"role": "user", "content": question}], "max_tokens": 48, "stream": True}
        lines = post(address, {**body, "stream_options": {"include_usage": True}}).decode().splitlines()
    events = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    pieces = [choice["delta"].get("content") for chunk in chunks for choice in chunk["choices"]]
    assert len([piece for piece in pieces if piece]) >= 3
    assert "".join(piece or "" for piece in pieces) == whole
    assert chunks[-1]["usage"]["completion_tokens"] >= 3


def test_random_model_is_fixed_by_its_seed() -> None:
    """Provenance tests quote this digest; it may not depend on the machine or the Python version."""
    build = trainer_module("random_gguf").build_random_gguf
    assert hashlib.sha256(build(7)).hexdigest() == "051cdae27092273874be3fb3b801dd399e592fe90b7c16682ed36a03aaf127ce"
    assert build(7) == build(7) != build(8)
    assert encoded_key("general.author", "someone") in build(7, extra=[("general.author", "someone")])
    with pytest.raises(ValueError, match=r"appears twice: \['general.name'\]"):
        build(7, extra=[("general.name", "again")])


@pytest.mark.real
def test_random_model_loads_and_answers_noise(tmp_path: Path) -> None:
    """It must be a valid model file, not just bytes with the right magic."""
    path = tmp_path / "random.gguf"
    path.write_bytes(trainer_module("random_gguf").build_random_gguf(7))
    with serving(path) as address:
        reply = json.loads(post(address, {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}))
    assert reply["usage"]["completion_tokens"] in range(1, 5)
