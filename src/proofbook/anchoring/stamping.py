"""Time stamps (RFC 3161): asking an authority when a signed checkpoint existed, and checking what it answered.

Promises: a token is given back only when it carries the nonce that was sent, states the digest of exactly these bytes, and its
signature leads to a certificate of the authority's file as of the time it states. Does not: judge the authority's clock.
Hostile input: any answer; it ends as InputError or SourceUnavailable. The library is an extra (`proofbook[timestamps]`).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from proofbook.errors import ConfigurationError, InputError, LimitExceeded, SourceUnavailable
from proofbook.openid.fetching import Send
from proofbook.primitives.instants import format_instant

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

MAX_TOKEN_BYTES: Final = 30_000
"""What fits into an entry in base64, with room for the rest. Usual answers have 1 to 7 kB."""
_QUERY: Final = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A checked answer: its bytes, and what its token states. `serial` is decimal, `policy` dotted."""

    reply: bytes
    time: str
    serial: str
    policy: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """The certificates of an authority's file: the first is the root, the others lie between it and the authority's own."""

    certificates: tuple[Certificate, ...]


def read_trusted(path: Path) -> Trusted:
    """The certificates in a PEM file. Raises ConfigurationError when it cannot be read or holds none, or an extra is missing."""
    try:
        import rfc3161_client  # noqa: F401 - whether it is there
        from cryptography.x509 import load_pem_x509_certificates
    except ImportError as error:
        raise ConfigurationError("time stamps need rfc3161-client", hint="install `proofbook[timestamps]`") from error
    try:
        return Trusted(tuple(load_pem_x509_certificates(path.read_bytes())))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}", hint="give the authority's PEM file") from error
    except ValueError as error:
        raise ConfigurationError(f"{path}: is not a PEM file with certificates", hint="give the authority's PEM file") from error


def fetch_stamp(data: bytes, url: str, send: Send, trusted: Trusted) -> Stamp:
    """Have the SHA-256 of `data` stamped.

    Raises:
        SourceUnavailable: no answer. InputError, LimitExceeded: an answer that is no token over these bytes by this authority.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder(data, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
    reply = send(url, form=request.as_bytes(), headers=_QUERY)
    if reply.status != 200:
        raise SourceUnavailable(f"the authority answered {reply.status}")
    return check_stamp(reply.body, data, trusted, nonce=request.nonce)


def check_stamp(reply: bytes, data: bytes, trusted: Trusted, *, nonce: int | None = None) -> Stamp:
    """An answer held against the bytes it is about and the authority's certificates. Raises InputError, LimitExceeded."""
    from rfc3161_client import VerificationError, decode_timestamp_response
    from rfc3161_client.verify import VerifierBuilder

    if len(reply) > MAX_TOKEN_BYTES:
        raise LimitExceeded(f"an answer of {len(reply)} bytes is longer than {MAX_TOKEN_BYTES}")
    root, *between = trusted.certificates
    verifier = VerifierBuilder(roots=[root], intermediates=between, nonce=nonce).build()
    try:
        parsed = decode_timestamp_response(reply)
        if parsed.status:
            raise InputError(f"the authority refused: {_refusal(parsed)}")
        info = parsed.tst_info
        if info.message_imprint.hash_algorithm.dotted_string != _SHA256:
            raise InputError("the token is not over a SHA-256 digest")
        verifier.verify(parsed, sha256(data).digest())
        return Stamp(reply, format_instant(info.gen_time), str(info.serial_number), info.policy.dotted_string)
    except (ValueError, VerificationError, ssl.SSLError) as error:
        raise InputError(f"the authority's answer does not check out: {str(error)[:200]}") from error


def _refusal(parsed: TimeStampResponse) -> str:
    words = "; ".join(each for each in parsed.status_string if each.isprintable())
    return f"status {parsed.status}" + (f", {words[:200]}" if words else "")
