"""A machine made of folders: process, system and device trees as the kernel shows them, and engines that answer."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from proofbook.collectors.discover.machine import Machine

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


class MachineTree:
    """Builds the trees below one folder."""

    def __init__(self, root: Path) -> None:
        self.machine = Machine("host-1", root / "proc", root / "sys", root / "dev")
        for folder in (self.machine.proc / "net", self.machine.sys, self.machine.dev):
            folder.mkdir(parents=True)
        self.rows: dict[str, list[str]] = {"tcp": [], "tcp6": []}
        self.write_sockets()

    def write_sockets(self) -> None:
        """The two tables."""
        for name, rows in self.rows.items():
            (self.machine.proc / "net" / name).write_text(HEADER + "".join(rows))

    def socket(self, address: str, port: int, inode: int, state: str = "0A") -> None:
        """A row of the table the address belongs to."""
        text = _hex(address)
        row = f"   0: {text}:{port:04X} {'0' * len(text)}:0000 {state} 00000000:00000000 00:00000000 00000000  1000 0 {inode} 1 0 100\n"
        self.rows["tcp6" if ":" in address else "tcp"].append(row)
        self.write_sockets()

    def connection(
        self, client: tuple[str, int], server: tuple[str, int], inode: int, *, user: int = 1000, here: bool = True
    ) -> None:
        """An established connection; `here`: the client lies on this machine, so that its own end is in the table too."""
        ends = [(server, client, 0, 0)] + ([(client, server, user, inode)] if here else [])
        for (local, local_port), (remote, remote_port), owner, number in ends:
            words = f"{_hex(local)}:{local_port:04X} {_hex(remote)}:{remote_port:04X} 01 00000000:00000000 00:00000000 00000000"
            self.rows["tcp6" if ":" in local else "tcp"].append(f"   0: {words}  {owner} 0 {number} 1 0 100\n")
        self.write_sockets()

    def process(
        self,
        pid: int,
        *arguments: str,
        exe: str = "/usr/bin/program",
        inodes: tuple[int, ...] = (),
        maps: str = "",
        parent: int = 1,
        user: int = 1000,
    ) -> Path:
        """A process with its command line, program, sockets, mapped files, parent and user."""
        folder = self.machine.proc / str(pid)
        (folder / "fd").mkdir(parents=True)
        (folder / "cwd").mkdir()
        (folder / "cmdline").write_bytes(b"".join(argument.encode() + b"\0" for argument in arguments))
        (folder / "exe").symlink_to(exe)
        (folder / "comm").write_text(arguments[0].rpartition("/")[2][:15] + "\n" if arguments else "\n")
        (folder / "stat").write_text(f"{pid} (some) name) S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4200 0 0 0 0\n")
        (folder / "status").write_text(f"Name:\tx\nUid:\t{user}\t{user}\t{user}\t{user}\n")
        (folder / "maps").write_text(maps)
        for number, inode in enumerate(inodes):
            (folder / "fd" / str(number)).symlink_to(f"socket:[{inode}]")
        return folder


def _hex(address: str) -> str:
    """An address as the kernel prints it."""
    raw = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    words = struct.unpack(f">{len(raw) // 4}I", raw)
    return struct.pack(f"={len(words)}I", *words).hex().upper()


@contextmanager
def serving(answers: Mapping[str, object], *, status: int = 200) -> Iterator[int]:
    """An HTTP server on a free loopback port: path -> JSON value, or bytes as they are. Gives the port."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            value = answers.get(self.path)
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(404 if value is None else status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def raw_listener(first: bytes, *, trickle: bytes = b"") -> Iterator[int]:
    """A listener that answers every connection with `first`, then one byte of `trickle` every 50 ms until it is closed."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve_one(peer: socket.socket) -> None:
        with peer:
            try:
                peer.recv(4096)
                peer.sendall(first)
                while trickle and not stop.wait(0.05):
                    peer.sendall(trickle)
            except OSError:
                return

    def accept() -> None:
        while not stop.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve_one, args=(peer,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        with socket.socket() as wake:
            wake.settimeout(1)
            wake.connect_ex(listener.getsockname())
        listener.close()
        thread.join(timeout=5)
