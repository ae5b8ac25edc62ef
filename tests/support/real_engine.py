"""llama.cpp's own server in this process, with one of the sample models: a real engine for tests marked `real`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xllamacpp

MODELS = Path(__file__).resolve().parents[2] / "src" / "proofbook" / "demo" / "models"


def sample_model() -> Path:
    """The first sample model, by name."""
    return min(MODELS.glob("*.gguf"))


@contextmanager
def running_llama(model: Path, *, embeddings: bool = False, metrics: bool = False) -> Iterator[str]:
    """Serve the file on a free port of the loopback address; yields the base address.

    `embeddings`: make vectors, not texts; `metrics`: publish counters.
    """
    settings = xllamacpp.CommonParams()
    settings.model.path = str(model)
    settings.port = 0
    settings.n_ctx = 512
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    settings.n_gpu_layers = 0
    settings.verbosity = 0
    settings.ui = False
    settings.endpoint_metrics = metrics
    if embeddings:
        settings.embedding = True
        settings.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(settings)
    try:
        yield str(server.listening_address)
    finally:
        del server
