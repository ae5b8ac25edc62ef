"""Which ports this machine listens on, and whose they are as far as that is visible.

Promises: every listening TCP socket of the network namespace is listed, also those whose owner cannot be seen; how many processes
could not be looked into is said. Hostile input (a process can name itself anything) is not read here.
Format: proc_net_tcp of the Linux kernel's documentation.
"""

from __future__ import annotations

import ipaddress
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofbook.collectors.discover.machine import Machine, names_in, read_link, read_node

_LISTEN = "0A"
_SOCKET = re.compile(r"socket:\[(\d{1,20})\]\Z")
MAX_SOCKETS = 4096


@dataclass(frozen=True, slots=True)
class Listening:
    """A listening socket. `pid` is None when its owner cannot be seen."""

    address: str
    port: int
    pid: int | None

    @property
    def reachable_from_network(self) -> bool:
        """Whether it is bound to more than loopback."""
        return not ipaddress.ip_address(self.address).is_loopback


@dataclass(frozen=True, slots=True)
class SocketView:
    """All listening sockets and what could not be seen."""

    listening: tuple[Listening, ...]
    not_seen: tuple[str, ...]


def read_sockets(machine: Machine) -> SocketView:
    """Every listening TCP socket, sorted by port."""
    found: dict[tuple[str, int, str], None] = {}
    not_seen: list[str] = []
    for name, width in (("tcp", 8), ("tcp6", 32)):
        data = read_node(machine.proc / "net" / name)
        if data is None:
            not_seen.append(f"listening sockets of net/{name}: cannot be read")
            continue
        for row in _parse_table(data, width):
            found.setdefault(row)
    owners, hidden = owners_of(machine, {inode for _, _, inode in found})
    without = sum(inode not in owners for _, _, inode in found)
    if without:
        not_seen.append(f"owners of {without} listening sockets: {hidden} processes of other users cannot be looked into")
    listening = [Listening(address, port, owners.get(inode)) for address, port, inode in found]
    return SocketView(tuple(sorted(listening, key=lambda item: (item.port, item.address))), tuple(not_seen))


def _parse_table(data: bytes, width: int) -> Iterator[tuple[str, int, str]]:
    """(address, port, inode) of the listening rows; rows of another form are passed over."""
    for line in data.decode("ascii", "replace").splitlines()[1:MAX_SOCKETS]:
        words = line.split()
        if len(words) < 10 or words[3] != _LISTEN:
            continue
        address, _, port = words[1].partition(":")
        try:
            raw = bytes.fromhex(address)
            if len(address) == width:
                yield address_of(raw), int(port, 16), words[9]
        except ValueError:
            continue


def address_of(raw: bytes) -> str:
    """An address as the kernel prints it: each 32-bit word in the host's byte order. Raises ValueError for another length."""
    if len(raw) not in {4, 16}:
        raise ValueError("not an address")
    words = struct.unpack(f"={len(raw) // 4}I", raw)
    address = ipaddress.ip_address(struct.pack(f">{len(words)}I", *words))
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def owners_of(machine: Machine, inodes: set[str]) -> tuple[Mapping[str, int], int]:
    """Socket inode -> pid, and how many processes could not be looked into."""
    owners: dict[str, int] = {}
    hidden = 0
    for name in names_in(machine.proc) or ():
        if not name.isdecimal():
            continue
        descriptors = names_in(machine.proc / name / "fd")
        if descriptors is None:
            hidden += 1
            continue
        for inode in _sockets_of(machine.proc / name / "fd", descriptors):
            if inode in inodes:
                owners.setdefault(inode, int(name))
    return owners, hidden


def _sockets_of(folder: Path, descriptors: tuple[str, ...]) -> Iterator[str]:
    for descriptor in descriptors:
        match = _SOCKET.match(read_link(folder / descriptor) or "")
        if match is not None:
            yield match[1]
