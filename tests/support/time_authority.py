"""A real time-stamping authority for tests: OpenSSL's `ts` behind a small HTTP server, with keys and certificates of its own."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Sample Time Stamping Root
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[tsa_dn]
CN = Sample Time Stamping Authority
[tsa_cert]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True)
class TimeAuthority:
    """An authority's folder. `root` is the PEM file that its tokens are checked against."""

    folder: Path

    @property
    def root(self) -> Path:
        """The root's certificate."""
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """The answer to one request, by OpenSSL."""
        asked, answered = self.folder / f"{threading.get_ident()}.tsq", self.folder / f"{threading.get_ident()}.tsr"
        asked.write_bytes(query)
        self.openssl("ts", "-reply", "-config", "ts.cnf", "-queryfile", asked.name, "-out", answered.name)
        return answered.read_bytes()

    def openssl(self, *arguments: str) -> str:
        """One command in the authority's folder; its output."""
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def make_authority(folder: Path) -> TimeAuthority:
    """Keys and certificates: a root, and the authority's own below it."""
    folder.mkdir(parents=True)
    made = TimeAuthority(folder)
    folder.joinpath("ts.cnf").write_text(_CONFIG)
    folder.joinpath("serial").write_text("07\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "ts.cnf")
    made.openssl("req", "-x509", "-days", "30", "-extensions", "ca", "-keyout", "root.key", "-out", "root.pem", *curve)
    made.openssl("req", "-new", "-subj", "/CN=Sample Time Stamping Authority", "-keyout", "tsa.key", "-out", "tsa.csr", *curve)
    sign = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "ts.cnf", "-extensions", "tsa_cert")
    made.openssl("x509", "-req", "-in", "tsa.csr", "-days", "30", "-out", "tsa.pem", *sign)
    return made


@contextmanager
def answering(authority: TimeAuthority, *, status: int = 200, body: bytes | None = None) -> Iterator[str]:
    """The authority over HTTP; its address. With `body` it answers that instead."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            reply = authority.reply(query) if body is None else body
            self.send_response(status)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
