"""Makes what the benchmark needs and the product does not: engine and callers in C, and the peers in folders of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).parent
LITELLM = "litellm[proxy]==1.106.2"
PORTKEY = "@portkey-ai/gateway@1.15.2"


class Missing(Exception):
    """Something cannot be measured here; the text says why."""


def build_tools(cache: Path) -> Path:
    """Compile engine, callers and the look at memory; the folder they are in. Raises Missing without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise Missing("no C compiler here (apt-get install gcc libc6-dev)")
    folder = cache / "tools"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("engine", "load", "rest"):
        source, made = SOURCES / f"{name}.c", folder / name
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-o", str(made), str(source)], check=True)
    return folder


def find_nginx() -> str:
    """The nginx program. Raises Missing."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Missing("not installed here (apt-get install nginx-light)")
    return found


def find_litellm(cache: Path, *, install: bool) -> Path:
    """The LiteLLM proxy's program in a virtual environment of its own. Raises Missing."""
    folder = cache / "litellm"
    program = folder / "bin" / "litellm"
    if not program.exists():
        if not install:
            raise Missing("not installed here (run with --install)")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", LITELLM], "LiteLLM")
    return program


def find_portkey(cache: Path, *, install: bool) -> Path:
    """The Portkey gateway's start script. Raises Missing."""
    folder = cache / "portkey"
    script = folder / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    if shutil.which("node") is None:
        raise Missing("no Node here")
    if not script.exists():
        if not install:
            raise Missing("not installed here (run with --install)")
        folder.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PORTKEY], "Portkey")
    return script


def _run(command: list[str], what: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (subprocess.CalledProcessError, OSError) as error:
        raise Missing(f"{what} could not be installed here") from error
