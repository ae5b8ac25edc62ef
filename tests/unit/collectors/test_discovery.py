"""The whole look: differences against the inventory, and the names of what was not seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from proofbook.collectors.discover.discovery import Discovery, record_discovery
from proofbook.collectors.discover.inventory import Inventory
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.model_store.locate import StoreKind, StorePlace
from proofbook.primitives.instants import FixedClock
from proofbook.records.envelope import MAX_ENTRY_BYTES
from proofbook.records.provenance import DiscoveryRun
from support.gguf_builder import sample_gguf
from support.machine_tree import MachineTree, serving
from support.memory_recorder import MemoryRecorder
from support.model_stores import HubCache, OllamaFixture

CLOCK = FixedClock(datetime(2026, 11, 21, tzinfo=UTC))
MODEL = "/models/m.gguf"
LLAMA: dict[str, object] = {
    "/props": {"default_generation_settings": {}, "model_path": MODEL, "build_info": "b7000"},
    "/v1/models": {"data": [{"id": "m", "owned_by": "llamacpp"}]},
}


def silent(command: Sequence[str], seconds: float) -> str | None:
    """No vendor tool."""
    return None


def look(machine: Machine, inventory: Inventory, port: int, stores: Sequence[StorePlace] = ()) -> DiscoveryRun:
    """One look that asks one port."""
    return Discovery(machine, CLOCK, inventory, stores, ports=(port,) if port else (), ask=silent, seconds=2.0).look()


def codes(run: DiscoveryRun) -> list[str]:
    """Codes of all differences."""
    return [item.code for item in run.differences]


def test_an_unregistered_engine_is_a_difference_in_every_respect(tmp_path: Path) -> None:
    """Shadow serving: not configured, open to the network, unrecorded weights, moving start."""
    tree = MachineTree(tmp_path)
    with serving(LLAMA) as port:
        tree.socket("0.0.0.0", port, 50)  # noqa: S104  # a row of a table
        tree.process(9, "llama-server", "-hf", "org/repo", "--api-key", "topsecretvalue", exe="/opt/llama-server", inodes=(50,))
        run = look(tree.machine, Inventory(), port)
    assert codes(run) == [
        "engine_not_upstream",
        "engine_reachable_from_network",
        "engine_reachable_directly",
        "served_model_without_record",
        "unpinned_start",
    ]
    [engine] = run.engines
    assert (engine["product"], engine["pid"], engine["build"]) == ("llama.cpp", "9", "b7000")
    assert MODEL in engine["models"]
    assert "topsecretvalue" not in run.model_dump_json()


def test_a_registered_engine_with_recorded_weights_leaves_one_difference(tmp_path: Path) -> None:
    """That it can be asked past the gateway stays true, and stays said."""
    tree = MachineTree(tmp_path)
    with serving(LLAMA) as port:
        tree.socket("127.0.0.1", port, 50)
        known = Inventory(
            artifacts=frozenset({"sha256:" + "ab" * 32}),
            upstreams=(f"http://localhost:{port}/v1",),
            digest_of=lambda path: "sha256:" + "ab" * 32 if path == MODEL else None,
        )
        assert codes(look(tree.machine, known, port)) == ["engine_reachable_directly"]
        by_place = Inventory(locations=frozenset({"/models"}), upstreams=(f"http://127.0.0.1:{port}",))
        assert codes(look(tree.machine, by_place, port)) == ["engine_reachable_directly", "recorded_model_gone"]
        other = Inventory(
            locations=frozenset({"/models"}),
            upstreams=(f"http://127.0.0.1:{port}",),
            digest_of=lambda path: "sha256:" + "cd" * 32 if path else None,
        )
        assert "served_model_without_record" in codes(look(tree.machine, other, port)), "other bytes at a recorded place"


def test_an_engine_that_states_only_a_name_is_not_tied(tmp_path: Path) -> None:
    """A name is not evidence of bytes."""
    answers: dict[str, object] = {"/v1/models": {"data": [{"id": "m", "root": "org/m", "owned_by": "vllm"}]}}
    with serving(answers) as port:
        run = look(MachineTree(tmp_path).machine, Inventory(upstreams=(f"http://[::1]:{port}",)), port)
    assert codes(run) == ["engine_reachable_directly", "served_model_not_tied"]


def test_ollamas_digest_is_held_against_recorded_manifests(tmp_path: Path) -> None:
    """The manifest's digest is what provenance records carry as revision."""
    digest = "ab" * 32
    answers: dict[str, object] = {
        "/api/version": {"version": "0.31.0"},
        "/api/ps": {"models": [{"name": "sample:latest", "digest": digest}, {"name": "big:cloud", "digest": "cd" * 32}]},
    }
    with serving(answers) as port:
        known = Inventory(revisions=frozenset({"sha256:" + digest}), upstreams=(f"http://127.0.0.1:{port}",))
        run = look(MachineTree(tmp_path).machine, known, port)
    assert codes(run) == ["engine_reachable_directly", "remote_name", "served_model_without_record"]


