"""Inference engines among the running processes, by their command lines, with what those say about the model they started.

Promises: only processes recognised as engines are kept, their secrets removed first; a start that resolves a moving name is
marked as not pinned. Process environments are not read. A process can call itself anything: recognition is a lead, not proof.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from proofbook.collectors.discover.command_lines import redact
from proofbook.collectors.discover.machine import Machine, names_in, read_link, read_node
from proofbook.collectors.wording import plain, plain_path

Product: TypeAlias = Literal["llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio"]

_COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*\Z")
_PROGRAMS: dict[str, Product] = {
    "llama-server": "llama.cpp",
    "ollama": "ollama",
    "vllm": "vllm",
    "sglang": "sglang",
    "text-generation-launcher": "tgi",
    "text-generation-router": "tgi",
    "text-generation-server": "tgi",
    "lm-studio": "lmstudio",
    "lm studio": "lmstudio",
    "llmster": "lmstudio",
}
_MODULES: tuple[tuple[str, Product], ...] = (
    ("vllm.entrypoints", "vllm"),
    ("sglang.launch_server", "sglang"),
    ("text_generation_server", "tgi"),
    ("llama_cpp.server", "llama.cpp"),
)
_TITLES: tuple[tuple[str, Product], ...] = (("vllm::", "vllm"), ("sglang::", "sglang"))
_LIBRARIES: tuple[tuple[bytes, Product], ...] = (
    (b"xllamacpp", "llama.cpp"),
    (b"llama_cpp", "llama.cpp"),
    (b"/libllama", "llama.cpp"),
)


@dataclass(frozen=True, slots=True)
class EngineProcess:
    """A running engine. `model` is what its command line names, `pin` whether that is fixed and in which words."""

    pid: int
    product: Product
    program: str
    arguments: tuple[str, ...]
    model: str | None
    pinned: Literal["yes", "no", "unknown"]
    pin: str


@dataclass(frozen=True, slots=True)
class ProcessView:
    """Engines found, all pids seen, and what could not be seen."""

    engines: tuple[EngineProcess, ...]
    seen: int
    not_seen: tuple[str, ...]


def read_processes(machine: Machine) -> ProcessView:
    """Every process that is recognised as an engine, by pid."""
    names = names_in(machine.proc)
    if names is None:
        return ProcessView((), 0, ("processes: the process tree cannot be listed",))
    engines: list[EngineProcess] = []
    seen = hidden = 0
    for pid in sorted(int(name) for name in names if name.isdecimal()):
        folder = machine.proc / str(pid)
        raw = read_node(folder / "cmdline", 128 * 1024)
        if raw is None:
            hidden += 1
            continue
        seen += 1
        engine = _recognise(pid, folder, _split(raw))
        if engine is not None:
            engines.append(engine)
    not_seen = ["process environments (they hold secrets): settings made there, such as offline switches, are not known"]
    if hidden:
        not_seen.append(f"{hidden} processes: their command line cannot be read")
    return ProcessView(tuple(engines), seen, tuple(not_seen))


def _split(raw: bytes) -> tuple[str, ...]:
    return tuple(part.decode("utf-8", "backslashreplace") for part in raw.rstrip(b"\0").split(b"\0"))


def _recognise(pid: int, folder: Path, arguments: Sequence[str]) -> EngineProcess | None:
    if not arguments or not arguments[0]:
        return None
    program = read_link(folder / "exe")
    product = product_of(arguments, program) or _by_library(folder, arguments, program)
    if product is None:
        return None
    model, pinned, pin = assess_start(product, arguments, folder / "cwd")
    return EngineProcess(
        pid=pid,
        product=product,
        program=plain_path(program or arguments[0]),
        arguments=redact(arguments),
        model=None if model is None else plain(redact(("", model))[1], 300),
        pinned=pinned,
        pin=plain(pin),
    )


def product_of(arguments: Sequence[str], program: str | None) -> Product | None:
    """The engine a command line starts; None when it is none that is known."""
    title = arguments[0].lower()
    for prefix, product in _TITLES:
        if title.startswith(prefix):
            return product
    names = [PurePosixPath(arguments[0]).name.lower(), PurePosixPath(program or "").name.lower()]
    for name in names:
        if name.removesuffix(".exe") in _PROGRAMS:
            return _PROGRAMS[name.removesuffix(".exe")]
    if not any(_PYTHON.match(name) for name in names):
        return None
    for argument in arguments[1:8]:
        script = PurePosixPath(argument).name.lower()
        if script in {"vllm", "sglang", "text-generation-server"}:
            return _PROGRAMS[script]
        for module, product in _MODULES:
            if argument.startswith(module):
                return product
    return None


def _by_library(folder: Path, arguments: Sequence[str], program: str | None) -> Product | None:
    """An engine that lives inside a Python program shows in the files it has mapped."""
    names = (PurePosixPath(arguments[0]).name, PurePosixPath(program or "").name)
    if not any(_PYTHON.match(name) for name in names):
        return None
    maps = read_node(folder / "maps")
    if maps is None:
        return None
    return next((product for mark, product in _LIBRARIES if mark in maps), None)


def assess_start(
    product: Product, arguments: Sequence[str], cwd: Path
) -> tuple[str | None, Literal["yes", "no", "unknown"], str]:
    """(model named, pinned, why). Moving names are resolved at every start, so the served bytes can change without a change."""
    if product == "llama.cpp":
        if _PYTHON.match(PurePosixPath(arguments[0]).name.lower()):
            return _inside_python(arguments)
        repository = option(arguments, "-hf", "-hfr", "--hf-repo")
        if repository is not None:
            if "--offline" in arguments:
                return repository, "unknown", "repository name with --offline: whatever the cache holds"
            return repository, "no", "a repository name without --offline is resolved anew at every start"
        model = option(arguments, "-m", "--model")
        if model is not None:
            return model, "yes", "a file path"
        address = option(arguments, "-mu", "--model-url")
        return address, "no" if address else "unknown", "an address" if address else "no model on the command line"
    if product in {"vllm", "sglang", "tgi"}:
        return _by_name_or_path(product, arguments, cwd)
    return None, "unknown", "the program chooses models at run time"


def _inside_python(arguments: Sequence[str]) -> tuple[str | None, Literal["yes", "no", "unknown"], str]:
    """A program of somebody's own: its options are not known, a GGUF path among its arguments is."""
    path = next((argument for argument in arguments[1:] if argument.endswith(".gguf")), None)
    if path is None:
        return None, "unknown", "a Python program with llama.cpp inside; it names no GGUF file"
    return path, "yes", "a file path among the arguments of a Python program"


def _by_name_or_path(
    product: Product, arguments: Sequence[str], cwd: Path
) -> tuple[str | None, Literal["yes", "no", "unknown"], str]:
    model = option(arguments, "--model", "--model-path", "--model-id", "--model_path", "--model_id") or _served(arguments)
    if model is None:
        return None, "unknown", "no model on the command line"
    if model.startswith(("/", "./", "../", "~")) or _is_folder(cwd / model):
        return model, "yes", "a path"
    revision = option(arguments, "--revision")
    if revision is not None and _COMMIT.match(revision):
        return model, "yes", "a repository name with a commit id"
    word = f"the moving revision {revision!r}" if revision is not None else "no --revision"
    return model, "no", f"{product}: a repository name with {word} is resolved anew at every start unless the hub is switched off"


def _served(arguments: Sequence[str]) -> str | None:
    """`vllm serve MODEL`."""
    for position, argument in enumerate(arguments[:-1]):
        if argument == "serve":
            following = arguments[position + 1]
            return None if following.startswith("-") else following
    return None


def option(arguments: Sequence[str], *names: str) -> str | None:
    """The value of the first of these options, in either spelling."""
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in names:
            if equals:
                return value
            return arguments[position + 1] if position + 1 < len(arguments) else None
    return None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
