"""Engines are recognised, moving starts are flagged, secrets never leave the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.collectors.discover.command_lines import REDACTED, redact
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.discover.processes import assess_start, product_of, read_processes
from support.machine_tree import MachineTree

COMMIT = "0123456789abcdef" * 2 + "01234567"


@pytest.mark.parametrize(
    ("arguments", "program", "product"),
    [
        (["/usr/local/bin/ollama", "serve"], None, "ollama"),
        (["llama-server", "-m", "m.gguf"], "/opt/llama/llama-server", "llama.cpp"),
        (["/usr/bin/python3", "/usr/local/bin/vllm", "serve", "x"], "/usr/bin/python3.11", "vllm"),
        (["python", "-m", "vllm.entrypoints.openai.api_server"], "/usr/bin/python3.12", "vllm"),
        (["VLLM::EngineCore"], "/usr/bin/python3.11", "vllm"),
        (["python3", "-m", "sglang.launch_server"], None, "sglang"),
        (["text-generation-launcher", "--model-id", "x"], None, "tgi"),
        (["/opt/LM Studio/lm-studio", "--run"], None, "lmstudio"),
        (["python3", "report.py", "--about", "ollama"], "/usr/bin/python3", None),
        (["vim", "vllm.entrypoints"], "/usr/bin/vim", None),
    ],
)
def test_engines_are_recognised_by_program_or_module(arguments: list[str], program: str | None, product: str | None) -> None:
    """An engine nobody registered shows in the process list first."""
    assert product_of(arguments, program) == product


@pytest.mark.parametrize(
    ("product", "arguments", "model", "pinned"),
    [
        ("llama.cpp", ["llama-server", "-hf", "org/repo:Q4_K_M"], "org/repo:Q4_K_M", "no"),
        ("llama.cpp", ["llama-server", "--hf-repo=org/repo", "--offline"], "org/repo", "unknown"),
        ("llama.cpp", ["llama-server", "-m", "/models/m.gguf"], "/models/m.gguf", "yes"),
        ("llama.cpp", ["llama-server", "--model-url", "http://h/m.gguf"], "http://h/m.gguf", "no"),
        ("llama.cpp", ["llama-server"], None, "unknown"),
        ("llama.cpp", ["/usr/bin/python3", "-m", "own.engine", "/m/x.gguf", "8080"], "/m/x.gguf", "yes"),
        ("llama.cpp", ["python", "-m", "own.engine"], None, "unknown"),
        ("vllm", ["vllm", "serve", "org/model"], "org/model", "no"),
        ("vllm", ["vllm", "serve", "org/model", "--revision", "main"], "org/model", "no"),
        ("vllm", ["vllm", "serve", "org/model", "--revision", COMMIT], "org/model", "yes"),
        ("vllm", ["vllm", "serve", "/models/m"], "/models/m", "yes"),
        ("vllm", ["vllm", "serve", "--port", "1"], None, "unknown"),
        ("sglang", ["python", "-m", "sglang.launch_server", "--model-path=org/model"], "org/model", "no"),
        ("tgi", ["text-generation-launcher", "--model-id", "org/model"], "org/model", "no"),
        ("ollama", ["ollama", "serve"], None, "unknown"),
    ],
)
def test_a_start_that_resolves_a_moving_name_is_flagged(
    tmp_path: Path, product: str, arguments: list[str], model: str | None, pinned: str
) -> None:
    """An unpinned start is an unapproved change at every restart."""
    assert assess_start(product, arguments, tmp_path)[:2] == (model, pinned)  # type: ignore[arg-type]  # words from a table


def test_a_relative_folder_is_a_path_not_a_repository(tmp_path: Path) -> None:
    """`vllm serve ./x` and `vllm serve x` in the right folder both serve local bytes."""
    (tmp_path / "org" / "model").mkdir(parents=True)
    assert assess_start("vllm", ["vllm", "serve", "org/model"], tmp_path)[1] == "yes"


SECRET = "s3cr3tvalue0123"


@pytest.mark.parametrize(
    "arguments",
    [
        ["llama-server", "--api-key", SECRET],
        ["vllm", "serve", "m", "--api-key", SECRET, SECRET + "2", "--port", "1"],
        ["vllm", "serve", f"--api-key={SECRET}"],
        ["engine", "--hf-token", SECRET],
        ["engine", "--hf_token=" + SECRET],
        ["engine", "--ssl-password", SECRET],
        ["engine", "--header", f"Authorization: Bearer {SECRET}"],
        ["engine", "--url", f"https://user:{SECRET}@host/path"],
        ["engine", "--config", '{"api_key": "' + SECRET + '", "x": 1}'],
        ["env", f"HF_TOKEN={SECRET}", "ollama"],
        ["engine", "--note", f"hf_{SECRET}abcdef"],
        ["engine", "--note", f"sk-{SECRET}"],
        ["engine", "--note", f"eyJ{SECRET}.{SECRET}.{SECRET}"],
        ["engine", f"https://host/?token={SECRET}&x=1"],
        ["python", "-c", f"run(key='{SECRET}')"],
        [f"VLLM::Worker --api-key {SECRET} --port 1"],
        ["sh", "x", f"serve --api-key={SECRET} --port 1"],
    ],
)
def test_secrets_are_taken_out(arguments: list[str]) -> None:
    """A discovery entry cannot be unwritten: a key in it would stay for ever."""
    shown = redact(arguments)
    assert SECRET not in " ".join(shown)
    assert any(REDACTED in item or "program text" in item for item in shown)


def test_settings_that_only_sound_secret_stay(tmp_path: Path) -> None:
    """Evidence of the start is the point: counts and paths must remain readable."""
    arguments = ["vllm", "serve", "org/model", "--max-tokens", "512", "--tokenizer", "org/tok", "--max-num-batched-tokens=8192"]
    assert redact(arguments) == tuple(arguments)
    assert redact(["vllm", "--revision", COMMIT, "--port", "8000"])[2] == COMMIT
    assert redact(["a\x1b[2J\n"])[0].isprintable()
    assert len(redact(["a"] * 1000)) == 128


def test_only_engines_are_kept_and_redacted_first(tmp_path: Path) -> None:
    """Other people's processes are none of our business."""
    tree = MachineTree(tmp_path)
    tree.process(10, "/usr/bin/editor", "private-letter.txt", exe="/usr/bin/editor")
    tree.process(11, "llama-server", "-hf", "org/repo", "--api-key", SECRET, exe="/opt/llama-server")
    tree.process(12, "/usr/bin/python3", "app.py", exe="/usr/bin/python3.11", maps="7f00 r-xp /lib/xllamacpp/xllamacpp.abi3.so\n")
    tree.process(13, "")
    tree.process(14, "python3", "other.py", exe="/usr/bin/python3")
    (tree.machine.proc / "15").mkdir()
    view = read_processes(tree.machine)
    assert [(engine.pid, engine.product, engine.pinned) for engine in view.engines] == [
        (11, "llama.cpp", "no"),
        (12, "llama.cpp", "unknown"),
    ]
    assert view.engines[0].arguments == ("llama-server", "-hf", "org/repo", "--api-key", REDACTED)
    assert view.seen == 5
    assert any("1 processes" in item for item in view.not_seen)
    assert any("environments" in item for item in view.not_seen)


def test_an_unreadable_tree_is_said(tmp_path: Path) -> None:
    """No processes seen is not 'no processes'."""
    view = read_processes(Machine("h", tmp_path / "absent"))
    assert (view.engines, view.seen) == ((), 0)
    assert "cannot be listed" in view.not_seen[0]
