"""GPUs, as far as this machine shows them.

Promises: a device is listed with how it was seen; nothing seen is only called `none_seen` when the place where devices show
themselves could be read, else it is `unknown`. Never reports a number that was not counted. The vendor's tool is asked with a
fixed command and a time limit.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from proofbook.collectors.discover.machine import Machine, names_in, read_link, read_node
from proofbook.collectors.wording import plain

_CARD = re.compile(r"card\d{1,4}\Z")
_VENDORS: Mapping[str, str] = MappingProxyType({"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel", "0x1e3e": "Iluvatar"})
SMI = ("nvidia-smi", "--query-gpu=name,uuid,driver_version,memory.total", "--format=csv,noheader")
SMI_SECONDS = 10.0


class Ask(Protocol):
    """Runs a fixed command; its output, or None when it is absent, fails or takes too long."""

    def __call__(self, command: Sequence[str], seconds: float) -> str | None:
        """Output of `command`."""


def ask_program(command: Sequence[str], seconds: float) -> str | None:
    """Run a program found on the path, without a shell, for at most `seconds`."""
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *command[1:]], capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout[:65_536].decode("utf-8", "replace") if done.returncode == 0 else None


def read_devices(machine: Machine, ask: Ask = ask_program) -> tuple[Mapping[str, str], ...]:
    """One mapping per device, or a single one that says what is known of their absence."""
    found = list(_by_tool(ask))
    told = {device["uuid"] for device in found}
    found += [device for device in _by_driver(machine) if device["uuid"] not in told]
    cards = names_in(machine.sys / "class" / "drm")
    if cards is not None:
        nvidia = any(device["vendor"] == "NVIDIA" for device in found)
        found += [device for device in _by_card(machine, cards) if not (nvidia and device["vendor"] == "NVIDIA")]
    if read_link(machine.dev / "kfd") is not None or (machine.dev / "kfd").exists():
        found.append(_device("AMD", "unknown", "compute device node kfd"))
    if found:
        return tuple(found)
    if cards is None:
        return (
            MappingProxyType({"kind": "gpu", "presence": "unknown", "how": "no place where devices show themselves can be read"}),
        )
    return (MappingProxyType({"kind": "gpu", "presence": "none_seen", "how": "class/drm was read and names no GPU"}),)


def _device(vendor: str, model: str, how: str, **more: str) -> Mapping[str, str]:
    return MappingProxyType({"kind": "gpu", "presence": "seen", "vendor": vendor, "model": model, "how": how, **more})


def _by_driver(machine: Machine) -> Iterator[Mapping[str, str]]:
    folder = machine.proc / "driver" / "nvidia" / "gpus"
    for name in names_in(folder) or ():
        text = (read_node(folder / name / "information", 65_536) or b"").decode("utf-8", "replace")
        fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
        yield _device(
            "NVIDIA",
            plain(fields.get("Model", "unknown") or "unknown", 120),
            "the driver's process tree",
            uuid=plain(fields.get("GPU UUID", "unknown") or "unknown", 80),
            bus=plain(name, 40),
        )


def _by_tool(ask: Ask) -> Iterator[Mapping[str, str]]:
    for line in (ask(SMI, SMI_SECONDS) or "").splitlines()[:64]:
        words = [plain(word.strip(), 120) for word in line.split(",")]
        if len(words) == 4:
            yield _device("NVIDIA", words[0], "nvidia-smi", uuid=words[1], driver=words[2], memory=words[3])


def _by_card(machine: Machine, cards: Sequence[str]) -> Iterator[Mapping[str, str]]:
    for name in cards:
        if _CARD.match(name) is None:
            continue
        folder: Path = machine.sys / "class" / "drm" / name / "device"
        vendor = (read_node(folder / "vendor", 64) or b"").decode("ascii", "replace").strip().lower()
        device = (read_node(folder / "device", 64) or b"").decode("ascii", "replace").strip().lower()
        if vendor in _VENDORS:
            yield _device(_VENDORS[vendor], plain(f"device {device or 'unknown'}", 60), "class/drm", bus=name)
