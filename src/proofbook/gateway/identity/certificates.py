"""Client certificates: whom a certificate that the TLS handshake verified belongs to.

Promises: a certificate is known by its subject, a URI among its names, or its fingerprint, and where configured by its issuer;
one that fits two principals is refused; one whose time is over is refused even on a connection that was opened before.
Does not: verify chains or revocation; the handshake does the first (`gateway.tls`), short lifetimes the second.
Hostile input: bytes that are no certificate are a certificate that nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from proofbook.gateway.identity.caller import Caller, VerifiedCaller
from proofbook.gateway.identity.refusals import CERTIFICATE_EXPIRED, CERTIFICATE_UNKNOWN, TWO_PROOFS
from proofbook.gateway.identity.settings import CertificateSettings
from proofbook.primitives.instants import format_instant

_REMEMBERED = 1024
_UNREADABLE = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""Whatever the library finds wrong with a certificate; its own errors have no common parent."""


class _Read(NamedTuple):
    caller: Caller
    begins: str
    ends: str


class CertificateIdentities:
    """Judges client certificates; each is taken apart once."""

    def __init__(self, known: Iterable[CertificateSettings]) -> None:
        self._known = tuple((each, _name(each.subject), _name(each.issuer)) for each in known)
        self._read: dict[bytes, _Read] = {}

    def assess(self, certificate: bytes, now: str) -> Caller:
        """Whom a certificate (DER) belongs to; `now` is an instant."""
        found = self._read.get(certificate)
        if found is None:
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            found = self._read[certificate] = self._identify(certificate)
        if found.caller.verified is not None and not found.begins <= now < found.ends:
            return Caller(found.caller.verified, CERTIFICATE_EXPIRED)
        return found.caller

    def _identify(self, der: bytes) -> _Read:
        try:
            certificate = x509.load_der_x509_certificate(der)
            uris = _uris(certificate)
            begins, ends = format_instant(certificate.not_valid_before_utc), format_instant(certificate.not_valid_after_utc)
            issuer, subject = certificate.issuer, certificate.subject
        except _UNREADABLE:
            return _Read(Caller(None, CERTIFICATE_UNKNOWN), "", "")
        fingerprint = certificate.fingerprint(SHA256()).hex()
        found = {
            VerifiedCaller(each.principal, each.kind, "mtls", f"sha256:{fingerprint}", each.system, issuer.rfc4514_string()[:256])
            for each, wanted_subject, wanted_issuer in self._known
            if (wanted_issuer is None or wanted_issuer == issuer)
            and (subject == wanted_subject or each.uri in uris or each.fingerprint == fingerprint)
        }
        if len(found) > 1:
            return _Read(Caller(None, TWO_PROOFS), begins, ends)
        caller = found.pop() if found else None
        return _Read(Caller(caller, None if caller is not None else CERTIFICATE_UNKNOWN), begins, ends)


def _name(text: str | None) -> x509.Name | None:
    return None if text is None else x509.Name.from_rfc4514_string(text)


def _uris(certificate: x509.Certificate) -> frozenset[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(names.get_values_for_type(x509.UniformResourceIdentifier))
