"""Certificates of the gateway itself: read, held against each other and against the date, made into what the listener uses.

Promises: whatever is wrong is said before it is used, with field and file; TLS below 1.2 is not spoken; client certificates are
verified whenever they are asked for. Does not: look into revocation lists.
"""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from pathlib import Path
from stat import S_IROTH, S_IWOTH

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from proofbook.errors import ConfigurationError
from proofbook.gateway.running.operation_settings import TlsSettings

LOG = structlog.get_logger(__name__)
CERTIFICATE_EXPIRES = "gateway.certificate_expires"

SOON = timedelta(days=21)
"""A certificate that is valid for less than this is told of at each start and reload."""
_READABLE = "give a file that the gateway's user may read"


def make_server_context(settings: TlsSettings, now: datetime) -> ssl.SSLContext:
    """What the listener uses.

    Raises:
        ConfigurationError: a file cannot be read, is not what it should be, is out of date, or the key is another certificate's.
    """
    certificate, key = _read_certificate(settings, now), _read_key(settings)
    if _public(certificate.public_key()) != _public(key.public_key()):
        raise ConfigurationError(
            f"gateway.tls.key_file {settings.key_file}: is not the key of the certificate in {settings.certificate_file}",
            hint="give the key that the certificate was made for; the certificate must stand first in its file",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(settings.certificate_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"gateway.tls.certificate_file {settings.certificate_file}: is refused by the TLS library: {error}",
            hint="keys of RSA below 2048 bits and signatures by SHA-1 are not accepted",
        ) from error
    if settings.client_ca_file is not None:
        _trust_clients(context, settings.client_ca_file)
        context.verify_mode = ssl.CERT_REQUIRED if settings.client_certificates == "required" else ssl.CERT_OPTIONAL
    return context


def _read_certificate(settings: TlsSettings, now: datetime) -> x509.Certificate:
    where = f"gateway.tls.certificate_file {settings.certificate_file}"
    try:
        certificate = x509.load_pem_x509_certificates(_read(settings.certificate_file, where))[0]
    except ValueError as error:
        raise ConfigurationError(
            f"{where}: holds no PEM certificate", hint="it begins with -----BEGIN CERTIFICATE-----"
        ) from error
    if certificate.not_valid_after_utc <= now:
        raise ConfigurationError(
            f"{where}: the certificate expired at {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC", hint="renew it"
        )
    if certificate.not_valid_before_utc > now:
        raise ConfigurationError(
            f"{where}: the certificate is valid only from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on",
            hint="use it from then on, or look at this machine's clock",
        )
    if certificate.not_valid_after_utc - now < SOON:
        LOG.warning(CERTIFICATE_EXPIRES, file=settings.certificate_file, at=certificate.not_valid_after_utc.isoformat())
    return certificate


def _read_key(settings: TlsSettings) -> PrivateKeyTypes:
    where = f"gateway.tls.key_file {settings.key_file}"
    text = _read(settings.key_file, where)
    if Path(settings.key_file).stat().st_mode & (S_IROTH | S_IWOTH):
        raise ConfigurationError(f"{where}: everybody on this machine may read it", hint=f"run `chmod o-rwx {settings.key_file}`")
    try:
        return load_pem_private_key(text, password=None)
    except TypeError as error:
        raise ConfigurationError(
            f"{where}: needs a passphrase", hint="store the key without one; its file is protected"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            f"{where}: holds no PEM private key", hint="it begins with -----BEGIN PRIVATE KEY-----"
        ) from error


def _trust_clients(context: ssl.SSLContext, path: str) -> None:
    where = f"gateway.tls.client_ca_file {path}"
    text = _read(path, where)
    try:
        context.load_verify_locations(cadata=text.decode("ascii"))
    except (ssl.SSLError, UnicodeDecodeError, ValueError) as error:
        raise ConfigurationError(
            f"{where}: holds no PEM certificate", hint="it begins with -----BEGIN CERTIFICATE-----"
        ) from error


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]  # any kind
    return encoded


def _read(path: str, where: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{where}: cannot be read: {error.strerror}", hint=_READABLE) from error
