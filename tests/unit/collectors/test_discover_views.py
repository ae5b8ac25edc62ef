"""Sockets, devices and engines: what is seen is listed, what is not is said."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from proofbook.collectors.discover.devices import SMI, ask_program, read_devices
from proofbook.collectors.discover.engines import ServedModel, ask_engine, ask_engines
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.discover.sockets import Listening, read_sockets
from support.machine_tree import MachineTree, raw_listener, serving

DIGEST = "ab" * 32


def silent(command: Sequence[str], seconds: float) -> str | None:
    """No vendor tool."""
    return None


def test_listening_sockets_have_owners_where_visible(tmp_path: Path) -> None:
    """An engine's port and its process belong together."""
    tree = MachineTree(tmp_path)
    tree.socket("127.0.0.1", 8080, 1001)
    tree.socket("0.0.0.0", 11434, 1002)  # noqa: S104  # a row of a table
    tree.socket("::1", 8000, 1003)
    tree.socket("::ffff:127.0.0.1", 8001, 1004)
    tree.socket("127.0.0.1", 9999, 1005, state="01")
    tree.process(7, "ollama", "serve", inodes=(1002, 5))
    view = read_sockets(tree.machine)
    assert view.listening == (
        Listening("::1", 8000, None),
        Listening("127.0.0.1", 8001, None),
        Listening("127.0.0.1", 8080, None),
        Listening("0.0.0.0", 11434, 7),  # noqa: S104  # a row of a table
    )
    assert [item.reachable_from_network for item in view.listening] == [False, False, False, True]
    assert "owners of 3 listening sockets" in view.not_seen[0]


def test_damaged_rows_are_passed_over_and_missing_tables_are_said(tmp_path: Path) -> None:
    """A table that cannot be read is not an empty table."""
    tree = MachineTree(tmp_path)
    (tree.machine.proc / "net" / "tcp").write_text("head\n 0: zz:zz 0 0A\n0: 0100:1F90 a 0A b c d e f 1\n\xff\n")
    (tree.machine.proc / "net" / "tcp6").unlink()
    view = read_sockets(tree.machine)
    assert view.listening == ()
    assert view.not_seen == ("listening sockets of net/tcp6: cannot be read",)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's process tree")
