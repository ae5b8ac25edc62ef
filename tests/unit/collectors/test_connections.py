"""Connections to the engines' ports: the gateway's own, others', and those of which it cannot be seen whose they are."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from proofbook.collectors.discover.connections import (
    MAX_CONNECTIONS,
    ConnectionView,
    connection_findings,
    own_processes,
    read_connections,
)
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.discover.sockets import read_sockets
from support.machine_tree import MachineTree

ENGINE, GATEWAY = 8080, 8400


def looked_at(tree: MachineTree) -> ConnectionView:
    """A look at the engine's port by an installation whose gateway listens on its own."""
    own = own_processes(tree.machine, read_sockets(tree.machine).listening, {GATEWAY})
    return read_connections(tree.machine, {ENGINE}, own)


def begun(root: Path) -> MachineTree:
    """An engine, a gateway with a worker, both of one user."""
    tree = MachineTree(root)
    tree.socket("127.0.0.1", ENGINE, 1)
    tree.socket("127.0.0.1", GATEWAY, 2)
    tree.process(50, "llama-server", inodes=(1,))
    tree.process(60, "proofbook", inodes=(2,), user=500)
    tree.process(61, "worker", inodes=(10,), parent=60, user=500)
    return tree


def test_gateways_own_connections_are_counted_and_others_are_told(tmp_path: Path) -> None:
    """Workers are the gateway's too; a shell that asks the engine is not."""
    tree = begun(tmp_path)
    tree.connection(("127.0.0.1", 40001), ("127.0.0.1", ENGINE), 10, user=500)
    tree.connection(("127.0.0.1", 40002), ("127.0.0.1", ENGINE), 11)
    tree.connection(("127.0.0.1", 40003), ("127.0.0.1", 5432), 12)
    tree.process(70, "/usr/bin/cu\x1brl", inodes=(11, 12))
    view = looked_at(tree)
    assert (view.gateway, len(view.others)) == (1, 1)
    (found,) = connection_findings(view)
    assert found.code == "connection_around_gateway"
    assert "from 127.0.0.1 port 40002 by process 70 (cu\\x1brl), user id 1000, past the gateway" in found.detail
    assert view.others[0].document() == {
        "port": "8080",
        "from": "127.0.0.1 port 40002",
        "whose": "another program's",
        "pid": "70",
        "program": "cu\\x1brl",
        "user": "user id 1000",
    }


def test_connection_from_another_machine_is_not_the_gateways(tmp_path: Path) -> None:
    """Its process cannot be seen from here, where it comes from can."""
    tree = begun(tmp_path)
    tree.connection(("192.0.2.7", 40001), ("192.0.2.1", ENGINE), 0, here=False)
    tree.connection(("2001:db8::7", 40002), ("2001:db8::1", ENGINE), 0, here=False)
    assert [(each.remote, each.whose) for each in looked_at(tree).others] == [("192.0.2.7", "other"), ("2001:db8::7", "other")]


def test_what_cannot_be_seen_is_unknown_and_never_none(tmp_path: Path) -> None:
    """A process of another user: its user is not the gateway's, so it is told; one of the gateway's user is not known."""
    tree = begun(tmp_path)
    tree.connection(("127.0.0.1", 40001), ("127.0.0.1", ENGINE), 98, user=777)
    tree.connection(("127.0.0.1", 40002), ("127.0.0.1", ENGINE), 99, user=500)
    view = looked_at(tree)
    assert [(each.remote_port, each.whose, each.pid) for each in view.others] == [
        (40001, "other", None),
        (40002, "unknown", None),
    ]
    assert [each.code for each in connection_findings(view)] == ["connection_around_gateway", "connection_not_told"]


def test_gateway_that_cannot_be_seen_makes_nobody_a_stranger(tmp_path: Path) -> None:
    """Somebody listens on the gateway's port and does not show whose process it is: its user is not known either."""
    tree = MachineTree(tmp_path)
    tree.socket("127.0.0.1", ENGINE, 1)
    tree.socket("127.0.0.1", GATEWAY, 2)
    tree.connection(("127.0.0.1", 40001), ("127.0.0.1", ENGINE), 98, user=777)
    assert [each.whose for each in looked_at(tree).others] == ["unknown"]


def test_tables_that_cannot_be_read_are_not_looked_at(tmp_path: Path) -> None:
    """No table is not no connection."""
    tree = begun(tmp_path)
    for name in ("tcp", "tcp6"):
        (tree.machine.proc / "net" / name).unlink()
    view = looked_at(tree)
    assert not view.looked
    assert view.not_seen == ("connections of net/tcp: cannot be read", "connections of net/tcp6: cannot be read")


def test_damaged_rows_are_passed_over(tmp_path: Path) -> None:
    """Whatever stands there, the look goes on."""
    tree = begun(tmp_path)
    tree.rows["tcp"].append("0: 0100:1F90 zz:zz 01 a b c d e f g\n0: 01:1F90 0100007F:1F90 01 a b c 0 0 5 1\n0: x\n")
    tree.write_sockets()
    assert looked_at(tree).others == ()


def test_more_connections_than_fit_are_counted(tmp_path: Path) -> None:
    """A flood does not fill the book."""
    tree = begun(tmp_path)
    tree.rows["tcp"] = tree.rows["tcp"][:2]
    for number in range(MAX_CONNECTIONS + 7):
        server, client = f"0100007F:{ENGINE:04X}", f"070200C0:{20000 + number:04X}"
        tree.rows["tcp"].append(f" 0: {server} {client} 01 00000000:00000000 00:00000000 00000000 0 0 0 1 0 100\n")
    tree.write_sockets()
    found = connection_findings(looked_at(tree))
    assert len(found) == MAX_CONNECTIONS + 1
    assert found[-1].detail.startswith("7 further")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's process tree")
def test_the_running_kernel_shows_our_own_connection() -> None:
    """The parser agrees with it; whoever looks is not a stranger."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        machine, port = Machine("here"), listener.getsockname()[1]
        own = own_processes(machine, read_sockets(machine).listening, ())
        assert os.getpid() in own.pids
        accepted, _ = listener.accept()
        with accepted:
            view = read_connections(machine, {port}, own)
        assert client.getpeername()[1] == port
    assert (view.gateway, view.others) == (1, ())
