"""A real llama.cpp server on a small model of ours, as a process of its own: `python -m proofbook.demo.engine MODEL PORT`.

Stands where an operator's engine would stand. Listens on loopback only, one thread (two on two shared cores are several times
slower), prints its address on one line and serves until SIGTERM. Needs the `demo` extra (xllamacpp); without it the error names
what to install.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from proofbook.errors import ConfigurationError, InputError, ProofbookError, UpstreamUnavailable
from proofbook.wiring.parts import child_environment, end_with_parent

CONTEXT_TOKENS: Final = 512
_STOP_SECONDS: Final = 10.0


def check_parts(*names: str) -> None:
    """Raise ConfigurationError when a package that the demonstration needs is not installed."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ConfigurationError(f"not installed: {', '.join(missing)}", hint="pip install 'proofbook[demo]'")


def serve_model(model: Path, port: int) -> None:
    """Serve `model` on loopback until SIGTERM or SIGINT, or until whoever started this as a part is gone."""
    end_with_parent()
    if not model.is_file():
        raise InputError(f"{model}: there is no such file", hint="name a GGUF file")
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(model)
    settings.model_alias = {model.stem} if isinstance(settings.model_alias, set) else model.stem
    settings.port = port
    settings.n_ctx = CONTEXT_TOKENS
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    settings.n_gpu_layers = 0
    settings.verbosity = 0
    settings.ui = False
    settings.endpoint_metrics = True
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)  # noqa: T201 - the parent reads this line
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    del server


@contextmanager
def running_engine(model: Path, port: int) -> Iterator[str]:
    """A served model for the length of a `with` block; its base URL. Raises UpstreamUnavailable when it does not come up."""
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # the child waits for them; it must not die of one before it does
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", "proofbook.demo.engine", str(model), str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=child_environment(),
            start_new_session=True,
        )
    except BaseException:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        raise
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        address = child.stdout.readline().strip() if child.stdout is not None else ""
        if not address:
            raise UpstreamUnavailable(
                f"the sample engine did not start on {model.name}", hint="is the port free, and the demo extra installed?"
            )
        yield address
    finally:
        child.terminate()
        try:
            child.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


def free_port() -> int:
    """A port that is free on loopback right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: list[str]) -> int:
    """The program; its exit code."""
    if len(arguments) != 2 or not arguments[1].isdigit():
        print("usage: python -m proofbook.demo.engine MODEL PORT", file=sys.stderr)  # noqa: T201 - a program of its own
        return ConfigurationError.exit_code
    try:
        check_parts("xllamacpp")
        serve_model(Path(arguments[0]), int(arguments[1]))
    except ProofbookError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a program of its own
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
