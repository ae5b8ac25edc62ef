"""Build a tiny GGUF model of random weights: a valid file whose SHA-256 is fixed by its seed.

For tests of provenance, hashing and stream decoding. llama.cpp loads it and answers noise, often invalid UTF-8.
Promises: standard library only; the same arguments give the same bytes everywhere (weights come from
SHAKE-256, not from a random module whose algorithm may change). Does not: speak; use the trained models for that.

Run `python random_gguf.py OUT.gguf [SEED]` to write one.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from byte_bpe import Vocabulary
from gguf_writer import BLOCK, KeyValue, Tensor, TensorType, format_gguf

SPECIALS = ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
MERGES = (("t", "h"), ("th", "e"), ("i", "n"), ("a", "n"))
CHAT_TEMPLATE = (
    "{%- for message in messages -%}<|{{ message.role }}|>{{ message.content }}<|end|>{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)
NORMAL_TOKEN, CONTROL_TOKEN = 1, 3


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a llama network. `width` and `inner` must be multiples of 32, `width` a multiple of `heads`."""

    width: int = 64
    layers: int = 2
    inner: int = 128
    heads: int = 4
    context: int = 512


def build_random_gguf(seed: int, shape: Shape = Shape(), extra: Sequence[tuple[str, KeyValue]] = ()) -> bytes:  # frozen value
    """Return a llama-architecture GGUF with random Q8_0 weights; `extra` keys are appended, none may repeat."""
    vocabulary = Vocabulary(SPECIALS, MERGES)
    identity: list[tuple[str, KeyValue]] = [
        ("general.architecture", "llama"),
        ("general.type", "model"),
        ("general.name", "Random sample model"),
        ("general.version", str(seed)),
        ("general.license", "apache-2.0"),
        ("general.description", "random weights, for tests only"),
    ]
    keys = [*identity, *llama_keys(shape, len(vocabulary.tokens)), *tokenizer_keys(vocabulary), *extra]
    tensors = [_random_tensor(seed, name, size) for name, size in llama_tensors(shape, len(vocabulary.tokens))]
    return format_gguf(keys, tensors)


def llama_keys(shape: Shape, vocabulary_size: int) -> list[tuple[str, KeyValue]]:
    """The keys llama.cpp needs to build a llama network of this shape (Q8_0, tied embeddings)."""
    return [
        ("llama.block_count", shape.layers),
        ("llama.context_length", shape.context),
        ("llama.embedding_length", shape.width),
        ("llama.feed_forward_length", shape.inner),
        ("llama.attention.head_count", shape.heads),
        ("llama.attention.head_count_kv", shape.heads),
        ("llama.attention.layer_norm_rms_epsilon", 1e-5),
        ("llama.rope.dimension_count", shape.width // shape.heads),
        ("llama.rope.freq_base", 10000.0),
        ("llama.vocab_size", vocabulary_size),
        ("general.file_type", 7),
        ("general.quantization_version", 2),
    ]


def tokenizer_keys(vocabulary: Vocabulary) -> list[tuple[str, KeyValue]]:
    """The tokenizer and chat template: roles are special tokens, `<|end|>` closes every turn."""
    kinds = tuple(CONTROL_TOKEN if token in vocabulary.specials else NORMAL_TOKEN for token in vocabulary.tokens)
    end = vocabulary.special("<|end|>")
    return [
        ("tokenizer.ggml.model", "gpt2"),
        ("tokenizer.ggml.pre", "gpt-2"),
        ("tokenizer.ggml.tokens", vocabulary.tokens),
        ("tokenizer.ggml.token_type", kinds),
        ("tokenizer.ggml.merges", tuple(" ".join(pair) for pair in vocabulary.merges)),
        ("tokenizer.ggml.bos_token_id", end),
        ("tokenizer.ggml.eos_token_id", end),
        ("tokenizer.ggml.padding_token_id", end),
        ("tokenizer.ggml.add_bos_token", False),
        ("tokenizer.chat_template", CHAT_TEMPLATE),
    ]


def llama_tensors(shape: Shape, vocabulary_size: int) -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes (fastest dimension first) of a llama network whose output matrix is its embedding."""
    square, up = (shape.width, shape.width), (shape.width, shape.inner)
    tensors: list[tuple[str, tuple[int, ...]]] = [
        ("token_embd.weight", (shape.width, vocabulary_size)),
        ("output_norm.weight", (shape.width,)),
    ]
    for layer in range(shape.layers):
        prefix = f"blk.{layer}."
        tensors.append((f"{prefix}attn_norm.weight", (shape.width,)))
        tensors.extend((f"{prefix}attn_{part}.weight", square) for part in ("q", "k", "v", "output"))
        tensors.append((f"{prefix}ffn_norm.weight", (shape.width,)))
        tensors.extend([(f"{prefix}ffn_gate.weight", up), (f"{prefix}ffn_up.weight", up)])
        tensors.append((f"{prefix}ffn_down.weight", (shape.inner, shape.width)))
    return tensors


def _random_tensor(seed: int, name: str, shape: tuple[int, ...]) -> Tensor:
    if len(shape) == 1:
        return Tensor(name, shape, TensorType.F32, struct.pack("<f", 1.0) * shape[0])
    weights = shape[0] * shape[1]
    noise = hashlib.shake_256(f"{seed}/{name}".encode()).digest(weights)
    scale = struct.pack("<e", 2.0**-10)
    payload = b"".join(scale + noise[start : start + BLOCK] for start in range(0, weights, BLOCK))
    return Tensor(name, shape, TensorType.Q8_0, payload)


def main(arguments: Sequence[str]) -> int:
    """Write one random model: OUT.gguf and, if given, the seed (0 otherwise)."""
    if len(arguments) not in (1, 2):
        print("usage: random_gguf.py OUT.gguf [SEED]", file=sys.stderr)
        return 2
    content = build_random_gguf(int(arguments[1]) if len(arguments) == 2 else 0)
    Path(arguments[0]).write_bytes(content)
    print(f"{arguments[0]}  {len(content)} bytes  sha256:{hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
