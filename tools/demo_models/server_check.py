"""Ask a model file questions through llama.cpp's real HTTP server, in process, and count exact answers.

Promises: nothing is simulated: a socket, the OpenAI-shaped chat endpoint, greedy sampling, one thread.
Does not: retry or score leniently; an answer counts only when it equals the expected sentence.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xllamacpp
from sample_corpus import Example


@dataclass(frozen=True, slots=True)
class Score:
    """Exact answers in one family."""

    correct: int
    total: int


@contextmanager
def running_server(model: Path) -> Iterator[str]:
    """Serve the file on a free port of the loopback address; yields the base address; stops on leaving."""
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


def ask_server(address: str, question: str) -> str:
    """One greedy chat completion of at most 48 tokens."""
    body = {"messages": [{"role": "user", "content": question}], "temperature": 0, "max_tokens": 48}
    answer = _post(f"{address}/v1/chat/completions", body)
    return str(answer["choices"][0]["message"]["content"])


def tokenize_on_server(address: str, text: str) -> list[int]:
    """llama.cpp's own token numbers for plain text."""
    return list(_post(f"{address}/tokenize", {"content": text, "add_special": False})["tokens"])


def score_answers(examples: Sequence[Example], answers: Sequence[str]) -> dict[str, Score]:
    """Exact matches per family, families in order of first appearance."""
    scores: dict[str, Score] = {}
    for example, answer in zip(examples, answers, strict=True):
        old = scores.get(example.family, Score(0, 0))
        scores[example.family] = Score(old.correct + (answer.strip() == example.expected), old.total + 1)
    return scores


def _post(url: str, body: dict[str, object]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310  # own server
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310  # own server
        return json.load(reply)
