"""A request body read for its facts, or the refusal of one that cannot be read for what it is. Pure; may run in any thread."""

from __future__ import annotations

from proofbook.errors import MalformedRecord
from proofbook.gateway.refusal import GATEWAY_FULL, Refusal, malformed
from proofbook.gateway.wire.dialect import Dialect
from proofbook.gateway.wire.facts import Fingerprint, RequestFacts, bare_request


def read_request(body: bytes, dialect: Dialect, fingerprint: Fingerprint) -> RequestFacts | Refusal:
    """The facts of a body; `fingerprint` is keyed and is applied to the system prompt."""
    if dialect.read_request is None:
        return bare_request(dialect.protocol)
    try:
        return dialect.read_request(body, fingerprint)
    except MalformedRecord as error:
        return malformed(error.message)
    except MemoryError:  # an exchange that nobody refuses would wait for ever
        return GATEWAY_FULL
