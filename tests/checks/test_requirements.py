"""What is installed is pinned by hash, agrees with itself, and does not say where to fetch it."""

from __future__ import annotations

import re
import tomllib

import pytest

from tracked import ROOT

FOLDER = ROOT / "requirements"
PINNED = sorted(path.name for path in FOLDER.glob("*.txt"))
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
_LINE = re.compile(r"(#.*|[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?)")


def _pins(name: str) -> dict[str, str]:
    return dict(_PIN.findall((FOLDER / name).read_text("utf-8")))


def test_there_is_a_pinned_file_for_each_list() -> None:
    """A list that was never resolved would install whatever is newest."""
    assert {"base.txt", *(f"{path.stem}.txt" for path in FOLDER.glob("*.in"))} <= set(PINNED)


@pytest.mark.parametrize("name", PINNED)
def test_every_line_is_a_pin_or_a_hash(name: str) -> None:
    """No option, address or path can hide in such a file."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    assert [line for line in lines if not _LINE.fullmatch(line)] == []


@pytest.mark.parametrize("name", PINNED)
def test_every_pin_has_a_hash(name: str) -> None:
    """A version alone does not say which bytes."""
    text = (FOLDER / name).read_text("utf-8")
    without = [
        block.split("==")[0] for block in re.split(r"\n(?=[a-z])", text) if "==" in block and "--hash=sha256:" not in block
    ]
    assert without == []


@pytest.mark.parametrize("name", sorted({*PINNED} - {"lock.txt", "fuzz.txt"}))
def test_a_package_has_one_version_throughout(name: str) -> None:
    """`make demo` after `make install` must not exchange what the program was tested with."""
    everything = _pins("dev.txt")
    assert {package: version for package, version in _pins(name).items() if everything.get(package) != version} == {}


def test_what_the_project_depends_on_is_pinned() -> None:
    """A dependency that was added without `make lock` is named here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    direct = {_name(each) for each in project["dependencies"]}
    extras = {_name(each) for each in project["optional-dependencies"]["demo"]}
    assert direct - _pins("base.txt").keys() == set()
    assert direct | extras <= _pins("demo.txt").keys()


def test_training_tools_are_not_installed() -> None:
    """The sample models are committed; whoever retrains them installs the trainer's own needs."""
    assert "torch" not in _pins("dev.txt")


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower()
