"""Client certificates: whose they are, by what they say and who signed them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from proofbook.gateway.identity.caller import Caller
from proofbook.gateway.identity.certificates import CertificateIdentities
from proofbook.gateway.identity.refusals import CERTIFICATE_EXPIRED, CERTIFICATE_UNKNOWN, TWO_PROOFS
from proofbook.gateway.identity.settings import CertificateSettings
from proofbook.primitives.instants import format_instant
from support.certificate_authority import Authority

OURS, THEIRS = Authority(), Authority("CN=Other authority")
URI = "spiffe://sample.example/reports"
REPORTS, _ = OURS.issue("CN=reports,OU=AI,O=Sample Company", (x509.UniformResourceIdentifier(URI), x509.DNSName("reports")))
NAME = "CN=reports,OU=AI,O=Sample Company"
NOW = format_instant(datetime.now(UTC))


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _known(*, principal: str = "reports", **by: str) -> CertificateSettings:
    return CertificateSettings(principal, "service", "reporting", **by)


FINGERPRINT = REPORTS.fingerprint(SHA256()).hex()
FITTING = [
    {"subject": NAME},
    {"subject": "CN=reports, OU=AI, O=Sample Company".replace(", ", ",")},
    {"uri": URI},
    {"fingerprint": FINGERPRINT},
    {"subject": NAME, "issuer": "CN=Sample authority,O=Sample Company"},
]


@pytest.mark.parametrize("by", FITTING)
def test_a_certificate_is_known_by_what_it_says(by: dict[str, str]) -> None:
    """The record names its fingerprint and who signed it."""
    found = CertificateIdentities([_known(**by)]).assess(_der(REPORTS), NOW)
    assert found.refusal is None
    assert found.verified is not None
    assert (found.verified.principal, found.verified.method, found.verified.system) == ("reports", "mtls", "reporting")
    assert found.verified.credential == f"sha256:{FINGERPRINT}"
    assert found.verified.issuer == "CN=Sample authority,O=Sample Company"


OTHER = [
    {"subject": "CN=reports"},
    {"subject": "CN=reports,OU=AI,O=Sample company"},
    {"uri": URI + "/"},
    {"fingerprint": "0" * 64},
    {"subject": NAME, "issuer": "CN=Other authority"},
    {"uri": URI, "issuer": "CN=Other authority"},
]


@pytest.mark.parametrize("by", OTHER)
def test_a_certificate_that_says_something_else_is_nobodys(by: dict[str, str]) -> None:
    """Names are compared whole: a part of one is another name."""
    assert CertificateIdentities([_known(**by)]).assess(_der(REPORTS), NOW) == Caller(None, CERTIFICATE_UNKNOWN)


def test_the_same_name_from_another_authority_is_somebody_else_where_the_issuer_is_given() -> None:
    """Two authorities may be trusted for the line, and only one for this name."""
    forged, _ = THEIRS.issue(NAME, (x509.UniformResourceIdentifier(URI),))
    strict = CertificateIdentities([_known(subject=NAME, issuer="CN=Sample authority,O=Sample Company")])
    assert strict.assess(_der(forged), NOW) == Caller(None, CERTIFICATE_UNKNOWN)
    assert CertificateIdentities([_known(subject=NAME)]).assess(_der(forged), NOW).verified is not None


def test_a_certificate_that_fits_two_principals_is_refused() -> None:
    """Otherwise the order of the settings would decide who asked."""
    both = CertificateIdentities([_known(subject=NAME), _known(principal="other", uri=URI)])
    assert both.assess(_der(REPORTS), NOW) == Caller(None, TWO_PROOFS)
    same = CertificateIdentities([_known(subject=NAME), _known(uri=URI)])
    assert same.assess(_der(REPORTS), NOW).refusal is None


def test_a_certificate_ends_even_on_a_connection_that_goes_on() -> None:
    """The handshake looks at the time once; connections last for days."""
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    short, _ = OURS.issue(NAME, begins=begins, days=2)
    identities = CertificateIdentities([_known(subject=NAME)])
    assert identities.assess(_der(short), format_instant(begins)).refusal is None
    assert identities.assess(_der(short), format_instant(begins + timedelta(days=2))).refusal is CERTIFICATE_EXPIRED
    assert identities.assess(_der(short), format_instant(begins - timedelta(seconds=1))).refusal is CERTIFICATE_EXPIRED


@pytest.mark.parametrize("data", [b"", b"no certificate", _der(REPORTS)[:-1], _der(REPORTS) + b"\0"])
def test_bytes_that_are_no_certificate_are_nobodys(data: bytes) -> None:
    """The handshake would have refused them; this must not rely on it."""
    assert CertificateIdentities([_known(subject=NAME)]).assess(data, NOW) == Caller(None, CERTIFICATE_UNKNOWN)


def test_an_empty_subject_fits_no_name() -> None:
    """Certificates of workloads often have their name in the URI alone."""
    bare, _ = OURS.issue("", (x509.UniformResourceIdentifier(URI),))
    assert CertificateIdentities([_known(subject=NAME)]).assess(_der(bare), NOW) == Caller(None, CERTIFICATE_UNKNOWN)
    assert CertificateIdentities([_known(uri=URI)]).assess(_der(bare), NOW).refusal is None


@pytest.mark.parametrize(
    ("found", "instead"),
    [("a003020102", "a003020109"), ("0603551d23", "0603551d11"), ("82077265706f727473", "a507" + "3005a003a00100")],
    ids=["version", "extension twice", "name of a kind nobody uses"],
)
def test_a_signed_certificate_that_the_library_does_not_read_is_nobodys(found: str, instead: str) -> None:
    """An authority may sign what it does not look at; such a caller is refused as unknown, and nothing breaks."""
    odd = _der(REPORTS).replace(bytes.fromhex(found), bytes.fromhex(instead), 1)
    assert odd != _der(REPORTS)
    assert CertificateIdentities([_known(uri=URI)]).assess(odd, NOW) == Caller(None, CERTIFICATE_UNKNOWN)
