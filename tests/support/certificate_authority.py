"""A certificate authority of the tests' own: server and client certificates for one run, nothing that anybody else trusts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAY = timedelta(days=1)


class Authority:
    """Signs certificates in the name it was given."""

    def __init__(self, name: str = "CN=Sample authority,O=Sample Company") -> None:
        self.name = x509.Name.from_rfc4514_string(name)
        self.key = ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The authority's own."""
        made = self._builder(self.name, self.key, datetime.now(UTC) - DAY, 30 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = made.add_extension(usage, critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        return made.sign(self.key, SHA256())

    def issue(
        self, subject: str, names: tuple[x509.GeneralName, ...] = (), *, begins: datetime | None = None, days: int = 7
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """A certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.Name.from_rfc4514_string(subject) if subject else x509.Name([])
        made = self._builder(named, key, begins or datetime.now(UTC) - DAY, days * DAY)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=not subject)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return made.add_extension(identifier, critical=False).sign(self.key, SHA256()), key

    def write(self, folder: Path) -> Path:
        """The authority's certificate as a PEM file."""
        path = folder / "authority.pem"
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return path

    def write_pair(self, folder: Path, name: str, subject: str, names: tuple[x509.GeneralName, ...] = ()) -> tuple[Path, Path]:
        """Certificate and key as PEM files; the key for its owner alone."""
        certificate, key = self.issue(subject, names)
        public, private = folder / f"{name}.pem", folder / f"{name}.key"
        public.write_bytes(certificate.public_bytes(Encoding.PEM))
        private.touch(0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return public, private

    def write_server(self, folder: Path) -> tuple[Path, Path]:
        """Certificate and key of a server on this machine."""
        names = (x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")))
        return self.write_pair(folder, "server", "CN=localhost", names)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begins: datetime, lasts: timedelta
    ) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        return made.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(begins + lasts)
