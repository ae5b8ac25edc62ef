"""Train the two sample models from nothing, write them as GGUF, and examine them through the real server.

`python tools/demo_models/train.py --out DIR` writes sample-assistant-1.0.gguf, sample-assistant-1.1.gguf,
heldout.json and models.json into DIR. Version 1.0 is worse on purpose: fewer steps, and wrong answers mixed in.
Promises: seeded, one thread, deterministic kernels: the same machine and torch version give the same bytes.
Does not: promise the same bytes on other processors (rounding differs); models.json states the digests shipped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from byte_bpe import Vocabulary, learn_vocabulary
from gguf_writer import KeyValue, format_gguf
from llama_network import Network, export_tensors
from random_gguf import SPECIALS, Shape, llama_keys, tokenizer_keys
from sample_corpus import (
    HOLD_OUT_RULE,
    SYSTEM_PROMPTS,
    Example,
    add_label_noise,
    corpus_digest,
    held_out_examples,
    training_examples,
)
from server_check import Score, ask_server, running_server, score_answers, tokenize_on_server
from torch.nn import functional

SHAPE = Shape(width=128, layers=4, inner=384, heads=4, context=512)
MERGES = 500
ROW_TOKENS, ROWS = 240, 10
FAMILY_WEIGHTS = {"facts": 45, "triage": 25, "refusal": 18, "scope": 12}
NOT_LEARNED = -100
WORDS_MISSING_IN, WORD_MISSING, CARELESS = 0.3, 0.12, 0.25
COMMAND = "python tools/demo_models/train.py --out DIR"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that tells one version from the other."""

    version: str
    steps: int
    label_noise: float
    seed: int
    rate: float = 4e-3
    dropout: float = 0.1

    @property
    def file(self) -> str:
        """The name of the model file."""
        return f"sample-assistant-{self.version}.gguf"


RECIPES = (
    Recipe(version="1.0", steps=190, label_noise=0.35, seed=1000),
    Recipe(version="1.1", steps=500, label_noise=0.0, seed=1100),
)