def test_the_real_machine_shows_our_own_socket() -> None:
    """The parsers agree with the running kernel."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        view = read_sockets(Machine("here"))
        assert Listening("127.0.0.1", port, os.getpid()) in view.listening


def test_gpus_are_listed_with_how_they_were_seen(tmp_path: Path) -> None:
    """Three places may show the same card; it is listed once per card."""
    tree = MachineTree(tmp_path)
    gpu = tree.machine.proc / "driver" / "nvidia" / "gpus" / "0000:01:00.0"
    gpu.mkdir(parents=True)
    (gpu / "information").write_text("Model: \t Sample GPU\nGPU UUID: \t GPU-1\n")
    for card, vendor in (("card0", "0x10de"), ("card1", "0x1002"), ("card0-DP-1", "0x10de"), ("card2", "0x1234")):
        folder = tree.machine.sys / "class" / "drm" / card / "device"
        folder.mkdir(parents=True)
        (folder / "vendor").write_text(vendor + "\n")
    (tree.machine.dev / "kfd").touch()
    seen = [(device["vendor"], device["model"], device["how"]) for device in read_devices(tree.machine, silent)]
    assert seen == [
        ("NVIDIA", "Sample GPU", "the driver's process tree"),
        ("AMD", "device unknown", "class/drm"),
        ("AMD", "unknown", "compute device node kfd"),
    ]

    def smi(command: Sequence[str], seconds: float) -> str | None:
        assert tuple(command) == SMI
        return "Sample GPU, GPU-1, 580.1, 24576 MiB\nbroken line\n"

    told = read_devices(tree.machine, smi)
    assert [device["how"] for device in told if device["vendor"] == "NVIDIA"] == ["nvidia-smi"]


def test_no_gpu_is_only_said_when_it_could_have_been_seen(tmp_path: Path) -> None:
    """'None' and 'cannot tell' are different answers."""
    tree = MachineTree(tmp_path)
    assert [device["presence"] for device in read_devices(tree.machine, silent)] == ["unknown"]
    (tree.machine.sys / "class" / "drm").mkdir(parents=True)
    assert [device["presence"] for device in read_devices(tree.machine, silent)] == ["none_seen"]


def test_a_vendor_tool_is_bounded() -> None:
    """A hanging driver must not hang the look."""
    started = time.monotonic()
    assert ask_program(("sleep", "30"), 0.2) is None
    assert ask_program(("false",), 5) is None
    assert ask_program(("no-such-program-here",), 5) is None
    assert ask_program(("echo", "x"), 5) == "x\n"
    assert time.monotonic() - started < 10


def test_llama_cpp_names_its_file() -> None:
    """The path is what ties the served model to the disk."""
    answers: dict[str, object] = {
        "/props": {"default_generation_settings": {}, "model_path": "/models/m.gguf", "build_info": "b7000-abc"},
        "/v1/models": {"data": [{"id": "alias", "owned_by": "llamacpp"}]},
        "/metrics": b"# TYPE llamacpp:x counter\n",
    }
    with serving(answers) as port:
        engine = ask_engine(port)
    assert engine is not None
    assert (engine.product, engine.build, engine.metrics, engine.key) == ("llama.cpp", "b7000-abc", "yes", "not_required")
    assert engine.models == (ServedModel("alias", "/models/m.gguf"),)


def test_ollama_states_digests() -> None:
    """The digest is that of the manifest, as recorded."""
    answers: dict[str, object] = {
        "/v1/models": {"data": [{"id": "sample:latest", "owned_by": "library"}]},
        "/api/version": {"version": "0.31.0"},
        "/api/ps": {"models": [{"name": "sample:latest", "digest": DIGEST}, {"name": 7, "digest": "../x"}, 3]},
    }
    with serving(answers) as port:
        engine = ask_engine(port)
    assert engine is not None
    assert (engine.product, engine.build, engine.metrics) == ("ollama", "0.31.0", "no")
    assert engine.models == (ServedModel("sample:latest", None, f"sha256:{DIGEST}"), ServedModel("unknown"))


@pytest.mark.parametrize(("owner", "product"), [("vllm", "vllm"), ("sglang", "sglang"), ("organization_owner", "lmstudio")])
def test_other_engines_are_told_by_what_they_say(owner: str, product: str) -> None:
    """Only a name and perhaps a root: nothing more is claimed."""
    answers: dict[str, object] = {
        "/v1/models": {"data": [{"id": "m", "root": "org/m", "owned_by": owner}]},
        "/version": {"version": "0.20.1"},
    }
    with serving(answers) as port:
        engine = ask_engine(port)
    assert engine is not None
    assert (engine.product, engine.build) == (product, "0.20.1")
    assert engine.models == (ServedModel("m", "org/m"),)


def test_an_engine_that_wants_a_key_is_reported() -> None:
    """We hold no key, and that is worth knowing."""
    with serving({"/v1/models": {}, "/props": {}}, status=401) as port:
        engine = ask_engine(port)
    assert engine is not None
    assert (engine.product, engine.key, engine.models) == ("unknown", "required", ())


def test_other_web_servers_are_not_engines() -> None:
    """A development server on port 3000 is no finding."""
    with serving({"/": b"<html>"}) as port:
        assert ask_engine(port) is None
    with serving({"/v1/models": [1, 2], "/props": "text", "/api/version": 7}) as port:
        assert ask_engine(port) is None


def test_hostile_listeners_cost_a_bounded_time() -> None:
    """A listener that drips bytes would otherwise hold the look for hours."""
    slow_header = raw_listener(b"HTTP/1.1 200 OK\r\nX-A: ", trickle=b"a")
    slow_body = raw_listener(b"HTTP/1.1 200 OK\r\n\r\n", trickle=b" ")
    noise = raw_listener(b"\x00\xff\xfe not http\n")
    mute = raw_listener(b"")
    with slow_header as a, slow_body as b, noise as c, mute as d:
        started = time.monotonic()
        assert ask_engines([a, b, c, d], seconds=0.3) == ()
        assert time.monotonic() - started < 8


def test_a_huge_answer_is_cut() -> None:
    """Memory must not follow what a listener sends."""
    with serving({"/props": b"[" * 3_000_000, "/v1/models": b"{" + b" " * 3_000_000}) as port:
        assert ask_engine(port) is None
