"""Certificates for 127.0.0.1 and localhost as PEM files: sound ones, and ones with one thing wrong."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from support.certificate_authority import Authority as Signer

NAMES = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@dataclass(frozen=True)
class Files:
    """Where a certificate and its key were written."""

    certificate: Path
    key: Path


class Authority:
    """Signs for this machine and writes into a folder."""

    def __init__(self, folder: Path, name: str = "Sample authority") -> None:
        self._folder = folder
        self._signer = Signer(f"CN={name}")
        own = folder / name.replace(" ", "-")
        own.mkdir()
        self.file = self._signer.write(own)

    def issue(
        self, name: str, *, since: timedelta = timedelta(days=-1), days: int = 30, passphrase: bytes | None = None
    ) -> Files:
        """A certificate for `name`, valid from `since` from now on for so many days."""
        certificate, key = self._signer.issue(f"CN={name}", NAMES, begins=datetime.now(UTC) + since, days=days)
        files = Files(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        protection = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))
        files.key.chmod(0o600)
        return files
