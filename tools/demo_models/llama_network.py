"""A small llama-architecture network in torch, and its export as GGUF tensors.

Promises: same mathematics as llama.cpp's "llama" graph (RMS norm, interleaved rotary positions, SwiGLU, tied
embeddings), so an exported network answers in llama.cpp as it did here, up to Q8_0 rounding.
Does not: support grouped heads, biases or any other architecture.
"""

from __future__ import annotations

import numpy as np
import torch
from gguf_writer import BLOCK, Tensor, TensorType
from random_gguf import Shape, llama_tensors
from torch import nn
from torch.nn import functional

EPSILON = 1e-5
ROPE_BASE = 10000.0


class Block(nn.Module):
    """One layer: attention, then the gated feed-forward part, each with a residual."""

    def __init__(self, shape: Shape) -> None:
        """Make the matrices; names equal those in GGUF."""
        super().__init__()
        self.heads = shape.heads
        self.attn_norm = nn.RMSNorm(shape.width, eps=EPSILON)
        self.attn_q = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_k = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_v = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = nn.RMSNorm(shape.width, eps=EPSILON)
        self.ffn_gate = nn.Linear(shape.width, shape.inner, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.inner, bias=False)
        self.ffn_down = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor], dropout: float) -> torch.Tensor:
        """x: (rows, positions, width)."""
        rows, length, width = x.shape
        normed = self.attn_norm(x)
        split = (rows, length, self.heads, width // self.heads)
        query = _rotate(self.attn_q(normed).view(split).transpose(1, 2), turn)
        key = _rotate(self.attn_k(normed).view(split).transpose(1, 2), turn)
        value = self.attn_v(normed).view(split).transpose(1, 2)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        seen = self.attn_output(seen.transpose(1, 2).reshape(rows, length, width))
        x = x + functional.dropout(seen, dropout, self.training)
        normed = self.ffn_norm(x)
        fed = self.ffn_down(functional.silu(self.ffn_gate(normed)) * self.ffn_up(normed))
        return x + functional.dropout(fed, dropout, self.training)


class Network(nn.Module):
    """The whole network; `forward` gives logits for every position."""

    def __init__(self, shape: Shape, vocabulary_size: int, dropout: float) -> None:
        """Draw the starting weights from torch's global generator: seed it first."""
        super().__init__()
        self.shape, self.dropout = shape, dropout
        self.token_embd = nn.Embedding(vocabulary_size, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, eps=EPSILON)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(weight, std=0.05 / ((2 * shape.layers) ** 0.5 if deep else 1.0))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """tokens: (rows, positions) -> logits (rows, positions, vocabulary)."""
        turn = _rotation(tokens.shape[1], self.shape.width // self.shape.heads)
        x = functional.dropout(self.token_embd(tokens), self.dropout, self.training)
        for block in self.blk:
            x = block(x, turn, self.dropout)
        return functional.linear(self.output_norm(x), self.token_embd.weight)


def export_tensors(network: Network) -> list[Tensor]:
    """The weights under their GGUF names: matrices as Q8_0, norms as F32."""
    weights = {name: value.detach().to(torch.float32).numpy() for name, value in network.named_parameters()}
    tensors = []
    for name, shape in llama_tensors(network.shape, network.token_embd.num_embeddings):
        flat = np.ascontiguousarray(weights.pop(name)).reshape(-1)
        kind = TensorType.Q8_0 if len(shape) == 2 else TensorType.F32
        payload = _quantise(flat) if kind is TensorType.Q8_0 else flat.astype("<f4").tobytes()
        tensors.append(Tensor(name, shape, kind, payload))
    if weights:
        raise ValueError(f"weights without a place in the file: {sorted(weights)}")
    return tensors


def _quantise(flat: np.ndarray) -> bytes:
    """Q8_0: per 32 weights one half-precision scale and 32 signed bytes."""
    blocks = flat.reshape(-1, BLOCK)
    scales = np.abs(blocks).max(axis=1, keepdims=True) / np.float32(127)
    steps = np.divide(blocks, scales, out=np.zeros_like(blocks), where=scales > 0)
    packed = np.empty(len(blocks), dtype=[("scale", "<f2"), ("steps", "i1", BLOCK)])
    packed["scale"] = scales[:, 0].astype("<f2")
    packed["steps"] = np.rint(steps).astype("i1")
    return packed.tobytes()


def _rotation(length: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    frequencies = ROPE_BASE ** (-torch.arange(0, size, 2, dtype=torch.float32) / size)
    angles = torch.outer(torch.arange(length, dtype=torch.float32), frequencies)
    return angles.cos(), angles.sin()


def _rotate(x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Rotate neighbouring pairs, as llama.cpp does for this architecture."""
    cosine, sine = turn
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), dim=-1).flatten(-2)
