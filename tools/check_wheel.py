"""Test what is shipped: build the source archive and, from it, the wheel; install the wheel alone; use it without the sources.

The wheel goes into a virtual environment of its own that sees the installed dependencies but not this repository: what works here
works because it is in the wheel. Nothing is fetched.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from pathlib import Path

from tracked import ROOT, tracked_files

SOURCE_ONLY = {".pyc"}
IMPORT_ALL = """
import importlib, pkgutil, sys
import proofbook
sys.modules.update(dict.fromkeys(sys.argv[2:]))  # an import of an optional part now fails
place = proofbook.__path__[0]
assert sys.argv[1] in place, f"proofbook was imported from {place}, not from the wheel"
def stop(name): raise ImportError(name)
names = [each.name for each in pkgutil.walk_packages(proofbook.__path__, "proofbook.", onerror=stop)]
for name in names:
    if name != "proofbook.__main__":
        importlib.import_module(name)
print(len(names))
"""


class WheelError(Exception):
    """What is wrong with the wheel, in words."""


def check_wheel(work: Path) -> str:
    """Builds, installs and uses the wheel below `work`. Gives one line for people. Raises WheelError."""
    wheel = build(work / "dist")
    shipped = check_contents(wheel)
    python = install(wheel, work / "environment")
    modules = _run(python, "-I", "-W", "error::SyntaxWarning", "-c", IMPORT_ALL, str(work), *optional_parts(), cwd=work).strip()
    for command in (["-m", "proofbook", "--help"], ["-m", "proofbook", "--version"]):
        _run(python, "-I", *command, cwd=work)
    program = python.with_name("proofbook")
    if not program.exists():
        raise WheelError("the wheel installs no program called proofbook")
    return f"{wheel.name}: {wheel.stat().st_size // 1024} KiB, {shipped} files, {modules} modules imported, program answers"


_IMPORTED_AS = {"rfc3161-client": "rfc3161_client"}
"""Packages that are not imported under the first word of their name."""


def optional_parts() -> tuple[str, ...]:
    """The packages of the extras, which no module may need just to be imported."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    names = {re.split(r"[^a-z0-9_-]", name)[0] for names in extras.values() for name in names}
    return tuple(sorted({_IMPORTED_AS.get(name, name.partition("-")[0]) for name in names}))


def build(folder: Path) -> Path:
    """The wheel, built from the source archive as an installer would. Raises WheelError."""
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as sources:
        foreign = [name for name in sources.getnames() if "/." in name.replace("/.gitignore", "")]
    if foreign:
        raise WheelError(f"the source archive holds hidden files: {', '.join(foreign[:5])}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> int:
    """Every file below src/proofbook is in the wheel, and nothing else is. Gives their number. Raises WheelError."""
    source = ROOT / "src"
    wanted = {path.relative_to(source).as_posix() for path in tracked_files(ROOT) if path.is_relative_to(source / "proofbook")}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name and not name.endswith("/")}
    for what, names in (("lacks", wanted - held), ("should not hold", held - wanted)):
        if names:
            raise WheelError(f"the wheel {what}: {', '.join(sorted(names)[:10])}")
    return len(held)


def install(wheel: Path, folder: Path) -> Path:
    """A fresh environment with the wheel; dependencies are seen where they are installed. Gives its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    site = Path(_run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    _run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)),
        *("install", "--quiet", "--no-deps", "--no-index", str(wheel)),
        cwd=folder,
    )
    # A path file adds the folder but does not read the path files in it, so the editable install is not seen.
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return python


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        shown = " ".join(Path(str(part)).name if "/" in str(part) else str(part)[:40] for part in command)
        raise WheelError(f"{shown} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """The command."""
    with tempfile.TemporaryDirectory(prefix="proofbook-wheel-") as work:
        try:
            print(check_wheel(Path(work)))
        except WheelError as error:
            print(error)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