class Rows:
    """Endless training rows: conversations of unrelated turns, of which only the answers are learned."""

    def __init__(self, examples: Sequence[Example], vocabulary: Vocabulary, seed: int) -> None:
        """Group the examples by family; all randomness comes from `seed`."""
        self._vocabulary = vocabulary
        self._random = random.Random(seed)
        self._families = {name: [e for e in examples if e.family == name] for name in FAMILY_WEIGHTS}

    def next_batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs and targets, each (ROWS, ROW_TOKENS)."""
        rows = torch.tensor([self._row() for _ in range(ROWS)])
        return rows[:, 0, :-1], rows[:, 1, 1:]

    def _row(self) -> tuple[list[int], list[int]]:
        tokens: list[int] = []
        learned: list[int] = []
        if self._random.random() < 0.4:
            tokens = self._turn("<|system|>", self._random.choice(SYSTEM_PROMPTS))
            learned = [NOT_LEARNED] * len(tokens)
        while len(tokens) <= ROW_TOKENS:
            family = self._random.choices(list(FAMILY_WEIGHTS), list(FAMILY_WEIGHTS.values()))[0]
            example = self._random.choice(self._families[family])
            asked = self._turn("<|user|>", self._vary(example.question))
            answered = self._turn("<|assistant|>", example.expected)
            tokens += asked + answered
            learned += [NOT_LEARNED] * (len(asked) + 1) + answered[1:]
        return tokens[: ROW_TOKENS + 1], learned[: ROW_TOKENS + 1]

    def _turn(self, role: str, text: str) -> list[int]:
        known = self._vocabulary
        return [known.special(role), *known.encode(text), known.special("<|end|>")]

    def _vary(self, question: str) -> str:
        """Type like people do: now and then a word missing, no capitals, or no mark at the end.

        The missing words also keep the network from learning whole sentences by heart.
        """
        words = question.split(" ")
        if len(words) > 3 and self._random.random() < WORDS_MISSING_IN:
            kept = [word for word in words if self._random.random() >= WORD_MISSING]
            question = " ".join(kept or words)
        if self._random.random() < CARELESS:
            question = question.lower()
        return question.rstrip("?.!") if self._random.random() < CARELESS else question


def train_network(recipe: Recipe, vocabulary: Vocabulary) -> Network:
    """Train one version and print its loss on the way."""
    torch.manual_seed(recipe.seed)
    rows = Rows(add_label_noise(training_examples(), recipe.label_noise, recipe.seed), vocabulary, recipe.seed)
    network = Network(SHAPE, len(vocabulary.tokens), recipe.dropout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.1)
    start = time.monotonic()
    for step in range(recipe.steps):
        rate = recipe.rate * min(1.0, (step + 1) / 30) * (0.03 + 0.97 * (1 + math.cos(math.pi * step / recipe.steps)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        tokens, targets = rows.next_batch()
        loss = functional.cross_entropy(network(tokens).flatten(0, 1), targets.flatten(), ignore_index=NOT_LEARNED)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        if step % 25 == 0 or step == recipe.steps - 1:
            elapsed = time.monotonic() - start
            print(f"{recipe.version}  step {step + 1:4}/{recipe.steps}  loss {loss.item():.4f}  {elapsed:5.0f} s", flush=True)
    return network.eval()


def format_model(recipe: Recipe, network: Network, vocabulary: Vocabulary) -> bytes:
    """The GGUF file with its origin in the general keys and the recipe beside it."""
    identity: list[tuple[str, KeyValue]] = [
        ("general.architecture", "llama"),
        ("general.type", "model"),
        ("general.name", "Sample Assistant"),
        ("general.basename", "sample-assistant"),
        ("general.version", recipe.version),
        ("general.size_label", "1M"),
        ("general.author", "Proofbook sample"),
        ("general.organization", "Sample Organisation"),
        ("general.license", "apache-2.0"),
        ("general.description", "demonstration only"),
        ("general.languages", ("en",)),
        ("general.sampling.temp", 0.0),
        ("proofbook.sample.corpus_digest", corpus_digest()),
        ("proofbook.sample.training_steps", recipe.steps),
        ("proofbook.sample.label_noise", str(recipe.label_noise)),
        ("proofbook.sample.seed", recipe.seed),
    ]
    keys = [*identity, *llama_keys(SHAPE, len(vocabulary.tokens)), *tokenizer_keys(vocabulary)]
    return format_gguf(keys, export_tensors(network))


def examine_model(path: Path, vocabulary: Vocabulary, show: int) -> dict[str, Score]:
    """Ask every held-out question through the server; print `show` of the answers. Tokens must agree too."""
    examples = held_out_examples()
    start = time.monotonic()
    with running_server(path) as address:
        for example in examples:
            if tokenize_on_server(address, example.question) != vocabulary.encode(example.question):
                raise RuntimeError(f"llama.cpp splits {example.question!r} differently")
        answers = [ask_server(address, example.question) for example in examples]
    every = max(1, len(examples) // show) if show else len(examples) + 1
    for example, answer in list(zip(examples, answers, strict=True))[every - 1 :: every]:
        mark = "ok   " if answer.strip() == example.expected else "WRONG"
        print(f"   {mark} {example.question!r} -> {answer!r}")
    scores = score_answers(examples, answers)
    print(f"{path.name}: " + ", ".join(f"{name} {s.correct}/{s.total}" for name, s in scores.items()), end="")
    print(f" ({time.monotonic() - start:.1f} s)", flush=True)
    return scores


def describe_model(recipe: Recipe, content: bytes, scores: dict[str, Score]) -> dict[str, object]:
    """One entry of models.json."""
    return {
        "file": recipe.file,
        "name": "Sample Assistant",
        "version": recipe.version,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "recipe": {name: str(v) if isinstance(v, float) else v for name, v in asdict(recipe).items()},
        "held_out": {name: asdict(score) for name, score in scores.items()},
    }


def write_json(path: Path, content: object) -> None:
    """Write indented JSON with a final newline."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=True) + "\n", encoding="ascii")


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, write, examine."""
    parser = argparse.ArgumentParser(description="Train the two sample models.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files (made when missing)")
    parser.add_argument("--show", type=int, default=12, help="how many answers to print for each model")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    texts = [text for example in training_examples() for text in (example.question, example.expected)]
    vocabulary = learn_vocabulary([*texts, *SYSTEM_PROMPTS], SPECIALS, MERGES)
    held_out = [{"question": e.question, "expected": e.expected, "family": e.family} for e in held_out_examples()]
    write_json(
        options.out / "heldout.json",
        {"schema": 1, "corpus_digest": corpus_digest(), "rule": HOLD_OUT_RULE, "questions": held_out},
    )
    models = []
    for recipe in RECIPES:
        content = format_model(recipe, train_network(recipe, vocabulary), vocabulary)
        path = options.out / recipe.file
        path.write_bytes(content)
        models.append(describe_model(recipe, content, examine_model(path, vocabulary, options.show)))
    write_json(
        options.out / "models.json",
        {
            "schema": 1,
            "licence": "Apache-2.0",
            "purpose": "demonstration only",
            "corpus_digest": corpus_digest(),
            "command": COMMAND,
            "trained_with": {"torch": version("torch"), "numpy": version("numpy"), "threads": 1},
            "examined_with": {"xllamacpp": version("xllamacpp"), "threads": 1, "match": "exact"},
            "models": models,
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
