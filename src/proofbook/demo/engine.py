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
from pathlib import Path
from typing import Final

from proofbook.errors import ConfigurationError, UpstreamUnavailable

CONTEXT_TOKENS: Final = 512
_STOP_SECONDS: Final = 10.0


def serve_model(model: Path, port: int) -> None:
    """Serve `model` on loopback until SIGTERM or SIGINT."""
    try:
        import xllamacpp
    except ImportError as error:
        raise ConfigurationError("the sample engine is not installed", hint="pip install 'proofbook[demo]'") from error
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
            start_new_session=True,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    try:
        address = child.stdout.readline().strip() if child.stdout is not None else ""
        if not address:
            raise UpstreamUnavailable(f"the sample engine did not start on {model.name}", hint="is the demo extra installed?")
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


if __name__ == "__main__":
    serve_model(Path(sys.argv[1]), int(sys.argv[2]))
