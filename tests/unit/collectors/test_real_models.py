"""The real thing: a model that llama.cpp serves, read from disk and found at its port."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

import proofbook.demo
from proofbook.collectors.discover.discovery import Discovery
from proofbook.collectors.discover.engines import ask_engine
from proofbook.collectors.discover.inventory import Inventory
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.model_store.gguf_file import GgufFiles
from proofbook.demo.engine import running_engine
from proofbook.primitives.instants import FixedClock
from proofbook.weights.gguf import read_gguf
from support.free_ports import free_port
from support.model_stores import bench, look


def silent(command: Sequence[str], seconds: float) -> str | None:
    """No vendor tool."""
    return None


MODELS = sorted((Path(proofbook.demo.__file__).parent / "models").glob("*.gguf"))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_that_llama_cpp_loads_is_read_and_recorded(path: Path) -> None:
    """Our bounded reader agrees with files an engine accepts."""
    header = read_gguf(path)
    assert header.data_end is not None
    assert header.data_end <= header.file_size
    assert header.parameters > 100_000
    [record], skips = look(GgufFiles((path,), bench()))
    assert skips == []
    assert record.findings == []
    assert record.artifact == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    assert "unknown" not in {record.architecture, record.parameters, record.quantization}


@pytest.mark.real
def test_a_running_engine_is_found_with_its_file_and_process() -> None:
    """From the port to the process to the bytes on disk."""
    pytest.importorskip("xllamacpp")
    path, port = MODELS[0], free_port()
    with running_engine(path, port):
        engine = ask_engine(port)
        assert engine is not None
        assert (engine.product, engine.metrics) == ("llama.cpp", "yes")
        assert [model.path for model in engine.models] == [str(path)]
        digest = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        known = Inventory(
            artifacts=frozenset({digest}),
            upstreams=(f"http://127.0.0.1:{port}",),
            digest_of=lambda name: "sha256:" + hashlib.sha256(Path(name).read_bytes()).hexdigest(),
        )
        clock = FixedClock(datetime(2026, 11, 21, tzinfo=UTC))
        run = Discovery(Machine("here"), clock, known, ports=(port,), ask=silent).look()
    [found] = run.engines
    assert [process["model"] for process in run.processes if process["pid"] == found["pid"]] == [str(path)]
    mine = [item.code for item in run.differences if f"port {port} " in item.detail]
    assert mine == ["engine_reachable_directly"]
