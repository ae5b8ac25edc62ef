"""Who is connected to the engines' ports at this moment, other than the gateway.

Promises: every established TCP connection to a named port that this network namespace shows is told apart: the gateway's own
processes (whoever listens on its port, and their children), this look itself, somebody else, or not known whose it is; what
cannot be seen is unknown, never none. A connection that was closed before the look is not seen: the engines' own counters tell of
it. Process names are hostile and made plain. Format: proc_net_tcp of the Linux kernel's documentation.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from proofbook.collectors.discover.machine import Machine, names_in, read_node
from proofbook.collectors.discover.sockets import MAX_SOCKETS, Listening, address_of, owners_of
from proofbook.collectors.wording import finding, plain
from proofbook.records.provenance import Finding

MAX_CONNECTIONS: Final = 256
"""Connections that are told of; further ones are counted."""
AROUND: Final = "connection_around_gateway"
NOT_TOLD: Final = "connection_not_told"
_ESTABLISHED: Final = "01"

Whose: TypeAlias = Literal["gateway", "other", "unknown"]
_End: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection to an engine's port. `pid`, `name` and `user` are None when they cannot be seen."""

    port: int
    remote: str
    remote_port: int
    whose: Whose
    pid: int | None
    name: str | None
    user: int | None

    def document(self) -> dict[str, str]:
        """As it is recorded."""
        return {
            "port": str(self.port),
            "from": f"{self.remote} port {self.remote_port}",
            "whose": "another program's" if self.whose == "other" else "unknown",
            "pid": "unknown" if self.pid is None else str(self.pid),
            "program": self.name or "unknown",
            "user": "unknown" if self.user is None else f"user id {self.user}",
        }


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """Connections that are not the gateway's, how many are, and what could not be seen; `looked` False: nothing could be."""

    others: tuple[Connection, ...]
    gateway: int
    not_seen: tuple[str, ...]
    looked: bool


@dataclass(frozen=True, slots=True)
class Own:
    """The gateway's processes and the one that looks. `whole`: whether all that listen on the gateway's port are seen."""

    pids: frozenset[int]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Row:
    local: _End
    remote: _End
    user: int
    inode: str


def read_connections(machine: Machine, ports: Collection[int], own: Own) -> ConnectionView:
    """Connections to `ports` of this machine that are not of `own`."""
    tables = [(name, read_node(machine.proc / "net" / name)) for name in ("tcp", "tcp6")]
    not_seen = [f"connections of net/{name}: cannot be read" for name, data in tables if data is None]
    rows = [row for _, data in tables if data is not None for row in _established(data)]
    if all(data is None for _, data in tables):
        return ConnectionView((), 0, tuple(not_seen), looked=False)
    served = [row for row in rows if row.local[1] in ports]
    ends = {(row.local, row.remote): row for row in rows}
    callers = [ends.get((row.remote, row.local)) for row in served]
    owners, hidden = owners_of(machine, {caller.inode for caller in callers if caller is not None})
    users = {_user_of(machine, pid) for pid in own.pids - {os.getpid()}} if own.whole else {None}
    found = [_told(machine, row, caller, owners, own.pids, users) for row, caller in zip(served, callers, strict=True)]
    others = sorted(
        (each for each in found if each.whose != "gateway"), key=lambda each: (each.port, each.remote, each.remote_port)
    )
    if hidden and any(each.whose == "unknown" for each in others):
        not_seen.append(f"whose connections are: {hidden} processes of other users cannot be looked into")
    not_seen.append("connections that were closed before the look")
    return ConnectionView(tuple(others), len(found) - len(others), tuple(not_seen), looked=True)


def own_processes(machine: Machine, listening: Sequence[Listening], ports: Collection[int]) -> Own:
    """Whoever listens on this installation's ports, their descendants, and this process."""
    gateway = [each.pid for each in listening if each.port in ports]
    own = {pid for pid in gateway if pid is not None} | {os.getpid()}
    parents = {int(name): _parent_of(machine, int(name)) for name in names_in(machine.proc) or () if name.isdecimal()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in own} - own
        if not more:
            return Own(frozenset(own), whole=None not in gateway)
        own |= more


def connection_findings(view: ConnectionView) -> tuple[Finding, ...]:
    """What is not the gateway's, as differences."""
    found: list[Finding] = []
    for each in view.others[:MAX_CONNECTIONS]:
        who = f"process {each.pid} ({each.name})" if each.pid is not None else "a process that cannot be seen"
        user = "" if each.user is None else f", user id {each.user}"
        where = f"port {each.port} of an engine: connected from {each.remote} port {each.remote_port}"
        if each.whose == "other":
            found.append(finding(AROUND, f"{where} by {who}{user}, past the gateway"))
        else:
            found.append(finding(NOT_TOLD, f"{where}; whether the gateway or another program holds it cannot be seen"))
    more = len(view.others) - len(found)
    if more:
        found.append(finding(AROUND, f"{more} further connections to engines' ports are not the gateway's, or cannot be told"))
    return tuple(found)


def _told(
    machine: Machine,
    row: _Row,
    caller: _Row | None,
    owners: Mapping[str, int],
    own: Collection[int],
    users: Collection[int | None],
) -> Connection:
    """Whose a connection is: the other end lies on this machine, or somewhere else."""
    port, (remote, remote_port) = row.local[1], row.remote
    if caller is None:
        loopback = remote.startswith("127.") or remote == "::1"
        return Connection(port, remote, remote_port, "unknown" if loopback else "other", None, None, None)
    pid = owners.get(caller.inode)
    if pid is not None:
        whose: Whose = "gateway" if pid in own else "other"
        return Connection(port, remote, remote_port, whose, pid, _name_of(machine, pid), caller.user)
    # Where the gateway's user is known, a connection of another one cannot be the gateway's.
    whose = "unknown" if None in users or caller.user in users else "other"
    return Connection(port, remote, remote_port, whose, None, None, caller.user)


def _established(data: bytes) -> Iterator[_Row]:
    """Rows of another form are passed over."""
    for line in data.decode("ascii", "replace").splitlines()[1:MAX_SOCKETS]:
        words = line.split()
        if len(words) < 10 or words[3] != _ESTABLISHED:
            continue
        try:
            yield _Row(_end(words[1]), _end(words[2]), int(words[7]), words[9])
        except ValueError:
            continue


def _end(text: str) -> _End:
    address, _, port = text.partition(":")
    return address_of(bytes.fromhex(address)), int(port, 16)


def _parent_of(machine: Machine, pid: int) -> int | None:
    stat = read_node(machine.proc / str(pid) / "stat", 4096)
    fields = [] if stat is None else stat.rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 and fields[1].isdigit() else None


def _user_of(machine: Machine, pid: int) -> int | None:
    status = read_node(machine.proc / str(pid) / "status", 8192) or b""
    line = next((each for each in status.splitlines() if each.startswith(b"Uid:")), b"")
    fields = line.split()
    return int(fields[2]) if len(fields) > 2 and fields[2].isdigit() else None


def _name_of(machine: Machine, pid: int) -> str:
    name = read_node(machine.proc / str(pid) / "comm", 64)
    return "unknown" if name is None else plain(name.decode("utf-8", "backslashreplace").strip(), 32)