def test_files_without_records_and_remote_stubs_are_found_on_disk(tmp_path: Path) -> None:
    """A model nobody recorded need not be running to matter."""
    ollama = OllamaFixture(tmp_path / "ollama")
    local = ollama.add("library/sample:latest", [("model", sample_gguf())])
    ollama.add("library/big:cloud", [], {"remote_host": "remote.example"})
    hub = HubCache(tmp_path / "hub").add("m-00001-of-00002.gguf", sample_gguf(1), lfs=True)
    hub.add("m-00002-of-00002.gguf", sample_gguf(2), lfs=True).add("other.gguf", sample_gguf(3), lfs=True)
    loose = tmp_path / "loose"
    loose.mkdir()
    (loose / "x.safetensors").write_bytes(b"x")
    places = [
        StorePlace(StoreKind.OLLAMA, ollama.root, "test"),
        StorePlace(StoreKind.HUGGINGFACE_CACHE, hub.root, "test"),
        StorePlace(StoreKind.FOLDER, loose, "test"),
    ]
    known = Inventory(locations=frozenset({str(local), str(hub.snapshot / "m")}))
    run = look(MachineTree(tmp_path / "machine").machine, known, 0, places)
    assert [(item.code, Path(item.path or "").name) for item in run.differences] == [
        ("model_without_record", "cloud"),
        ("remote_stub", "cloud"),
        ("model_without_record", "other.gguf"),
        ("model_without_record", "x.safetensors"),
    ]
    assert [store["models_or_weight_files"] for store in run.stores] == ["2", "3", "1"]


def test_what_is_recorded_or_configured_and_not_there_is_said(tmp_path: Path) -> None:
    """The inventory is compared in both directions."""
    (tmp_path / "set-00001-of-00002.gguf").write_bytes(sample_gguf())
    known = Inventory(
        locations=frozenset({str(tmp_path / "gone.gguf"), str(tmp_path / "set"), str(tmp_path)}),
        upstreams=("http://127.0.0.1:9/v1", "http://engine.example:9"),
    )
    run = look(MachineTree(tmp_path / "machine").machine, known, 0)
    assert [(item.code, Path(item.path or "").name) for item in run.differences] == [
        ("upstream_not_answering", ""),
        ("recorded_model_gone", "gone.gguf"),
    ]


def test_a_service_that_wants_a_key_is_not_called_an_engine(tmp_path: Path) -> None:
    """Many services answer 401 to everything; an engine's process makes the difference."""
    tree = MachineTree(tmp_path)
    with serving({"/v1/models": {}, "/props": {}}, status=401) as port:
        tree.socket("127.0.0.1", port, 50)
        assert codes(look(tree.machine, Inventory(), port)) == ["service_wants_key"]
        assert codes(look(tree.machine, Inventory(upstreams=(f"http://127.0.0.1:{port}",)), port)) == []
        tree.process(9, "vllm", "serve", "/m", exe="/usr/bin/vllm", inodes=(50,))
        assert codes(look(tree.machine, Inventory(), port)) == ["engine_not_upstream"]


def test_a_recognised_engine_that_does_not_answer_is_said(tmp_path: Path) -> None:
    """Silence of a known engine is a gap in the look, not the absence of an engine."""
    tree = MachineTree(tmp_path)
    tree.socket("127.0.0.1", 8123, 70)
    tree.process(9, "ollama", "serve", exe="/usr/bin/ollama", inodes=(70,))
    assert codes(look(tree.machine, Inventory(), 0)) == ["engine_silent"]


def test_own_ports_are_never_asked_and_others_are(tmp_path: Path) -> None:
    """Asking our own gateway would write refusals into the book."""
    tree = MachineTree(tmp_path)
    with serving(LLAMA) as theirs, serving(LLAMA) as ours:
        tree.socket("127.0.0.1", theirs, 1)
        tree.socket("127.0.0.1", ours, 2)
        tree.socket("127.0.0.1", 5432, 3)
        run = Discovery(tree.machine, CLOCK, Inventory(own_ports=frozenset({ours})), ask=silent, seconds=0.5).look()
    addresses = [engine["address"] for engine in run.engines]
    assert f"127.0.0.1:{theirs}" in addresses
    assert f"127.0.0.1:{ours}" not in addresses
    assert any("5432" in item for item in run.not_looked_at)


def test_every_look_is_recorded_with_what_it_could_not_see(tmp_path: Path) -> None:
    """An empty machine leaves an entry, too."""
    recorder = MemoryRecorder(CLOCK)
    machine = Machine("host-1", tmp_path / "proc", tmp_path / "sys", tmp_path / "dev")
    run, receipt = record_discovery(
        Discovery(machine, CLOCK, Inventory(), ports=(), ask=silent), recorder, source="collector:discover"
    )
    [entry] = recorder.of_kind("discovery.run")
    assert (entry.id, entry.subject, entry.source) == (receipt.entry_id, "host:host-1", "collector:discover")
    assert entry.body["devices"] == [
        {"kind": "gpu", "presence": "unknown", "how": "no place where devices show themselves can be read"}
    ]
    assert len(run.not_looked_at) >= 5


def test_a_crowded_machine_fits_one_entry(tmp_path: Path) -> None:
    """A thousand workers must not make the entry refusable."""
    tree = MachineTree(tmp_path)
    for pid in range(100, 300):
        tree.process(pid, "llama-server", "-hf", "org/" + "r" * 300, *["--flag"] * 60, exe="/opt/llama-server")
    recorder = MemoryRecorder(CLOCK)
    run, _ = record_discovery(Discovery(tree.machine, CLOCK, Inventory(), ports=(), ask=silent), recorder, source="c:d")
    assert len(recorder.raw[0]) < MAX_ENTRY_BYTES
    assert any(f"processes: {len(run.processes)} of 200 are shown" in item for item in run.not_looked_at)


def test_the_real_machine_can_be_looked_at() -> None:
    """Against the running kernel, without asking any port."""
    run = Discovery(Machine("here"), CLOCK, Inventory(), ports=(), ask=silent).look()
    assert run.devices
    assert any("environments" in item for item in run.not_looked_at)
